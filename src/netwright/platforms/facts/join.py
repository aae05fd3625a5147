"""Facts of several answers made one: the first answer that tells a field counts, later ones fill what it
left open."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from netwright.platforms.facts.bgp import BgpSessionFact
from netwright.platforms.facts.device import Found
from netwright.platforms.facts.forwarding import VlanFact
from netwright.platforms.facts.interface import NeighborFact, OperState

R = TypeVar("R")

_OPEN: tuple[object, ...] = (None, "", (), OperState.UNKNOWN)


def _instance(fact: Any) -> str:
    """Platforms name the default instance, or don't."""
    return "default" if fact.routing_instance in {None, "master"} else str(fact.routing_instance)


_IDENTITY: Mapping[str, Callable[[Any], Hashable]] = {
    "interfaces": lambda fact: fact.name,
    "addresses": lambda fact: (fact.interface, fact.address.ip),
    "components": lambda fact: (fact.name, fact.component_class, fact.index, fact.parent),
    "sensors": lambda fact: (fact.component, fact.name, fact.sensor_class),
    "neighbors": lambda fact: (fact.interface, fact.protocol, fact.remote_device, fact.remote_interface),
    "bgp_sessions": lambda fact: (_instance(fact), fact.remote_address, fact.interface),
    "transceivers": lambda fact: fact.interface or fact.name,
    "lags": lambda fact: fact.name,
    "vlans": lambda fact: fact.vlan_id,
    "ntp": lambda fact: (fact.address, fact.association),
    "users": lambda fact: fact.name,
    "bfd": lambda fact: (_instance(fact), fact.remote_address, fact.interface),
}
"""By what two answers speak of one thing; where nothing is said, each record is its own."""

_SINGLE = ("system", "load")


def sourced(facts: Found, source: str) -> dict[str, Any]:
    """The lists of facts, each fact that tells no source with this one."""
    return {
        spec.name: tuple(
            replace(fact, source=source) if getattr(fact, "source", None) == "" else fact
            for fact in getattr(facts, spec.name)
        )
        for spec in fields(Found)
        if spec.name not in {*_SINGLE, "unparsed"}
    }


def joined(parts: Iterable[Found]) -> Found:
    """One record of everything, in the order of the answers."""
    every = list(parts)
    values: dict[str, Any] = {}
    for spec in fields(Found):
        found = [getattr(part, spec.name) for part in every]
        if spec.name in _SINGLE:
            values[spec.name] = _all_filled(found) if found else getattr(Found(), spec.name)
        else:
            values[spec.name] = _rows(spec.name, found)
    return Found(**values)


def _rows(name: str, answers: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    identity = _IDENTITY.get(name)
    flat = [fact for facts in answers for fact in facts]
    if name == "neighbors":
        flat = _at_ports(flat)
    if identity is None:
        return _new_ones(answers)
    known: dict[Hashable, Any] = {}
    for fact in flat:
        key = identity(fact)
        if _another(known.get(key), fact):
            key = (key, fact.local_address)
        known[key] = _one(known[key], fact) if key in known else fact
    return tuple(known.values())


def _another(one: Any, other: Any) -> bool:
    """Two sessions with one neighbour, from two addresses of ours."""
    return (
        isinstance(one, BgpSessionFact)
        and one.local_address is not None
        and other.local_address is not None
        and one.local_address != other.local_address
    )


def _one(one: Any, other: Any) -> Any:
    """Two answers tell a VLAN's access ports and its trunks, or a session's families: both count."""
    if isinstance(one, VlanFact) and one.interfaces != other.interfaces:
        one = replace(one, interfaces=tuple(dict.fromkeys((*one.interfaces, *other.interfaces))))
    if isinstance(one, BgpSessionFact) and one.families != other.families:
        known = {family.name: family for family in one.families}
        for family in other.families:
            known[family.name] = filled(known[family.name], family) if family.name in known else family
        one = replace(one, families=tuple(known.values()))
    return filled(one, other)


def _at_ports(neighbors: list[NeighborFact]) -> list[NeighborFact]:
    """A long answer that names no local port takes it from the short one, whose names may be cut off."""
    placed = [one for one in neighbors if one.interface]
    found: list[NeighborFact] = []
    for one in neighbors:
        twins = [other for other in placed if not one.interface and _same(one, other)]
        found.append(replace(one, interface=twins[0].interface) if len(twins) == 1 else one)
    whole = {(one.interface, one.remote_interface) for one in found if one.interface and one.remote_chassis}
    return [one for one in found if one.remote_chassis or (one.interface, one.remote_interface) not in whole]


def _same(one: NeighborFact, other: NeighborFact) -> bool:
    cut = other.remote_device
    if not cut:  # it advertises no name: it is one that is known by its chassis
        return one.remote_interface == other.remote_interface and one.remote_device == one.remote_chassis
    return one.remote_interface == other.remote_interface and (
        one.remote_device.startswith(cut) or cut in {one.remote_chassis, one.remote_interface}
    )


def _new_ones(answers: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Rows without an identity: two alike in one answer are two, the same ones in another answer are not."""
    found: list[Any] = []
    for facts in answers:
        known = set(found)
        found += [fact for fact in facts if fact not in known]
    return tuple(found)


def _all_filled(records: list[Any]) -> Any:
    one = records[0]
    for other in records[1:]:
        one = filled(one, other)
    return one


def filled(one: R, other: R) -> R:
    """``one`` with what it leaves open taken from ``other``. Both are records of one class."""
    spec: Any = one
    # an answer that knows the state knows whether it is switched on: the rest only guess
    knows = getattr(one, "oper", None) in _OPEN and getattr(other, "oper", None) not in _OPEN
    open_ = {
        field.name: getattr(other, field.name)
        for field in fields(spec)
        if (getattr(one, field.name) in _OPEN and getattr(other, field.name) not in _OPEN)
        or (knows and field.name == "admin_up")
    }
    result: R = replace(spec, **open_) if open_ else one
    return result
