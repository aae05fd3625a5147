"""Objects of every kind out as CSV, into an empty home, and again without a difference."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.api.conftest import Maker, Served
from tests.tables import create_tables

from netwright.exchange.csvfile import CsvFiles, write_csv
from netwright.intent.importer import ImportResult, import_source
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

pytestmark = pytest.mark.slow


def _written(database: Database, folder: Path) -> dict[str, list[str]]:
    """A file a kind in ``folder``; the lines of each, in order."""
    folder.mkdir()
    lines = {}
    with database.read() as session:
        for name, kind in KINDS.items():
            out = io.StringIO()
            write_csv(session, kind, out)
            (folder / f"{name}.csv").write_text(out.getvalue())
            lines[name] = sorted(out.getvalue().splitlines())
    return lines


def _loaded(database: Database, folder: Path) -> ImportResult:
    source = CsvFiles([folder / f"{name}.csv" for name in KINDS], literal=True)
    return import_source(database, ChangeSets(database, KINDS), source, "tester", "All kinds")


async def test_every_kind_there_and_back(own: Served, tmp_path: Path) -> None:
    async with own.client() as client:
        maker = Maker(own, client)
        for kind in KINDS.values():
            whole = kind.name != "custom_field"  # a required one would ask for its value on every site
            answer = await client.post(f"/v1/{kind.name}", json=await maker.fields(kind, whole=whole))
            assert answer.status_code == 201, answer.text
    before = _written(own.context.database, tmp_path / "csv")
    assert [name for name, lines in before.items() if len(lines) < 2] == []

    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    create_tables(empty)
    result = _loaded(empty, tmp_path / "csv")
    assert result.ok, [str(one) for one in result.problems]
    assert _written(empty, tmp_path / "again") == before
    assert _loaded(empty, tmp_path / "csv").diff == ()
    empty.close()
