"""The same on PostgreSQL: applying, again, removing, and allocators at once."""

from __future__ import annotations

from pathlib import Path

from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.intent.importer import import_documents
from netwright.intent.rules import check
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

from .conftest import GROUND, LONDON, Yard
from .test_pools import allocate_at_once


def test_designs_on_postgresql(tmp_path: Path, postgresql: Cluster) -> None:
    database = Database(postgresql.new())
    create_tables(database)
    changesets = ChangeSets(database, KINDS)
    result = import_documents(database, changesets, [GROUND], "tester", "The ground")
    assert result.ok, [str(problem) for problem in result.problems]
    yard = Yard(database, changesets, tmp_path / "designs")
    before = yard.counts()

    assert yard.apply("exchange-pop", "lon", LONDON).revision == 2
    assert yard.apply("exchange-pop", "lon").objects == 0
    yard.edit("site", "lon", title="The City")
    assert [one.column for one in yard.apply("exchange-pop", "lon", {"city": "London"}).kept] == ["title"]
    yard.designs.remove(yard.designs.find("exchange-pop", "lon").id, "tester", check)
    assert yard.counts() == before
    allocate_at_once(yard)
    database.close()
