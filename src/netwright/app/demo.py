"""What the demo measures at its end: each figure with what is wanted, taken at that moment."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.app.context import Context
from netwright.base.errors import CommandFailedError
from netwright.cdn.geography import distance_km
from netwright.cdn.network import Clients, ContentNetwork, read_network
from netwright.cdn.records import Demand, Holding, HoldingState, Title
from netwright.cdn.steering import SteeringAnswer, find_clients, parse_client, steer
from netwright.collect.health import health
from netwright.collect.observed import Finding, ObservedBgpSession, ObservedConfig, ObservedDevice
from netwright.inventory import BgpSession, Device
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import Status
from netwright.lab.lab import Lab
from netwright.lab.topology import NodeType, Topology
from netwright.platforms.catalog import platform
from netwright.platforms.facts import BgpState
from netwright.platforms.platform import Platform

_TITLES_A_CLIENT = 3
_FETCH_S = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the summary."""

    name: str
    wanted: str
    measured: str
    good: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a client got: the hash of the bytes, their number, and the server's own word who it is."""

    sha256: str
    size_bytes: int
    served_by: str


Fetch = Callable[[str, str], Fetched]
"""Fetches a URL as a client (its name) would. Raises CommandFailedError."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the demo: a node of the lab, and its address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One title fetched by one client."""

    client: Client
    title_id: str
    server: str
    nearest: bool
    size_bytes: int
    good: bool


def measure(context: Context, clients: Sequence[Client], fetch: Fetch) -> tuple[list[Figure], list[Delivery]]:
    """The summary of a finished demo. Counts come from what devices said in the last round and the last plan;
    titles are fetched now."""
    deliveries = [delivery for client in clients for delivery in _deliver(context, client, fetch)]
    with context.database.read() as session:
        figures = [
            _managed(session),
            _sessions(session),
            _findings(session),
            _configurations(session),
            _backups(context, session),
            _titles(session),
        ]
    return [*figures, _served(deliveries)], deliveries


def _count(name: str, wanted: int, measured: int) -> Figure:
    return Figure(name, str(wanted), str(measured), wanted == measured)


def _managed(session: Session) -> Figure:
    wanted = session.scalar(select(func.count()).select_from(Device).where(Device.status == Status.ACTIVE))
    answered = session.scalar(
        select(func.count()).select_from(ObservedDevice).where(ObservedDevice.reachable.is_(True))
    )
    return _count("devices managed and answering", wanted or 0, answered or 0)


def _sessions(session: Session) -> Figure:
    wanted = set(
        session.execute(
            select(Device.name, BgpSession.remote_address)
            .join(Device, BgpSession.device_id == Device.id)
            .where(BgpSession.enabled)
        ).tuples()
    )
    established = set(
        session.execute(
            select(ObservedBgpSession.device, ObservedBgpSession.remote_address).where(
                ObservedBgpSession.state == BgpState.ESTABLISHED
            )
        ).tuples()
    )
    return _count("BGP sessions established (ends)", len(wanted), len(wanted & established))


def _findings(session: Session) -> Figure:
    found = session.scalar(select(func.count()).select_from(Finding).where(Finding.cleared_at.is_(None)))
    return _count("open findings", 0, found or 0)


def _devices(session: Session, suits: Callable[[Platform], bool]) -> list[str]:
    rows = session.execute(select(Device.name, Device.platform).where(Device.status == Status.ACTIVE))
    return [name for name, platform_name in rows if suits(platform(platform_name))]


def _configurations(session: Session) -> Figure:
    wanted = _devices(session, lambda known: known.config is not None)
    equal = session.scalar(
        select(func.count())
        .select_from(ObservedConfig)
        .where(ObservedConfig.equal.is_(True), ObservedConfig.device.in_(wanted))
    )
    return _count("configurations equal to intent", len(wanted), equal or 0)


def _backups(context: Context, session: Session) -> Figure:
    wanted = _devices(session, lambda known: known.readable is not None)
    return _count("configurations backed up", len(wanted), len(context.backups.paths()))


def _titles(session: Session) -> Figure:
    demanded = session.scalar(select(func.count(Demand.title_id.distinct())).where(Demand.weight > 0))
    held = session.scalar(
        select(func.count(Holding.title_id.distinct())).where(Holding.state == HoldingState.HELD)
    )
    copies = session.scalar(
        select(func.count()).select_from(Holding).where(Holding.state == HoldingState.HELD)
    )
    good = demanded == held
    return Figure("titles placed and verified", str(demanded), f"{held} ({copies} copies)", good)


def _served(deliveries: Sequence[Delivery]) -> Figure:
    total = sum(delivery.size_bytes for delivery in deliveries)
    near = sum(delivery.size_bytes for delivery in deliveries if delivery.nearest and delivery.good)
    bad = sum(not delivery.good for delivery in deliveries)
    measured = f"{near / total:.0%} of {total / 1e6:.1f} MB" if total else "nothing"
    if bad:
        measured += f"; {bad} fetches with wrong bytes or none"
    return Figure(
        "bytes served by the nearest site", "100%", measured, total > 0 and near == total and not bad
    )


def _deliver(context: Context, client: Client, fetch: Fetch) -> list[Delivery]:
    """Fetch the titles most wanted in the client's region, from the servers that steering names, in order."""
    with context.database.read() as session:
        network = read_network(session)
        report = health(session, context.clock)
        clients = find_clients(network, parse_client(client.address))
        titles = session.scalars(
            select(Title)
            .join(Demand, Demand.title_id == Title.id)
            .where(Demand.region == (clients.region if clients else ""))
            .order_by(Demand.weight.desc(), Title.id)
            .limit(_TITLES_A_CLIENT)
        ).all()
        answers = [(title, steer(session, client.address, title.id, report)) for title in titles]
    nearest = nearest_site(network, clients) if clients else ""
    return [_fetch_in_order(client, title, answer, nearest, fetch) for title, answer in answers]


def nearest_site(network: ContentNetwork, clients: Clients) -> str:
    """The site with caches that is nearest to the clients, whatever its health."""
    sites = sorted({server.site for server in network.servers if server.role is DeviceRole.CACHE})
    return min(sites, key=lambda site: distance_km(network.places[site], clients.place))


def _fetch_in_order(
    client: Client, title: Title, answer: SteeringAnswer, nearest: str, fetch: Fetch
) -> Delivery:
    for candidate in answer.servers:
        try:
            got = fetch(client.name, candidate.url)
        except CommandFailedError:
            continue
        good = got.sha256 == title.sha256 and got.served_by == candidate.device
        site = candidate.site
        return Delivery(client, title.id, candidate.device, site == nearest, got.size_bytes, good)
    return Delivery(client, title.id, "", False, 0, False)


def lab_fetch(lab: Lab) -> Fetch:
    """Fetch with curl from inside a client's namespace."""

    def fetch(client: str, url: str) -> Fetched:
        argv = ["ip", "netns", "exec", lab.namespace(client)]
        argv += ["curl", "-fsS", "--max-time", str(_FETCH_S), "-D", "/dev/stderr", url]
        done = subprocess.run(argv, capture_output=True, check=False, timeout=_FETCH_S + 5)
        headers = done.stderr.decode(errors="replace")
        if done.returncode:
            raise CommandFailedError(
                "curl could not fetch", subject=f"{client} {url}", output=headers, status=done.returncode
            )
        named = [
            line.split(":", 1)[1].strip() for line in headers.splitlines() if "x-served-by" in line.lower()
        ]
        return Fetched(hashlib.sha256(done.stdout).hexdigest(), len(done.stdout), "".join(named))

    return fetch


def simulated_fetch(doors: dict[str, tuple[str, int]]) -> Fetch:
    """Fetch over loopback: ``doors`` maps a service address to where the simulated server listens."""

    def fetch(client: str, url: str) -> Fetched:
        parsed = httpx.URL(url)
        host, port = doors[parsed.host]
        try:
            reply = httpx.get(parsed.copy_with(host=host, port=port), timeout=_FETCH_S).raise_for_status()
        except httpx.HTTPError as error:
            raise CommandFailedError(f"HTTP failed ({error})", subject=f"{client} {url}") from None
        served_by = reply.headers.get("x-served-by", "")
        return Fetched(hashlib.sha256(reply.content).hexdigest(), len(reply.content), served_by)

    return fetch


def read_doors(file: Path) -> dict[str, tuple[str, int]]:
    """Where simulated servers listen: service address -> (host, port)."""
    return {
        address: (str(host), int(port)) for address, (host, port) in json.loads(file.read_bytes()).items()
    }


def lab_clients(topology: Topology) -> list[Client]:
    """The client nodes of a lab with their addresses."""
    return [
        Client(node.name, str(address.ip))
        for node in topology.nodes.values()
        if node.type is NodeType.CLIENT
        for address in node.addresses.values()
    ]
