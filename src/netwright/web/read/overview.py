"""The figures of the overview."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from netwright.cdn.records import Holding, HoldingState
from netwright.collect.findinglist import FindingFilter, FindingLine, finding_page, open_by_severity
from netwright.collect.health import HealthReport
from netwright.collect.observed import ObservedBgpSession, ObservedConfig, ObservedDevice
from netwright.deploy.records import DeviceState, Rollout, RolloutDevice, RolloutState
from netwright.inventory import BgpSession, Device
from netwright.inventory.place import Status
from netwright.platforms.facts import BgpState
from netwright.store.history import Revision
from netwright.web.read.site import Layout, SiteLink, SiteRow, judged_links, list_sites


@dataclass(frozen=True, slots=True)
class RolloutBrief:
    """A rollout in one line."""

    id: str
    state: str
    author: str
    created_at: float
    done: int
    bad: int
    total: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it, at one moment."""

    sites: list[SiteRow]
    links: list[SiteLink]
    site_states: dict[str, int]
    device_states: dict[str, int]
    devices: int
    sessions_wanted: int
    sessions_up: int
    configs_equal: int
    configs_known: int
    titles_held: int
    severities: dict[str, int]
    worst: list[FindingLine]
    rollout: RolloutBrief | None
    revisions: list[Revision]
    last_poll: float | None


@dataclass(frozen=True, slots=True)
class Places:
    """Sites and links with their health, counted; the same until the layout or the health is another."""

    sites: list[SiteRow]
    links: list[SiteLink]
    site_states: dict[str, int]
    device_states: dict[str, int]


def places(layout: Layout, report: HealthReport) -> Places:
    sites = list_sites(layout, report)
    states: Counter[str] = Counter()
    for site in sites:
        states.update(site.states)
    return Places(
        sites=sites,
        links=judged_links(layout.cables, report),
        site_states=dict(Counter(site.health for site in sites)),
        device_states=dict(states),
    )


def overview(session: Session, seen: Places, now: float) -> Overview:
    """A fixed number of statements, whatever the size of the network."""
    return Overview(
        sites=seen.sites,
        links=seen.links,
        site_states=seen.site_states,
        device_states=seen.device_states,
        devices=sum(seen.device_states.values()),
        sessions_wanted=_sessions_wanted(session),
        sessions_up=_sessions_up(session),
        configs_equal=_count(
            session, select(func.count(ObservedConfig.device)).where(ObservedConfig.equal.is_(True))
        ),
        configs_known=_count(
            session, select(func.count(ObservedConfig.device)).where(ObservedConfig.equal.is_not(None))
        ),
        titles_held=_count(
            session, select(func.count(Holding.title_id.distinct())).where(Holding.state == HoldingState.HELD)
        ),
        severities=open_by_severity(session, now),
        worst=finding_page(session, FindingFilter(), now, limit=8).lines,
        rollout=latest_rollout(session),
        revisions=list(
            session.scalars(
                select(Revision).where(Revision.number > 0).order_by(Revision.number.desc()).limit(5)
            )
        ),
        last_poll=session.scalar(select(func.max(ObservedDevice.polled_at))),
    )


def _count(session: Session, query: object) -> int:
    return session.scalar(query) or 0  # type: ignore[call-overload]


def _sessions_wanted(session: Session) -> int:
    query = (
        select(func.count(BgpSession.id))
        .join(Device, BgpSession.device_id == Device.id)
        .where(BgpSession.enabled, Device.status == Status.ACTIVE)
    )
    return session.scalar(query) or 0


def _sessions_up(session: Session) -> int:
    """Wanted sessions that their device last saw established."""
    query = (
        select(func.count(BgpSession.id))
        .join(Device, BgpSession.device_id == Device.id)
        .join(
            ObservedBgpSession,
            and_(
                ObservedBgpSession.device == Device.name,
                ObservedBgpSession.remote_address == BgpSession.remote_address,
            ),
        )
        .join(ObservedDevice, ObservedDevice.device == Device.name)
        .where(
            BgpSession.enabled,
            Device.status == Status.ACTIVE,
            ObservedBgpSession.state == BgpState.ESTABLISHED,
            ObservedDevice.reachable.is_(True),
        )
    )
    return session.scalar(query) or 0


def latest_rollout(session: Session) -> RolloutBrief | None:
    """The one that runs or waits, else the last."""
    running = Rollout.state.in_((RolloutState.RUNNING, RolloutState.QUEUED))
    head = session.scalar(select(Rollout).order_by(running.desc(), Rollout.created_at.desc()).limit(1))
    return briefs(session, [head])[0] if head else None


def briefs(session: Session, rollouts: list[Rollout]) -> list[RolloutBrief]:
    """Counts of devices of several rollouts in one statement."""
    rows = session.execute(
        select(RolloutDevice.rollout_id, RolloutDevice.state, func.count())
        .where(RolloutDevice.rollout_id.in_([rollout.id for rollout in rollouts]))
        .group_by(RolloutDevice.rollout_id, RolloutDevice.state)
    )
    counts: dict[str, Counter[DeviceState]] = {}
    for rollout_id, state, number in rows:
        counts.setdefault(rollout_id, Counter())[state] += number
    return [_brief(rollout, counts.get(rollout.id, Counter())) for rollout in rollouts]


def _brief(rollout: Rollout, states: Counter[DeviceState]) -> RolloutBrief:
    return RolloutBrief(
        id=rollout.id,
        state=rollout.state.value,
        author=rollout.author,
        created_at=rollout.created_at,
        done=sum(number for state, number in states.items() if state.final),
        bad=sum(number for state, number in states.items() if state.bad),
        total=states.total(),
    )
