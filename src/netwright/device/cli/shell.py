"""A terminal on a device that stays open: login, paging off, more rights, one command after the other.

Every wait has a deadline. A shell that missed one, or that was left in the middle of an answer, is closed:
what comes later belongs to no command.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncssh

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.base.secret import Secret
from netwright.device.cli.dialogue import Dialogue
from netwright.device.cli.reading import Answer, Reading, Sight
from netwright.device.endpoint import Endpoint
from netwright.device.journal import Ended, Entry, Shown, Typed

_WIDTH, _HEIGHT = 511, 511
_NUDGE_S = 3.0
"""Silence after which a device is asked for its prompt with an empty line, once."""
_STRANGE_FACTOR = 5


class Shell:
    """One terminal. ``prompt``: the last one seen. Not for commands side by side: the caller takes turns."""

    def __init__(self, endpoint: Endpoint, dialogue: Dialogue, *, max_output: int) -> None:
        self.prompt = ""
        self._endpoint = endpoint
        self._dialogue = dialogue
        self._max_output = max_output
        self._terminal = _Terminal(max_output)
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._echoes = True
        self._journal = endpoint.journal("terminal")
        self._home = ""

    @property
    def mode(self) -> str:
        """The mode of the last prompt, "" if the platform names none."""
        return self._dialogue.mode(self.prompt)

    @property
    def is_open(self) -> bool:
        return self._channel is not None and not self._terminal.ended.is_set()

    @property
    def is_at_home(self) -> bool:
        """Whether it is open and stands at the prompt that the login led to."""
        return self.is_open and self.prompt == self._home

    async def open(self, connection: asyncssh.SSHClientConnection) -> None:
        """To a prompt that is known, with paging off and the rights that the credentials give."""
        limit = self._endpoint.timeouts.login_s
        reading = Reading(self._dialogue)
        async with self._spoken("the command line's first prompt", reading, limit):
            await self._begin(connection, reading)
        self._home = self.prompt

    async def is_awake(self) -> bool:
        """Whether the device answers an empty line in time with the prompt that it had. If not, the terminal
        is closed."""
        if not self.is_open:
            return False
        try:
            async with self._spoken("the prompt", Reading(self._dialogue), self._endpoint.timeouts.connect_s):
                await self._learn()
        except DeviceError:
            return False
        if not self.is_at_home:
            self.close()
        return self.is_open

    async def run(self, command: str, *, timeout_s: float | None = None) -> str:
        """What ``command`` (one line) prints. Raises DeviceError's subclasses."""
        limit = self._endpoint.timeouts.command_s if timeout_s is None else timeout_s
        reading = Reading(self._dialogue, command, self.prompt, echoes=self._echoes)
        async with self._spoken(f"the answer to `{command}`", reading, limit):
            return (await self._ask(command, reading)).text

    @asynccontextmanager
    async def _spoken(self, what: str, reading: Reading, limit: float) -> AsyncIterator[None]:
        """An exchange within ``limit``. However it fails, the terminal is closed: nobody knows whose answer
        comes next."""
        whole = False
        try:
            async with asyncio.timeout(limit):
                yield
            whole = True
        except DeviceError:
            raise
        except TimeoutError:
            raise self._late(what, reading, limit) from None
        except (asyncssh.Error, OSError) as error:
            raise self._closed(what, reading, str(error)) from None
        finally:
            if not whole:
                self._note(Ended(whole=False))
                self.close()

    def close(self) -> None:
        self._note(Ended(whole=True))
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.abort()

    async def _begin(self, connection: asyncssh.SSHClientConnection, reading: Reading) -> None:
        self._channel, _ = await connection.create_session(
            lambda: self._terminal,
            request_pty="force",
            term_type="vt100",
            term_size=(_WIDTH, _HEIGHT),
            encoding=None,
        )
        self.prompt = (await self._read(reading)).prompt
        if not self._dialogue.opening:
            await self._learn()
        for command in self._dialogue.opening:
            await self._ask(command, Reading(self._dialogue, command, self.prompt, echoes=self._echoes))
        await self._enable()

    async def _learn(self) -> None:
        """The prompt, by an empty line: what was taken for it may have been part of the greeting."""
        reading = Reading(self._dialogue, "", self.prompt)
        self._write("")
        self.prompt = (await self._read(reading)).prompt

    async def _enable(self) -> None:
        """To the privileged mode, where the platform has one and the login is not in it yet."""
        dialogue, secret = self._dialogue, self._endpoint.credentials.enable
        if not dialogue.enable or (self.mode not in {"", "exec"}) or not self.prompt.endswith(">"):
            return
        reading = Reading(
            dialogue, dialogue.enable, self.prompt, echoes=self._echoes, question=dialogue.enable_asks
        )
        self._write(dialogue.enable)
        if not await self._asked(reading):
            self.prompt = reading.answer().prompt
            if self.prompt.endswith(">") and secret is not None:
                raise self._refused()
            return
        await self._give(secret or self._endpoint.credentials.password)

    async def _give(self, secret: Secret | None) -> None:
        reading = Reading(self._dialogue, "", self.prompt, echoes=False, question=self._dialogue.enable_asks)
        self._write(secret.reveal() if secret else "", secret=True)
        if await self._asked(reading):
            raise self._refused()
        self.prompt = reading.answer().prompt
        if self.prompt.endswith(">"):
            raise self._refused()

    async def _asked(self, reading: Reading) -> bool:
        """Whether a question came, not a prompt."""
        return await self._watch(reading) is Sight.QUESTION

    async def _ask(self, command: str, reading: Reading) -> Answer:
        self._terminal.forget()
        self._write(command)
        answer = await self._read(reading)
        self.prompt = answer.prompt
        self._echoes = answer.echoed
        return answer

    async def _read(self, reading: Reading) -> Answer:
        sight = await self._watch(reading)
        return reading.answer(late=sight is Sight.NOTHING)

    async def _watch(self, reading: Reading) -> Sight:
        """Feed ``reading`` until it shows an end; pagers are answered on the way. NOTHING: the prompt stands
        before messages that came late."""
        nudged = False
        while True:
            come = self._terminal.take()
            self._note(Shown(come))
            reading.feed(come)
            if reading.size > self._max_output or self._terminal.flooded:
                raise self._flood(reading)
            sight = reading.look()
            if sight is Sight.PAGER:
                self._type(reading.turn_page())
                continue
            if sight in {Sight.PROMPT, Sight.QUESTION}:
                return sight
            if await self._terminal.more(self._patience(sight)):
                continue
            if self._terminal.ended.is_set():
                raise self._closed("an answer", reading, "the device closed it")
            if sight in {Sight.LIKELY, Sight.STRANGE}:
                return sight
            if reading.late():
                return Sight.NOTHING
            if not nudged and not self.prompt:
                nudged = True
                self._write("")
            else:
                await self._terminal.more(None)

    def _patience(self, sight: Sight) -> float:
        """Seconds of silence until a decision."""
        settle = self._dialogue.settle_s
        return {Sight.LIKELY: settle, Sight.STRANGE: settle * (_STRANGE_FACTOR if self.prompt else 1)}.get(
            sight, _NUDGE_S
        )

    def _note(self, entry: Entry) -> None:
        if self._journal is not None:
            self._journal.note(entry)

    def _write(self, line: str, *, secret: bool = False) -> None:
        self._type(line + self._dialogue.newline, secret=secret)

    def _type(self, text: str, *, secret: bool = False) -> None:
        self._note(Typed(text, secret))
        if self._channel is None:
            raise OSError("the terminal is closed")
        with suppress(BrokenPipeError):  # said by the end of the channel
            self._channel.write(text.encode())

    @property
    def _device(self) -> str:
        return self._endpoint.device

    def _late(self, what: str, reading: Reading, limit: float) -> DeviceTimeoutError:
        words = reading.last_words()
        return DeviceTimeoutError(
            f"no end of {what} within {limit:g} s ({reading.size} bytes had arrived"
            + (f", the last line is {words!r})" if words else ")"),
            subject=self._device,
            remedy="Look at the device's load, raise the command timeout, or check the platform's prompt.",
        )

    def _closed(self, what: str, reading: Reading, why: str) -> SessionClosedError:
        return SessionClosedError(
            f"the session closed in the middle of {what} after {reading.size} bytes ({why})",
            subject=self._device,
            remedy="Try again; if it stays so, look at the device's log.",
        )

    def _flood(self, reading: Reading) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the device sent more than {self._max_output} bytes without a prompt",
            subject=self._device,
            remedy="Run the command on the device by hand and see what it prints.",
            raw=reading.last_words(),
        )

    def _refused(self) -> AuthenticationError:
        return AuthenticationError(
            f"`{self._dialogue.enable}` was refused to user {self._endpoint.credentials.username}",
            subject=self._device,
            remedy="Check the enable password stored for the device.",
        )


class _Terminal(asyncssh.SSHClientSession[bytes]):
    """Keeps what comes until it is taken."""

    def __init__(self, limit: int) -> None:
        self.ended = asyncio.Event()
        self.flooded = False
        self._limit = limit
        self._come = bytearray()
        self._news = asyncio.Event()

    def take(self) -> bytes:
        data = bytes(self._come)
        self._come.clear()
        self._news.clear()
        if self.ended.is_set():
            self._news.set()
        return data

    async def more(self, within_s: float | None) -> bool:
        """Wait for more; whether some came. Also comes back at the end of the session, with False."""
        try:
            async with asyncio.timeout(within_s):
                await self._news.wait()
        except TimeoutError:
            return False
        return bool(self._come)

    def forget(self) -> None:
        self._come.clear()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if len(self._come) + len(data) > self._limit:
            self.flooded = True
            return
        self._come += data
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()
        self._news.set()
