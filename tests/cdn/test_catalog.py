"""Catalogue and demand files: what is taken, what is refused, and what a change does to copies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.tables import create_tables

from netwright.base.errors import InputError
from netwright.cdn.catalog import assume_demand, import_catalogue, import_demand, read_catalogue
from netwright.cdn.records import Demand, Holding, HoldingState, Title
from netwright.inventory import Region
from netwright.store.database import Database


def entry(name: str, **other: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "path": f"{name}.bin", "size_bytes": 10, "sha256": "0" * 64} | other


def write(folder: Path, entries: object) -> Path:
    file = folder / "catalogue.json"
    file.write_text(json.dumps(entries))
    return file


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    create_tables(database)
    with database.write() as session:
        session.add(Region(id=1, name="europe"))
    yield database
    database.close()


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([entry("a"), entry("a", path="b.bin")], "two titles have the id 'a'"),
        ([entry("a"), entry("b", path="a.bin")], "two titles have the path 'a.bin'"),
        ([entry("a", path="../../etc/passwd")], "must stay inside"),
        ([entry("a", path="/etc/passwd")], "must stay inside"),
        ([entry("a", path="a b; rm -rf")], "path"),
        ([entry("a", size_bytes=0)], "size_bytes"),
        ([entry("a", sha256="abc")], "sha256"),
        ([entry("a", extra=1)], "extra"),
        ({"a": 1}, "list"),
    ],
)
def test_bad_entries_are_refused_by_name(tmp_path: Path, entries: object, words: str) -> None:
    with pytest.raises(InputError, match=r"catalogue\.json") as caught:
        read_catalogue(write(tmp_path, entries))
    assert words in str(caught.value)


def test_not_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.json"
    file.write_bytes(b"\xff\xfe{")
    with pytest.raises(InputError, match="not valid JSON"):
        read_catalogue(file)


def test_import_adds_changes_and_removes(tmp_path: Path, database: Database) -> None:
    first = read_catalogue(write(tmp_path, [entry("a"), entry("b"), entry("c")]))
    with database.write() as session:
        assert import_catalogue(session, first).added == 3
        session.flush()
        session.add_all(
            Holding(device="cache", title_id=title, state=HoldingState.HELD, planned_at=0.0, verified_at=1.0)
            for title in ("a", "b")
        )
    second = read_catalogue(write(tmp_path, [entry("a", sha256="1" * 64), entry("d")]))
    with database.write() as session:
        change = import_catalogue(session, second)
    assert (change.added, change.changed, change.removed) == (1, 1, 2)
    with database.read() as session:
        states = {row.title_id: row.state for row in session.scalars(select(Holding))}
        # b's bytes are still on a server, so the title stays known until they are removed; c was nowhere
        assert set(session.scalars(select(Title.id))) == {"a", "b", "d"}
    assert states == {"a": HoldingState.PLANNED, "b": HoldingState.EVICTING}


def test_same_catalogue_twice_changes_nothing(tmp_path: Path, database: Database) -> None:
    entries = read_catalogue(write(tmp_path, [entry("a")]))
    with database.write() as session:
        import_catalogue(session, entries)
    with database.write() as session:
        change = import_catalogue(session, entries)
    assert (change.added, change.changed, change.removed) == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("region,title\neurope,a\n", "columns"),
        ("region,title,weight\nmars,a,1\n", "no region 'mars'"),
        ("region,title,weight\neurope,zzz,1\n", "no title 'zzz'"),
        ("region,title,weight\neurope,a,much\n", "'much' is not a number"),
        ("region,title,weight\neurope,a,-1\n", "'-1' is not a number"),
        ("region,title,weight\neurope,a,nan\n", "'nan' is not a number"),
    ],
)
def test_bad_demand_names_the_line_and_keeps_the_old(
    tmp_path: Path, database: Database, text: str, words: str
) -> None:
    with database.write() as session:
        import_catalogue(session, read_catalogue(write(tmp_path, [entry("a")])))
        session.add(Demand(region="europe", title_id="a", weight=7.0))
    file = tmp_path / "demand.csv"
    file.write_text(text)
    with pytest.raises(InputError) as caught, database.write() as session:
        import_demand(session, file)
    assert words in str(caught.value)
    with database.read() as session:
        assert session.scalars(select(Demand.weight)).all() == [7.0]


def test_demand_is_assumed_only_where_none_is_known(tmp_path: Path, database: Database) -> None:
    with database.write() as session:
        import_catalogue(session, read_catalogue(write(tmp_path, [entry("a")])))
        session.flush()
        assert assume_demand(session) == 0  # no clients, no demand
        session.add(Demand(region="europe", title_id="a", weight=7.0))
    with database.write() as session:
        assert assume_demand(session) == 0
