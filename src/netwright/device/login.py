"""Logging in to a device over SSH: the connection, the host key, the credentials; each failure in words.

Nothing of the user's own SSH set-up (configuration, agent, known hosts) is read.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import ExitStack
from functools import lru_cache

import asyncssh

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    HostKeyChangedError,
    SessionClosedError,
)
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.hostkeys import HostKeys, fingerprint

KEEPALIVE_S = 30.0
"""Every ten seconds would cost a session polled once a minute most of what holding it saves: see
``bench/sessions.py``."""
_CIPHERS = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
"""Before all others: in the library they cost half as much as its first choice, ChaCha20-Poly1305."""

_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_SHOWN_BYTES = 40
_NO_KNOWN_HOSTS = asyncssh.import_known_hosts("")


class Login:
    """How one device is logged in to. Raises DeviceError's subclasses."""

    def __init__(self, endpoint: Endpoint, hostkeys: HostKeys) -> None:
        self._endpoint = endpoint
        self._hostkeys = hostkeys

    async def dial(self) -> socket.socket:
        """A TCP connection within ``connect_s``."""
        limit = self._endpoint.timeouts.connect_s
        try:
            async with asyncio.timeout(limit):
                return await _tcp(self._endpoint.host, self._endpoint.ssh_port)
        except TimeoutError:
            raise DeviceTimeoutError(
                f"no answer from {self._where} within {limit:g} s",
                subject=self._device,
                remedy="Check that the device is powered and its management link is up.",
            ) from None
        except OSError as error:
            raise DeviceUnreachableError(
                f"no connection to {self._where} ({_words(error)})",
                subject=self._device,
                remedy="Check its management address, the way there and that its SSH server runs.",
            ) from None

    async def enter(
        self, way: socket.socket | asyncssh.SSHClientConnection, on_lost: Callable[[], None]
    ) -> asyncssh.SSHClientConnection:
        """Log in over ``way``: a socket, or the connection to the jump host. ``on_lost`` is called once when
        the connection is gone, or never came to be."""
        limit = self._endpoint.timeouts.login_s
        known = self._hostkeys.known(self._device)
        check = _HostKeyCheck(known, on_lost)
        sock = way if isinstance(way, socket.socket) else None
        try:
            async with asyncio.timeout(limit):
                connection = await asyncssh.connect(
                    self._endpoint.host,
                    self._endpoint.ssh_port,
                    options=_options(self._endpoint.credentials),
                    config=None,
                    sock=sock,
                    tunnel=way if sock is None else (),
                    client_factory=lambda: check,
                    server_host_key_algs=_algorithms(known),
                )
        except TimeoutError:
            late = f"did not end within {limit:g} s"
            if check.strange:
                raise self._strange(DeviceTimeoutError, check, late) from None
            raise DeviceTimeoutError(
                f"the SSH login at {self._where} {late}",
                subject=self._device,
                remedy="Look at the device's load and its SSH server's log.",
            ) from None
        except (asyncssh.Error, OSError, ValueError) as error:
            raise await self._refused(error, check) from None
        finally:
            if not check.connected:
                on_lost()
            if sock is not None and (check.failed or not check.connected):
                sock.close()
        if known is None:
            await asyncio.to_thread(self._hostkeys.record, self._device, check.offered)
        return connection

    async def _refused(self, error: Exception, check: _HostKeyCheck) -> DeviceError:
        """What a failed login means."""
        if check.failed:
            await asyncio.to_thread(self._hostkeys.refuse, self._device, check.offered)
            return HostKeyChangedError(
                f"the host key changed: recorded {fingerprint(check.known or '')},"
                f" offered {fingerprint(check.offered)}",
                subject=self._device,
                remedy="If the device was replaced or reinstalled, run"
                f" `netwright hostkey accept {self._device}`; if not, somebody else may be answering.",
            )
        if isinstance(error, asyncssh.ChannelOpenError):
            return DeviceUnreachableError(
                f"its jump host {self._jump} gives no connection to {self._where} ({error})",
                subject=self._device,
                remedy="Check the device's management address and that the jump host may forward.",
            )
        if isinstance(error, asyncssh.PermissionDenied):
            return AuthenticationError(
                f"{self._where} refused the login of user {self._endpoint.credentials.username}",
                subject=self._device,
                remedy="Check the user, its key or password on the device and the credentials stored here.",
            )
        if isinstance(error, asyncssh.KeyImportError):
            return AuthenticationError(
                "the stored private key can't be read", subject=self._device, remedy="Store it again."
            )
        if check.strange:
            return self._strange(SessionClosedError, check, f"was broken off ({error})")
        return SessionClosedError(
            f"{self._where} broke off the SSH login ({error})",
            subject=self._device,
            remedy="Check that an SSH server answers there, and its log.",
        )

    def _strange(self, kind: type[DeviceError], check: _HostKeyCheck, end: str) -> DeviceError:
        return kind(
            f"{self._where} does not speak SSH: it began with {check.strange}; the login {end}",
            subject=self._device,
            remedy="Check the port, and what else listens there: a console server, a proxy, another service.",
        )

    @property
    def _device(self) -> str:
        return self._endpoint.device

    @property
    def _jump(self) -> str:
        return self._endpoint.jump.device if self._endpoint.jump else "?"

    @property
    def _where(self) -> str:
        return f"{self._endpoint.host} port {self._endpoint.ssh_port}"


class _HostKeyCheck(asyncssh.SSHClient):
    """Compares the offered host key with the recorded one; remembers what was offered and what came first."""

    def __init__(self, known: str | None, on_lost: Callable[[], None]) -> None:
        self.known = known
        self.on_lost = on_lost
        self.offered = ""
        self.failed = False
        self.connected = False
        self._connection: asyncssh.SSHClientConnection | None = None
        self._first = b""

    @property
    def strange(self) -> str:
        """The beginning of what came, where something came and no SSH version was in it; else ""."""
        if self._connection is None or self._connection.get_extra_info("server_version"):
            return ""
        return ascii(self._first[:_SHOWN_BYTES].decode("latin-1")) if self._first else ""

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.connected = True
        self._connection = conn
        receive = conn.data_received

        def first(data: bytes, datatype: asyncssh.DataType = None) -> None:
            self._first = data
            del conn.data_received  # the class's own from here on
            receive(data, datatype)

        conn.data_received = first  # type: ignore[method-assign]

    def connection_lost(self, exc: Exception | None) -> None:
        self.on_lost()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        algorithm, blob, *_ = key.export_public_key("openssh").decode().split()
        self.offered = f"{algorithm} {blob}"
        self.failed = self.known is not None and self.known != self.offered
        return not self.failed


async def _tcp(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    last = OSError("the name has no address")
    for family, kind, protocol, _, address in found:
        with ExitStack() as undo:
            sock = undo.enter_context(socket.socket(family, kind, protocol))
            sock.setblocking(False)
            try:
                await loop.sock_connect(sock, address)
            except OSError as error:
                last = error
            else:
                undo.pop_all()
                return sock
    raise last


def _algorithms(known: str | None) -> list[str] | tuple[()]:
    """The recorded key's algorithm first: a device that has got one more key is not a changed device."""
    if known is None:
        return ()
    name = known.split()[0]
    first = _RSA if name == "ssh-rsa" else (name,)
    default = [item.decode() for item in asyncssh.public_key.get_default_public_key_algs()]
    return [*first, *(item for item in default if item not in first)]


@lru_cache(maxsize=256)
def _options(credentials: Credentials) -> asyncssh.SSHClientConnectionOptions:
    """Everything that doesn't differ between devices with the same credentials, built once."""
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        known_hosts=_NO_KNOWN_HOSTS,
        username=credentials.username,
        password=_reveal(credentials.password),
        client_keys=[_private_key(credentials.private_key)] if credentials.private_key else None,
        preferred_auth=("publickey", "keyboard-interactive", "password"),
        agent_path=None,
        x509_trusted_certs=None,
        x509_trusted_cert_paths=[],
        login_timeout=0,
        keepalive_interval=KEEPALIVE_S,
        keepalive_count_max=2,
        encoding=None,
        compression_algs=["none"],
        encryption_algs=_CIPHERS,
    )


def _private_key(secret: Secret) -> asyncssh.SSHKey:
    return asyncssh.import_private_key(secret.reveal())


def _reveal(secret: Secret | None) -> str | None:
    return secret.reveal() if secret else None


def _words(error: OSError) -> str:
    """The system's words; asyncio puts its own in their place."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
