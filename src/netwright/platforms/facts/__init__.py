"""What a device says about itself, in neutral words (OpenConfig's where it has them).

Every platform's parsers return these records, whatever carried the answer. ``None`` means "the device did not
say". ``source`` is the question whose answer brought the fact, ``cli: show version | json``; when that was
answered stands in ``DeviceFacts.answered``.

Main path: ``device`` (all facts of one device) -> ``interface``, ``hardware`` and their like (the records) ->
``join`` (facts of several answers made one).
"""

from netwright.platforms.facts.bgp import BgpDetail, BgpFamily, BgpSessionFact, BgpState
from netwright.platforms.facts.device import DeviceFacts, DeviceSample, Found
from netwright.platforms.facts.forwarding import (
    ArpFact,
    BfdFact,
    MacFact,
    PathFact,
    RouteFact,
    RouteSummary,
    VlanFact,
)
from netwright.platforms.facts.hardware import ComponentFact, LaneFact, Limits, SensorFact, TransceiverFact
from netwright.platforms.facts.interface import (
    AddressFact,
    InterfaceFact,
    LagFact,
    LagMember,
    NeighborFact,
    OperState,
)
from netwright.platforms.facts.join import joined
from netwright.platforms.facts.system import CpuFact, Load, NtpFact, System, UserFact

__all__ = [
    "AddressFact", "ArpFact", "BfdFact", "BgpDetail", "BgpFamily", "BgpSessionFact", "BgpState",
    "ComponentFact", "CpuFact", "DeviceFacts", "DeviceSample", "Found", "InterfaceFact", "LagFact",
    "LagMember", "LaneFact", "Limits", "Load", "MacFact", "NeighborFact", "NtpFact", "OperState", "PathFact",
    "RouteFact", "RouteSummary", "SensorFact", "System", "TransceiverFact", "UserFact", "VlanFact", "joined",
]  # fmt: skip
