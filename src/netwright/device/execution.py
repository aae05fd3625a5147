"""One command on an exec channel: what it is given and what it prints."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import asyncssh


class Answer(asyncssh.SSHClientSession[bytes]):
    """Collects what a command prints, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.output = bytearray()
        self.error = bytearray()
        self.status: int | None = None
        self.flooded = False
        self.whole = False
        """The device said that this is all."""
        self.refused = ""
        """Why it opened no channel."""
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._limit = limit
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    @property
    def begun(self) -> bool:
        """The device opened the channel: the command may have reached it."""
        return self._channel is not None

    @property
    def size(self) -> int:
        return len(self.output) + len(self.error)

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self.flooded:
            return
        (self.output if datatype is None else self.error).extend(data)
        if self.size > self._limit and self._channel is not None:
            self.flooded = True
            self._channel.abort()
            self._finish(None)

    def eof_received(self) -> bool:
        self.whole = True
        return False

    def exit_status_received(self, status: int) -> None:
        self.status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        self.status = 255
        self.error.extend(f"ended by signal {signal} {msg}\n".encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(exc)

    def _finish(self, exc: Exception | None) -> None:
        if self.finished.done():
            return
        if exc is None:
            self.finished.set_result(None)
        else:
            self.finished.set_exception(exc)


def feed(channel: asyncssh.SSHClientChannel[bytes], stdin: bytes | None) -> None:
    with suppress(BrokenPipeError):  # the command has ended without reading: its exit status is the answer
        if stdin:
            channel.write(stdin)
        channel.write_eof()
