"""Findings after a round: judged anew around what changed, the rest said to stand still."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.base.outcome import Outcome
from netwright.collect.audit.evaluate import STALE_AFTER_S, evaluate, scope_around, whole
from netwright.collect.findings import FindingChanges, store_findings, touch_findings
from netwright.collect.observed import Finding
from netwright.collect.poll import Answer
from netwright.collect.seen import read_seen
from netwright.collect.wanted import Wanted, read_wanted
from netwright.platforms.facts import DeviceSample
from netwright.store.database import Database
from netwright.store.history import current_revision

_WHOLE_EVERY = 60


class Judge:
    """Keeps the picture of what is wanted while its revision stands, and of each device's last state."""

    def __init__(self, database: Database, *, stale_after_s: float = STALE_AFTER_S) -> None:
        self._database = database
        self._stale_after_s = stale_after_s
        self._wanted: Wanted | None = None
        self._revision = -1
        self._states: dict[str, int] = {}
        self._rounds = 0

    def judge(self, outcomes: Sequence[Outcome[Answer]], now: float) -> FindingChanges:
        """Judge after the answers were stored. Blocks; call it off the event loop."""
        changed = {o.device for o in outcomes if self._has_changed(o)}
        with self._database.read() as session:
            wanted, is_new = self._read_wanted(session)
            everything = is_new or self._rounds % _WHOLE_EVERY == 0
            scope = whole(wanted) if everything else scope_around(wanted, changed)
            seen = read_seen(session, None if everything else scope.look_at)
        self._rounds += 1
        drafts = evaluate(wanted, seen, scope, now, stale_after_s=self._stale_after_s)
        with self._database.write() as session:
            changes = FindingChanges()
            if everything or scope.devices:
                judged = None if everything else scope.devices
                changes = store_findings(session, drafts, now, devices=judged, sites=scope.sites)
            touch_findings(session, now)
            return FindingChanges(changes.opened, changes.cleared, _count_open(session))

    def _read_wanted(self, session: Session) -> tuple[Wanted, bool]:
        """The picture, and whether it is another one than in the last round."""
        revision = current_revision(session)
        if self._wanted is not None and revision == self._revision:
            return self._wanted, False
        self._wanted, self._revision = read_wanted(session), revision
        return self._wanted, True

    def _has_changed(self, outcome: Outcome[Answer]) -> bool:
        answer = outcome.value
        state = hash(_state(answer.sample)) if answer is not None else 0
        known = self._states.get(outcome.device)
        self._states[outcome.device] = state
        news = answer is not None and (answer.facts is not None or answer.drift is not None)
        return news or state != known


def _state(sample: DeviceSample) -> tuple[object, ...]:
    """What findings rest on, without the numbers that move all the time."""
    return (
        frozenset((i.name, i.admin_up, i.oper) for i in sample.interfaces),
        frozenset((s.remote_address, s.remote_asn, s.state) for s in sample.bgp_sessions),
        frozenset((n.interface, n.remote_device, n.remote_interface) for n in sample.neighbors),
        frozenset(s.name for s in sample.sensors if not s.ok),
        frozenset(command for command, _ in sample.unparsed),
    )


def _count_open(session: Session) -> int:
    query = select(func.count()).select_from(Finding)
    return session.scalar(query.where(Finding.cleared_at.is_(None), Finding.cause == "")) or 0
