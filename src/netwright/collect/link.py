"""Which links, devices and sites are dead: the parents whose fall explains other findings.

A link is judged from both ends: an interface that is down or gone, or a wanted BGP session over it that is
not established, makes it down. A device that does not answer says nothing; the other end decides.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netwright.collect.seen import Seen, SeenDevice
from netwright.collect.wanted import Link, Port, Wanted, WantedDevice, WantedSession
from netwright.inventory.routing import SessionRole


class LinkState(enum.StrEnum):
    """``unknown``: neither end answers."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link's state, and why it is down, each reason a phrase."""

    link: Link
    state: LinkState
    reasons: tuple[str, ...] = ()


def is_configured(wanted: WantedDevice, seen: SeenDevice | None) -> bool:
    """False for a router that runs nothing of what we want yet: no BGP session and no routed address."""
    sessions = [session for session in wanted.sessions if session.enabled]
    if not sessions or seen is None or not seen.answered:
        return True
    if seen.sessions:
        return True
    found = {value.ip for values in seen.addresses.values() for value in values}
    return any(session.local_address in found for session in sessions)


def link_sessions(wanted: Wanted, link: Link) -> Iterator[tuple[WantedDevice, WantedSession]]:
    """The wanted BGP sessions that run over the link, from both ends."""
    for port in link.ends:
        device = wanted.devices[port.device]
        far = link.far(port.device).device
        for session in device.sessions:
            if session.enabled and session.interface == port.interface and session.far == far:
                yield device, session


def port_problem(seen: Seen, port: Port) -> str | None:
    """Why a port carries nothing, by the device's last answer; None when it does or nobody knows."""
    device = seen.get(port.device)
    if device is None or not device.up or not device.interfaces:
        return None
    found = device.interfaces.get(port.interface)
    if found is None:
        return f"{port} is gone"
    if found.fresh and not found.admin_up:
        return f"{port} is shut down"
    return f"{port} is down" if found.down else None


def view_link(wanted: Wanted, seen: Seen, link: Link) -> LinkView:
    """Judge a link."""
    if not any(seen.up(port.device) for port in link.ends):
        return LinkView(link, LinkState.UNKNOWN, ("neither end answers",))
    reasons = [problem for port in link.ends if (problem := port_problem(seen, port))]
    if reasons:
        return LinkView(link, LinkState.DOWN, tuple(reasons))
    if all(is_configured(wanted.devices[port.device], seen.get(port.device)) for port in link.ends):
        reasons = list(_sessions_down(seen, link_sessions(wanted, link)))
    return LinkView(link, LinkState.DOWN if reasons else LinkState.UP, tuple(reasons))


def _sessions_down(seen: Seen, sessions: Iterable[tuple[WantedDevice, WantedSession]]) -> Iterator[str]:
    for device, session in sessions:
        answer = seen.get(device.name)
        if answer is None or not answer.up:
            continue
        found = answer.sessions.get(session.remote_address)
        if answer.partial and (found is None or not found.fresh):
            continue  # nothing was said about it
        if found is None or not found.established:
            yield f"BGP {device.name} – {session.neighbor()} is not established"


@dataclass(frozen=True, slots=True)
class Deaths:
    """The dead parents: devices that don't answer, sites cut off, routers not configured yet; each with
    a phrase that says so. ``links`` holds every wanted link's view."""

    devices: dict[str, str]
    sites: dict[str, str]
    unconfigured: dict[str, str]
    links: dict[str, LinkView]


def find_deaths(wanted: Wanted, seen: Seen, sites: Iterable[str] | None = None) -> Deaths:
    """Judge all links of ``wanted``, or only what ``sites`` (with their neighbours) need."""
    chosen = list(wanted.sites) if sites is None else sorted(sites)
    links: dict[str, LinkView] = {}
    for site in chosen:
        for name in wanted.devices_of.get(site, ()):
            for link in wanted.links_of.get(name, ()):
                if link.name not in links:
                    links[link.name] = view_link(wanted, seen, link)
    devices = {name: f"{name} does not answer" for name in wanted.devices if seen.dead(name)}
    unconfigured = {
        name: f"{name} is not configured yet"
        for name, device in wanted.devices.items()
        if seen.up(name) and not is_configured(device, seen.get(name))
    }
    cut: dict[str, str] = {}
    for site in chosen:
        reason = _site_down(wanted, seen, site, links)
        if reason:
            cut[site] = reason
    return Deaths(devices, cut, unconfigured, links)


def _site_down(wanted: Wanted, seen: Seen, site: str, links: dict[str, LinkView]) -> str | None:
    devices = wanted.devices_of.get(site, ())
    if devices and all(seen.dead(name) for name in devices):
        return f"none of the {len(devices)} devices of {site} answers"
    out = [links[link.name] for link in wanted.links_out_of(site)]
    if not out or not any(view.state is LinkState.DOWN for view in out):
        return None
    if any(view.state is LinkState.UP for view in out):
        return None
    if site == wanted.heart:
        return None  # the others are cut off from it
    return f"{site} is cut off: all {len(out)} links to other sites are down"


def partner_sessions(wanted: Wanted, site: str) -> Iterator[tuple[str, WantedSession]]:
    """The site's wanted sessions with ISPs."""
    for name in wanted.devices_of.get(site, ()):
        for session in wanted.devices[name].sessions:
            if session.enabled and session.role is SessionRole.ISP:
                yield name, session
