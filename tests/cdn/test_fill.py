"""Fill: near sources first, the long way once a site, bytes count only by their hash."""

from __future__ import annotations

import hashlib
import ipaddress
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.tables import create_tables

from netwright.base.clock import SystemClock
from netwright.base.errors import CommandFailedError, DeviceUnreachableError
from netwright.cdn.fill import CopyResult, Filler, plan_round
from netwright.cdn.geography import Point
from netwright.cdn.network import ContentNetwork, ContentServer
from netwright.cdn.records import Holding, HoldingState, Title
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.session import Reply
from netwright.inventory import Appliance, Device, Manufacturer, Model, Region, Site
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import SiteKind
from netwright.store.database import Database

PLACES = {"ams": Point(52.4, 4.9), "par": Point(48.9, 2.4), "fra": Point(50.1, 8.7)}
BODY = b"the bytes of a title" * 10


def server(device: str, site: str, role: DeviceRole = DeviceRole.CACHE) -> ContentServer:
    number = sum(device.encode()) % 200
    address = ipaddress.ip_address(f"198.18.0.{number}")
    return ContentServer(device, site, "europe", role, address, 80, 10**9, 10**9, "/srv/content")


NETWORK = ContentNetwork(
    servers=(
        server("ams-1", "ams"),
        server("ams-2", "ams"),
        server("par-1", "par"),
        server("origin", "fra", DeviceRole.ORIGIN),
    ),
    clients=(),
    places=PLACES,
    isp_sessions={},
)


def title(name: str = "t1") -> Title:
    digest = hashlib.sha256(BODY).hexdigest()
    return Title(id=name, name=name, path=f"{name}.bin", size_bytes=len(BODY), sha256=digest)


def test_one_server_of_a_site_fetches_from_afar_and_the_other_waits_for_it() -> None:
    waiting = [("ams-1", "t1"), ("ams-2", "t1"), ("par-1", "t1")]
    first = plan_round(NETWORK, {"t1": title()}, waiting, {})
    assert [(c.server.device, c.source.device) for c in first] == [("ams-1", "origin"), ("par-1", "origin")]
    second = plan_round(NETWORK, {"t1": title()}, [("ams-2", "t1")], {"t1": {"ams-1", "par-1"}})
    assert [(c.server.device, c.source.device) for c in second] == [("ams-2", "ams-1")]


def test_a_near_cache_is_taken_before_the_origin() -> None:
    copies = plan_round(NETWORK, {"t1": title()}, [("par-1", "t1")], {"t1": {"ams-1"}})
    nearest = "ams-1"  # 430 km; the origin in Frankfurt is 450 km away
    assert [c.source.device for c in copies] == [nearest]


class ServerSession:
    """A server's shell as the fill uses it, with files that are kept; curl copies from another's files."""

    def __init__(
        self, device: str, disks: Mapping[str, dict[str, bytes]], broken: Sequence[str] = ()
    ) -> None:
        self.endpoint = Endpoint(device, "127.0.0.1", Credentials("netops"))
        self._disk = disks[device]
        self._by_address = {str(server.address): disks[server.device] for server in NETWORK.servers}
        self._broken = broken

    async def run(self, command: str, *, check: bool = True, timeout_s: float | None = None) -> Reply:
        if self.endpoint.device in self._broken:
            raise DeviceUnreachableError("connection refused", subject=self.endpoint.device)
        words = [word for word in shlex.split(command) if word not in ("sudo", "--")]
        if words[0] == "curl":
            return self._curl(command, words)
        if words[0] == "mv":
            self._disk[words[-1]] = self._disk.pop(words[-2])
        if words[0] == "rm":
            self._disk.pop(words[-1], None)
        output = ""
        if words[0] == "sha256sum":
            output = "".join(
                f"{hashlib.sha256(self._disk[name]).hexdigest()}  {name}\n"
                for name in words[1:]
                if name in self._disk
            )
        return Reply(command, output, "", 0)

    def _curl(self, command: str, words: list[str]) -> Reply:
        address, path = words[-1].removeprefix("http://").split("/content/")
        body = self._by_address[address].get(f"/srv/content/{path}")
        if body is None:
            raise CommandFailedError("curl: (22) 404", subject=self.endpoint.device, status=22)
        self._disk[words[words.index("-o") + 1]] = body
        return Reply(command, "", "", 0)

    async def close(self) -> None:
        pass


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'fill.db'}")
    create_tables(database)
    with database.write() as session:
        session.add(Region(id=1, name="europe"))
        session.add(Manufacturer(id=2, name="Netwright"))
        session.flush()
        session.add(Model(id=3, name="NW", manufacturer_id=2))
        for number, (name, place) in enumerate(PLACES.items(), 10):
            kind, where = SiteKind.EXCHANGE, (place.latitude, place.longitude)
            session.add(
                Site(id=number, name=name, region_id=1, kind=kind, latitude=where[0], longitude=where[1])
            )
        session.flush()
        sites = {row.name: row.id for row in session.scalars(select(Site))}
        for number, item in enumerate(NETWORK.servers, 20):
            session.add(
                Device(
                    id=number,
                    name=item.device,
                    site_id=sites[item.site],
                    model_id=3,
                    role=item.role,
                    platform="linux_nginx",
                    management_address=ipaddress.ip_address(f"10.250.0.{number}"),
                )
            )
            session.flush()
            session.add(
                Appliance(
                    id=number + 20,
                    device_id=number,
                    storage_bytes=10**9,
                    capacity_bps=10**9,
                    service_address=item.address,
                )
            )
        session.add(title())
    yield database
    database.close()


def plan(database: Database, *devices: str, state: HoldingState = HoldingState.PLANNED) -> None:
    with database.write() as session:
        session.add_all(Holding(device=d, title_id="t1", state=state, planned_at=0.0) for d in devices)


async def fill(
    database: Database, disks: Mapping[str, dict[str, bytes]], broken: Sequence[str] = ()
) -> list[CopyResult]:
    # the double stands for a device's shell; the filler asks no more of a session than run and close
    filler = Filler(database, lambda device: ServerSession(device, disks, broken), SystemClock())  # type: ignore[arg-type,return-value]
    return [result async for result in filler.run()]


def disks(origin: bytes = BODY) -> dict[str, dict[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {server.device: {} for server in NETWORK.servers}
    found["origin"]["/srv/content/t1.bin"] = origin
    return found


def states(database: Database) -> dict[str, HoldingState]:
    with database.read() as session:
        return {row.device: row.state for row in session.scalars(select(Holding))}


async def test_titles_come_with_the_right_bytes_and_the_second_server_takes_from_the_first(
    database: Database,
) -> None:
    plan(database, "ams-1", "ams-2")
    found = disks()
    results = await fill(database, found)
    assert [(r.device, r.source, r.error) for r in results] == [
        ("ams-1", "origin", ""),
        ("ams-2", "ams-1", ""),
    ]
    assert found["ams-2"] == {"/srv/content/t1.bin": BODY}
    assert set(states(database).values()) == {HoldingState.HELD}


async def test_wrong_bytes_are_never_kept(database: Database) -> None:
    plan(database, "ams-1")
    found = disks(origin=b"something else")
    results = await fill(database, found)
    assert "another hash" in results[0].error
    assert found["ams-1"] == {}
    assert states(database) == {"ams-1": HoldingState.FAILED}


async def test_a_dead_server_does_not_stop_the_others_and_a_second_run_mends_it(database: Database) -> None:
    plan(database, "ams-1", "par-1")
    found = disks()
    results = await fill(database, found, broken=["ams-1"])
    assert {r.device: bool(r.error) for r in results} == {"ams-1": True, "par-1": False}
    await fill(database, found)
    assert set(states(database).values()) == {HoldingState.HELD}


async def test_a_copy_left_half_done_by_a_crash_is_done_again(database: Database) -> None:
    plan(database, "ams-1", state=HoldingState.FILLING)
    found = disks()
    found["ams-1"]["/srv/content/t1.bin.part"] = BODY[:7]
    await fill(database, found)
    assert found["ams-1"] == {"/srv/content/t1.bin": BODY}


async def test_eviction_removes_file_and_row(database: Database) -> None:
    plan(database, "ams-1", state=HoldingState.EVICTING)
    found = disks()
    found["ams-1"]["/srv/content/t1.bin"] = BODY
    await fill(database, found)
    assert found["ams-1"] == {}
    assert states(database) == {}
