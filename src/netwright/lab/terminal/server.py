"""The SSH server of simulated devices: one process, each device an address or a port of its own.

Real asyncssh, real key exchange and logins; ``Trouble`` makes a device sick.
"""

from __future__ import annotations

import asyncio
import enum
import socket
from collections.abc import Callable, Iterator
from typing import Protocol

import asyncssh

from netwright.lab.refusal import refusing

_CHUNK = 4096
_FLOOD = b"flood of nothing " * 2000


class Trouble(enum.StrEnum):
    """What a sick device does."""

    REFUSES = "refuses"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105
    KEY_CHANGED = "key-changed"
    HANGS_BEFORE_BANNER = "hangs-before-banner"
    HANGS_IN_OUTPUT = "hangs-in-output"
    DROPS = "drops"
    FLOODS = "floods"
    TRICKLES = "trickles"
    GARBAGE = "garbage"
    WRONG_PROMPT = "wrong-prompt"
    REBOOTS = "reboots"


class Terminal(Protocol):
    """What answers one login: ``lab.terminal.line.Line`` or a recorded one."""

    left: bool

    def greet(self) -> str: ...
    def type(self, text: str) -> Iterator[str]: ...
    def execute(self, command: str) -> tuple[str, int]: ...


class SimulatedDevice:
    """One device on the wire. ``terminal`` makes the answering side of each login. ``execs``: it runs
    commands on exec channels. ``delay_s``: how long each chunk from the client is on its way (a round trip's
    worth). ``cut``: sizes in which output goes out, for tests of what is cut anywhere."""

    def __init__(
        self,
        terminal: Callable[[], Terminal],
        *,
        username: str = "netops",
        password: str = "simulated",  # noqa: S107
        key: asyncssh.SSHKey | None = None,
        execs: bool = False,
        delay_s: float = 0.0,
        trickle_s: float = 1.0,
        cut: Callable[[], int] = lambda: _CHUNK,
    ) -> None:
        self.terminal = terminal
        self.username = username
        self.password = password
        self.key = key or asyncssh.generate_private_key("ssh-ed25519")
        self.execs = execs
        self.delay_s = delay_s
        self.trickle_s = trickle_s
        self.cut = cut
        self.trouble: Trouble | None = None
        self.logins = 0
        self.commands: list[str] = []
        self.port = 0
        self._address = ""
        self._server: asyncio.Server | None = None
        self._refusing: socket.socket | None = None
        self._open: set[asyncssh.SSHServerConnection] = set()
        self._raw: set[asyncio.BaseTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._options: asyncssh.SSHServerConnectionOptions | None = None

    async def start(self, address: str = "127.0.0.1", port: int = 0) -> None:
        """Listen at a port, 0 takes a free one."""
        self._address = address
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, address, port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]

    async def fall_ill(self, trouble: Trouble | None) -> None:
        self.trouble = trouble
        if trouble is Trouble.KEY_CHANGED:
            self.key = asyncssh.generate_private_key("ssh-ed25519")
            self._options = None
        if trouble is Trouble.REFUSES and self._server is not None:
            self._server.close()
            self._server = None
            self._refusing = refusing(self._address, self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._refusing is not None:
            self._refusing.close()
            self._refusing = None
        for connection in list(self._open):
            connection.abort()
        for transport in list(self._raw):
            transport.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def started(self, connection: asyncssh.SSHServerConnection) -> None:
        self._open.add(connection)

    def ended(self, connection: asyncssh.SSHServerConnection) -> None:
        self._open.discard(connection)

    def _accept(self) -> asyncio.BaseProtocol:
        if self.trouble is Trouble.HANGS_BEFORE_BANNER:
            return _Mute(self._raw, b"")
        if self.trouble is Trouble.GARBAGE:
            return _Mute(self._raw, bytes(range(256)) * 64)
        if self._options is None:
            self._options = asyncssh.SSHServerConnectionOptions(
                server_factory=lambda: _Login(self),
                server_host_keys=[self.key],
                process_factory=self._begin,
                encoding=None,
                allow_pty=True,
                line_editor=False,
                agent_forwarding=False,
                gss_host=None,
                keepalive_interval=0,
            )
        loop = asyncio.get_running_loop()
        connection = asyncssh.SSHServerConnection(loop, self._options)
        return _Delayed(connection, self.delay_s) if self.delay_s else connection

    async def _begin(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(process)
        except (BrokenPipeError, ConnectionError, asyncssh.Error, asyncio.IncompleteReadError):
            process.close()
        finally:
            self._tasks.discard(task)

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        terminal = self.terminal()
        if process.command is not None:
            await self._execute(process, terminal)
            return
        greeting = terminal.greet()
        await self._send(process, "unexpected: " if self.trouble is Trouble.WRONG_PROMPT else greeting)
        while not terminal.left and (data := await process.stdin.read(_CHUNK)):
            if self.trouble is not Trouble.WRONG_PROMPT:
                text = data.decode("utf-8", "replace")
                self.commands += [line for line in text.splitlines() if line.strip()]
                for shown in terminal.type(text):
                    await self._send(process, shown)
        process.exit(0)

    async def _execute(self, process: asyncssh.SSHServerProcess[bytes], terminal: Terminal) -> None:
        command = process.command or ""
        self.commands.append(command)
        if not self.execs:
            process.stderr.write(b"exec is not allowed\n")
            process.exit(1)
            return
        output, status = terminal.execute(command)
        if self.trouble is Trouble.WRONG_PROMPT:
            output = f"{command}\nunexpected: {output}"
        await self._send(process, output)
        process.exit(status)

    async def _send(self, process: asyncssh.SSHServerProcess[bytes], text: str) -> None:
        data = text.encode()
        half = len(data) // 2
        match self.trouble if len(data) > 200 else None:
            case Trouble.HANGS_IN_OUTPUT:
                process.stdout.write(data[:half])
                await process.channel.wait_closed()  # until the client gives up
            case Trouble.DROPS | Trouble.REBOOTS:
                process.stdout.write(data[:half])
                await process.stdout.drain()
                if self.trouble is Trouble.REBOOTS and self._server is not None:
                    self._server.close()
                    self._server = None
                process.channel.get_connection().abort()
                raise BrokenPipeError
            case Trouble.FLOODS:
                while True:
                    process.stdout.write(_FLOOD)
                    await process.stdout.drain()
            case Trouble.TRICKLES:
                for byte in data:
                    process.stdout.write(bytes([byte]))
                    await asyncio.sleep(self.trickle_s)
            case _:
                await self._cut(process, data)

    async def _cut(self, process: asyncssh.SSHServerProcess[bytes], data: bytes) -> None:
        at = 0
        while at < len(data):
            size = max(1, self.cut())
            process.stdout.write(data[at : at + size])
            at += size
            if at < len(data):
                await process.stdout.drain()
                await asyncio.sleep(0)


class _Login(asyncssh.SSHServer):
    def __init__(self, device: SimulatedDevice) -> None:
        self._device = device
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._device.started(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._device.ended(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if self._device.trouble is Trouble.WRONG_PASSWORD:
            return False
        good = username == self._device.username and password == self._device.password
        self._device.logins += good
        return good


class _Mute(asyncio.Protocol):
    """Takes the connection and says ``words``, then nothing more."""

    def __init__(self, open_: set[asyncio.BaseTransport], words: bytes) -> None:
        self._open = open_
        self._words = words
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(transport)
        if self._words:
            transport.write(self._words)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._open.discard(self._transport)


class _Delayed(asyncio.Protocol):
    """Everything that comes reaches the device later, in its order."""

    def __init__(self, inner: asyncssh.SSHServerConnection, delay_s: float) -> None:
        self._inner = inner
        self._delay_s = delay_s
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._loop.call_later(self._delay_s, self._inner.data_received, data)

    def eof_received(self) -> bool | None:
        self._loop.call_later(self._delay_s, self._inner.eof_received)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._loop.call_later(self._delay_s, self._inner.connection_lost, exc)
