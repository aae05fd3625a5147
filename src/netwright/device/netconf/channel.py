"""One NETCONF session as a channel: hello, requests with numbers, replies in any pieces.

Several requests may be under way at once; each reply is given to the request of its number. A session that
breaks is a value: ``broken`` says why, each waiting request fails with it, and so do later ones. A reply that
does not come in time ends the session: what the server does then is unknown, and its locks and its
unconfirmed changes go with the session.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import asyncssh
from lxml.etree import _Element

from netwright.base.errors import DeviceError, DeviceTimeoutError, SessionClosedError, UnparsedAnswerError
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import HostKeys
from netwright.device.journal import Greeted, Journal, Operated
from netwright.device.netconf.capabilities import Hello, client_hello, read_hello
from netwright.device.netconf.framing import Deframer, FramingError, framed
from netwright.device.netconf.xml import StreamedXml, XmlError, element, local, xml_bytes
from netwright.device.ssh import SshConnection

MAX_MESSAGE_BYTES = 64 << 20
_SHOWN = 300


class NetconfChannel(asyncssh.SSHClientSession[bytes]):
    """Made by ``open_channel``."""

    def __init__(self, endpoint: Endpoint, ssh: SshConnection, *, max_message: int) -> None:
        self.broken: DeviceError | None = None
        self._endpoint = endpoint
        self._ssh = ssh
        self._max_message = max_message
        self._hello: asyncio.Future[Hello] = asyncio.get_running_loop().create_future()
        self._waiting: dict[str, asyncio.Future[_Element]] = {}
        self._number = 0
        self._deframer = Deframer()
        self._message = StreamedXml()
        self._size = 0
        self._start = b""
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._journal: Journal | None = None

    async def greet(self) -> Hello:
        """Both hellos, within ``login_s`` once we are logged in: that has deadlines of its own, and waiting
        for a place is none of the device's."""
        limit = self._endpoint.timeouts.login_s
        try:
            await self._ssh.connection()
            async with asyncio.timeout(limit):
                self._channel = await self._ssh.subsystem("netconf", self)
                self._write(framed(client_hello(), chunked=False))
                return await self._hello
        except DeviceError:
            raise
        except TimeoutError:
            error = DeviceTimeoutError(
                f"no NETCONF hello within {limit:g} s",
                subject=self._device,
                remedy="Look at the device's load and that its NETCONF server runs.",
            )
            raise self._break(error) from None
        finally:
            self._hello.cancel()

    async def request(self, operation: _Element, *, timeout_s: float | None = None) -> _Element:
        """Send one operation in an ``rpc`` and give the ``rpc-reply``. Raises DeviceError's subclasses."""
        if self.broken is not None:
            raise self.broken
        self._number += 1
        number = str(self._number)
        rpc = element("rpc")
        rpc.set("message-id", number)
        rpc.append(operation)
        message = framed(xml_bytes(rpc), chunked=self._deframer.chunked)
        answer: asyncio.Future[_Element] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        limit = self._endpoint.timeouts.command_s if timeout_s is None else timeout_s
        try:
            async with asyncio.timeout(limit):
                self._write(message)
                reply = await answer
        except TimeoutError:
            error = DeviceTimeoutError(
                f"no reply to <{local(operation)}> within {limit:g} s ({self._size} bytes had arrived)",
                subject=self._device,
                remedy="Look at the device's load, or raise the command timeout.",
            )
            raise self._break(error) from None
        finally:
            answer.cancel()
            self._waiting.pop(number, None)
        if self._journal is not None:
            self._journal.note(Operated(xml_bytes(operation), xml_bytes(reply)))
        return reply

    async def close(self) -> None:
        self._break(
            SessionClosedError(
                "the NETCONF session was closed here", subject=self._device, remedy="Open another."
            )
        )
        await self._ssh.close()

    # what asyncssh calls

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if datatype is not None or self.broken is not None:
            return  # the subsystem's standard error
        try:
            for piece in self._deframer.feed(data):
                if piece:
                    self._piece(piece)
                else:
                    self._end()
        except (FramingError, XmlError, ValueError) as error:
            self._break(
                UnparsedAnswerError(
                    f"what came over NETCONF can't be read: {error}",
                    subject=self._device,
                    remedy="Check that a NETCONF server answers there, and its log.",
                    raw=(self._start or data[:_SHOWN]).decode("utf-8", "backslashreplace"),
                )
            )

    def connection_lost(self, exc: Exception | None) -> None:
        waiting = ", ".join(f"request {number}" for number in self._waiting) or "its hello"
        self._break(
            SessionClosedError(
                f"the NETCONF session closed while {waiting} was waited for ({exc or 'end of the channel'})",
                subject=self._device,
                remedy="Try again; if it stays so, look at the device's log.",
            )
        )

    @property
    def _device(self) -> str:
        return self._endpoint.device

    def _piece(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._max_message:
            raise ValueError(f"a message is longer than {self._max_message} bytes")
        if len(self._start) < _SHOWN:
            self._start += piece[: _SHOWN - len(self._start)]
        self._message.feed(piece)

    def _end(self) -> None:
        root = self._message.close()
        self._message, self._size, self._start = StreamedXml(), 0, b""
        if not self._hello.done():
            hello = read_hello(root)
            self._journal = self._endpoint.journal("netconf")
            if self._journal is not None:
                self._journal.note(Greeted(xml_bytes(root)))
            self._deframer.chunked = hello.capabilities.chunked
            self._hello.set_result(hello)
        elif local(root) == "rpc-reply":
            self._reply(root)
        elif local(root) != "notification":
            raise ValueError(f"<{local(root)}> is no message for a client")

    def _reply(self, root: _Element) -> None:
        """A reply without a number answers a request that the server could not read: the oldest."""
        number = root.get("message-id")
        waiting = self._waiting.get(number) if number else next(iter(self._waiting.values()), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(root)

    def _write(self, message: bytes) -> None:
        if self.broken is not None:
            raise self.broken
        assert self._channel is not None
        try:
            self._channel.write(message)
        except (asyncssh.Error, OSError) as error:
            raise self._break(
                SessionClosedError(
                    f"the NETCONF session is gone ({error})", subject=self._device, remedy="Open another."
                )
            ) from None

    def _break(self, error: DeviceError) -> DeviceError:
        """The first cause stays; everybody who waits is told it."""
        if self.broken is None:
            self.broken = error
            if not self._hello.done():
                self._hello.set_exception(error)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(error)
            if self._channel is not None:
                self._channel.abort()
        return self.broken


async def open_channel(
    endpoint: Endpoint,
    hostkeys: HostKeys,
    *,
    max_message: int = MAX_MESSAGE_BYTES,
    ssh: SshConnection | None = None,
) -> tuple[NetconfChannel, Hello]:
    """Log in at ``endpoint.ssh_port`` and exchange hellos. ``ssh``: the connection to use and to close.
    Raises DeviceError's subclasses."""
    ssh = ssh or SshConnection(endpoint, hostkeys)
    channel = NetconfChannel(endpoint, ssh, max_message=max_message)
    async with AsyncExitStack() as undo:
        undo.push_async_callback(channel.close)
        hello = await channel.greet()
        undo.pop_all()
    return channel, hello
