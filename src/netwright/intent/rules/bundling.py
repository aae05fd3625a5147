"""Bundles, sub-interfaces and lanes: members of one device, one speed, and no circles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select

from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import Interface
from netwright.store.problem import Problem

_COLUMNS = (
    Interface.id,
    Interface.device_id,
    Interface.lag_id,
    Interface.parent_id,
    Interface.speed_bps,
    Interface.lane,
    Interface.enabled,
)


def lag_members(touched: Touched) -> Iterator[Problem]:
    """Members of a bundle are on its device, and those that are on have one speed; a bundle is no member."""
    session, query = touched.session, select(*_COLUMNS)
    mine = {
        row.id: row for row in rows_in(session, query, Interface.id, touched.having("interface", "lag_id"))
    }
    lags = {row.lag_id for row in mine.values()} - {None}
    lags |= {row.lag_id for row in rows_in(session, query, Interface.lag_id, mine)}
    members: dict[int, list[int]] = defaultdict(list)
    rows = dict(mine)
    rows.update((row.id, row) for row in rows_in(session, query, Interface.lag_id, lags))
    rows.update((row.id, row) for row in rows_in(session, query, Interface.id, lags))
    for row in sorted(rows.values(), key=lambda row: row.id):
        if row.lag_id in lags:
            members[row.lag_id].append(row.id)
    for lag, found in sorted(members.items()):
        name = touched.key("interface", lag)
        if rows[lag].lag_id is not None:
            yield touched.problem("interface", lag, "is a bundle and member of another one", "lag")
        speeds = {rows[one].speed_bps for one in found if rows[one].enabled} - {None}
        for one in found:
            if rows[one].device_id != rows[lag].device_id:
                yield touched.problem("interface", one, f"its bundle {name} is on another device", "lag")
            if rows[one].parent_id is not None:
                yield touched.problem("interface", one, "is a sub-interface and member of a bundle", "lag")
        if len(speeds) > 1:
            said = ", ".join(f"{speed:,}" for speed in sorted(speeds))
            yield touched.problem("interface", lag, f"its members have different speeds: {said} bit/s", "lag")


def parents(touched: Touched) -> Iterator[Problem]:
    """A sub-interface or lane is on its parent's device; a parent is not below itself; no lane twice."""
    session, query = touched.session, select(*_COLUMNS)
    ids = touched.having("interface", "parent_id")
    mine = {row.id: row for row in rows_in(session, query, Interface.id, ids)}
    rows = dict(mine)
    wanted = {row.parent_id for row in mine.values()} - {None}
    wanted -= rows.keys()
    while wanted:
        found = {row.id: row for row in rows_in(session, query, Interface.id, wanted)}
        rows.update(found)
        wanted = {row.parent_id for row in found.values()} - {None} - rows.keys()
    lanes: dict[tuple[int, int], int] = {}
    parents_ = {row.parent_id for row in mine.values() if row.lane is not None}
    for row in rows_in(session, query, Interface.parent_id, parents_):
        if row.lane is not None:
            other = lanes.setdefault((row.parent_id, row.lane), row.id)
            if other != row.id:
                name = touched.key("interface", other)
                yield touched.problem("interface", row.id, f"lane {row.lane} is taken by {name}", "lane")
    for row in sorted(mine.values(), key=lambda row: row.id):
        if row.parent_id is None or row.parent_id not in rows:
            continue
        if rows[row.parent_id].device_id != row.device_id:
            name = touched.key("interface", row.parent_id)
            yield touched.problem("interface", row.id, f"its parent {name} is on another device", "parent")
        seen, at = {row.id}, row.parent_id
        while at is not None and at in rows and at not in seen:
            seen.add(at)
            at = rows[at].parent_id
        if at == row.id:
            yield touched.problem("interface", row.id, "is above itself", "parent")
