"""The answers of several sources of one device made one: its command line, its agent, its API.

The first source counts, others fill what it leaves open. Sources name ports and parts each in its own way, so
the names of later ones are first turned into those of the first; a port or part that can't be
found there is not taken over, for it would stand twice.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from netwright.platforms.facts.device import DeviceFacts, DeviceSample, Found
from netwright.platforms.facts.hardware import ComponentFact
from netwright.platforms.facts.interface import InterfaceFact, NeighborFact
from netwright.platforms.facts.join import filled, sourced

F = TypeVar("F", bound=Found)
_NAME = re.compile(r"([a-z_-]*)[ -]?(.*)", re.IGNORECASE | re.DOTALL)
_AT_PORTS = ("addresses", "neighbors", "transceivers")


def merged(parts: Sequence[DeviceFacts]) -> DeviceFacts:
    """One record of the answers of one device, the best source first. Needs one part at least."""
    first = stamped(parts[0])
    for part in parts[1:]:
        first = _two(first, stamped(part))
    return first


def stamped(facts: DeviceFacts) -> DeviceFacts:
    """Each fact with its source, and each source with its time. An agent's facts have theirs from the start;
    the rest of a platform's own reader came over SSH."""
    source = "ssh" if "ssh" in facts.sources else "+".join(facts.sources)
    values = sourced(facts, source)
    if not facts.system.source:
        values["system"] = replace(facts.system, source=source)
    times = dict(facts.answered)
    for one in (*facts.sources, source):
        times.setdefault(one, facts.observed_at)
    return replace(facts, **values, answered=tuple(times.items()))


def sample_of(facts: DeviceFacts) -> DeviceSample:
    """What a round of collection keeps of an answer."""
    return DeviceSample(
        device=facts.device,
        observed_at=facts.observed_at,
        uptime_s=facts.system.uptime_s,
        interfaces=facts.interfaces,
        bgp_sessions=facts.bgp_sessions,
        neighbors=facts.neighbors,
        sensors=facts.sensors,
        load=facts.load,
        unparsed=facts.unparsed,
    )


def same_ports(ours: Iterable[InterfaceFact], theirs: Iterable[InterfaceFact]) -> dict[str, str]:
    """Their name of a port -> ours: the same word, its label, a short form of it (``Gi0/1``), or the one port
    with its hardware address."""
    ours, theirs = tuple(ours), tuple(theirs)
    known = {one.name for one in ours}
    at_place: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in ours:
        kind, place = _parts(one.name)
        at_place[place].append((kind, one.name))
    by_mac = _alone((one.mac, one.name) for one in ours)
    alone = _alone((one.mac, one.name) for one in theirs)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for one in theirs:
        words = [word for word in (one.name, one.label) if word]
        same = next((word for word in words if word in known), None)
        same = same or next((name for word in words if (name := _short_of(word, at_place))), None)
        mac = (one.mac or "").lower()
        if same is None and alone.get(mac) == one.name:
            same = by_mac.get(mac)
        if same is not None and same not in taken:
            found[one.name] = same
            taken.add(same)
    return found


def _alone(pairs: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """By hardware address the port that alone has it."""
    listed = [(mac.lower(), name) for mac, name in pairs if mac]
    count = Counter(mac for mac, _ in listed)
    return {mac: name for mac, name in listed if count[mac] == 1}


def _short_of(word: str, at_place: Mapping[str, Sequence[tuple[str, str]]]) -> str | None:
    """``Gi0/1`` and ``GigabitEthernet0/1``: the same place, one kind begins the other. None where two fit."""
    kind, place = _parts(word)
    fitting = [
        name
        for other, name in at_place.get(place, ())
        if place and min(len(kind), len(other)) >= 2 and (kind.startswith(other) or other.startswith(kind))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _parts(name: str) -> tuple[str, str]:
    match = _NAME.fullmatch(name)
    return (match[1].lower(), match[2]) if match else (name, "")


def _two(one: DeviceFacts, other: DeviceFacts) -> DeviceFacts:
    names = same_ports(one.interfaces, other.interfaces) if one.interfaces else {}
    if one.interfaces:
        other = _renamed(other, names)
    values: dict[str, Any] = {
        spec.name: getattr(one, spec.name) or getattr(other, spec.name)
        for spec in fields(Found)
        if spec.name not in {"system", "load", "unparsed"}
    }
    values["interfaces"] = _filled_rows(one.interfaces, other.interfaces, lambda fact: fact.name)
    values["addresses"] = _addresses(one, other)
    values["neighbors"] = _neighbors(one.neighbors, other.neighbors)
    values["components"] = _components(one, other)
    values["transceivers"] = _filled_rows(
        one.transceivers, other.transceivers, lambda fact: fact.interface or fact.name
    )
    values["bgp_sessions"] = _filled_rows(
        one.bgp_sessions, other.bgp_sessions, lambda fact: fact.remote_address, others=True
    )
    return replace(
        one,
        observed_at=min(one.observed_at, other.observed_at),
        platform=one.platform if one.platform not in {"", "unknown"} else other.platform,
        system=filled(one.system, other.system),
        load=filled(one.load, other.load),
        sources=tuple(sorted({*one.sources, *other.sources})),
        answered=tuple({**dict(other.answered), **dict(one.answered)}.items()),
        unparsed=tuple(dict.fromkeys((*one.unparsed, *other.unparsed))),
        **values,
    )


def _renamed(facts: F, names: Mapping[str, str]) -> F:
    """Ports by the names that the first source has for them."""
    values: dict[str, Any] = {
        field: tuple(
            replace(fact, interface=names[fact.interface]) if fact.interface in names else fact
            for fact in getattr(facts, field)
        )
        for field in _AT_PORTS
    }
    values["interfaces"] = tuple(
        replace(fact, name=names[fact.name]) for fact in facts.interfaces if fact.name in names
    )
    return replace(facts, **values)


def _filled_rows(
    ours: tuple[Any, ...],
    theirs: tuple[Any, ...],
    identity: Callable[[Any], Hashable],
    *,
    others: bool = False,
) -> tuple[Any, ...]:
    """Ours, with what they leave open; ``others``: and those that only they have."""
    if not ours:
        return theirs
    known = {identity(fact): fact for fact in reversed(theirs)}
    rows = tuple(filled(fact, known.pop(identity(fact), fact)) for fact in ours)
    return (*rows, *(fact for fact in theirs if identity(fact) in known)) if others else rows


def _addresses(one: DeviceFacts, other: DeviceFacts) -> tuple[Any, ...]:
    """Both, each address once. A length that was only guessed gives way to one that was told."""
    ports = {fact.name for fact in one.interfaces}
    told = {fact.address.ip: fact for fact in other.addresses}
    rows = []
    for fact in one.addresses:
        better = told.pop(fact.address.ip, fact)
        if better.prefix_known and not fact.prefix_known:
            fact = replace(fact, address=better.address, prefix_known=True, source=better.source)  # noqa: PLW2901
        rows.append(filled(fact, better))
    return (*rows, *(fact for fact in told.values() if not ports or fact.interface in ports))


def _neighbors(ours: tuple[NeighborFact, ...], theirs: tuple[NeighborFact, ...]) -> tuple[NeighborFact, ...]:
    """Ours; those of ports where we heard nobody; an only neighbour of a port is the same one."""
    count = Counter(fact.interface for fact in ours)
    others = Counter(fact.interface for fact in theirs)
    by_port = {fact.interface: fact for fact in theirs if others[fact.interface] == 1}
    rows = tuple(
        filled(fact, by_port[fact.interface])
        if count[fact.interface] == 1 and fact.interface in by_port
        else fact
        for fact in ours
    )
    return (*rows, *(fact for fact in theirs if fact.interface not in count))


def _components(one: DeviceFacts, other: DeviceFacts) -> tuple[Any, ...]:
    """The list that tells more serial numbers, filled from the other by serial number or by name."""
    first, second = one.components, other.components
    if len({part.serial for part in second} - {None}) > len({part.serial for part in first} - {None}):
        first, second = second, first
    by_serial = {part.serial: part for part in second if part.serial}
    by_name = {(part.name, part.component_class): part for part in second}

    def same(part: ComponentFact) -> ComponentFact:
        named = by_name.get((part.name, part.component_class), part)
        return by_serial.get(part.serial, named) if part.serial else named

    return tuple(filled(part, same(part)) for part in first) or second
