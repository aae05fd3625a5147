"""Where things stand and stand in for each other: racks, redundancy groups, regions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter

from sqlalchemy import select

from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import Device, Model, Rack, Region
from netwright.inventory.device import DeviceRole, Face
from netwright.inventory.place import Status
from netwright.store.problem import Problem, Severity


def rack_misplaced(touched: Touched) -> Iterator[Problem]:
    """A device's rack is in its site, it fits between bottom and top, and nothing else stands there. What is
    planned for a place that is still taken is a warning, for that is how a device is replaced."""
    session = touched.session
    racks = set(touched.ids("rack"))
    for column, kind in ((Device.id, "device"), (Device.model_id, "model")):
        racks |= {row[0] for row in rows_in(session, select(Device.rack_id), column, touched.ids(kind))}
    query = (
        select(
            Device.id,
            Device.site_id,
            Device.position_u,
            Device.face,
            Model.height_u,
            Model.full_depth,
            Rack.id,
            Rack.site_id,
            Rack.height_u,
            Device.status,
        )
        .join(Model, Model.id == Device.model_id)
        .join(Rack, Rack.id == Device.rack_id)
        .where(Device.status != Status.DECOMMISSIONED)
    )
    units: dict[tuple[int, Face, int], int] = {}
    planned: set[int] = set()
    rows = rows_in(session, query, Device.rack_id, racks - {None})
    for device, site, low, face, height, deep, rack, rack_site, top, status in sorted(
        map(tuple, rows), key=itemgetter(0)
    ):
        planned |= {device} if status is Status.PLANNED else set()
        if site != rack_site:
            message = f"rack {touched.key('rack', rack)} is not in site {touched.key('site', site)}"
            yield touched.problem("device", device, message, "rack")
        if low is None or not height:
            continue
        halves = range(round(2 * low), round(2 * (low + height)))
        said = _units(low, low + height)
        if halves.start < 2 or halves.stop > 2 * (top + 1):
            message = f"{said} not in rack {touched.key('rack', rack)}, which has 1 to {top}"
            yield touched.problem("device", device, message, "position_u")
            continue
        sides = tuple(Face) if deep else (face,)
        taken = {units.setdefault((rack, side, half), device) for side in sides for half in halves}
        for other in sorted(taken - {device}):
            message = (
                f"{said} taken in rack {touched.key('rack', rack)} by device {touched.key('device', other)}"
            )
            later = (device in planned) != (other in planned)
            severity = Severity.WARNING if later else Severity.ERROR
            yield touched.problem("device", device, message, "position_u", severity)


def _units(low: float, beyond: float) -> str:
    """Units from ``low`` to below ``beyond``, as the subject of a sentence."""
    last = beyond - 1
    return f"unit {low:g} is" if last <= low else f"units {low:g} to {last:g} are"


def position_without_rack(touched: Touched) -> Iterator[Problem]:
    """A position means nothing without a rack."""
    query = select(Device.id).where(Device.position_u.is_not(None), Device.rack_id.is_(None))
    for (device,) in rows_in(touched.session, query, Device.id, touched.ids("device")):
        yield touched.problem("device", device, "position_u wants a rack", "position_u")


def unlike_in_group(touched: Touched) -> Iterator[Problem]:
    """Members of a redundancy group have one role, and stand in one site unless they are cores. Those that
    are decommissioned are no members any more."""
    session = touched.session
    query = select(Device.redundancy_group).where(Device.redundancy_group != "")
    placed = touched.changed("device", "redundancy_group", "status", "site_id", "role")
    groups = {row[0] for row in rows_in(session, query, Device.id, placed)}
    members: dict[str, list[tuple[int, DeviceRole, int]]] = defaultdict(list)
    columns = select(Device.redundancy_group, Device.id, Device.role, Device.site_id).where(
        Device.status != Status.DECOMMISSIONED
    )
    for group, device, role, site in rows_in(session, columns, Device.redundancy_group, groups):
        members[group].append((device, role, site))
    for group, found in members.items():
        first, role, site = min(found)
        for device, own_role, own_site in sorted(found)[1:]:
            name = touched.key("device", first)
            if own_role is not role:
                message = f"is of role {own_role}, but {name} in redundancy group {group} is of role {role}"
                yield touched.problem("device", device, message, "redundancy_group")
            elif own_site != site and role is not DeviceRole.CORE:
                message = f"is not in the site of {name}, which is in redundancy group {group} too"
                yield touched.problem("device", device, message, "redundancy_group")


def region_circle(touched: Touched) -> Iterator[Problem]:
    """No region is above itself."""
    parents: dict[int, int | None] = {}
    wanted = set(touched.ids("region"))
    while wanted:
        found = dict(rows_in(touched.session, select(Region.id, Region.parent_id), Region.id, wanted))
        parents.update(found)
        wanted = {parent for parent in found.values() if parent is not None} - parents.keys()
    for region in sorted(touched.ids("region") & parents.keys()):
        seen = {region}
        above = parents[region]
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == region:
            yield touched.problem("region", region, "is above itself in the tree of regions", "parent")
