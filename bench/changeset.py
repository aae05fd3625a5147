"""Change sets on a large network, with all rules: 20,000 devices, a million interfaces. CPU of this process.

``NETWRIGHT_BENCH_DEVICES`` makes it smaller; ``NETWRIGHT_BENCH_URL`` an empty database elsewhere (PostgreSQL:
the server's own CPU is not counted, so the wall time stands beside).
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bench import store
from bench.figure import Watch, figure
from sqlalchemy import select

from netwright.intent.rules import check
from netwright.inventory import KINDS, Device, Interface
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.history import as_of, blame, current_revision
from netwright.store.past import as_of_revision
from netwright.store.record import Base

_BATCH = 1_000
_EDITS = 100


def figures() -> Iterator[dict[str, Any]]:
    """Each figure as a line of JSON."""
    wanted = int(os.environ.get("NETWRIGHT_BENCH_DEVICES", "20000"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.db"
        database = Database(os.environ.get("NETWRIGHT_BENCH_URL") or f"sqlite:///{file}")
        Base.metadata.create_all(database.writer)
        changesets = ChangeSets(database, KINDS)
        yield from _build(changesets, wanted)
        if file.exists():
            yield figure("size of the database", _size(file) / 1e6, "MB", wanted, 0.0)
        yield from _review(database, changesets)
        yield from _past(database)
        yield from _delete(database, changesets)
        database.close()


def _size(file: Path) -> int:
    """Bytes of the database, its log written into it."""
    with closing(sqlite3.connect(file)) as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not busy
    return file.stat().st_size


def _build(changesets: ChangeSets, wanted: int) -> Iterator[dict[str, Any]]:
    cpu_s = 0.0
    for start in range(0, wanted, _BATCH):
        with Watch() as watch:
            editor = changesets.editor()
            editor.reserve(_BATCH * 52)
            store.devices(editor, start)
            changesets.commit(editor, f"devices from {start}", "bench", check)
        cpu_s += watch.cpu_s
    yield figure("commit a device of 48 interfaces, with rules", cpu_s / wanted * 1e3, "ms", wanted, cpu_s)


def _review(database: Database, changesets: ChangeSets) -> Iterator[dict[str, Any]]:
    with database.read() as session:
        devices = list(session.scalars(select(Device.id).order_by(Device.id).limit(_EDITS)))
        ports = list(
            session.scalars(select(Interface.id).where(Interface.device_id.in_(devices)).limit(_EDITS))
        )
    for name, kind, ids, fields in (
        ("100 devices", "device", devices, {"serial": "S1"}),
        ("100 interfaces", "interface", ports, {"mtu": 9000, "description": "x"}),
    ):
        with Watch() as watch:
            opened = changesets.open(name, "bench").id
            with changesets.edit(opened) as edit:
                for object_id in ids:
                    edit.update(kind, object_id, fields)
            assert changesets.preview(opened, check).mergeable
            changesets.merge(opened, "bench", check)
        yield _both(f"change set of {name} opened, checked and merged", watch)
        with Watch() as watch:
            changesets.merge(changesets.revert(opened, "bench"), "bench", check)
        yield _both(f"revert of {name} opened and merged", watch)


def _past(database: Database) -> Iterator[dict[str, Any]]:
    with database.read() as session:
        device = session.scalars(select(Device.id).order_by(Device.id).limit(1)).one()
        newest = current_revision(session)
    with database.read() as session, Watch() as watch:
        assert as_of(session, "device", newest - 4, [device])
    yield _both("one device as of an old revision", watch)
    with database.read() as session, Watch() as watch, as_of_revision(session, KINDS, newest - 4):
        parts = session.scalars(select(Interface).where(Interface.device_id == device)).all()
        assert len(parts) == 48
    yield _both("one device with its interfaces as of four merges ago", watch)
    with database.read() as session, Watch() as watch:
        assert blame(session, "device", device)
    yield _both("blame of one device", watch)


def _delete(database: Database, changesets: ChangeSets) -> Iterator[dict[str, Any]]:
    with database.read() as session:
        devices = session.scalars(select(Device.id).order_by(Device.id.desc()).limit(11)).all()
    with Watch() as watch:
        for number, device in enumerate(devices):
            editor = changesets.editor()
            editor.delete("device", device)
            changesets.commit(editor, f"delete {number}", "bench", check)
            if not number:  # the first fills caches of statements
                watch.__enter__()
    yield figure(
        "delete a device of 48 interfaces, with rules",
        watch_ms(watch, len(devices) - 1),
        "ms",
        10,
        watch.cpu_s,
    )


def watch_ms(watch: Watch, count: int) -> float:
    return watch.cpu_s / count * 1e3


def _both(name: str, watch: Watch) -> dict[str, Any]:
    return {**figure(name, watch.cpu_s * 1e3, "ms", 1, watch.cpu_s), "wall_ms": round(watch.wall_s * 1e3, 1)}
