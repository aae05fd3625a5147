#!/usr/bin/python3 -ISE
"""Delay, jitter and loss on one cable, for kernels without netem. Standard library only.

usage: relay SOCKET SOCKET DELAY_MS JITTER_MS LOSS_PERCENT, in the patch panel's namespace.

Each frame is read from one socket, kept for its time and sent on the other. Frames travel with their virtio
header (PACKET_VNET_HDR), so that segmentation and checksum offload of the senders stay intact. Frames of one
direction keep their order.
"""

from __future__ import annotations

import heapq
import os
import random
import select
import socket
import struct
import sys
import time

ETH_P_ALL = 3
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 1, 15, 23
PACKET_MR_PROMISC = 1
LARGEST = 65536 + 64
BATCH = 64
QUEUE = 20000  # frames on the way, both directions; more are dropped, as in any queue


def open_port(name: str) -> socket.socket:
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    port.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    port.bind((name, 0))
    index = socket.if_nametoindex(name)
    port.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, struct.pack("iHH8s", index, PACKET_MR_PROMISC, 0, b""))
    port.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        port.setsockopt(socket.SOL_SOCKET, option, 4 << 20)
    port.setblocking(False)
    return port


class Relay:
    def __init__(
        self, a: socket.socket, b: socket.socket, delay_s: float, jitter_s: float, loss: float
    ) -> None:
        self.peer = {a: b, b: a}
        self.delay_s, self.jitter_s, self.loss = delay_s, jitter_s, loss
        self.last = {a: 0.0, b: 0.0}
        self.waiting: list[tuple[float, int, socket.socket, bytes]] = []
        self.count = 0

    def take(self, port: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                frame = port.recv(LARGEST)
            except BlockingIOError:
                return
            except OSError:  # the link is down
                return
            if random.random() < self.loss or len(self.waiting) >= QUEUE:
                continue
            moment = time.monotonic() + self.delay_s + random.uniform(-self.jitter_s, self.jitter_s)
            self.last[port] = max(self.last[port], moment)
            self.count += 1
            heapq.heappush(self.waiting, (self.last[port], self.count, self.peer[port], frame))

    def send_due(self) -> None:
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now:
            _, _, port, frame = heapq.heappop(self.waiting)
            try:
                port.send(frame)
            except OSError:  # the link is down, or its queue is full: the frame is lost
                continue

    def run(self) -> None:
        ready = select.poll()
        ports = {port.fileno(): port for port in self.peer}
        for number in ports:
            ready.register(number, select.POLLIN)
        while True:
            self.send_due()
            left = (self.waiting[0][0] - time.monotonic()) * 1000 if self.waiting else None
            for number, _ in ready.poll(None if left is None else max(left, 0)):
                self.take(ports[number])


def main() -> None:
    os.chdir("/")
    a, b = (open_port(name) for name in sys.argv[1:3])
    delay, jitter, loss = (float(word) for word in sys.argv[3:6])
    relay = Relay(a, b, delay / 1000, jitter / 1000, loss / 100)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    os.dup2(2, 1)
    relay.run()


if __name__ == "__main__":
    main()
