"""Whole networks through every way in and out, on SQLite and PostgreSQL: the demo, a NetBox, a Nautobot."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.intent.conftest import DEMO
from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.base.secret import Secret
from netwright.exchange.csvfile import CsvFiles, write_csv
from netwright.exchange.nautobot.source import ASKING, NEEDED, Nautobot
from netwright.exchange.remote.reading import ListReader
from netwright.exchange.tree.export import write_tree
from netwright.exchange.tree.source import EditedTree
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

from .conftest import CASES, Workshop, load
from .netboxserver import serving

pytestmark = pytest.mark.slow
TOKEN = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workshop]:
    url = f"sqlite:///{tmp_path}/home.db"
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql")
        url = cluster.new()
    database = Database(url)
    create_tables(database)
    yield Workshop(database, ChangeSets(database, KINDS), tmp_path / "designs")
    database.close()


def _nautobot(workshop: Workshop) -> None:
    lists = json.loads((CASES / "nautobot" / "answers.json").read_text())
    with serving(lists, token=TOKEN, page=500) as (url, _):
        reader = ListReader(
            url, Secret(TOKEN), what="Nautobot", needed=NEEDED, asking=ASKING, sleep=lambda _: None
        )
        assert load(workshop, Nautobot(reader)).ok
        assert load(workshop, Nautobot(reader)).diff == ()
        reader.close()


def _csv(workshop: Workshop, folder: Path) -> dict[str, list[str]]:
    """A file a kind in ``folder``; the rows of each kind in order."""
    folder.mkdir()
    rows = {}
    with workshop.database.read() as session:
        for name, kind in KINDS.items():
            out = io.StringIO()
            if write_csv(session, kind, out):
                (folder / f"{name}.csv").write_text(out.getvalue())
                rows[name] = sorted(out.getvalue().splitlines())
    return rows


@pytest.mark.parametrize("network", ["demo", "nautobot"])
def test_a_network_through_csv_and_through_an_export(
    home: Workshop, workshop: Workshop, tmp_path: Path, network: str
) -> None:
    """Out of one home and into an empty one, nothing is lost, and the same comes out again."""
    if network == "demo":
        assert home.load(DEMO).ok
    else:
        _nautobot(home)
    before = _csv(home, tmp_path / "csv")
    assert len(before) > 15
    with home.database.read() as session:
        write_tree(session, tmp_path / "tree", b"one home")

    result = load(workshop, CsvFiles([tmp_path / "csv" / f"{name}.csv" for name in before], literal=True))
    assert result.ok, [str(one) for one in result.problems][:5]
    assert _csv(workshop, tmp_path / "again") == before
    assert (
        load(workshop, CsvFiles([tmp_path / "csv" / f"{name}.csv" for name in before], literal=True)).diff
        == ()
    )

    assert load(workshop, EditedTree(tmp_path / "tree", b"another")).diff == ()
    assert load(home, EditedTree(tmp_path / "tree", b"one home")).diff == ()
