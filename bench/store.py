"""The store: change sets from opening to merge, history, names, series, backups. CPU of this process."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.delta import Change
from netwright.store.editor import Editor
from netwright.store.gitrepo import GitRepository
from netwright.store.history import as_of
from netwright.store.naming import natural_keys, resolve
from netwright.store.problem import Problem
from netwright.store.record import Base
from netwright.store.series import Sample, SeriesStore

_DEVICES = 1_000
_INTERFACES = 48


def _no_rules(_session: Session, _changes: Sequence[Change]) -> list[Problem]:
    return []


class Watch:
    """CPU and wall seconds of a block."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.wall_s = 0.0

    @contextmanager
    def run(self) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.cpu_s, self.wall_s = time.process_time() - cpu, time.perf_counter() - wall


def figures() -> Iterator[dict[str, Any]]:
    """Each figure as a line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _changesets(Path(folder))
        yield from _series(Path(folder) / "series.db")
        yield from _backups(Path(folder) / "backups.git")


def _changesets(folder: Path) -> Iterator[dict[str, Any]]:
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    Base.metadata.create_all(database.writer)
    changesets = ChangeSets(database, KINDS)
    watch = Watch()
    with watch.run():
        opened = changesets.open("1,000 devices", "bench").id
        with changesets.edit(opened) as edit:
            devices(edit)
    collected = watch.cpu_s
    with watch.run():
        changesets.merge(opened, "bench", _no_rules)
    objects = _DEVICES * (_INTERFACES + 4)
    yield _figure("create and merge a device of 48 interfaces", _DEVICES, collected + watch.cpu_s, "ms", 1e3)
    yield {
        "figure": "database per object with history",
        "value": round((folder / "bench.db").stat().st_size / objects),
        "unit": "byte",
        "n": objects,
        "cpu_s": 0.0,
    }
    with database.read() as session:
        with watch.run():
            names = natural_keys(session, "interface")
        yield _figure("natural key of an interface, in bulk", len(names), watch.cpu_s, "us", 1e6)
        device = resolve(session, "device", "device500")
        with watch.run():
            for _ in range(100):
                resolve(session, "interface", "device500/swp7")
        yield _figure("resolve an interface's name", 100, watch.cpu_s, "ms", 1e3)
        known = sorted(natural_keys(session, "device"))
    with watch.run():
        editor = changesets.editor()
        editor.reserve(objects)
        devices(editor, _DEVICES)
        changesets.commit(editor, "1,000 more", "bench", _no_rules)
    yield _figure("commit a device of 48 interfaces at once", _DEVICES, watch.cpu_s, "ms", 1e3)
    yield from _small(changesets, known)
    with database.read() as session, watch.run():
        for _ in range(100):
            as_of(session, "device", 1, [device])
    yield _figure("one device as of an old revision", 100, watch.cpu_s, "ms", 1e3)
    with watch.run():
        changesets.delete(opened := changesets.open("delete", "bench").id, "device", device)
        changesets.merge(opened, "bench", _no_rules)
    yield _figure("delete a device with its 50 parts", 1, watch.cpu_s, "ms", 1e3)
    database.close()


def devices(edit: Editor, start: int = 0) -> None:
    """A thousand devices of 48 interfaces, two power supplies and a console, in a site of their own."""
    region = edit.create("region", {"name": f"region{start}"})
    place = {"region_id": region, "kind": "exchange", "latitude": 52, "longitude": 4}
    site = edit.create("site", {"name": f"site{start}", **place})
    maker = edit.create("manufacturer", {"name": f"maker{start}"})
    model = edit.create("model", {"name": f"m48-{start}", "manufacturer_id": maker})
    for number in range(start, start + _DEVICES):
        fields = {"site_id": site, "model_id": model, "role": "tor", "platform": "frr"}
        address = f"10.{number >> 8}.{number & 255}.1"
        device = edit.create("device", {"name": f"device{number}", "management_address": address, **fields})
        for port in range(_INTERFACES):
            port_fields = {"name": f"swp{port}", "speed_bps": 10**10, "device_id": device}
            edit.create("interface", port_fields)
        for name in ("PSU 1", "PSU 2", "Console"):
            part = {"name": name, "device_id": device, "component_class": "power-supply"}
            edit.create("component", part)


def _small(changesets: ChangeSets, devices: list[int]) -> Iterator[dict[str, Any]]:
    watch = Watch()
    with watch.run():
        opened = changesets.open("100 devices", "bench").id
        with changesets.edit(opened) as edit:
            for device in devices[:100]:
                edit.update("device", device, {"serial": f"S{device}"})
        changesets.preview(opened, _no_rules)
        changesets.merge(opened, "bench", _no_rules)
    yield _figure("open, check and merge 100 edits among 52,000 objects", 1, watch.cpu_s, "ms", 1e3)
    with watch.run():
        undo = changesets.revert(opened, "bench")
        changesets.merge(undo, "bench", _no_rules)
    yield _figure("revert and merge 100 edits", 1, watch.cpu_s, "ms", 1e3)


def _series(path: Path) -> Iterator[dict[str, Any]]:
    generator = random.Random(1)
    store = SeriesStore(path)
    metrics = ("in-octets", "out-octets", "in-errors", "out-errors", "oper-up")
    values = {
        (f"device{n // 50}", f"interface:swp{n % 50}", metric): 0 for n in range(5_000) for metric in metrics
    }
    rounds = 60
    watch, cpu = Watch(), 0.0
    for moment in range(rounds):
        for key in values:
            if key[2].endswith("octets"):
                values[key] += generator.randrange(100_000, 10_000_000)
        samples = [Sample(*key, value) for key, value in values.items()]
        with watch.run():
            store.write_round(float(moment * 60), samples)
        cpu += watch.cpu_s
    count = rounds * len(values)
    yield _figure("keep a million samples", count, cpu, "s", 1e6)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("SELECT sum(length(data)) FROM block").fetchone()
    yield {
        "figure": "size of a sample in blocks",
        "value": round(size / count, 2),
        "unit": "byte",
        "n": count,
        "cpu_s": 0.0,
    }
    reader = SeriesStore(path)
    with watch.run():
        reader.last("device7")
    yield _figure("a new process's first look at a device's last values", 1, watch.cpu_s, "ms", 1e3)
    with watch.run():
        for _ in range(100):
            reader.last("device7")
    yield _figure("a device's last values", 100, watch.cpu_s, "ms", 1e3)
    with watch.run():
        for number in range(20):
            reader.window(f"device{number}", "interface:swp3", "in-octets", 0, 3600)
    yield _figure("window of one series", 20, watch.cpu_s, "ms", 1e3)
    reader.close()


def _backups(path: Path) -> Iterator[dict[str, Any]]:
    generator = random.Random(2)
    repository = GitRepository(path)
    lines = [f"interface swp{n}\n description link {generator.random()}\n" for n in range(750)]
    text = "".join(lines)
    watch = Watch()
    files = {f"site{n % 50}/device{n}.conf": f"hostname device{n}\n{text}".encode() for n in range(1_000)}
    with watch.run():
        repository.commit(dict(files), "first", "bench", 1.0)
    yield _figure("back up a configuration of 1,500 lines, first", 1_000, watch.cpu_s, "ms", 1e3)
    changed = {name: content + b"!\n" for name, content in files.items()}
    with watch.run():
        repository.commit(dict(changed), "second", "bench", 2.0)
    yield _figure("back up a configuration of 1,500 lines, changed", 1_000, watch.cpu_s, "ms", 1e3)
    with watch.run():
        repository.log("site7/device7.conf")
    yield _figure("history of one file", 1, watch.cpu_s, "ms", 1e3)


def _figure(name: str, count: int, cpu_s: float, unit: str, scale: float) -> dict[str, Any]:
    """CPU for one of ``count``, in ``unit`` (``scale`` of them a second)."""
    return {
        "figure": name,
        "value": round(cpu_s / count * scale, 3),
        "unit": unit,
        "n": count,
        "cpu_s": round(cpu_s, 3),
    }
