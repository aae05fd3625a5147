"""Samples over time: one file, one writer, many readers, about a byte a sample.

A round (all samples of one moment) is one row of a log, committed and synced to disk at once: a writer killed
at any moment loses at most the round it is writing. When the log has many rounds it is turned into blocks,
one a metric and group of series, in one transaction, together with a snapshot of the last values. A reader
keeps the log's rounds (a ring) and the last values in memory and fetches only what is new; it reads a block
only for windows that reach behind the log.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from netwright.base.errors import StorageError
from netwright.store.seriesblock import (
    ABSENT,
    Bits,
    Block,
    Ids,
    Times,
    Types,
    Values,
    block_of,
    decode_block,
    decode_values,
    encode_block,
    encode_values,
    locate,
    numbers,
    pack_values,
)

Key: TypeAlias = tuple[str, str, str]
"""Device, object, metric."""
Point: TypeAlias = tuple[float, float]
"""Unix seconds, value."""

_ROUNDS_A_BLOCK = 60
_SAMPLES_A_LOG = 4_000_000
_SERIES_A_BLOCK = 1_024
_BUSY_S = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, object TEXT NOT NULL, metric TEXT NOT NULL,
    UNIQUE (device, object, metric));
CREATE TABLE IF NOT EXISTS round (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, samples INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS block (
    metric TEXT NOT NULL, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL,
    start REAL NOT NULL, "end" REAL NOT NULL, data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS block_of_metric ON block (metric, "end", first_id);
CREATE TABLE IF NOT EXISTS state (
    only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL, compacted INTEGER NOT NULL,
    last BLOB, last_times BLOB);
INSERT INTO state (only, epoch, compacted) VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
"""
# epoch: how often series were removed (ids known to others are void then); compacted: the last round that
# went into blocks; last, last_times: the last values up to there.


class Sample(NamedTuple):
    """One value. A tuple, because a round makes millions of them. ``object`` as ``interface:swp1``,
    ``bgp:10.0.0.1``, ``sensor:temp1`` or ``system``; ``metric`` in OpenConfig's words, as ``in-octets``.
    Integers up to 64 bits stay exact."""

    device: str
    object: str
    metric: str
    value: float


@dataclass(slots=True)
class _Known:
    """What a process has in memory of the file."""

    epoch: int = -1
    seen: int = 0
    """Last round read."""
    names: dict[int, Key] = field(default_factory=dict)
    ids: dict[Key, int] = field(default_factory=dict)
    devices: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    ring: dict[int, tuple[float, Values]] = field(default_factory=dict)
    times: Times = field(default_factory=lambda: np.zeros(0))
    types: Types = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    bits: Bits = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    def take_round(self, number: int, time: float, values: Values) -> None:
        self.ring[number] = (time, values)
        self.take_last(time, values)
        self.seen = number

    def take_last(self, times: float | Times, values: Values) -> None:
        """Values that are newer than the ones known."""
        if not len(values):
            return
        missing = int(values.ids[-1]) + 1 - len(self.types)
        if missing > 0:
            room = missing + len(self.types) // 2
            self.times = np.concatenate([self.times, np.zeros(room)])
            self.types = np.concatenate([self.types, np.zeros(room, dtype=np.uint8)])
            self.bits = np.concatenate([self.bits, np.zeros(room, dtype=np.uint64)])
        moments = np.broadcast_to(times, values.ids.shape)
        newer = (self.types[values.ids] == ABSENT) | (moments >= self.times[values.ids])
        ids = values.ids[newer]
        self.times[ids] = moments[newer]
        self.types[ids] = values.types[newer]
        self.bits[ids] = values.bits[newer]


class SeriesStore:
    """The samples in the file at ``path``, made when first used. Safe for many threads and processes;
    raises StorageError when the disk refuses or the file is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._known = _Known()

    def write_round(self, time: float, samples: Iterable[Sample]) -> None:
        """Keep the samples of one moment (Unix seconds). On disk when it returns."""
        given = list(samples)
        if not given:
            return
        keys = [one[:3] for one in given]
        with self._transaction(write=True) as connection:
            self._refresh(connection)
            ids = self._ids(connection, keys)
            values = pack_values(ids, [one.value for one in given])
            cursor = connection.execute(
                "INSERT INTO round (time, samples, data) VALUES (?, ?, ?)",
                (time, len(values), encode_values(values)),
            )
            assert cursor.lastrowid is not None
            self._known.take_round(cursor.lastrowid, time, values)
        with self._transaction(write=True) as connection:
            rounds, waiting = connection.execute("SELECT count(*), sum(samples) FROM round").fetchone()
            if rounds >= _ROUNDS_A_BLOCK or (waiting or 0) >= _SAMPLES_A_LOG:
                self._compact(connection)

    def last(self, device: str | None = None) -> dict[Key, Point]:
        """The newest (time, value) of every series, or of one device's."""
        with self._transaction() as connection:
            self._refresh(connection)
            known = self._known
            ids = list(known.names) if device is None else known.devices.get(device, [])
            chosen = np.array([one for one in ids if one < len(known.types)], dtype=np.uint32)
            chosen = chosen[known.types[chosen] != ABSENT]
            values = numbers(known.types[chosen], known.bits[chosen])
            moments = known.times[chosen].tolist()
            return {
                known.names[one]: (time, value)
                for one, time, value in zip(chosen.tolist(), moments, values, strict=True)
            }

    def window(
        self,
        device: str,
        object: str,  # noqa: A002
        metric: str,
        start: float,
        end: float,
        max_points: int = 500,
    ) -> list[Point]:
        """The samples of a series with ``start`` <= time <= ``end``, in order of time; when there are more
        than ``max_points``, so many of them, evenly chosen, the first and the last among them."""
        key = (device, object, metric)
        return self.window_many([key], start, end, max_points)[key]

    def window_many(
        self, keys: Collection[Key], start: float, end: float, max_points: int = 500
    ) -> dict[Key, list[Point]]:
        """:meth:`window` of many series at once; an empty list for one that is not known."""
        with self._transaction() as connection:
            self._refresh(connection)
            ids = self._known.ids
            wanted: dict[str, list[int]] = defaultdict(list)
            for key in keys:
                if key in ids:
                    wanted[key[2]].append(ids[key])
            found: dict[int, list[Point]] = defaultdict(list)
            for metric, some in wanted.items():
                chosen = np.array(sorted(some), dtype=np.uint32)
                for block in _blocks(connection, metric, chosen, start, end):
                    _collect(block, chosen, start, end, found)
                ring = [kept for kept in self._known.ring.values() if start <= kept[0] <= end]
                if ring:
                    times, rounds = [kept[0] for kept in ring], [kept[1] for kept in ring]
                    _collect(block_of(times, rounds, chosen), chosen, start, end, found)
        return {
            key: _thinned(sorted(found[ids[key]], key=_time), max_points) if key in ids else []
            for key in keys
        }

    def expire(self, before: float) -> None:
        """Forget samples older than ``before`` (whole blocks of them), and series that have none left."""
        with self._transaction(write=True) as connection:
            self._refresh(connection)
            self._compact(connection)
            connection.execute('DELETE FROM block WHERE "end" < ?', (before,))
            known = self._known
            used = np.flatnonzero((known.types != ABSENT) & (known.times < before))
            gone = [(int(one),) for one in used]
            if gone:
                connection.executemany("DELETE FROM series WHERE id = ?", gone)
                known.types[used] = ABSENT
                self._store_last(connection)
                connection.execute("UPDATE state SET epoch = epoch + 1")

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._known = _Known()

    @contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                connection = self._open()
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    self._known = _Known()  # it may hold what is now rolled back
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise StorageError(
                    f"samples can't be kept or read ({error})",
                    subject=str(self.path),
                    remedy="See that its disk has space and that this user may write there.",
                ) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
            self._connection = connection
        return self._connection

    def _refresh(self, connection: sqlite3.Connection) -> None:
        """Bring what is in memory up to the file."""
        epoch, compacted = connection.execute("SELECT epoch, compacted FROM state").fetchone()
        known = self._known
        if epoch != known.epoch or compacted > known.seen:
            known = self._known = _Known(epoch=epoch, seen=compacted)
            times, values = connection.execute("SELECT last_times, last FROM state").fetchone()
            if values is not None:
                known.take_last(np.frombuffer(times, dtype="<f8"), decode_values(values))
        known.ring = {one: kept for one, kept in known.ring.items() if one > compacted}
        self._load_names(connection)
        query = "SELECT id, time, data FROM round WHERE id > ? ORDER BY id"
        for one, time, data in connection.execute(query, (known.seen,)):
            known.take_round(one, time, decode_values(data))

    def _ids(self, connection: sqlite3.Connection, keys: Sequence[Key]) -> list[int]:
        """Ids of series, new ones given to those not known."""
        found = list(map(self._known.ids.get, keys))  # one hash a sample: this is the hot path
        if None in found:
            unknown = {key for key, one in zip(keys, found, strict=True) if one is None}
            connection.executemany(
                "INSERT INTO series (device, object, metric) VALUES (?, ?, ?)", sorted(unknown)
            )
            self._load_names(connection)
            found = list(map(self._known.ids.get, keys))
        return [one for one in found if one is not None]

    def _load_names(self, connection: sqlite3.Connection) -> None:
        known = self._known
        newest = max(known.names, default=0)
        query = "SELECT id, device, object, metric FROM series WHERE id > ? ORDER BY id"
        for one, *key in connection.execute(query, (newest,)):
            name: Key = (key[0], key[1], key[2])
            known.names[one] = name
            known.ids[name] = one
            known.devices[name[0]].append(one)

    def _compact(self, connection: sqlite3.Connection) -> None:
        """Turn the log into blocks."""
        self._refresh(connection)
        rounds = sorted(self._known.ring.values(), key=lambda kept: kept[0])
        if not rounds:
            return
        times, values = [kept[0] for kept in rounds], [kept[1] for kept in rounds]
        by_metric: dict[str, list[int]] = defaultdict(list)
        for one in np.unique(np.concatenate([kept.ids for kept in values])).tolist():
            by_metric[self._known.names[one][2]].append(one)
        for metric, ids in by_metric.items():
            for low in range(0, len(ids), _SERIES_A_BLOCK):
                some = np.array(ids[low : low + _SERIES_A_BLOCK], dtype=np.uint32)
                data = encode_block(block_of(times, values, some))
                connection.execute(
                    "INSERT INTO block VALUES (?, ?, ?, ?, ?, ?)",
                    (metric, int(some[0]), int(some[-1]), times[0], times[-1], data),
                )
        connection.execute("DELETE FROM round")
        connection.execute("UPDATE state SET compacted = ?", (self._known.seen,))
        self._known.ring = {}
        self._store_last(connection)

    def _store_last(self, connection: sqlite3.Connection) -> None:
        known = self._known
        ids: Ids = np.flatnonzero(known.types != ABSENT).astype(np.uint32)
        values = Values(ids, known.types[ids], known.bits[ids])
        times = known.times[ids].astype("<f8").tobytes()
        connection.execute("UPDATE state SET last = ?, last_times = ?", (encode_values(values), times))


def _blocks(
    connection: sqlite3.Connection, metric: str, ids: Ids, start: float, end: float
) -> Iterator[Block]:
    query = (
        'SELECT data FROM block WHERE metric = ? AND "end" >= ? AND start <= ? '
        "AND first_id <= ? AND last_id >= ?"
    )
    for (data,) in connection.execute(query, (metric, start, end, int(ids[-1]), int(ids[0]))):
        yield decode_block(data)


def _collect(block: Block, ids: Ids, start: float, end: float, found: dict[int, list[Point]]) -> None:
    """Add what a block holds of some series."""
    columns = np.flatnonzero((block.times >= start) & (block.times <= end))
    rows, places = locate(block.ids, ids)
    for row, place in zip(rows, places, strict=True):
        some = columns[block.types[place, columns] != ABSENT]
        values = numbers(block.types[place, some], block.bits[place, some])
        found[int(ids[row])].extend(zip(block.times[some].tolist(), values, strict=True))


def _time(point: Point) -> float:
    return point[0]


def _thinned(points: Sequence[Point], max_points: int) -> list[Point]:
    if len(points) <= max_points:
        return list(points)
    chosen = np.linspace(0, len(points) - 1, max(max_points, 2)).round().astype(int)
    return [points[one] for one in chosen.tolist()]
