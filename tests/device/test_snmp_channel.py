"""One request's limit."""

from __future__ import annotations

import asyncio
import socket

import pytest

from netwright.device.snmp.channel import Channel


class Pair:
    """A socket with what the library's have; the other end is ours."""

    def __init__(self) -> None:
        self.here, self.there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.here.setblocking(False)

    def say(self, word: bytes) -> None:
        self.there.send(word)

    def get_fd(self) -> int:
        return self.here.fileno()

    def close(self) -> None:
        self.here.close()
        self.there.close()


@pytest.mark.parametrize("timeout_s", [0.0, 0.05])
async def test_a_late_answer_to_another_request_does_not_lengthen_a_wait(timeout_s: float) -> None:
    """With no time at all, the answer comes and the time ends in one turn of the loop."""
    pair = Pair()
    channel = Channel(pair, timeout_s)

    def receive() -> None:
        pair.here.recv(10)
        pair.here.recv(10)  # BlockingIOError, as the library says of an answer that it passed over

    try:
        async with asyncio.timeout(20):
            with pytest.raises(TimeoutError):
                await channel.ask(lambda: pair.say(b"late"), receive)
    finally:
        channel.close()
        pair.close()


async def test_an_answer_after_a_late_one_is_taken() -> None:
    pair = Pair()
    channel = Channel(pair, 20.0)
    loop = asyncio.get_running_loop()

    def receive() -> bytes:
        while (found := pair.here.recv(10)) == b"late":
            loop.call_soon(pair.say, b"answer")
        return found

    try:
        assert await channel.ask(lambda: pair.say(b"late"), receive) == b"answer"
    finally:
        channel.close()
        pair.close()
