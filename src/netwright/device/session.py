"""What the platforms may ask of a session with a device, whatever carries it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from netwright.device.endpoint import Endpoint

if TYPE_CHECKING:
    from netwright.device.netconf.session import NetconfSession


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished command: what it printed and its exit status."""

    command: str
    output: str
    error: str
    status: int


class Session(Protocol):
    """A session with one device. SSH opens at the first command, NETCONF when it is first asked for; SNMP is
    separate and stateless.

    Raises the subclasses of DeviceError; never anything else for a device's own faults."""

    @property
    def endpoint(self) -> Endpoint: ...

    async def run(
        self, command: str, *, check: bool = True, timeout_s: float | None = None, stdin: bytes | None = None
    ) -> Reply:
        """Run a command on an exec channel, with ``stdin`` as its whole input.

        ``check``: a non-zero status raises CommandFailedError."""
        ...

    async def put(self, path: str, content: bytes, *, mode: int = 0o600) -> None:
        """Write a file on the device, whole or not at all (temporary name, then rename)."""
        ...

    async def snmp_get(self, oids: Sequence[str]) -> Mapping[str, object]:
        """Values by OID; a missing one is left out."""
        ...

    async def snmp_walk(self, oid: str) -> Mapping[str, object]:
        """Everything below ``oid``, in order."""
        ...

    async def snmp_table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Columns of one table in few requests: row index -> column -> value. The rows are those of the
        first column; a cell that is missing is left out."""
        ...

    async def netconf(self) -> NetconfSession:
        """The NETCONF session beside; a new one where there is none, or it broke. It ends with this one."""
        ...

    async def close(self) -> None: ...


class Conversation(Session, Protocol):
    """A session of a pool, for one conversation; ``close`` gives it back."""

    @property
    def held(self) -> bool:
        """Whether it goes on over a connection that was held, which may be gone without a word."""
        ...

    def drop(self) -> None:
        """End it without waiting, whatever state it is in; nobody gets it after this."""
        ...
