"""The SSH server of simulated devices: one listening socket a device, asyncssh behind it.

A device's faults act here: before the banner, at the login, or on what a command prints.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass

import asyncssh

from netwright.lab.refusal import refusing
from netwright.lab.sim.faults import Fault
from netwright.lab.sim.hardware import MANAGEMENT, Device
from netwright.lab.sim.result import Result
from netwright.lab.sim.shell import Shell, to_bytes

_BEFORE_BANNER = frozenset({Fault.SILENT, Fault.GARBAGE, Fault.CLOSE})
_LARGEST_INPUT = 64 << 20
_SLOW_BYTES, _SLOW_S = 256, 0.1
_FLOOD = b"flood " * 4096
_BACKLOG = 128
_TAKES_INPUT = re.compile(r"\bcat\b|\bwc\b|\bhead\b|/guard\b|sh( -s)?$")


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in: one user with a password and a public key (OpenSSH form)."""

    username: str
    password: str
    public_key: str


class Machine:
    """One device on the wire: its SSH socket. ``shell`` makes a shell for each session."""

    def __init__(
        self, device: Device, login: Login, key: asyncssh.SSHKey, shell: Callable[[], Shell]
    ) -> None:
        self.device = device
        self.shell = shell
        self.port = 0
        self._login = login
        self._key = key
        self._options: asyncssh.SSHServerConnectionOptions | None = None
        self._server: asyncio.Server | None = None
        self._socket: socket.socket | None = None
        self._address = ("", 0)
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._raw: set[asyncio.Transport] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        device.on_power.append(self._power)

    async def start(self, host: str, port: int) -> None:
        """Take a port and listen on it; 0 takes a free one. It stays ours while nobody listens."""
        self._reserve(host, port)
        self.port = self._address[1]
        await self.settle()

    async def settle(self) -> None:
        """Listen or refuse, as power and faults now want it."""
        wanted = self.device.alive and Fault.REFUSE not in self.device.faults
        if wanted and self._server is None:
            assert self._socket is not None
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._accept, sock=self._socket, backlog=_BACKLOG)
        elif not wanted and self._server is not None:
            self._server.close()
            self._server = None
            self._reserve(*self._address)

    def _reserve(self, host: str, port: int) -> None:
        self._socket = refusing(host, port)
        self._address = self._socket.getsockname()

    async def stop(self) -> None:
        self.hang_up()
        if self._server is not None:
            self._server.close()
        if self._socket is not None:
            self._socket.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hang_up(self) -> None:
        """End all sessions at once, as a loss of power does."""
        for connection in tuple(self._connections):
            connection.abort()
        for transport in tuple(self._raw):
            transport.abort()

    def renew_key(self) -> None:
        """New sessions are shown another host key."""
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._options = None

    @property
    def public_key(self) -> str:
        """The host key that is shown, in OpenSSH's form."""
        return self._key.export_public_key().decode().strip()

    def _power(self, on: bool) -> None:
        if not on:
            self.hang_up()

    @property
    def dark(self) -> bool:
        """Whether no packet would come through: switched off, or its management link is cut."""
        return not self.device.alive or self.device.network.is_cut(self.device.name, MANAGEMENT)

    def _accept(self) -> asyncio.BaseProtocol:
        faults = self.device.faults
        if self.dark:
            return _Silence(self._raw, None)
        if fault := next(iter(_BEFORE_BANNER & faults.present), None):
            return _Silence(self._raw, fault)
        return asyncssh.SSHServerConnection(asyncio.get_running_loop(), self._get_options())

    def _get_options(self) -> asyncssh.SSHServerConnectionOptions:
        if self._options is None:
            self._options = asyncssh.SSHServerConnectionOptions(
                server_host_keys=[self._key],
                server_factory=lambda: _Server(self, self._login),
                line_editor=False,
                encoding=None,
                login_timeout=60,
                allow_scp=False,
                sftp_factory=None,
                compression_algs=None,
                kex_algs=["curve25519-sha256"],
                encryption_algs=["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"],
                gss_host=None,
            )
        return self._options

    def joined(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.add(connection)

    def left(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.discard(connection)

    def spawn(self, session: _Session) -> None:
        """Run a session's command; it goes on when the session is gone, as on a machine."""
        task = asyncio.get_running_loop().create_task(session.work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Silence(asyncio.Protocol):
    """A machine that takes the connection and no more, or says something that is not SSH."""

    def __init__(self, open_now: set[asyncio.Transport], fault: Fault | None) -> None:
        self._open = open_now
        self._fault = fault
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(transport)
        if self._fault is Fault.CLOSE:
            transport.close()
        elif self._fault is Fault.GARBAGE:
            transport.write(random.Random(7).randbytes(400) + b"\r\n" * 4)  # noqa: S311 - noise, no secret
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._open.discard(self._transport)


class _Server(asyncssh.SSHServer):
    """The login."""

    def __init__(self, machine: Machine, login: Login) -> None:
        self._machine = machine
        self._login = login
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._machine.joined(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._machine.left(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return self._allows(username) and password == self._login.password

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        shown = key.export_public_key().decode().split()[:2]
        return self._allows(username) and shown == self._login.public_key.split()[:2]

    def _allows(self, username: str) -> bool:
        faults = self._machine.device.faults
        return username == self._login.username and Fault.WRONG_PASSWORD not in faults

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Session(self._machine)


class _Session(asyncssh.SSHServerSession[bytes]):
    """One exec channel: the command runs when its input ended, or at once when it needs none."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._command = ""
        self._input = bytearray()
        self._ended = asyncio.Event()
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def connection_lost(self, exc: Exception | None) -> None:
        self._channel = None
        self._ended.set()
        self._writable.set()

    def shell_requested(self) -> bool:
        return False

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return True

    def session_started(self) -> None:
        self._machine.spawn(self)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self._input += data
        if len(self._input) > _LARGEST_INPUT and self._channel is not None:
            self._channel.abort()

    def eof_received(self) -> bool:
        self._ended.set()
        return True

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def work(self) -> None:
        """Run the command and answer, unless the device went dark meanwhile."""
        if _TAKES_INPUT.search(self._command):
            await self._ended.wait()
        device = self._machine.device
        life = device.booted_at
        result = await self._machine.shell().run(self._command, bytes(self._input))
        if device.booted_at != life or self._machine.dark:
            return
        with contextlib.suppress(OSError, asyncssh.Error):
            await self._answer(result)

    async def _answer(self, result: Result) -> None:
        faults = self._machine.device.faults
        output = to_bytes(result.output)
        if Fault.NOISE in faults:
            output = random.Random(11).randbytes(max(64, len(output)))  # noqa: S311 - noise, no secret
        if Fault.FLOOD in faults:
            while self._channel is not None:
                await self._write(_FLOOD)
            return
        if Fault.HANG in faults or Fault.DROP in faults:
            await self._write(output[: max(1, len(output) // 2)] or b"\n")
            if Fault.DROP in faults and self._channel is not None:
                self._channel.get_connection().abort()
            return
        if Fault.SLOW in faults:
            for at in range(0, len(output), _SLOW_BYTES):
                await self._write(output[at : at + _SLOW_BYTES])
                await asyncio.sleep(_SLOW_S)
        else:
            await self._write(output)
        if self._channel is not None:
            if result.error:
                self._channel.write_stderr(to_bytes(result.error))
            self._channel.exit(result.status)

    async def _write(self, data: bytes) -> None:
        await self._writable.wait()
        if self._channel is not None:
            self._channel.write(data)
            await asyncio.sleep(0)
