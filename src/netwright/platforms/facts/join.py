"""Facts of several answers made one: the first answer that tells a field counts, later ones fill what it
left open."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from netwright.platforms.facts.device import Found
from netwright.platforms.facts.interface import OperState

R = TypeVar("R")

_OPEN: tuple[object, ...] = (None, "", (), OperState.UNKNOWN)
_IDENTITY: Mapping[str, Callable[[Any], Hashable]] = {
    "interfaces": lambda fact: fact.name,
    "addresses": lambda fact: (fact.interface, fact.address.ip),
    "components": lambda fact: (fact.name, fact.component_class, fact.index, fact.parent),
    "sensors": lambda fact: (fact.component, fact.name, fact.sensor_class),
    "neighbors": lambda fact: (fact.interface, fact.protocol, fact.remote_device, fact.remote_interface),
    "bgp_sessions": lambda fact: (fact.routing_instance or "default", fact.remote_address, fact.interface),
    "transceivers": lambda fact: fact.interface or fact.name,
    "lags": lambda fact: fact.name,
    "vlans": lambda fact: fact.vlan_id,
    "ntp": lambda fact: (fact.address, fact.association),
    "users": lambda fact: fact.name,
    "bfd": lambda fact: (fact.routing_instance, fact.remote_address, fact.interface),
}
"""By what two answers speak of one thing; where nothing is said, each record is its own."""

_SINGLE = ("system", "load")


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
    if identity is None:
        return _new_ones(answers)
    known: dict[Hashable, Any] = {}
    for fact in flat:
        key = identity(fact)
        known[key] = filled(known[key], fact) if key in known else fact
    return tuple(known.values())


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
