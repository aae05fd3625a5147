"""Steering: which servers a client is sent to for a title, best first, and why the others are not named.

A client's address gives its prefix, ISP and place. A site can serve it when it is healthy and either has an
established session with that ISP or reaches a site that has one over the backbone; sites are ordered by
geography.serving_cost_km. Within a site the order is by rendezvous hashing of client network and title
(Thaler and Ravishankar, 1998), so that equal servers share the load and a lost one moves only its own share.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.address import Address
from netwright.base.errors import InputError, NotFoundError
from netwright.cdn.geography import distance_km, serving_cost_km
from netwright.cdn.network import Clients, ContentNetwork, ContentServer, read_network
from netwright.cdn.records import Holding, HoldingState, Title
from netwright.collect.health import HealthReport, HealthState
from netwright.collect.observed import ObservedBgpSession
from netwright.inventory.device import DeviceRole
from netwright.platforms.facts import BgpState

_UNKNOWN_CLIENT_KM = 20_000.0
_SPREAD_LENGTH = {4: 24, 6: 48}  # clients of one such network go to the same server: one cached copy warm


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server that can serve. ``cost_km`` orders sites; ``distance_km`` is as the crow flies."""

    device: str
    site: str
    url: str
    cost_km: float
    distance_km: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A server that holds the title and is not named."""

    device: str
    site: str
    why: str


@dataclass(frozen=True, slots=True)
class SteeringAnswer:
    """Servers in the order in which the client should try them."""

    client: Address
    title_id: str
    prefix: str | None
    isp: str | None
    servers: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]


def steer(session: Session, client: str, title_id: str, health: HealthReport) -> SteeringAnswer:
    """Answer for one client and title. An unknown client is served by any healthy site.

    Raises InputError for a bad address, NotFoundError for an unknown title."""
    address = parse_client(client)
    title = session.get(Title, title_id)
    if title is None:
        raise NotFoundError("there is no such title", subject=title_id, remedy="See `netwright cdn titles`.")
    network = read_network(session)
    held = set(
        session.scalars(
            select(Holding.device).where(Holding.title_id == title_id, Holding.state == HoldingState.HELD)
        )
    )
    clients = find_clients(network, address)
    attached = _attached_now(session, network, clients) if clients else frozenset()
    return rank(network, address, clients, title, held, attached, health)


def parse_client(text: str) -> Address:
    """Raises InputError when ``text`` is not an IP address."""
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        raise InputError(
            f"{text!r} is not an IP address", subject="client", remedy="Give one as 198.51.100.10."
        ) from None


def find_clients(network: ContentNetwork, address: Address) -> Clients | None:
    """The most specific client prefix that holds the address."""
    matching = [
        clients
        for clients in network.clients
        if clients.prefix.version == address.version and address in clients.prefix
    ]
    return max(matching, key=lambda clients: clients.prefix.prefixlen, default=None)


def rank(
    network: ContentNetwork,
    address: Address,
    clients: Clients | None,
    title: Title,
    held: Collection[str],
    attached: Collection[str],
    health: HealthReport,
) -> SteeringAnswer:
    """Order the servers; pure. Servers that hold the title come by cost; origins last, as a last resort."""
    servers: list[Candidate] = []
    excluded: list[Excluded] = []
    live = [site for site in attached if _site_problem(site, health) is None]
    for server in network.servers:
        if server.device not in held and server.role is not DeviceRole.ORIGIN:
            continue
        problem = _problem(server, health)
        cost = _cost(network, server, clients, live)
        if problem is None and cost is None:
            isp = clients.isp if clients else ""
            problem = f"no site with an established session to {isp} can be reached"
        if problem is not None or cost is None:
            excluded.append(Excluded(server.device, server.site, problem or ""))
            continue
        servers.append(_candidate(network, server, clients, title, cost, server.site in live))
    by_role = {server.device: server.role is DeviceRole.ORIGIN for server in network.servers}
    servers.sort(
        key=lambda c: (by_role[c.device], c.cost_km, -_weight(address, title.id, c.device), c.device)
    )
    return SteeringAnswer(
        address,
        title.id,
        str(clients.prefix) if clients else None,
        clients.isp if clients else None,
        tuple(servers),
        tuple(excluded),
    )


def _attached_now(session: Session, network: ContentNetwork, clients: Clients) -> frozenset[str]:
    """Sites with an established session to the client's ISP, as last observed."""
    wanted = network.isp_sessions.get(clients.isp, {})
    devices = {device for sessions in wanted.values() for device, _ in sessions}
    established = {
        (device, remote)
        for device, remote in session.execute(
            select(ObservedBgpSession.device, ObservedBgpSession.remote_address).where(
                ObservedBgpSession.device.in_(devices), ObservedBgpSession.state == BgpState.ESTABLISHED
            )
        )
    }
    return frozenset(site for site, sessions in wanted.items() if established.intersection(sessions))


def _site_problem(site: str, health: HealthReport) -> str | None:
    found = health.sites.get(site)
    if found is None or found.state is not HealthState.DOWN:
        return None
    return f"site {site} is down: {'; '.join(found.reasons) or 'no reason known'}"


def _problem(server: ContentServer, health: HealthReport) -> str | None:
    """Why a server must not be named, or None."""
    site = _site_problem(server.site, health)
    if site is not None:
        return site
    found = health.devices.get(server.device)
    if found is None or found.state is HealthState.UNKNOWN:
        return "its health is not known"
    if found.state is HealthState.DOWN:
        return f"it is down: {'; '.join(found.reasons) or 'no reason known'}"
    return None


def _cost(
    network: ContentNetwork, server: ContentServer, clients: Clients | None, attached: Collection[str]
) -> float | None:
    if clients is None:
        return _UNKNOWN_CLIENT_KM
    return serving_cost_km(server.site, clients.place, network.places, attached)


def _candidate(
    network: ContentNetwork,
    server: ContentServer,
    clients: Clients | None,
    title: Title,
    cost: float,
    direct: bool,
) -> Candidate:
    url = server.url(title.path)
    if clients is None:
        return Candidate(server.device, server.site, url, cost, None, "the client's network is not known")
    away = distance_km(network.places[server.site], clients.place)
    way = f"{server.site} has a session with {clients.isp}" if direct else "reached over the backbone"
    if server.role is DeviceRole.ORIGIN:
        way = f"the origin, as a last resort; {way}"
    return Candidate(server.device, server.site, url, cost, away, f"{way}, {away:,.0f} km away")


def _weight(address: Address, title_id: str, device: str) -> int:
    network = ipaddress.ip_network((address, _SPREAD_LENGTH[address.version]), strict=False)
    digest = hashlib.blake2b(f"{network} {title_id} {device}".encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def as_document(answer: SteeringAnswer) -> Mapping[str, object]:
    """The answer as plain data, for JSON."""
    return {
        "client": str(answer.client),
        "title": answer.title_id,
        "prefix": answer.prefix,
        "isp": answer.isp,
        "servers": [
            {
                "device": c.device,
                "site": c.site,
                "url": c.url,
                "cost_km": round(c.cost_km, 1),
                "distance_km": None if c.distance_km is None else round(c.distance_km, 1),
                "why": c.why,
            }
            for c in answer.servers
        ],
        "excluded": [{"device": e.device, "site": e.site, "why": e.why} for e in answer.excluded],
    }
