"""Cables from what neighbours tell of each other by LLDP, heard at both ends or at one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from netwright.collect.adoption.picture import Picture
from netwright.collect.adoption.put import Drafting
from netwright.inventory import Cable, Device, Interface
from netwright.store.among import among
from netwright.store.naming import SEPARATOR

End = tuple[str, str]
"""Device and interface."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A way between two interfaces. ``both``: each end hears the other."""

    a: End
    b: End
    both: bool


def draft_cables(session: Session, picture: Picture, drafting: Drafting) -> None:
    """One cable a way; ends by their names in the inventory. What contradicts itself is told and left out."""
    ways = list(_ways(picture, drafting))
    taken: dict[End, set[End]] = {}
    for way in ways:
        taken.setdefault(way.a, set()).add(way.b)
        taken.setdefault(way.b, set()).add(way.a)
    there = _there(session, taken)
    for way in ways:
        device = way.a[0]
        crowd = next((end for end in (way.a, way.b) if len(taken[end]) > 1), None)
        if crowd is not None:
            far = ", ".join(sorted(" ".join(end) for end in taken[crowd]))
            message = f"{' '.join(crowd)} hears several neighbours ({far}): no cable is proposed"
            drafting.remark(device, "cable", " ".join(crowd), message)
            continue
        old = [there[end] for end in (way.a, way.b) if end in there]
        if any(one.ends in {(way.a, way.b), (way.b, way.a)} for one in old):
            continue  # it is wanted already
        if len({one.name for one in old}) == 2:
            names = ", ".join(one.name for one in old)
            message = f"two other cables are wanted there ({names}): take one away first"
            drafting.remark(device, "cable", f"{' '.join(way.a)} - {' '.join(way.b)}", message)
            continue
        turned = bool(old) and (old[0].ends[0] == way.b or old[0].ends[1] == way.a)
        keys = [SEPARATOR.join(end) for end in ((way.b, way.a) if turned else (way.a, way.b))]
        name = old[0].name if old else " -- ".join(keys)
        drafting.put(device, "cable", {"name": name, "a_interface": keys[0], "b_interface": keys[1]})
        if not way.both:
            message = f"only {way.a[0]} hears the other end: look whether it is plugged so"
            drafting.remark(device, "cable", name, message)


def _ways(picture: Picture, drafting: Drafting) -> Iterator[Heard]:
    heard: dict[tuple[End, End], None] = {}
    for device, told in picture.told.items():
        for one in told.neighbors:
            far = picture.who(one.remote_device)
            if far is None or not picture.is_ours(far):
                message = f"its neighbour {one.remote_device or 'without a name'} is not in the inventory"
                drafting.remark(device, "cable", f"{told.name} {one.interface}", message)
                continue
            words = (one.remote_interface, one.remote_description or "")
            port = picture.port_named(far, words)
            if port is None or one.interface not in told.ports:
                message = f"the far end {far} {one.remote_interface} is no interface that is known"
                drafting.remark(device, "cable", f"{told.name} {one.interface}", message)
                continue
            heard[(device, one.interface), (far, port)] = None
    done: set[frozenset[End]] = set()
    for here, there in heard:
        if frozenset((here, there)) in done or here == there:
            continue
        done.add(frozenset((here, there)))
        both = (there, here) in heard or _hears(picture, there, here)
        a, b = ((picture.names.get(end[0], end[0]), end[1]) for end in (here, there))
        yield Heard(min(a, b), max(a, b), both) if both else Heard(a, b, both)


def _hears(picture: Picture, here: End, there: End) -> bool:
    """Whether a device that is not adopted now said that it hears another."""
    seen = picture.seen.get(here[0])
    for one in seen.neighbors.get(here[1], ()) if seen else ():
        if picture.who(one.device) == there[0]:
            return picture.port_named(there[0], (one.port, one.port_description)) == there[1]
    return False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A cable of the inventory."""

    name: str
    ends: tuple[End, End]


def _there(session: Session, ends: Collection[End]) -> Mapping[End, _Wanted]:
    """The wanted cables at these ends, by their ends."""
    ids = _ports(session, among(session, Device.name, {device for device, _ in ends}))
    own = [number for number, end in ids.items() if end in ends]
    rows: list[tuple[str, int | None, int | None]] = []
    for side in (Cable.a_interface_id, Cable.b_interface_id):
        query = select(Cable.name, Cable.a_interface_id, Cable.b_interface_id).where(
            among(session, side, own)
        )
        rows += [(name, a, b) for name, a, b in session.execute(query)] if own else []
    far = {number for _, a, b in rows for number in (a, b) if number is not None} - ids.keys()
    ids |= _ports(session, among(session, Interface.id, far)) if far else {}
    found: dict[End, _Wanted] = {}
    for name, a, b in rows:
        pair = _at(ids, a), _at(ids, b)
        for end in pair:
            found[end] = _Wanted(name, pair)
    found.pop(("", ""), None)
    return found


def _at(ids: Mapping[int, End], number: int | None) -> End:
    return ("", "") if number is None else ids.get(number, ("", ""))


def _ports(session: Session, which: ColumnElement[bool]) -> dict[int, End]:
    query = select(Interface.id, Device.name, Interface.name).join(Device, Interface.device_id == Device.id)
    return {number: (device, port) for number, device, port in session.execute(query.where(which))}
