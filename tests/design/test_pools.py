"""Pools: first fit, the nearest pool first, nothing given twice."""

from __future__ import annotations

import ipaddress
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.errors import ConflictError, InputError, NotFoundError
from netwright.design.pools import Asker, Pools
from netwright.intent.rules import check
from netwright.inventory import KINDS
from netwright.inventory.design import PoolType
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

from .conftest import Yard

LINK = """
design: link
version: 1
parameters: {count: {type: integer, default: 1}, length: {type: integer, default: 31}, region: {default: uk}}
scope: {region: "{{ region }}"}
objects:
  - kind: prefix
    path: net{{ n }}
    for_each: range(count)
    as: n
    set: {prefix: "{{ prefix('link', 'net' ~ n, length) }}", role: link}
"""


def _give(yard: Yard, pool_type: PoolType, purpose: str, region: str = "uk", count: int = 1) -> list[str]:
    with yard.database.read() as session:
        pools = Pools(session, KINDS)
        asker = Asker("mine/x", None, region)
        return [pools.give(asker, pool_type, purpose, f"p{n}") for n in range(count)]


def test_addresses_that_anything_has_are_left_out(yard: Yard) -> None:
    yard.load("""
sites: [{name: x, region: uk, kind: exchange, latitude: 1, longitude: 2}]
devices:
  - {name: x1, site: x, model: NW-T48, role: tor, platform: frr, management_address: 10.250.0.2}
  - {name: x2, site: x, model: NW-T48, role: tor, interfaces: [{name: eth0, addresses: [10.250.0.4/16]}]}
""")

    assert _give(yard, PoolType.ADDRESS, "management", count=3) == ["10.250.0.1", "10.250.0.3", "10.250.0.5"]


def test_prefixes_keep_clear_of_prefixes_and_addresses(yard: Yard) -> None:
    yard.load("""
prefixes: [{prefix: 10.254.0.0/30, role: link}]
sites: [{name: x, region: uk, kind: exchange, latitude: 1, longitude: 2}]
devices:
  - {name: x1, site: x, model: NW-T48, role: tor, interfaces: [{name: swp1, addresses: [10.254.0.6/31]}]}
""")

    assert _give(yard, PoolType.PREFIX, "link", count=3) == [
        "10.254.0.4/31",
        "10.254.0.8/31",
        "10.254.0.10/31",
    ]


def test_the_nearest_pool_first_and_the_next_when_it_is_full(yard: Yard) -> None:
    yard.load("""
pools:
  - {name: links-uk, pool_type: prefix, purpose: link, source: 10.1.0.0/30, length: 31, region: uk}
  - {name: links-europe, pool_type: prefix, purpose: link, source: 10.2.0.0/31, length: 31, region: europe}
""")

    assert _give(yard, PoolType.PREFIX, "link", count=4) == [
        "10.1.0.0/31",
        "10.1.0.2/31",
        "10.2.0.0/31",
        "10.254.0.0/31",
    ]
    assert _give(yard, PoolType.PREFIX, "link", region="europe") == ["10.2.0.0/31"]


def test_numbers_and_names(yard: Yard) -> None:
    yard.load("""
asns: [4200000001]
vlan_groups: [{name: fabric, vlans: [{number: 100}]}]
pools:
  - {name: vlans, pool_type: vlan, purpose: service, vlan_group: fabric, lowest: 99, highest: 102}
  - {name: names, pool_type: name, purpose: pop, pattern: "pop{n:03}", highest: 2}
""")

    assert _give(yard, PoolType.ASN, "private", count=2) == ["4200000000", "4200000002"]
    assert _give(yard, PoolType.VLAN, "service", count=3) == ["99", "101", "102"]
    assert _give(yard, PoolType.NAME, "pop", count=2) == ["pop001", "pop002"]
    with pytest.raises(ConflictError, match="nothing free"):
        _give(yard, PoolType.NAME, "pop", count=3)


def test_without_a_pool_it_says_what_to_make(yard: Yard) -> None:
    with pytest.raises(NotFoundError, match="no prefix pool of purpose 'none'"):
        _give(yard, PoolType.PREFIX, "none")
    yard.load("pools: [{name: bad, pool_type: prefix, purpose: bad, source: 10.1.0.0/24}]")
    with pytest.raises(InputError, match="gives no length"):
        _give(yard, PoolType.PREFIX, "bad")


def test_the_same_asker_gets_the_same(yard: Yard) -> None:
    yard.write(LINK, "link.yaml")
    yard.apply("link", "a", {"count": 3})
    yard.apply("link", "b", {"count": 1})
    assert yard.keys("prefix") >= {"10.254.0.0/31", "10.254.0.2/31", "10.254.0.4/31", "10.254.0.6/31"}

    yard.apply("link", "a", {"count": 1})  # gives two back
    yard.apply("link", "b", {"count": 2})  # which others may have
    yard.apply("link", "a", {"count": 2})

    assert yard.keys("allocation") == {
        "links/link/a/net0",
        "links/link/a/net1",
        "links/link/b/net0",
        "links/link/b/net1",
    }
    assert yard.value("allocation", "links/link/b/net1", "value") == "10.254.0.2/31"
    assert yard.value("allocation", "links/link/a/net1", "value") == "10.254.0.4/31"


def test_another_length_is_another_prefix(yard: Yard) -> None:
    yard.write(LINK, "link.yaml")
    yard.apply("link", "a")
    changes = yard.changes(yard.apply("link", "a", {"length": 30}))

    assert changes == {("update", "prefix", "10.254.0.4/30")}, "the old one is free when this is merged"


def test_open_change_sets_hold_what_they_were_given(yard: Yard) -> None:
    yard.write(LINK, "link.yaml")
    waiting = yard.designs.open([yard.designs.request("link", "a", {})], "tester")
    yard.apply("link", "b")

    assert waiting.changeset_id is not None
    yard.changesets.merge(waiting.changeset_id, "tester", check)

    assert yard.value("allocation", "links/link/a/net0", "value") == "10.254.0.0/31"
    assert yard.value("allocation", "links/link/b/net0", "value") == "10.254.0.2/31"


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(26, 32), min_size=1, max_size=12), st.integers(0, 2**32))
def test_prefixes_of_many_lengths_never_overlap(shared: Yard, lengths: list[int], seed: int) -> None:
    generator = random.Random(seed)
    with shared.database.read() as session:
        pools = Pools(session, KINDS)
        found = [
            ipaddress.ip_network(
                pools.give(Asker("mine/x", None, "uk"), PoolType.PREFIX, "link", f"p{n}", length)
            )
            for n, length in enumerate(generator.sample(lengths, len(lengths)))
        ]
    assert all(not one.overlaps(other) for at, one in enumerate(found) for other in found[:at])


@pytest.fixture(scope="module")
def shared(_ground: object, tmp_path_factory: pytest.TempPathFactory) -> Yard:
    database = Database(f"sqlite:///{_ground}")
    return Yard(database, ChangeSets(database, KINDS), tmp_path_factory.mktemp("designs"))


def allocate_at_once(yard: Yard, allocators: int = 8, each: int = 3) -> None:
    """Allocators that run at once, each with a connection of its own; none may be given what another has."""
    yard.write(LINK, "link.yaml")

    def one(number: int) -> None:
        database = Database(yard.database.url.render_as_string(hide_password=False))
        own = Yard(database, ChangeSets(database, KINDS), yard.folder)
        for count in range(1, each + 1):
            own.apply("link", f"a{number}", {"count": count})
        database.close()

    with ThreadPoolExecutor(allocators) as pool:
        list(pool.map(one, range(allocators)))
    with yard.database.read() as session:
        values = [
            row[0]
            for row in session.execute(
                KINDS["allocation"].table.select().with_only_columns(KINDS["allocation"].table.c.value)
            )
        ]
    assert len(values) == len(set(values)) == allocators * each
    assert {ipaddress.ip_network(value) for value in values} == {
        ipaddress.ip_network((int(ipaddress.ip_address("10.254.0.0")) + 2 * n, 31))
        for n in range(allocators * each)
    }, "first fit leaves no hole"


def test_eight_allocators_at_once(yard: Yard) -> None:
    allocate_at_once(yard)
