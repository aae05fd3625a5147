"""A real SSH server on loopback whose faults can be chosen, and endpoints towards it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncssh
import pytest

from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.hostkeys import MemoryHostKeys

PASSWORD = "correct horse"
SHORT = Timeouts(connect_s=1.0, login_s=1.0, command_s=0.6, snmp_s=0.2)

Handler = Callable[[asyncssh.SSHServerProcess[bytes]], Awaitable[None]]


class Router:
    """An asyncssh server that runs ``handler`` for each command. ``logins`` counts sessions."""

    def __init__(self) -> None:
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.commands: list[str] = []
        self.logins = 0
        self.port = 0
        self.forwards = False
        """Whether connections to other hosts may go through it."""
        self.open: set[asyncssh.SSHServerConnection] = set()
        """Connections that are open now."""
        self.handler: Handler = self._shell
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self, *host_keys: asyncssh.SSHKey) -> None:
        router = self

        class Server(asyncssh.SSHServer):
            def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
                self._connection = conn
                router.open.add(conn)

            def connection_lost(self, exc: Exception | None) -> None:
                router.open.discard(self._connection)

            def connection_requested(self, *_: object) -> bool:
                return router.forwards

            def begin_auth(self, username: str) -> bool:
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return username == "netops" and password == PASSWORD

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return key == router.user_key.convert_to_public()

            def auth_completed(self) -> None:
                router.logins += 1

        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=Server,
            server_host_keys=[*host_keys] or [self.host_key],
            process_factory=self._process,
            encoding=None,
            reuse_address=True,
        )
        self.port = self._acceptor.get_port()

    async def stop(self) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
            for connection in tuple(self.open):
                connection.abort()
            await self._acceptor.wait_closed()
            self._acceptor = None

    async def _process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.commands.append(process.command or "")
        await self.handler(process)

    async def _shell(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """A real shell of this machine runs the command."""
        child = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", process.command or "",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await child.communicate(await process.stdin.read())
        process.stdout.write(out)
        process.stderr.write(err)
        process.exit(child.returncode or 0)


@asynccontextmanager
async def started(*, forwards: bool = False) -> AsyncIterator[Router]:
    """``forwards``: it serves as a jump host."""
    router = Router()
    router.forwards = forwards
    await router.start()
    yield router
    await router.stop()


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    async with started() as router:
        yield router


@pytest.fixture
async def jump() -> AsyncIterator[Router]:
    async with started(forwards=True) as router:
        yield router


@pytest.fixture
def hostkeys() -> MemoryHostKeys:
    return MemoryHostKeys()


def endpoint(
    port: int, *, password: str | None = PASSWORD, key: str | None = None, timeouts: Timeouts = SHORT
) -> Endpoint:
    credentials = Credentials(
        "netops",
        password=Secret(password) if password else None,
        private_key=Secret(key) if key else None,
    )
    return Endpoint("ams-edge1", "127.0.0.1", credentials, ssh_port=port, timeouts=timeouts)


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
