"""Health of devices, links and sites, each with its reasons in words.

A device is down when it does not answer, or when the service it is there for (a cache's nginx) does not;
degraded while a fault of it is open. A link is down by its
interfaces or by BGP over it. A site is down when it is cut off: none of its devices answers, or every link to
other sites is down; its management may still work then.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.clock import Clock
from netwright.collect.audit.evaluate import STALE_AFTER_S
from netwright.collect.findings import Severity
from netwright.collect.link import Deaths, LinkState, LinkView, find_deaths, partner_sessions
from netwright.collect.observed import Finding
from netwright.collect.seen import Seen, SeenDevice, read_seen
from netwright.collect.wanted import Wanted, read_wanted


class HealthState(enum.StrEnum):
    """From best to worst, but for ``unknown``: nobody asked yet."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Health:
    """A state and its reasons, each a phrase or a sentence; none when ok."""

    state: HealthState
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Devices and sites by name, links by the name of their cable."""

    devices: Mapping[str, Health]
    links: Mapping[str, Health]
    sites: Mapping[str, Health]


def health(session: Session, clock: Clock, *, stale_after_s: float = STALE_AFTER_S) -> HealthReport:
    """Health by what is stored now."""
    faults = session.execute(
        select(Finding.device, Finding.message, Finding.cause)
        .where(Finding.cleared_at.is_(None), Finding.severity.in_([Severity.CRITICAL, Severity.MAJOR]))
        .order_by(Finding.cause != "", Finding.id)
    )
    by_device: defaultdict[str, list[str]] = defaultdict(list)
    for device, message, cause in faults:
        if not cause:
            by_device[device].append(message.split(". ")[0].rstrip("."))  # the rest is what to do
        elif not cause.startswith(f"{device} ") or not by_device[device]:
            by_device[device].append(cause)
    oldest = clock.now() - stale_after_s
    return judge(read_wanted(session), read_seen(session, states_only=True), by_device, oldest)


def judge(wanted: Wanted, seen: Seen, faults: Mapping[str, Sequence[str]], oldest: float) -> HealthReport:
    """Health of everything wanted. ``faults``: words of the open faults by device; ``oldest``: an answer
    before it (Unix seconds) no longer counts as knowledge. Pure."""
    deaths = find_deaths(wanted, seen)
    devices = {name: _device(seen.get(name), faults.get(name, ()), oldest) for name in wanted.devices}
    links = {name: _link(view, deaths) for name, view in deaths.links.items()}
    sites = {name: _site(wanted, seen, deaths, devices, name) for name in wanted.sites}
    return HealthReport(devices, links, sites)


def _device(seen: SeenDevice | None, faults: Iterable[str], oldest: float) -> Health:
    if seen is None or seen.reachable is None:
        return Health(HealthState.UNKNOWN, ("it was never asked",))
    if not seen.up:
        return Health(HealthState.DOWN, (f"it does not answer: {seen.error}".rstrip(": "),))
    dead = [
        f"its service {sensor.name} does not answer"
        for sensor in seen.sensors
        if sensor.is_service and not sensor.ok
    ]
    if dead:
        return Health(HealthState.DOWN, tuple(dead))
    reasons = list(dict.fromkeys(faults))
    if seen.polled_at is not None and seen.polled_at < oldest:
        reasons.append("nothing was heard of it for too long; is collection running?")
    return Health(HealthState.DEGRADED if reasons else HealthState.OK, tuple(reasons))


def _link(view: LinkView, deaths: Deaths) -> Health:
    if view.state is LinkState.UNKNOWN:
        return Health(HealthState.UNKNOWN, view.reasons)
    if view.state is LinkState.DOWN:
        return Health(HealthState.DOWN, view.reasons)
    bare = [deaths.unconfigured[end.device] for end in view.link.ends if end.device in deaths.unconfigured]
    return Health(HealthState.DEGRADED, tuple(bare)) if bare else Health(HealthState.OK)


def _site(wanted: Wanted, seen: Seen, deaths: Deaths, devices: Mapping[str, Health], site: str) -> Health:
    if site in deaths.sites:
        return Health(HealthState.DOWN, (deaths.sites[site],))
    members = {name: devices[name] for name in wanted.devices_of.get(site, ())}
    if all(member.state is HealthState.UNKNOWN for member in members.values()):
        return Health(HealthState.UNKNOWN, ("none of its devices was asked yet",) if members else ())
    reasons = [
        f"{name} is {member.state}" for name, member in members.items() if member.state is not HealthState.OK
    ]
    for link in wanted.links_out_of(site):
        view = deaths.links[link.name]
        if view.state is LinkState.DOWN:
            reasons.append(f"link {link} is down: {'; '.join(view.reasons)}")
    reasons += _lost_partners(wanted, seen, site)
    return Health(HealthState.DEGRADED if reasons else HealthState.OK, tuple(reasons))


def _lost_partners(wanted: Wanted, seen: Seen, site: str) -> list[str]:
    """ISPs of the site with which no session is established any more."""
    established: dict[str, bool] = {}
    for name, session in partner_sessions(wanted, site):
        device = seen.get(name)
        found = device.sessions.get(session.remote_address) if device and device.up else None
        partner = session.isp or f"AS{session.remote_asn}"
        established[partner] = established.get(partner, False) or bool(found and found.established)
    return [f"no session with {partner} is established" for partner, up in established.items() if not up]
