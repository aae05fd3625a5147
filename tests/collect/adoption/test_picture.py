"""Who is looked at for an adoption: those near the devices adopted, on both databases."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgresql import cluster
from tests.tables import create_tables

from netwright.collect.adoption.picture import read_picture
from netwright.collect.intake import take_facts
from netwright.platforms.facts import (
    AddressFact,
    BgpSessionFact,
    BgpState,
    DeviceFacts,
    NeighborFact,
    System,
)
from netwright.store.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'picture.db'}")
        create_tables(made)
        yield made
        made.close()
        return
    with cluster() as server:
        made = Database(server.new())
        create_tables(made)
        yield made
        made.close()


def device(name: str, hostname: str, **more: object) -> DeviceFacts:
    values: dict[str, object] = {"platform": "frr", "observed_at": 1.0, "system": System(hostname)} | more
    return DeviceFacts(device=name, **values)  # type: ignore[arg-type]


def address(text: str, *, known: bool = True) -> AddressFact:
    return AddressFact("e0", ipaddress.ip_interface(text), prefix_known=known)


def test_neighbours_and_owners_of_far_ends_are_read_and_nobody_else(database: Database) -> None:
    session_to = BgpSessionFact(ipaddress.ip_address("10.0.0.2"), 65000, BgpState.ESTABLISHED)
    heard = (NeighborFact("e1", "r3.example", "e0"),)
    one = device(
        "r1",
        "r1.example",
        addresses=(address("10.0.0.3/8", known=False),),
        bgp_sessions=(session_to,),
        neighbors=heard,
    )
    two = device("two", "R2.example", addresses=(address("10.0.0.2/31"),))
    three = device("three", "R3.other", addresses=(address("10.0.0.20/31"),))
    with database.write() as session:
        take_facts(session, [one, two, three, device("far", "far", addresses=(address("10.9.0.2/31"),))])
    with database.read() as session:
        picture = read_picture(session, ["r1"])
        assert sorted(picture.seen.devices) == ["r1", "three", "two"]
        assert picture.who("r3") == "three"
        assert picture.owners[ipaddress.ip_address("10.0.0.2")] == "two"
        assert picture.length_of(picture.told["r1"].addresses[0]) == 31
