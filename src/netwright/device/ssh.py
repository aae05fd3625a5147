"""One SSH connection to a device: commands on exec channels, each phase with a deadline of its own.

Exec channels end with an exit status, so an answer cut short is never taken for a whole one. A connection
that was lost, or that a device left hanging, is thrown away; the next command opens a new one. One that has
rested may be gone without a word: when it does not even open a channel, the command was never sent, and is
given to a new connection, once.
"""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import ExitStack
from typing import Protocol

import asyncssh

from netwright.base.errors import (
    DeviceError,
    DeviceTimeoutError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint
from netwright.device.execution import Answer, feed
from netwright.device.hostkeys import HostKeys
from netwright.device.journal import Journal, Ran
from netwright.device.limits import Limiter
from netwright.device.login import Login
from netwright.device.session import Reply

MAX_OUTPUT_BYTES = 64 << 20
"""More than the largest configuration or table that a device prints; beyond it an answer is a flood."""

_SHOWN = 60
_CONTROLS = re.compile("[\x80-\x9f]")


class ExecRefusedError(SessionClosedError):
    """The device lets nobody run a command on an exec channel; the connection is still good."""


class Jump(Protocol):
    """A host that connections go through."""

    @property
    def endpoint(self) -> Endpoint: ...

    async def connection(self) -> asyncssh.SSHClientConnection:
        """Raises DeviceError's subclasses."""
        ...


class SshConnection:
    """Runs commands on one device. Opens at the first command. ``jump``: what it goes through; whoever gives
    it closes it. ``limiter``: gives each connection its place."""

    def __init__(
        self,
        endpoint: Endpoint,
        hostkeys: HostKeys,
        *,
        max_output: int = MAX_OUTPUT_BYTES,
        jump: Jump | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._login = Login(endpoint, hostkeys)
        self._max_output = max_output
        self._jump = jump
        self._limiter = limiter
        self._connection: asyncssh.SSHClientConnection | None = None
        self._opening = asyncio.Lock()
        self._rested = False
        self._journal: Journal | None = None

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    @property
    def is_open(self) -> bool:
        return self._connection is not None and not self._connection.is_closed()

    async def connection(self) -> asyncssh.SSHClientConnection:
        """The open connection, for channels of another kind."""
        async with self._opening:
            if not self.is_open:
                self._connection = await self._enter()
            assert self._connection is not None
            return self._connection

    def rest(self) -> None:
        """Nothing is asked for a while."""
        self._rested = True

    async def run(
        self,
        command: str,
        *,
        timeout_s: float | None = None,
        stdin: bytes | None = None,
        statusless: bool = False,
    ) -> Reply:
        """Run ``command``; any exit status is an answer. ``statusless``: of a device that sends none, whose
        end of output counts. Raises DeviceError's subclasses."""
        limit = self._endpoint.timeouts.command_s if timeout_s is None else timeout_s
        if self._rested and self.is_open:
            answer = Answer(self._max_output)
            try:
                return await self._ask(command, answer, limit, stdin, statusless=statusless)
            except (SessionClosedError, DeviceTimeoutError) as error:
                if answer.begun or isinstance(error, ExecRefusedError):
                    raise
        self._rested = False
        return await self._ask(command, Answer(self._max_output), limit, stdin, statusless=statusless)

    async def subsystem(
        self, name: str, receiver: asyncssh.SSHClientSession[bytes]
    ) -> asyncssh.SSHClientChannel[bytes]:
        """A channel of an SSH subsystem (``netconf``) on this connection; its bytes go to ``receiver``. The
        caller keeps the deadline. Raises DeviceError's subclasses."""
        connection = await self.connection()
        try:
            channel, _ = await connection.create_session(lambda: receiver, subsystem=name, encoding=None)
        except (asyncssh.Error, OSError) as error:
            self._drop(connection)
            raise SessionClosedError(
                f"{self._endpoint.host} port {self._endpoint.ssh_port} gave no {name} subsystem ({error})",
                subject=self._device,
                remedy=f"Check that {name} is turned on at the device, and at this port.",
            ) from None
        return channel

    def drop(self) -> None:
        """Throw the connection away without a word."""
        if self._connection is not None:
            self._drop(self._connection)

    async def close(self) -> None:
        """Say good-bye; a device that doesn't answer it is left."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        connection.close()
        try:
            async with asyncio.timeout(self._endpoint.timeouts.connect_s):
                await connection.wait_closed()
        except TimeoutError:
            connection.abort()

    @property
    def _device(self) -> str:
        return self._endpoint.device

    async def _ask(
        self, command: str, answer: Answer, limit: float, stdin: bytes | None, *, statusless: bool
    ) -> Reply:
        connection = await self.connection()
        whole = False
        try:
            async with asyncio.timeout(limit):
                async with asyncio.timeout(self._endpoint.timeouts.connect_s if self._rested else None):
                    channel, _ = await connection.create_session(lambda: answer, command, encoding=None)
                self._rested = False
                feed(channel, stdin)
                await answer.finished
            whole = not answer.flooded
        except TimeoutError:
            passed = min(limit, self._endpoint.timeouts.connect_s) if self._rested else limit
            raise DeviceTimeoutError(
                f"no end of the answer to `{_short(command)}` within {passed:g} s"
                f" ({answer.size} bytes had arrived)",
                subject=self._device,
                remedy="Look at the device's load, or raise the command timeout.",
            ) from None
        except asyncssh.ChannelOpenError as error:
            if connection.is_closed():
                raise self._closed(command, answer, str(error)) from None
            whole = True
            answer.refused = str(error)
            raise ExecRefusedError(
                f"takes no command on an exec channel ({error})",
                subject=self._device,
                remedy="Say `exec: false` in the platform's session.",
            ) from None
        except (asyncssh.Error, OSError) as error:
            raise self._closed(command, answer, str(error)) from None
        finally:
            answer.finished.cancel()
            self._note(command, answer)
            if not whole:
                self._drop(connection)
        return self._reply(command, answer, statusless=statusless)

    def _note(self, command: str, answer: Answer) -> None:
        """For who records; what is fed to a command (files, configurations) is not kept, and neither is one
        that did not reach the device."""
        if self._journal is None:
            self._journal = self._endpoint.journal("exec")
        if self._journal is not None and (answer.begun or answer.refused):
            output, error = bytes(answer.output), bytes(answer.error)
            self._journal.note(Ran(command, output, error, answer.status, answer.whole, answer.refused))

    def _reply(self, command: str, answer: Answer, *, statusless: bool) -> Reply:
        if answer.flooded:
            raise UnparsedAnswerError(
                f"the answer to `{_short(command)}` is longer than {self._max_output} bytes",
                subject=self._device,
                remedy="Run the command on the device by hand and see what it prints.",
                raw=bytes(answer.output[:1000]).decode("utf-8", "replace"),
            )
        if answer.status is None and not (statusless and answer.whole):
            raise self._closed(command, answer, "no exit status was sent")
        output = self._decode(command, bytes(answer.output))
        return Reply(command, output, answer.error.decode("utf-8", "replace"), answer.status or 0)

    def _decode(self, command: str, data: bytes) -> str:
        """UTF-8, or Latin-1 as older systems print it; binary rubbish is refused."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        if "\0" in text or (not text.isascii() and _CONTROLS.search(text)):
            raise UnparsedAnswerError(
                f"the answer to `{_short(command)}` is not text",
                subject=self._device,
                remedy="Run the command on the device by hand and see what it prints.",
                raw=data[:1000].decode("utf-8", "backslashreplace"),
            )
        return text

    def _closed(self, command: str, answer: Answer, why: str) -> SessionClosedError:
        return SessionClosedError(
            f"the session closed in the middle of `{_short(command)}` after {answer.size} bytes ({why})",
            subject=self._device,
            remedy="Try again; if it stays so, look at the device's log.",
        )

    def _drop(self, connection: asyncssh.SSHClientConnection) -> None:
        connection.abort()
        if self._connection is connection:
            self._connection = None

    async def _enter(self) -> asyncssh.SSHClientConnection:
        self._rested = False
        if self._limiter is None:
            return await self._login.enter(await self._way(), lambda: None)
        place = await self._limiter.enter(self._endpoint)
        with ExitStack() as undo:
            undo.callback(place.leave)
            connection = await self._login.enter(await self._way(), place.leave)
            undo.pop_all()
        return connection

    async def _way(self) -> socket.socket | asyncssh.SSHClientConnection:
        """What the login goes over: a socket, or the connection to the jump host."""
        if self._jump is None:
            return await self._login.dial()
        try:
            return await self._jump.connection()
        except DeviceError as error:
            raise type(error)(
                f"its jump host {self._jump.endpoint.device} can't be used: {error.what}",
                subject=self._device,
                remedy=error.remedy,
            ) from None


def _short(command: str) -> str:
    line = command.split("\n", 1)[0]
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
