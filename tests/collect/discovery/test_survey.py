"""Discovery of ranges and through neighbours, over real UDP on loopback."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.tables import create_tables

from netwright.base.clock import SystemClock
from netwright.base.errors import InputError
from netwright.collect.discovery.knock import Fingerprint, NetworkKnocker
from netwright.collect.discovery.known import KnownDevice
from netwright.collect.discovery.ranges import Pace, looks_like_range, read_ranges
from netwright.collect.discovery.reading import DeviceReader
from netwright.collect.discovery.survey import Found, State, Survey
from netwright.collect.observed import ObservedComponent, ObservedDevice, ObservedInterface
from netwright.device.endpoint import Endpoint
from netwright.platforms.catalog import catalog
from netwright.store.database import Database

from .agents import Port, Router, Wires, mac, wired

pytestmark = pytest.mark.slow
NET = "127.31.7"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'found.db'}")
    create_tables(database)
    yield database
    database.close()


def survey(database: Database, wires: Wires, community: str = "stranger") -> Survey:
    return Survey(
        database,
        NetworkKnocker(wait_s=0.4, ports=()),
        DeviceReader(catalog(), SystemClock(), limit_s=20),
        wires.access(community),
        SystemClock(),
        rate=1000,
        concurrency=8,
    )


async def scan(database: Database, wires: Wires, text: str = f"{NET}.1-4") -> dict[str, Found]:
    return {one.address: one async for one in survey(database, wires).addresses(read_ranges([text]))}


def routers() -> tuple[Router, Router, Router]:
    return (
        Router("ams-r1", "FOC0001A", ports=[Port("Hu0/0/0/0", mac(1)), Port("Hu0/1/0/0", mac(2))]),
        Router("ams-r2", "FOC0002B", ports=[Port("Hu0/0/0/0", mac(3))]),
        Router("ams-r3", "Default string", ports=[Port("Hu0/0/0/0", mac(4))]),
    )


async def test_a_range_is_gone_through_and_each_address_has_its_outcome(database: Database) -> None:
    one, two, _ = routers()
    async with wired({f"{NET}.1": one, f"{NET}.3": two}) as wires:
        found = await scan(database, wires)
    assert {address: str(one.state) for address, one in found.items()} == {
        f"{NET}.1": "found",
        f"{NET}.2": "silent" if found[f"{NET}.2"].heard.silent else "answers",
        f"{NET}.3": "found",
        f"{NET}.4": "silent" if found[f"{NET}.4"].heard.silent else "answers",
    }
    with database.read() as session:
        device = session.get_one(ObservedDevice, "ams-r1")
        assert (device.platform, device.vendor, device.model, device.serial) == (
            "cisco_xr",
            "Cisco",
            "NCS-9001",
            "FOC0001A",
        )
        names = session.scalars(
            select(ObservedInterface.name).where(ObservedInterface.device == "ams-r1").order_by("name")
        )
        assert names.all() == ["Hu0/0/0/0", "Hu0/1/0/0"]


async def test_nothing_that_happens_to_a_device_makes_a_second_record(database: Database) -> None:
    one, two, three = routers()
    async with wired({f"{NET}.1": one, f"{NET}.2": two, f"{NET}.3": three}) as wires:
        first = await scan(database, wires)
        assert [found.news for found in first.values() if found.facts] == ["new"] * 3
        again = await scan(database, wires)
        assert {found.news for found in again.values() if found.facts} == {
            "known by serial and hardware address",
            "known by hardware address",
        }
        one.name = "fra-r1"
        two.ports = [Port("Hu0/0/0/0", mac(99))]  # its card was swapped
        await wires.replug({f"{NET}.4": one, f"{NET}.2": two, f"{NET}.1": three})
        third = await scan(database, wires)
    records = {found.device: found.known.known_id for found in first.values() if found.known}
    assert {found.device: found.known.known_id for found in third.values() if found.known} == {
        "fra-r1": records["ams-r1"],
        "ams-r2": records["ams-r2"],
        "ams-r3": records["ams-r3"],
    }
    with database.read() as session:
        rows = session.execute(
            select(KnownDevice.device, KnownDevice.address).order_by(KnownDevice.device)
        ).all()
        assert [tuple(row) for row in rows] == [
            ("ams-r2", f"{NET}.2"),
            ("ams-r3", f"{NET}.1"),
            ("fra-r1", f"{NET}.4"),
        ]
        assert session.scalars(select(ObservedDevice.device).order_by(ObservedDevice.device)).all() == [
            "ams-r2",
            "ams-r3",
            "fra-r1",
        ]
        assert session.scalar(select(ObservedComponent.serial).where(ObservedComponent.device == "fra-r1"))


async def test_a_wrong_community_finds_nobody(database: Database) -> None:
    async with wired({f"{NET}.1": routers()[0]}) as wires:
        going = survey(database, wires, "wrong").addresses(read_ranges([f"{NET}.1"]))
        found = [one async for one in going]
    assert [one.facts for one in found] == [None]
    with database.read() as session:
        assert session.scalars(select(KnownDevice)).all() == []


def chain() -> dict[str, Router]:
    """Five routers in a row; the last but one tells no address, one neighbour is outside."""
    found = {}
    for number in range(1, 5):
        far = (f"r{number + 1}", "Hu0/0/0/1", f"{NET}.{number + 1}")
        ports = [Port("Hu0/0/0/0", mac(number), far=far)]
        if number == 1:
            ports.append(Port("Hu0/0/0/9", mac(90), far=("isp1", "xe-0", "10.99.0.1")))
        if number == 2:
            ports.append(Port("Hu0/0/0/9", mac(91), far=("mute", "xe-0", "")))
        found[f"{NET}.{number}"] = Router(f"r{number}", f"FOC000{number}X", ports=ports)
    return found


@pytest.mark.parametrize(("hops", "seen"), [(0, 1), (1, 2), (2, 3), (9, 4)])
async def test_neighbours_are_followed_so_many_hops_and_inside_the_ranges(
    database: Database, hops: int, seen: int
) -> None:
    async with wired(chain()) as wires:
        run = survey(database, wires)
        within = read_ranges([f"{NET}.0/24"])
        found = [
            one async for one in run.crawl([ipaddress.ip_address(f"{NET}.1")], within, hops=hops) if one.facts
        ]
    assert [(one.device, one.hop) for one in found] == [(f"r{n + 1}", n) for n in range(seen)]
    whys = {(way.neighbor, way.why) for way in run.beyond}
    assert ("isp1", "10.99.0.1 is outside of the ranges") in whys
    if seen > 1:
        assert ("mute", "it tells no management address") in whys
    if hops < 3:
        assert (f"r{seen + 1}", "it is too many hops away") in whys


class _Nobody:
    def __init__(self) -> None:
        self.under_way = self.most = 0

    async def knock(self, endpoint: Endpoint) -> Fingerprint:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return Fingerprint()


async def test_no_more_addresses_are_under_way_than_wished(database: Database) -> None:
    nobody = _Nobody()
    run = Survey(
        database,
        nobody,
        DeviceReader(catalog(), SystemClock()),
        Wires().access(),
        SystemClock(),
        rate=10_000,
        concurrency=3,
    )
    states = [one.state async for one in run.addresses(read_ranges(["10.0.0.0/24"]))]
    assert states == [State.SILENT] * 254
    assert nobody.most <= 3


async def test_addresses_are_begun_at_an_even_pace() -> None:
    time = [0.0]

    async def sleep(seconds: float) -> None:
        time[0] += seconds

    pace = Pace(10, lambda: time[0], sleep)
    starts = []
    for _ in range(5):
        await pace.turn()
        starts.append(round(time[0], 3))
    assert starts == [0.0, 0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize(
    ("texts", "count", "words"),
    [
        (["10.0.0.0/30"], 2, "10.0.0.1-10.0.0.2"),
        (["10.0.0.0/31"], 2, "10.0.0.0-10.0.0.1"),
        (["10.0.0.1-9", "10.0.0.5-10.0.0.12"], 12, "10.0.0.1-10.0.0.12"),
        (["2001:db8::/126"], 4, "2001:db8::-2001:db8::3"),
        (["10.0.0.7"], 1, "10.0.0.7"),
    ],
)
def test_ranges_are_read(texts: list[str], count: int, words: str) -> None:
    ranges = read_ranges(texts)
    assert (len(ranges), len(list(ranges)), str(ranges)) == (count, count, words)
    assert all(address in ranges for address in ranges)


@pytest.mark.parametrize("text", ["10.0.0.9-1", "10.0.0.0/33", "ams-edge1", "10.0.0.1-2001:db8::1", "::/0"])
def test_what_is_no_range_is_said_so(text: str) -> None:
    with pytest.raises(InputError):
        read_ranges([text])


def test_words_are_taken_for_ranges_or_devices() -> None:
    words = ["10.0.0.0/8", "10.0.0.1-9", "10.0.0.1", "2001:db8::/64", "ams-edge1", "edge", "r10-0"]
    check: Callable[[str], bool] = looks_like_range
    assert [word for word in words if check(word)] == words[:4]
