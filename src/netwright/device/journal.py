"""What is said in a session, for whoever writes it down: an endpoint's ``recorder`` is asked for a journal
when something is said first, and told of each exchange once it is over.

Entries hold what was said as it was said, secrets too: the journal takes them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from netwright.base.secret import Secret

Way = Literal["exec", "terminal", "netconf", "http", "gnmi", "snmp"]
"""How a device was asked."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command on an exec channel. ``whole``: the device said that this is all. ``refused``: why it takes no
    commands there."""

    command: str
    output: bytes = b""
    error: bytes = b""
    status: int | None = None
    whole: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """On a terminal. ``secret``: all of it."""

    text: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What came next, control characters and all."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """A terminal was closed; ``whole`` if not in the middle of an answer."""

    whole: bool


@dataclass(frozen=True, slots=True)
class Greeted:
    """A NETCONF server's hello."""

    hello: bytes


@dataclass(frozen=True, slots=True)
class Operated:
    """A NETCONF operation and the ``rpc-reply``."""

    operation: bytes
    reply: bytes


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An HTTP request and its response. Header names are lower case."""

    method: str
    path: str
    body: bytes | None
    status: int
    headers: Mapping[str, str]
    answer: bytes


@dataclass(frozen=True, slots=True)
class Called:
    """A gNMI call: the messages that were sent and that came; the target's status where it refused."""

    name: str
    request: bytes
    answers: Sequence[bytes]
    code: str = "OK"
    details: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of an SNMP agent: the value of ``oid``, or all ``below`` it. ``found``: values by OID."""

    oid: str
    below: bool
    found: Mapping[str, object]


Entry = Ran | Typed | Shown | Ended | Greeted | Operated | Exchanged | Called | Asked


class Journal(Protocol):
    """Of one session."""

    def note(self, entry: Entry) -> None:
        """An error here is the writer's own affair, not the device's: StorageError."""
        ...


class Recorder(Protocol):
    """Writes sessions down. ``secrets``: what must stand in no journal."""

    def begin(self, device: str, way: Way, secrets: Sequence[Secret]) -> Journal: ...
