"""Asks devices of the inventory what they are and keeps the answers. ``discovery`` finds others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from netwright.base.clock import Clock
from netwright.base.outcome import Outcome
from netwright.collect.discovery.known import KnownDevice, Register, sighting_of
from netwright.collect.discovery.naming import bind
from netwright.collect.intake import Failure, error_text, take_facts, take_failure
from netwright.device.endpoint import Endpoint
from netwright.device.fleet import for_each
from netwright.device.session import Session
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.target import Target
from netwright.store.database import Database

DEADLINE_S = 60.0
_SNMP_PORT = 161


async def discover(
    database: Database,
    targets: Sequence[Target],
    open_session: Callable[[Target], Session],
    clock: Clock,
    *,
    concurrency: int = 100,
    deadline_s: float = DEADLINE_S,
    on_progress: Callable[[Outcome[DeviceFacts]], None] | None = None,
) -> list[Outcome[DeviceFacts]]:
    """Ask every target; outcomes in the order of ``targets``. Each answer, and each failure, is stored in
    a short transaction of its own as it comes, so that a stop in the middle keeps what was learnt."""
    platforms = {target.device: target.platform.name for target in targets}
    places = {target.device: target.endpoint for target in targets}
    began = clock.now()

    async def ask(target: Target) -> DeviceFacts:
        session = open_session(target)
        try:
            return await target.platform.facts.facts(session)
        finally:
            await session.close()

    found: dict[str, Outcome[DeviceFacts]] = {}
    async for outcome in for_each(targets, ask, concurrency=concurrency, deadline_s=deadline_s):
        await asyncio.to_thread(
            _keep, database, outcome, platforms[outcome.device], places[outcome.device], began, clock.now()
        )
        found[outcome.device] = outcome
        if on_progress is not None:
            on_progress(outcome)
    return [found[target.device] for target in targets]


def _keep(
    database: Database,
    outcome: Outcome[DeviceFacts],
    platform: str,
    place: Endpoint,
    began: float,
    now: float,
) -> None:
    with database.write() as session:
        if outcome.value is None:
            take_failure(session, Failure(outcome.device, platform, now, error_text(outcome.error)))
            return
        address = place.host if place.snmp_port == _SNMP_PORT else f"{place.host}:{place.snmp_port}"
        known = Register(session, began).take(sighting_of(outcome.value, address, "known"), now)
        bind(session, session.get_one(KnownDevice, known.known_id), outcome.device)
        take_facts(session, [outcome.value])
