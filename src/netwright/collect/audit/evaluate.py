"""All rules over the devices in question, then the causes: children of a dead parent are held back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from netwright.base.clock import Clock
from netwright.collect.audit import bgp, cabling, config, devices, hardware, interfaces, sites
from netwright.collect.audit.ground import Ground, Subject
from netwright.collect.findings import FindingDraft
from netwright.collect.link import Deaths, find_deaths
from netwright.collect.seen import Seen, read_seen
from netwright.collect.wanted import Wanted, read_wanted

STALE_AFTER_S = 3600.0
"""Without a collector at work, an observation may be this old before it is said."""

_RULES: tuple[Callable[[Subject], Iterator[FindingDraft]], ...] = (
    devices.identity,
    devices.software,
    devices.configured,
    devices.freshness,
    hardware.components,
    hardware.sensors,
    interfaces.existence,
    interfaces.states,
    interfaces.addresses,
    cabling.strangers,
    bgp.sessions,
    config.drift,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an audit judges (``devices``, ``sites``) and what it must look at to do so (``look_at``)."""

    devices: frozenset[str]
    sites: frozenset[str]
    look_at: frozenset[str]


def scope_around(wanted: Wanted, changed: Iterable[str]) -> Scope:
    """The devices that ``changed``, those cabled to them and those of their sites: all whose findings can
    have changed with them."""
    judged = {name for name in changed if name in wanted.devices}
    judged |= set(_cabled_to(wanted, judged))
    touched_sites = {wanted.devices[name].site for name in judged}
    # a site that falls or returns takes the findings of its devices and of the far ends with it
    judged |= {name for site in touched_sites for name in wanted.devices_of.get(site, ())}
    judged |= set(_cabled_to(wanted, judged))
    all_sites = {wanted.devices[name].site for name in judged}
    look_at = judged | {name for site in all_sites for name in wanted.devices_of.get(site, ())}
    look_at |= set(_cabled_to(wanted, look_at))
    return Scope(frozenset(judged), frozenset(all_sites), frozenset(look_at))


def whole(wanted: Wanted) -> Scope:
    """Everything."""
    names = frozenset(wanted.devices)
    return Scope(names, frozenset(wanted.sites), names)


def audit(session: Session, clock: Clock, *, stale_after_s: float = STALE_AFTER_S) -> list[FindingDraft]:
    """Judge the whole network by what is stored."""
    wanted = read_wanted(session)
    return evaluate(wanted, read_seen(session), whole(wanted), clock.now(), stale_after_s=stale_after_s)


def evaluate(
    wanted: Wanted, seen: Seen, scope: Scope, now: float, *, stale_after_s: float = STALE_AFTER_S
) -> list[FindingDraft]:
    """The findings of ``scope``, each with its cause where it has one. Pure."""
    ground = Ground(wanted, seen, find_deaths(wanted, seen, scope.sites), now, stale_after_s)
    causes = _causes(ground.deaths)
    found = {draft.key: _attributed(draft, causes) for draft in _drafts(ground, scope.devices, scope.sites)}
    return list(found.values())


def _drafts(ground: Ground, names: Collection[str], site_names: Collection[str]) -> Iterator[FindingDraft]:
    for site in sorted(site_names):
        yield from sites.cut_off(ground, site)
    for name in sorted(names):
        wanted, seen = ground.wanted.devices[name], ground.seen.get(name)
        yield from devices.presence(ground, wanted)
        if seen is None or not seen.answered:
            continue
        subject = Subject(ground, wanted, seen)
        for rule in _RULES:
            yield from rule(subject)
        for link in ground.wanted.links_of.get(name, ()):
            if link.a.device == name:
                yield from cabling.links(ground, link)


def _causes(deaths: Deaths) -> dict[str, str]:
    causes = {f"site:{name}": reason for name, reason in deaths.sites.items()}
    causes |= {f"device:{name}": reason for name, reason in deaths.devices.items()}
    causes |= {f"config:{name}": reason for name, reason in deaths.unconfigured.items()}
    return causes


def _attributed(draft: FindingDraft, causes: dict[str, str]) -> FindingDraft:
    for parent in draft.via:
        if parent in causes:
            return replace(draft, cause=causes[parent])
    return draft


def _cabled_to(wanted: Wanted, names: Iterable[str]) -> Iterator[str]:
    for name in list(names):
        for link in wanted.links_of.get(name, ()):
            yield link.far(name).device
