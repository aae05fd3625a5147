"""What is given out is free, first fit, and given once only, on both databases."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session
from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.base.errors import ConflictError, InputError
from netwright.intent.allocation import Wish, allocate
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.delta import Delta
from netwright.store.problem import Problem

PREFIX = KINDS["prefix"]
SPEC = PREFIX.field("prefix")


def no_rules(session: Session, changes: object) -> list[Problem]:
    return []


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("allocation")
    server: Cluster | None = request.getfixturevalue("postgresql") if request.param != "sqlite" else None
    made = Database(server.new() if server else f"sqlite:///{folder / 'network.db'}")
    create_tables(made)
    yield made
    made.close()


@pytest.fixture
def empty(database: Database) -> Database:
    with database.write() as session:
        session.execute(delete(Delta))
        for kind in reversed(list(KINDS.values())):
            session.execute(delete(kind.table))
    return database


def fill(database: Database, kind: str, rows: list[dict[str, Any]]) -> None:
    changesets = ChangeSets(database, KINDS)
    editor = changesets.editor()
    for row in rows:
        editor.create(kind, row)
    changesets.commit(editor, "fill", "test", no_rules)


def prefixes(database: Database, texts: list[str]) -> None:
    fill(database, "prefix", [{"prefix": text, "role": "link"} for text in texts])


def ask(database: Database, wish: Wish) -> list[Any]:
    with database.read() as session:
        return allocate(session, KINDS, wish)


def within(text: str, length: int | None = None, count: int = 1) -> Wish:
    return Wish(PREFIX, SPEC, count, ipaddress.ip_network(text), length)


def free_by_hand(pool: str, taken: list[str], length: int) -> Iterator[str]:
    others = [ipaddress.ip_network(text) for text in taken if text != pool]
    for one in ipaddress.ip_network(pool).subnets(new_prefix=length):
        if not any(one.overlaps(other) and other != ipaddress.ip_network(pool) for other in others):
            yield str(one)


_INSIDE = st.integers(25, 32).flatmap(
    lambda length: st.integers(0, (1 << (length - 24)) - 1).map(
        lambda number: str(ipaddress.IPv4Network(((10 << 24) + (number << (32 - length)), length)))
    )
)


@settings(max_examples=25)
@given(taken=st.sets(_INSIDE, max_size=30), length=st.integers(25, 32), count=st.integers(1, 5))
def test_first_fit_as_by_hand(database: Database, taken: set[str], length: int, count: int) -> None:
    with database.write() as session:
        session.execute(delete(PREFIX.table))
    prefixes(database, ["10.0.0.0/24", "10.0.0.0/8", *sorted(taken)])
    expected = list(islice(free_by_hand("10.0.0.0/24", sorted(taken), length), count))
    if len(expected) < count:
        with pytest.raises(ConflictError):
            ask(database, within("10.0.0.0/24", length, count))
    else:
        assert ask(database, within("10.0.0.0/24", length, count)) == expected


def test_a_packed_pool_is_counted_not_walked(empty: Database) -> None:
    pool = ipaddress.ip_network("10.0.0.0/19")
    packed = [str(one) for one in islice(pool.subnets(new_prefix=31), 3000)]
    del packed[2700]
    prefixes(empty, [str(pool), *packed])
    assert ask(empty, within(str(pool), 31, 2)) == ["10.0.21.24/31", "10.0.23.112/31"]
    assert ask(empty, within(str(pool), 30)) == ["10.0.23.112/30"]
    assert ask(empty, within("2001:db8::/32", 64)) == ["2001:db8::/64"]


def test_wrong_wishes(empty: Database) -> None:
    for wish in (
        within("10.0.0.0/24", 23),
        within("10.0.0.0/24", 25, 0),
        Wish(PREFIX, SPEC),
        Wish(KINDS["asn"], KINDS["asn"].field("number")),
        Wish(KINDS["region"], KINDS["region"].field("name"), pattern="x"),
        Wish(PREFIX, PREFIX.field("role")),
    ):
        with pytest.raises(InputError):
            ask(empty, wish)


def test_numbers_and_names(empty: Database) -> None:
    asn, region = KINDS["asn"], KINDS["region"]
    fill(empty, "asn", [{"number": number} for number in (64512, 64513, 64515)])
    numbers = Wish(asn, asn.field("number"), 2, lowest=64512, highest=64600)
    assert ask(empty, numbers) == [64514, 64516]
    fill(empty, "region", [{"name": name} for name in ("eu-01", "eu-03", "other")])
    names = Wish(region, region.field("name"), 3, pattern="eu-{n:02}")
    assert ask(empty, names) == ["eu-02", "eu-04", "eu-05"]
    with pytest.raises(ConflictError):
        ask(empty, Wish(asn, asn.field("number"), lowest=64512, highest=64513))


def test_open_change_sets_count(empty: Database) -> None:
    changesets = ChangeSets(empty, KINDS)
    opened = changesets.open("wants the first", "test").id
    changesets.create(opened, "prefix", {"prefix": "10.0.0.0/26", "role": "link"})
    assert ask(empty, within("10.0.0.0/24", 25)) == ["10.0.0.128/25"]
    changesets.abandon(opened)
    assert ask(empty, within("10.0.0.0/24", 25)) == ["10.0.0.0/25"]


def test_eight_at_once_without_one_double(empty: Database) -> None:
    """Each thread takes a prefix at a time, and knows only what it was given."""
    given_out: list[str] = []
    errors: list[BaseException] = []

    def work(number: int) -> None:
        changesets = ChangeSets(empty, KINDS)
        try:
            given_out.extend([_take(changesets, f"worker {number}") for _ in range(4)])
        except BaseException as error:  # noqa: BLE001 (told below)
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(given_out) == sorted(set(given_out))
    expected = islice(ipaddress.ip_network("10.0.0.0/16").subnets(new_prefix=31), 32)
    assert set(given_out) == {str(one) for one in expected}


def _take(changesets: ChangeSets, who: str) -> str:
    editor = changesets.editor()
    found: list[str] = []

    def prepare(session: Session) -> None:
        found.extend(allocate(session, KINDS, within("10.0.0.0/16", 31)))
        editor.create("prefix", {"prefix": found[0], "role": "link"})

    changesets.commit(editor, "next", who, no_rules, prepare=prepare)
    return found[0]


def test_hosts_skip_whatever_any_object_has(database: Database) -> None:
    box = KINDS["address"]
    wish = Wish(box, box.field("address"), 2, ipaddress.ip_network("192.0.2.0/29"))
    assert ask(database, wish) == ["192.0.2.1/29", "192.0.2.2/29"]
    plain = Wish(KINDS["device"], KINDS["device"].field("loopback"), 1, ipaddress.ip_network("192.0.2.0/31"))
    assert ask(database, plain) == ["192.0.2.0"]
    six = Wish(box, box.field("address"), 1, ipaddress.ip_network("2001:db8::/64"))
    assert ask(database, six) == ["2001:db8::1/64"]
    changesets = ChangeSets(database, KINDS)
    editor = changesets.editor()
    maker = editor.create("manufacturer", {"name": "m"})
    model = editor.create("model", {"name": "x", "manufacturer_id": maker})
    region = editor.create("region", {"name": "r"})
    place = {"region_id": region, "kind": "core", "latitude": 0, "longitude": 0}
    site = editor.create("site", {"name": "s", **place})
    fields = {"site_id": site, "model_id": model, "role": "edge", "platform": "frr"}
    device = editor.create(
        "device", {"name": "d", "management_address": "192.0.2.1", "loopback": "192.0.2.3", **fields}
    )
    port = editor.create("interface", {"device_id": device, "name": "swp1"})
    editor.create("address", {"interface_id": port, "address": "192.0.2.2/30"})
    changesets.commit(editor, "used", "test", no_rules)
    assert ask(database, wish) == ["192.0.2.4/29", "192.0.2.5/29"]
