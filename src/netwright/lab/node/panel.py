#!/usr/bin/python3 -ISE
"""The patch panel's light: makes the two sockets of each cable follow each other.

Runs in the panel's namespace, standard library only. Sockets of one cable are called c7a and c7b. When the
port behind c7a goes dark (its node is off, or it was shut down), c7b is taken down, so that the port behind
c7b loses its carrier too; when it comes back, c7b is raised. A socket in link group 1 belongs to a cut cable
and is left alone. At least one socket of a whole cable always stays up: it is the one that sees.

Speaks rtnetlink itself (rtnetlink(7)): `ip monitor` would cost a process for each change.
"""

from __future__ import annotations

import os
import re
import select
import socket
import struct
from collections.abc import Iterator

RTM_NEWLINK, RTM_GETLINK = 16, 18
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
RTMGRP_LINK = 1
IFLA_IFNAME, IFLA_GROUP = 3, 27
IFF_UP, IFF_LOWER_UP = 1, 0x10000
NAME = re.compile(r"c([0-9]+)([ab])")


class Link:
    def __init__(self, index: int, flags: int, group: int) -> None:
        self.index = index
        self.up = bool(flags & IFF_UP)
        self.light = bool(flags & IFF_UP and flags & IFF_LOWER_UP)
        self.group = group


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("HH", data, offset)
        if length < 4:
            return
        yield kind & 0x3FFF, data[offset + 4 : offset + length]
        offset += (length + 3) & ~3


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + 16 <= len(data):
        length, kind = struct.unpack_from("IH", data, offset)
        if length < 16:
            return
        yield kind, data[offset + 16 : offset + length]
        offset += (length + 3) & ~3


def parse(body: bytes) -> tuple[int, str, Link] | None:
    """-> (cable number, side, Link), or None for a link that is not a cable's socket."""
    _, _, index, flags, _ = struct.unpack_from("BxHiII", body)
    name, group = "", 0
    for kind, value in attributes(body[16:]):
        if kind == IFLA_IFNAME:
            name = value.rstrip(b"\0").decode()
        elif kind == IFLA_GROUP:
            group = struct.unpack("I", value)[0]
    found = NAME.fullmatch(name)
    return (int(found[1]), found[2], Link(index, flags, group)) if found else None


def decide(a: Link, b: Link) -> tuple[Link, bool] | None:
    """-> (link, up) to be done for this pair, or None."""
    if a.group or b.group:
        return None
    if not a.up and not b.up:
        return (a, True)
    for this, that in ((a, b), (b, a)):
        if this.up and this.light and not that.up:
            return (that, True)
    for this, that in ((a, b), (b, a)):
        if this.up and not this.light and that.up:
            return (that, False)
    return None


class Panel:
    def __init__(self) -> None:
        self.links: dict[tuple[int, str], Link] = {}
        self.listen = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.listen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.listen.bind((0, RTMGRP_LINK))
        self.act = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.act.bind((0, 0))

    def ask_all(self) -> None:
        body = struct.pack("BxHiII", 0, 0, 0, 0, 0)
        self.listen.send(
            struct.pack("IHHII", 16 + len(body), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body
        )

    def set(self, link: Link, up: bool) -> None:
        body = struct.pack("BxHiII", 0, 0, link.index, IFF_UP if up else 0, IFF_UP)
        self.act.send(struct.pack("IHHII", 16 + len(body), RTM_NEWLINK, NLM_F_REQUEST, 1, 0) + body)

    def take(self, data: bytes) -> None:
        """One packet of the kernel's. Pairs are judged after it, on what is then known."""
        touched = set()
        for kind, body in messages(data):
            found = parse(body) if kind == RTM_NEWLINK else None
            if found:
                number, side, link = found
                self.links[number, side] = link
                touched.add(number)
        for number in touched:
            a, b = self.links.get((number, "a")), self.links.get((number, "b"))
            action = decide(a, b) if a and b else None
            if action:
                self.set(*action)

    def run(self) -> None:
        self.ask_all()
        poll = select.poll()
        poll.register(self.listen, select.POLLIN)
        while True:
            poll.poll()
            try:
                data = self.listen.recv(1 << 18)
            except OSError:  # ENOBUFS: messages were lost, ask for everything again
                self.ask_all()
                continue
            self.take(data)


if __name__ == "__main__":
    os.chdir("/")
    Panel().run()
