"""What the content network knows of the inventory: servers, client groups, sites with their ISPs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.address import Address, Prefix
from netwright.cdn.geography import Point, serving_cost_km
from netwright.cdn.placement import ClientGroup, Server
from netwright.cdn.records import Demand
from netwright.inventory import Appliance, BgpSession, ClientPrefix, Device, Isp, Region, Site
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import Status


@dataclass(frozen=True, slots=True)
class ContentServer:
    """A cache or origin server with the address it serves from."""

    device: str
    site: str
    region: str
    role: DeviceRole
    address: Address
    port: int
    storage_bytes: int
    capacity_bps: int
    content_root: str

    def url(self, path: str) -> str:
        """The URL of a file of the catalogue on this server."""
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        port = "" if self.port == 80 else f":{self.port}"
        return f"http://{host}{port}/content/{path}"


@dataclass(frozen=True, slots=True)
class Clients:
    """A client prefix with its place."""

    prefix: Prefix
    isp: str
    region: str
    place: Point
    clients: int


@dataclass(frozen=True, slots=True)
class ContentNetwork:
    """The part of the inventory that placement, fill and steering work on."""

    servers: tuple[ContentServer, ...]
    clients: tuple[Clients, ...]
    places: dict[str, Point]
    isp_sessions: dict[str, dict[str, tuple[tuple[str, Address], ...]]]
    """By ISP, by site: the (device, remote address) of each session with it."""

    def attached(self, isp: str) -> frozenset[str]:
        """Sites that are meant to have a session with the ISP."""
        return frozenset(self.isp_sessions.get(isp, ()))

    def server(self, device: str) -> ContentServer | None:
        return next((server for server in self.servers if server.device == device), None)


def read_network(session: Session) -> ContentNetwork:
    """Read it with one query a table."""
    return ContentNetwork(
        servers=tuple(_servers(session)),
        clients=tuple(_clients(session)),
        places={
            name: Point(latitude, longitude)
            for name, latitude, longitude in session.execute(select(Site.name, Site.latitude, Site.longitude))
        },
        isp_sessions=_isp_sessions(session),
    )


def _servers(session: Session) -> list[ContentServer]:
    rows = session.execute(
        select(Appliance, Device.name, Site.name, Region.name, Device.role)
        .join(Device, Appliance.device_id == Device.id)
        .join(Site, Device.site_id == Site.id)
        .join(Region, Site.region_id == Region.id)
        .where(Device.status == Status.ACTIVE)
        .order_by(Device.name)
    )
    return [
        ContentServer(
            device,
            site,
            region,
            role,
            appliance.service_address,
            appliance.service_port,
            appliance.storage_bytes,
            appliance.capacity_bps,
            appliance.content_root,
        )
        for appliance, device, site, region, role in rows
    ]


def _clients(session: Session) -> list[Clients]:
    rows = session.execute(
        select(ClientPrefix, Isp.name, Region.name)
        .join(Isp, ClientPrefix.isp_id == Isp.id)
        .join(Region, ClientPrefix.region_id == Region.id)
        .order_by(ClientPrefix.prefix)
    )
    return [
        Clients(row.prefix, isp, region, Point(row.latitude, row.longitude), row.clients)
        for row, isp, region in rows
    ]


def _isp_sessions(session: Session) -> dict[str, dict[str, tuple[tuple[str, Address], ...]]]:
    rows = session.execute(
        select(Isp.name, Site.name, Device.name, BgpSession.remote_address)
        .join(BgpSession, BgpSession.isp_id == Isp.id)
        .join(Device, BgpSession.device_id == Device.id)
        .join(Site, Device.site_id == Site.id)
        .where(BgpSession.enabled, Device.status == Status.ACTIVE)
        .order_by(Isp.name, Site.name, Device.name)
    )
    found: dict[str, dict[str, tuple[tuple[str, Address], ...]]] = defaultdict(dict)
    for isp, site, device, remote in rows:
        found[isp][site] = (*found[isp].get(site, ()), (device, remote))
    return dict(found)


def placement_servers(network: ContentNetwork) -> list[Server]:
    """The servers that placement fills: caches, not origins."""
    return [
        Server(server.device, server.site, server.storage_bytes, server.capacity_bps)
        for server in network.servers
        if server.role is DeviceRole.CACHE
    ]


def placement_groups(session: Session, network: ContentNetwork) -> list[ClientGroup]:
    """Client groups with their demand: a region's demand is shared among its prefixes by their clients."""
    by_region: dict[str, dict[str, float]] = defaultdict(dict)
    for demand in session.scalars(select(Demand)):
        by_region[demand.region][demand.title_id] = demand.weight
    totals: dict[str, int] = defaultdict(int)
    for clients in network.clients:
        totals[clients.region] += clients.clients
    cache_sites = {server.site for server in network.servers if server.role is DeviceRole.CACHE}
    return [
        _group(clients, network, cache_sites, by_region[clients.region], totals[clients.region])
        for clients in network.clients
    ]


def _group(
    clients: Clients, network: ContentNetwork, sites: set[str], demand: dict[str, float], total: int
) -> ClientGroup:
    attached = network.attached(clients.isp)
    costs = {site: serving_cost_km(site, clients.place, network.places, attached) for site in sorted(sites)}
    share = clients.clients / total if total else 0.0
    return ClientGroup(
        name=str(clients.prefix),
        costs_km={site: cost for site, cost in costs.items() if cost is not None},
        demand={title: weight * share for title, weight in demand.items()},
    )
