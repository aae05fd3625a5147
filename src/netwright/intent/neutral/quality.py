"""Quality of service, and samples of the traffic: which packets are told apart and what they get."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import Field

from netwright.base import address
from netwright.intent.neutral.value import Dscp, Host, Hosts, Line, Named, PortNumber, Word, section

Percent = Annotated[int, Field(ge=1, le=100)]


@section
class QosClass:
    """Packets told apart by any of their DSCP values, or by an access list of each family."""

    name: Word
    dscp: tuple[Dscp, ...] = ()
    access_list: Word = ""
    access_list6: Word = ""


@section
class QosRule:
    """What the packets of a class get."""

    name: Word
    """Name of the class; ``default`` for what no other class takes."""
    set_dscp: Dscp | None = None
    queue: Annotated[int, Field(ge=0, le=15)] | None = None
    """Traffic class or queue."""
    priority: bool = False
    """Served before the others."""
    bandwidth_percent: Percent | None = None
    police_bps: Annotated[int, Field(ge=8000)] | None = None

    @property
    def default(self) -> bool:
        return self.name == "default"


@section
class QosPolicy:
    """A policy that interfaces name, on the way in or out; the rule ``default`` comes last."""

    name: Word
    rules: Named[QosRule] = ()

    @property
    def ordered(self) -> tuple[QosRule, ...]:
        return tuple(sorted(self.rules, key=lambda rule: (rule.default, rule.name)))


@section
class QosView:
    """Classes and policies, in order of name."""

    classes: Named[QosClass] = ()
    policies: Named[QosPolicy] = ()


class SamplingProtocol(enum.StrEnum):
    """What samples are told in."""

    SFLOW = "sflow"
    NETFLOW9 = "netflow9"
    IPFIX = "ipfix"


@section
class Collector:
    """Where samples go. ``port`` None: the protocol's own (6343 sFlow, 2055 NetFlow, 4739 IPFIX)."""

    host: Host
    port: PortNumber | None = None


_PORTS = {SamplingProtocol.SFLOW: 6343, SamplingProtocol.NETFLOW9: 2055, SamplingProtocol.IPFIX: 4739}


@section
class SamplingView:
    """Samples of traffic, one packet in ``rate``; of the interfaces whose ``sampling`` is set."""

    protocol: SamplingProtocol = SamplingProtocol.SFLOW
    collectors: Hosts[Collector] = ()
    rate: Annotated[int, Field(ge=1, le=16777215)] = 4096
    polling_interval_s: Annotated[int, Field(ge=1, le=3600)] = 20
    """Of counters, sFlow."""
    active_timeout_s: Annotated[int, Field(ge=1, le=604800)] = 60
    """After which a flow that goes on is told; NetFlow and IPFIX."""
    source_interface: Line = ""
    source_address: address.Address | None = None
    vrf: Word = ""

    @property
    def default_port(self) -> int:
        return _PORTS[self.protocol]
