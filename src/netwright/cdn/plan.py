"""From a placement to holdings: what each server is to fetch, keep and remove."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwright.base.clock import Clock
from netwright.base.errors import InputError
from netwright.cdn.network import placement_groups, placement_servers, read_network
from netwright.cdn.placement import Placement, place
from netwright.cdn.records import Demand, Holding, HoldingState, Title


@dataclass(frozen=True, slots=True)
class PlacementPlan:
    """A placement held against what the servers have."""

    placement: Placement
    fetch: tuple[tuple[str, str], ...]
    """(device, title) to be copied."""
    evict: tuple[tuple[str, str], ...]
    kept: int


def make_placement(session: Session) -> PlacementPlan:
    """Compute a placement for the demand there is. Raises InputError when the catalogue is empty."""
    sizes = {row.id: row.size_bytes for row in session.execute(select(Title.id, Title.size_bytes))}
    if not sizes:
        raise InputError("the catalogue is empty", remedy="Read one with `netwright cdn import FILE`.")
    if not session.scalar(select(Demand.region).limit(1)):
        raise InputError(
            "there is no demand", remedy="Give one with `netwright cdn import FILE --demand FILE`."
        )
    network = read_network(session)
    present: dict[str, set[str]] = defaultdict(set)
    for device, title, state in session.execute(select(Holding.device, Holding.title_id, Holding.state)):
        if state is not HoldingState.EVICTING:
            present[device].add(title)
    placement = place(
        placement_servers(network),
        sizes,
        placement_groups(session, network),
        {device: frozenset(titles) for device, titles in present.items()},
    )
    wanted = {(device, title) for device, titles in placement.titles.items() for title in titles}
    now = {(device, title) for device, titles in present.items() for title in titles}
    return PlacementPlan(
        placement, tuple(sorted(wanted - now)), tuple(sorted(now - wanted)), len(wanted & now)
    )


def keep_placement(session: Session, plan: PlacementPlan, clock: Clock) -> None:
    """Write the plan down as holdings for the fill to carry out."""
    now = clock.now()
    for device, title in plan.fetch:
        holding = session.get(Holding, (device, title))
        if holding is None:
            session.add(Holding(device=device, title_id=title, state=HoldingState.PLANNED, planned_at=now))
        else:
            holding.state, holding.planned_at, holding.error = HoldingState.PLANNED, now, ""
    for device, title in plan.evict:
        holding = session.get(Holding, (device, title))
        if holding is not None:
            holding.state = HoldingState.EVICTING


def forget(session: Session, device: str, title: str) -> None:
    """A copy is gone from a server; a title that left the catalogue goes with its last copy."""
    session.execute(delete(Holding).where(Holding.device == device, Holding.title_id == title))
