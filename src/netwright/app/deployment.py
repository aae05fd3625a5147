"""Planning, deploying and backing up, put together from an open home folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sqlalchemy import select

from netwright.app.compliance import RULES_FILE, Compliance
from netwright.app.context import Context
from netwright.app.vault import load_key
from netwright.backup.archive import Archive
from netwright.backup.snapshot import Backups
from netwright.base.errors import NetwrightError
from netwright.collect.drift import DriftCheck, DriftReport
from netwright.collect.observed import ObservedConfig
from netwright.config.settled import settled
from netwright.deploy.journal import Journal
from netwright.deploy.moment import Observer, Unobserved
from netwright.deploy.plan import Planner, PlanState
from netwright.deploy.step import Hands
from netwright.device.session import Session
from netwright.intent.ahead import Ahead, look_ahead
from netwright.intent.incremental import Intended
from netwright.intent.omission import Omission
from netwright.intent.view import build_views
from netwright.inventory import Device
from netwright.platforms.target import Target
from netwright.store.history import current_revision
from netwright.store.sealed import SealedTexts, text_digest

_KEEP_S = 60.0
"""How long intended texts serve for finding drift; secrets and templates may change without a revision."""


def sealed_texts(context: Context) -> SealedTexts:
    """The whole configurations, sealed with the home folder's key."""
    return SealedTexts(context.database, load_key(context.home.key_file))


def hands_of(context: Context, observer: Observer | None = None) -> Hands:
    """What rollouts work with."""
    return Hands(
        fleet=context,
        journal=Journal(context.database, context.clock),
        database=context.database,
        texts=sealed_texts(context),
        scrub_key=context.vault.scrub_key,
        clock=context.clock,
        observer=observer or Unobserved(),
    )


def planner_of(context: Context, *, check: bool = True, record: bool = True) -> Planner:
    """Makes plans of this installation's devices."""
    return Planner(
        database=context.database,
        clock=context.clock,
        open_session=context.open_session,
        scrub_key=context.vault.scrub_key,
        concurrency=context.settings.concurrency,
        check=check,
        record=record,
    )


def archive_of(context: Context) -> Archive:
    """The copies of this installation's devices."""
    return Archive(context.backups, sealed_texts(context))


def backups_of(context: Context) -> Backups:
    """Takes snapshots of this installation's devices."""
    return Backups(
        database=context.database,
        archive=archive_of(context),
        scrub_key=context.vault.scrub_key,
        clock=context.clock,
        open_session=context.open_session,
        concurrency=context.settings.concurrency,
    )


def intended(context: Context, devices: Collection[str]) -> Callable[[str], str]:
    """The wanted configuration of any of ``devices``; only what changed is rendered anew."""
    known = intent_of(context)
    known.refresh(devices)
    return known.text


def intent_of(context: Context) -> Intended:
    """The intended configurations of this installation's devices."""
    renderer = context.renderer()
    return Intended(context.database, renderer, context.vault, sealed_texts(context), context.vault.versions)


def omissions_of(context: Context, devices: Collection[str]) -> list[Omission]:
    """What these devices want and their platforms' templates leave out."""
    if not devices:
        return []
    renderer = context.renderer()
    with context.database.read() as session:
        views = build_views(session, sorted(devices), layers=renderer.overlay)
    return [one for view in views.values() for one in renderer.omissions(view)]


def ahead_of(context: Context, change: int) -> dict[str, Ahead]:
    """The devices whose configuration an open change set would change, each with its text then. Raises as
    ``ChangeSets.applied``."""
    intent_of(context).refresh()
    changes = context.changesets.changes(change)
    with context.changesets.applied(change) as session:
        return look_ahead(session, changes, context.renderer(), context.vault)


def compliance_of(context: Context) -> Compliance:
    """What is known of devices section by section."""
    return Compliance(context.database, context.clock, context.home.path / RULES_FILE)


def check_stored(context: Context) -> int:
    """Check all devices by the configurations last read from them; how many had changed. Those whose wanted
    configuration can't be rendered are left as they are."""
    compliance = compliance_of(context)
    with context.database.read() as session:
        rows = session.execute(
            select(ObservedConfig.device, ObservedConfig.running, Device.platform).join(
                Device, Device.name == ObservedConfig.device
            )
        ).all()
    text = intended(context, {device for device, _, _ in rows})
    checked = 0
    for device, running, name in rows:
        try:
            known = context.platforms.platform(name)
            wanted = known.scrub(text(device), context.vault.scrub_key)
        except NetwrightError:
            continue
        checked += compliance.record(device, known.name, running, wanted)
    return checked


def drift_check(context: Context) -> DriftCheck:
    """Compares running configurations with the intent as it is at that moment, for the collection. While
    both texts stay the same the last verdict stands: asking the device costs it about a second. A new verdict
    is kept section by section too."""
    source = _Intent(context)
    planner = planner_of(context)
    compliance = compliance_of(context)
    verdicts: dict[str, tuple[str, DriftReport]] = {}

    async def check(target: Target, session: Session, running: str) -> DriftReport:
        shown = target.platform.scrub(running, planner.scrub_key)
        try:
            wanted = await source.text(target.device)
        except NetwrightError:
            return DriftReport(shown, text_digest(shown), None)
        both = text_digest(f"{running}\0{wanted}")
        known = verdicts.get(target.device)
        if known is not None and known[0] == both:
            return known[1]
        plan = await planner.compare(target, session, running, wanted)
        report = DriftReport(shown, text_digest(shown), plan.state is PlanState.SAME, plan.diff)
        rules = target.platform.rules
        shown = target.platform.scrub(settled(running, wanted, rules).text, planner.scrub_key)
        wanted_shown = target.platform.scrub(wanted, planner.scrub_key)
        await asyncio.to_thread(compliance.record, target.device, target.platform.name, shown, wanted_shown)
        verdicts[target.device] = both, report
        return report

    return check


@dataclass
class _Intent:
    """The intended texts, refreshed when the inventory has changed and each minute. Only what changed is
    rendered, beside the loop that talks to devices."""

    context: Context
    _known: Intended | None = None
    _revision: int = -1
    _since: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def text(self, device: str) -> str:
        async with self._turn:
            now = self.context.clock.monotonic()
            with self.context.database.read() as session:
                revision = current_revision(session)
            if self._known is None or revision != self._revision or now - self._since > _KEEP_S:
                known = intent_of(self.context)
                await asyncio.to_thread(known.refresh)
                self._known, self._revision, self._since = known, revision, now
        return self._known.text(device)
