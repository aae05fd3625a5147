"""Migrations over old history: a database with merges and open change sets goes back to the schema before the
tables that stand beside history, and up again; all answers are as they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text
from tests.postgresql import Cluster
from tests.store.stores import Store

from netwright.app.schema import require_current
from netwright.app.upgrade import config, unbound, upgrade
from netwright.intent.rules import check
from netwright.inventory import KINDS
from netwright.store.database import Database
from netwright.store.history import current_revision, documents_as_of
from netwright.store.past import as_of_revision
from netwright.store.problem import MergeConflictError
from netwright.store.query import Reader, parse_selection

pytestmark = pytest.mark.slow
BEFORE = "0018"
"""Without former references (0021), names in order (0022) and mentions (0023)."""
BESIDE = ("history_reference", "mention")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql")
        url = cluster.new()
    database = Database(url)
    upgrade(database)
    yield Store(database, KINDS)
    database.close()


def lived(store: Store) -> tuple[int, int]:
    """Two devices with a past: interfaces that moved and went, a module that changed its bay, tags and values
    that came and went. Then a change set that waits and one that is contested: their numbers."""
    for word in ("core", "old"):
        store.make("tag", name=word)
    store.make("custom_field", on_kind="device", name="team")
    region = store.make("region", name="eu", tags=["core"])
    place = {"region_id": region, "kind": "core", "latitude": 52, "longitude": 4}
    opened = store.open()
    site, other = (
        store.changesets.create(opened, "site", {"name": name, **place}) for name in ("ams", "fra")
    )
    store.merge(opened)
    model = store.make("model", name="m", manufacturer_id=store.make("manufacturer", name="M"))
    fields = {"model_id": model, "role": "edge"}
    one = store.make("device", name="r1", site_id=site, tags=["core"], custom={"team": "a"}, **fields)
    two = store.make("device", name="r2", site_id=site, tags=["core", "old"], **fields)
    ports = [store.make("interface", name=f"e{number}", device_id=one) for number in range(3)]
    card = store.make("component", name="card", device_id=one)
    bay = store.make("bay", name="1", device_id=one, component_id=card)
    store.change("device", two, site_id=other, tags=["old"])
    store.change("interface", ports[1], lag_id=ports[2])
    store.change("interface", ports[1], lag_id=None, description="alone again")
    store.change("bay", bay, component_id=None)
    store.drop("interface", ports[0])
    store.drop("component", card)
    store.change("device", one, custom=None)
    gone = store.make("device", name="r3", site_id=site, **fields)
    store.make("interface", name="e0", device_id=gone)
    store.drop("device", gone)
    waiting, contested = store.open("waits"), store.open("contested")
    store.changesets.update(waiting, "device", one, {"tags": ["old"], "site_id": other})
    store.changesets.delete(waiting, "interface", ports[2])
    store.changesets.update(contested, "device", two, {"name": "ours"})
    store.change("device", two, name="theirs")
    return waiting, contested


def answers(store: Store, changesets: tuple[int, int]) -> dict[str, Any]:
    """What people can ask of it: every past state, whole and piece by piece, and the open change sets."""
    found: dict[str, Any] = {"now": store.dump()}
    expanded = parse_selection("", "interfaces.lag,components,bays_by_device.component,site.region")
    with store.database.read() as session:
        for revision in range(current_revision(session) + 1):
            for name, kind in KINDS.items():
                found[f"{name} as of {revision}"] = documents_as_of(session, kind, revision)
            devices = documents_as_of(session, KINDS["device"], revision)
            with as_of_revision(session, KINDS, revision, piecemeal=True):
                reader = Reader(session, KINDS)
                found[f"devices as of {revision}"] = reader.by_id(KINDS["device"], devices.keys(), expanded)
        for table in BESIDE:
            rows = session.execute(text(f"SELECT * FROM {table}"))
            found[table] = {frozenset(row._mapping.items()) for row in rows}
    for changeset in changesets:
        preview = store.changesets.preview(changeset, check)
        found[f"change set {changeset}"] = (preview.diff, preview.conflicts, preview.problems)
    return found


def test_answers_stay_the_same(store: Store) -> None:
    changesets = lived(store)
    before = answers(store, changesets)
    assert all(before[table] for table in BESIDE)
    assert before[f"change set {changesets[1]}"][1]
    with unbound(store.database) as connection:
        command.downgrade(config(connection), BEFORE)
    assert not set(BESIDE) & set(inspect(store.database.engine).get_table_names())
    upgrade(store.database)
    require_current(store.database)
    assert answers(store, changesets) == before
    store.merge(changesets[0], check)
    with pytest.raises(MergeConflictError):
        store.merge(changesets[1], check)
