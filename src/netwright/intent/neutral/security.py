"""Access lists: ordered entries that let packets pass or not."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import BeforeValidator, Field

from netwright.base import address
from netwright.intent.neutral.value import Dscp, Line, Numbered, Word, section


class AccessAction(enum.StrEnum):
    """What becomes of a packet."""

    PERMIT = "permit"
    DENY = "deny"


class Protocol(enum.StrEnum):
    """Protocol above IP; ``any``: all of them. ``icmp`` is ICMPv6 in an IPv6 list."""

    ANY = "any"
    TCP = "tcp"
    UDP = "udp"
    ICMP = "icmp"
    GRE = "gre"
    ESP = "esp"
    OSPF = "ospf"
    VRRP = "vrrp"


@section
class PortRange:
    """Ports ``first`` to ``last``, both included."""

    first: Annotated[int, Field(ge=0, le=65535)]
    last: Annotated[int, Field(ge=0, le=65535)]

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"ports {self.first}-{self.last} end before they begin")

    @property
    def single(self) -> bool:
        return self.first == self.last


def _ports(value: object) -> object:
    """``80``, ``"80"``, ``"8000-8080"``, or a list of these."""
    values = value if isinstance(value, list) else [value]
    return [_port_range(one) for one in values]


def _port_range(value: object) -> object:
    if isinstance(value, str | int) and not isinstance(value, bool):
        first, _, last = str(value).partition("-")
        return {"first": first, "last": last or first}
    return value


Ports = Annotated[tuple[PortRange, ...], BeforeValidator(_ports)]


@section
class AccessEntry:
    """One entry. ``source`` and ``destination`` None: any. Port ranges are of TCP and UDP only; a template
    whose platform takes one range an entry writes an entry for each pair."""

    sequence: Annotated[int, Field(ge=1, le=4294967295)]
    action: AccessAction
    protocol: Protocol = Protocol.ANY
    source: address.Prefix | None = None
    source_ports: Ports = ()
    destination: address.Prefix | None = None
    destination_ports: Ports = ()
    established: bool = False
    """TCP: only packets of connections that exist."""
    icmp_type: Annotated[int, Field(ge=0, le=255)] | None = None
    dscp: Dscp | None = None
    log: bool = False
    remark: Line = ""


@section
class AccessList:
    """An access list of one family (4 or 6). What no entry takes is denied."""

    name: Word
    family: Annotated[int, Field(ge=4, le=6, multiple_of=2)] = 4
    entries: Numbered[AccessEntry] = ()

    def __post_init__(self) -> None:
        for entry in self.entries:
            ends = [end for end in (entry.source, entry.destination) if end is not None]
            if any(end.version != self.family for end in ends):
                raise ValueError(f"entry {entry.sequence} has a prefix that is not IPv{self.family}")
            ported = entry.source_ports or entry.destination_ports
            if ported and entry.protocol not in {Protocol.TCP, Protocol.UDP}:
                raise ValueError(f"entry {entry.sequence} has ports, so its protocol should be tcp or udp")
            if entry.established and entry.protocol is not Protocol.TCP:
                raise ValueError(f"entry {entry.sequence} is for established connections of tcp only")
            if entry.icmp_type is not None and entry.protocol is not Protocol.ICMP:
                raise ValueError(f"entry {entry.sequence} has an ICMP type, so its protocol should be icmp")
