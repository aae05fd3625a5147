"""Redundancy groups that are really redundant: no single circuit's way, panel or feed takes them all down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import select

from netwright.intent.rules.power import feeds_of
from netwright.intent.rules.rule import Touched, rows_in
from netwright.intent.trace import ENDS, End, Path, trace
from netwright.inventory import Cable, Circuit, CircuitEnd, Device, Interface, Port
from netwright.inventory.hardware import PortClass
from netwright.inventory.place import Status
from netwright.store.problem import Problem, Severity

Thing: TypeAlias = tuple[str, str]
"""What can fail: a word for it, and its name."""


@dataclass(slots=True)
class _Member:
    """A device of a group: the things on each of its ways out, and the feeds of its supplies."""

    id: int
    site: int
    status: Status
    ways: list[frozenset[Thing]] = field(default_factory=list)
    feeds: set[int] = field(default_factory=set)
    supplies: int = 0


def not_redundant(touched: Touched) -> Iterator[Problem]:
    """For no circuit, circuit's route, panel or feed it holds that every member of a group needs it. While
    one of them is still being built, that is a warning."""
    groups = _groups(touched)
    members = _members(touched, groups)
    _ways(touched, members)
    _feeds(touched, members)
    for group, found in sorted(members.items()):
        if len(found) < 2:
            continue
        building = any(one.status in (Status.PLANNED, Status.STAGED) for one in found)
        severity = Severity.WARNING if building else Severity.ERROR
        for word, name in _needed_by_all(found):
            message = f"redundancy group {group} is not redundant: every way out leads over {word} {name}"
            yield touched.problem("device", found[0].id, message, "redundancy_group", severity)
        feeds = [one.feeds for one in found if one.supplies and len(one.feeds) > 0]
        if len(feeds) == len(found) and len(set.union(*feeds)) == 1:
            name = touched.key("power_feed", next(iter(feeds[0])))
            message = f"redundancy group {group} is not redundant: all members hang on power feed {name} only"
            yield touched.problem("device", found[0].id, message, "redundancy_group", severity)


def _needed_by_all(members: list[_Member]) -> list[Thing]:
    with_ways = [one for one in members if one.ways]
    if len(with_ways) < 2:
        return []
    needed = frozenset.intersection(*(way for one in with_ways for way in one.ways))
    return sorted(needed)


def _groups(touched: Touched) -> set[str]:
    """Groups that the change can have made less redundant."""
    session = touched.session
    devices = touched.changed("device", "redundancy_group", "status", "site_id")
    ends: set[End] = set()
    columns = [getattr(Cable, f"{side}_{kind}_id") for side in "ab" for kind in ENDS]
    kinds = [kind for _ in "ab" for kind in ENDS]
    for row in rows_in(session, select(*columns), Cable.id, touched.ids("cable")):
        ends |= {(kind, value) for kind, value in zip(kinds, row, strict=True) if value is not None}
    circuits = set(touched.ids("circuit"))
    query = select(CircuitEnd.id)
    ends |= {("circuit_end", row[0]) for row in rows_in(session, query, CircuitEnd.circuit_id, circuits)}
    ends |= {("circuit_end", one) for one in touched.ids("circuit_end")}
    indirect = [end for end in ends if end[0] != "interface"]
    ends |= {path.far for path in trace(session, indirect).values() if path.far is not None}
    devices |= _owners(touched, ends)
    named = select(Device.redundancy_group).where(Device.redundancy_group != "")
    return {row[0] for row in rows_in(session, named, Device.id, devices)}


def _owners(touched: Touched, ends: Iterable[End]) -> set[int]:
    """Devices of interfaces and power ports."""
    interfaces = {object_id for kind, object_id in ends if kind == "interface"}
    ports = {object_id for kind, object_id in ends if kind == "port"}
    query, power = (
        select(Interface.device_id),
        select(Port.device_id).where(Port.port_class == PortClass.POWER),
    )
    found = {row[0] for row in rows_in(touched.session, query, Interface.id, interfaces)}
    return found | {row[0] for row in rows_in(touched.session, power, Port.id, ports)}


def _members(touched: Touched, groups: set[str]) -> dict[str, list[_Member]]:
    found: dict[str, list[_Member]] = defaultdict(list)
    query = select(Device.redundancy_group, Device.id, Device.site_id, Device.status).where(
        Device.status != Status.DECOMMISSIONED
    )
    for group, device, site, status in rows_in(touched.session, query, Device.redundancy_group, groups):
        found[group].append(_Member(device, site, status))
    for members in found.values():
        members.sort(key=lambda one: one.id)
    return found


def _ways(touched: Touched, groups: dict[str, list[_Member]]) -> None:
    """Fill in the ways out of each member: those that leave its site if there are any, else those to other
    devices of the site."""
    session = touched.session
    members = {one.id: one for found in groups.values() for one in found}
    own = select(Interface.id, Interface.device_id).where(Interface.management.is_(False))
    interfaces = {row.id: row.device_id for row in rows_in(session, own, Interface.device_id, members)}
    paths = trace(session, [("interface", one) for one in interfaces])
    fars = {path.far[1] for path in paths.values() if path.far is not None and path.far[0] == "interface"}
    away = {
        row.id: (row.device_id, row.site_id)
        for row in rows_in(
            session,
            select(Interface.id, Interface.device_id, Device.site_id).join(
                Device, Device.id == Interface.device_id
            ),
            Interface.id,
            fars,
        )
    }
    things = _things(touched, paths.values())
    groups_of = {one.id: group for group, found in groups.items() for one in found}
    near: dict[int, list[frozenset[Thing]]] = defaultdict(list)
    for start, path in paths.items():
        member = members[interfaces[start[1]]]
        far = away.get(path.far[1]) if path.far is not None and path.far[0] == "interface" else None
        if far is not None and groups_of.get(far[0]) == groups_of[member.id]:
            continue  # between members
        if far is None and not path.through("circuit"):
            continue  # leads nowhere yet
        (near[member.id] if far is not None and far[1] == member.site else member.ways).append(things[start])
    for member in members.values():
        member.ways = member.ways or near[member.id]


def _things(touched: Touched, paths: Iterable[Path]) -> dict[End, frozenset[Thing]]:
    """What each path leads over."""
    paths = list(paths)
    ports = {port for path in paths for port in path.through("port")}
    circuits = {circuit for path in paths for circuit in path.through("circuit")}
    panels: dict[int, int] = {}
    for row in rows_in(touched.session, select(Port.id, Port.device_id), Port.id, ports):
        panels[row.id] = row.device_id
    routes = dict(rows_in(touched.session, select(Circuit.id, Circuit.route), Circuit.id, circuits))
    found: dict[End, frozenset[Thing]] = {}
    for path in paths:
        things = {
            ("panel", touched.key("device", panels[port])) for port in path.through("port") if port in panels
        }
        for circuit in path.through("circuit"):
            things.add(("circuit", touched.key("circuit", circuit)))
            if routes.get(circuit):
                things.add(("route", routes[circuit]))
        found[path.start] = frozenset(things)
    return found


def _feeds(touched: Touched, groups: dict[str, list[_Member]]) -> None:
    members = {one.id: one for found in groups.values() for one in found}
    query = select(Port.id, Port.device_id).where(Port.port_class == PortClass.POWER)
    supplies = {row.id: row.device_id for row in rows_in(touched.session, query, Port.device_id, members)}
    for device in supplies.values():
        members[device].supplies += 1
    for port, feed in feeds_of(touched, supplies).items():
        members[supplies[port]].feeds.add(feed)
