"""Power: what hangs on a feed, through outlets and power units, against what the feed may carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.intent.rules.rule import Touched, rows_in
from netwright.intent.trace import ENDS, cables_at
from netwright.inventory import Cable, Device, Port, PowerFeed
from netwright.inventory.hardware import PortClass
from netwright.inventory.place import FeedPhase, Status
from netwright.store.problem import Problem, Severity

_LEVELS = 6
"""Power units behind power units."""
_ROOT_3 = 3**0.5


RATING = (PowerFeed.voltage_v, PowerFeed.amperage_a, PowerFeed.share_percent, PowerFeed.phase)
"""What ``capacity_w`` takes."""


def capacity_w(voltage_v: int, amperage_a: int, share_percent: int, phase: FeedPhase) -> float:
    """What a feed may carry, in watts."""
    return voltage_v * amperage_a * (_ROOT_3 if phase is FeedPhase.THREE else 1.0) * share_percent / 100


@dataclass(slots=True)
class Feeding:
    """Which feeds power ports hang on, and what devices draw."""

    feeds: dict[int, int] = field(default_factory=dict)
    """Power port -> feed."""
    devices: dict[int, int] = field(default_factory=dict)
    """Power port -> device."""
    draws: dict[int, dict[int, int]] = field(default_factory=dict)
    """Device -> what each of its supplies is planned with, by power port, in watts."""


def overdrawn_feeds(touched: Touched) -> Iterator[Problem]:
    """A feed carries what the supplies on it draw; and all that their devices draw, when the other feeds
    fail, which is a warning. What is decommissioned draws nothing."""
    feeds = set(touched.ids("power_feed")) | _feeds_of(touched, _touched_ports(touched))
    if not feeds:
        return
    hanging = hanging_on(touched.session, feeds)
    loads: dict[int, dict[int, int]] = defaultdict(dict)
    shares: dict[int, int] = defaultdict(int)
    for port, feed in hanging.feeds.items():
        device = hanging.devices.get(port)
        if device is not None:
            loads[feed][device] = sum(hanging.draws.get(device, {}).values())
            shares[feed] += hanging.draws.get(device, {}).get(port, 0)
    for row in rows_in(touched.session, select(PowerFeed.id, *RATING), PowerFeed.id, loads):
        capacity = capacity_w(row.voltage_v, row.amperage_a, row.share_percent, row.phase)
        share, whole = shares[row.id], sum(loads[row.id].values())
        if whole > capacity:
            most = sorted(loads[row.id], key=lambda device: -loads[row.id][device])[:3]
            names = ", ".join(touched.key("device", device) for device in most)
            now = share > capacity
            load = f"{share:,} W hang on it" if now else f"{whole:,} W hang on it when other feeds fail"
            message = f"{load}, it may carry {capacity:,.0f} W; most is drawn by {names}"
            severity = Severity.ERROR if now else Severity.WARNING
            yield touched.problem("power_feed", row.id, message, severity=severity)


def hanging_on(session: Session, feeds: Iterable[int]) -> Feeding:
    """Everything below some feeds."""
    found = Feeding()
    at = {("power_feed", feed): feed for feed in feeds}
    leaves: dict[int, int] = {}
    for _ in range(_LEVELS):
        inlets = {end[1]: at[start] for start, (_, end) in cables_at(session, at).items() if end[0] == "port"}
        if not inlets:
            break
        query = select(Port.id, Port.power_port_id)
        outlets = {
            row.id: inlets[row.power_port_id] for row in rows_in(session, query, Port.power_port_id, inlets)
        }
        units = {row.power_port_id for row in rows_in(session, query, Port.power_port_id, inlets)}
        leaves.update((port, feed) for port, feed in inlets.items() if port not in units)
        at = {("port", outlet): feed for outlet, feed in outlets.items()}
    found.feeds = leaves
    query = (
        select(Port.id, Port.device_id)
        .join(Device, Device.id == Port.device_id)
        .where(Device.status != Status.DECOMMISSIONED)
    )
    found.devices = {row.id: row.device_id for row in rows_in(session, query, Port.id, leaves)}
    columns = (Port.id, Port.device_id, Port.allocated_draw_w, Port.maximum_draw_w)
    supplies = select(*columns).where(Port.port_class == PortClass.POWER)
    for row in rows_in(session, supplies, Port.device_id, set(found.devices.values())):
        draw = row.allocated_draw_w if row.allocated_draw_w is not None else row.maximum_draw_w
        found.draws.setdefault(row.device_id, {})[row.id] = draw or 0
    return found


def feeds_of(touched: Touched, ports: Iterable[int]) -> dict[int, int]:
    """The feed that each power port hangs on, through whatever power units."""
    session = touched.session
    at = {port: [port] for port in ports}
    found: dict[int, int] = {}
    for _ in range(_LEVELS):
        if not at:
            break
        upward: dict[int, list[int]] = defaultdict(list)
        for (_, port), (_, end) in cables_at(session, [("port", port) for port in at]).items():
            if end[0] == "power_feed":
                found.update(dict.fromkeys(at[port], end[1]))
            elif end[0] == "port":
                upward[end[1]] += at[port]
        query = select(Port.id, Port.power_port_id).where(Port.power_port_id.is_not(None))
        at = defaultdict(list)
        for row in rows_in(session, query, Port.id, upward):
            at[row.power_port_id] += upward[row.id]
    return found


def _feeds_of(touched: Touched, ports: set[int]) -> set[int]:
    """Feeds above some ports, of outlets too. Ports of one power unit share the way up, so one is enough."""
    query = select(Port.id, Port.power_port_id)
    inlets = {row.power_port_id or row.id for row in rows_in(touched.session, query, Port.id, ports)}
    feeds: set[int] = set()
    at = inlets
    for _ in range(_LEVELS):
        if not at:
            break
        ends = [end for _, end in cables_at(touched.session, [("port", port) for port in at]).values()]
        feeds |= {object_id for kind, object_id in ends if kind == "power_feed"}
        above = {object_id for kind, object_id in ends if kind == "port"}
        up = select(Port.id, Port.power_port_id).where(Port.power_port_id.is_not(None))
        at = {row.power_port_id for row in rows_in(touched.session, up, Port.id, above)}
    return feeds


def _touched_ports(touched: Touched) -> set[int]:
    """Power ports and outlets that were touched, those of touched devices, and those at touched cables."""
    found = set(touched.ids("port"))
    own = select(Port.id).where(Port.port_class == PortClass.POWER)
    found |= {
        row.id for row in rows_in(touched.session, own, Port.device_id, touched.changed("device", "status"))
    }
    columns = [getattr(Cable, f"{side}_{kind}_id") for side in "ab" for kind in ENDS if kind == "port"]
    for row in rows_in(touched.session, select(*columns), Cable.id, touched.ids("cable")):
        found |= {port for port in row if port is not None}
    classes = (PortClass.POWER, PortClass.POWER_OUTLET)
    query = select(Port.id).where(Port.port_class.in_(classes))
    return {row.id for row in rows_in(touched.session, query, Port.id, found)}
