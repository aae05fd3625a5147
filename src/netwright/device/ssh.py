"""One SSH connection to a device: commands on exec channels, each phase with a deadline of its own.

Exec channels end with an exit status, so an answer cut short is never taken for a whole one. Nothing of the
user's own SSH set-up (configuration, agent, known hosts) is read. A connection that was lost, or that a
device left hanging, is thrown away; the next command opens a new one.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

import asyncssh

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    HostKeyChangedError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.hostkeys import HostKeys, fingerprint
from netwright.device.journal import Journal, Ran
from netwright.device.session import Reply

MAX_OUTPUT_BYTES = 64 << 20
"""More than the largest configuration or table that a device prints; beyond it an answer is a flood."""

KEEPALIVE_S = 10.0
_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_NO_KNOWN_HOSTS = asyncssh.import_known_hosts("")
_SHOWN = 60
_CONTROLS = re.compile("[\x80-\x9f]")

T = TypeVar("T")


class ExecRefusedError(SessionClosedError):
    """The device lets nobody run a command on an exec channel; the connection is still good."""


class SshConnection:
    """Runs commands on one device. Opens at the first command. ``jump``: the connection that it goes through;
    whoever gives it closes it."""

    def __init__(
        self,
        endpoint: Endpoint,
        hostkeys: HostKeys,
        *,
        max_output: int = MAX_OUTPUT_BYTES,
        jump: SshConnection | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._hostkeys = hostkeys
        self._max_output = max_output
        self._jump = jump
        self._connection: asyncssh.SSHClientConnection | None = None
        self._opening = asyncio.Lock()
        self._journal: Journal | None = None

    async def connection(self) -> asyncssh.SSHClientConnection:
        """The open connection, for channels of another kind."""
        return await self._open()

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
        connection = await self._open()
        limit = self._endpoint.timeouts.command_s if timeout_s is None else timeout_s
        answer = _Answer(self._max_output)
        try:
            async with asyncio.timeout(limit):
                channel, _ = await connection.create_session(lambda: answer, command, encoding=None)
                _feed(channel, stdin)
                await answer.finished
        except TimeoutError:
            self._drop()
            raise DeviceTimeoutError(
                f"no end of the answer to `{_short(command)}` within {limit:g} s"
                f" ({answer.size} bytes had arrived)",
                subject=self._device,
                remedy="Look at the device's load, or raise the command timeout.",
            ) from None
        except asyncssh.ChannelOpenError as error:
            if connection.is_closed():
                self._drop()
                raise self._closed(command, answer, str(error)) from None
            answer.refused = str(error)
            raise ExecRefusedError(
                f"takes no command on an exec channel ({error})",
                subject=self._device,
                remedy="Say `exec: false` in the platform's session.",
            ) from None
        except (asyncssh.Error, OSError) as error:
            self._drop()
            raise self._closed(command, answer, str(error)) from None
        except asyncio.CancelledError:
            self._drop()
            raise
        finally:
            answer.finished.cancel()
            self._note(command, answer)
        return self._reply(command, answer, statusless=statusless)

    async def subsystem(
        self, name: str, receiver: asyncssh.SSHClientSession[bytes]
    ) -> asyncssh.SSHClientChannel[bytes]:
        """A channel of an SSH subsystem (``netconf``) on this connection; its bytes go to ``receiver``. The
        caller keeps the deadline. Raises DeviceError's subclasses."""
        connection = await self._open()
        try:
            channel, _ = await connection.create_session(lambda: receiver, subsystem=name, encoding=None)
        except (asyncssh.Error, OSError) as error:
            self._drop()
            raise SessionClosedError(
                f"{self._where} gave no {name} subsystem ({error})",
                subject=self._device,
                remedy=f"Check that {name} is turned on at the device, and at this port.",
            ) from None
        return channel

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

    @property
    def _where(self) -> str:
        return f"{self._endpoint.host} port {self._endpoint.ssh_port}"

    def _note(self, command: str, answer: _Answer) -> None:
        """For who records; what is fed to a command (files, configurations) is not kept."""
        if self._journal is None:
            self._journal = self._endpoint.journal("exec")
        if self._journal is not None:
            output, error = bytes(answer.output), bytes(answer.error)
            self._journal.note(Ran(command, output, error, answer.status, answer.whole, answer.refused))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.abort()
            self._connection = None

    def _reply(self, command: str, answer: _Answer, *, statusless: bool) -> Reply:
        if answer.flooded:
            self._drop()
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

    def _closed(self, command: str, answer: _Answer, why: str) -> SessionClosedError:
        return SessionClosedError(
            f"the session closed in the middle of `{_short(command)}` after {answer.size} bytes ({why})",
            subject=self._device,
            remedy="Try again; if it stays so, look at the device's log.",
        )

    async def _open(self) -> asyncssh.SSHClientConnection:
        async with self._opening:
            if self._connection is not None and self._connection.is_closed():
                self._connection = None
            if self._connection is None:
                self._connection = await self._login(await self._way())
            return self._connection

    async def _way(self) -> socket.socket | asyncssh.SSHClientConnection:
        """What the login goes over: a socket, or the connection to the jump host."""
        return await (self._dial() if self._jump is None else self._jump.connection())

    async def _dial(self) -> socket.socket:
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

    async def _login(self, way: socket.socket | asyncssh.SSHClientConnection) -> asyncssh.SSHClientConnection:
        limit = self._endpoint.timeouts.login_s
        known = self._hostkeys.known(self._device)
        check = _HostKeyCheck(known)
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
            raise DeviceTimeoutError(
                f"the SSH login at {self._where} did not end within {limit:g} s",
                subject=self._device,
                remedy="Look at the device's load and its SSH server's log.",
            ) from None
        except (asyncssh.Error, OSError, ValueError) as error:
            raise await self._refused(error, check) from None
        finally:
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
                f"the jump host gives no connection to {self._where} ({error})",
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
        return SessionClosedError(
            f"{self._where} broke off the SSH login ({error})",
            subject=self._device,
            remedy="Check that an SSH server answers there, and its log.",
        )


class _HostKeyCheck(asyncssh.SSHClient):
    """Compares the offered host key with the recorded one; remembers what was offered."""

    def __init__(self, known: str | None) -> None:
        self.known = known
        self.offered = ""
        self.failed = False
        self.connected = False

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.connected = True

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        algorithm, blob, *_ = key.export_public_key("openssh").decode().split()
        self.offered = f"{algorithm} {blob}"
        self.failed = self.known is not None and self.known != self.offered
        return not self.failed


class _Answer(asyncssh.SSHClientSession[bytes]):
    """Collects what a command prints, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.output = bytearray()
        self.error = bytearray()
        self.status: int | None = None
        self.flooded = False
        self.whole = False
        """The device said that this is all."""
        self.refused = ""
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._limit = limit
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

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


def _feed(channel: asyncssh.SSHClientChannel[bytes], stdin: bytes | None) -> None:
    with suppress(BrokenPipeError):  # the command has ended without reading: its exit status is the answer
        if stdin:
            channel.write(stdin)
        channel.write_eof()


def _short(command: str) -> str:
    line = command.split("\n", 1)[0]
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


async def _tcp(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    last = OSError("the name has no address")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            last = error
        except BaseException:
            sock.close()
            raise
        else:
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
        keepalive_count_max=3,
        encoding=None,
        compression_algs=["none"],
    )


def _private_key(secret: Secret) -> asyncssh.SSHKey:
    return asyncssh.import_private_key(secret.reveal())


def _reveal(secret: Secret | None) -> str | None:
    return secret.reveal() if secret else None


def _words(error: OSError) -> str:
    """The system's words; asyncio puts its own in their place."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
