"""Samples come back exactly, from the log and from blocks, in this process and others, also after a kill."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.errors import InputError, StorageError
from netwright.store import series as series_module
from netwright.store.series import Key, Point, Sample, SeriesStore
from netwright.store.seriesblock import (
    ABSENT,
    Values,
    block_of,
    decode_block,
    decode_values,
    encode_block,
    encode_values,
    numbers,
    pack_values,
)

NUMBERS = (
    st.integers(-(1 << 63), (1 << 64) - 1) | st.floats() | st.sampled_from([0, 1, 100.0, 0.1, -0.0, math.inf])
)


def same(one: object, other: object) -> bool:
    """Exactly equal: type and bits (NaN is equal to itself, 0.0 is not -0.0, 1 is not 1.0)."""
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("<d", one) == struct.pack("<d", other)
    return type(one) is type(other) and one == other


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SeriesStore]:
    made = SeriesStore(tmp_path / "series.db")
    yield made
    made.close()


@given(by_id=st.dictionaries(st.integers(1, 1000), NUMBERS, max_size=50))
def test_a_round_comes_back(by_id: dict[int, float]) -> None:
    values = decode_values(encode_values(pack_values(list(by_id), list(by_id.values()))))
    assert values.ids.tolist() == sorted(by_id)
    back = numbers(values.types, values.bits)
    assert all(same(by_id[one], value) for one, value in zip(values.ids.tolist(), back, strict=True))


@given(rounds=st.lists(st.dictionaries(st.integers(1, 8), NUMBERS, max_size=8), min_size=1, max_size=12))
def test_a_block_comes_back(rounds: list[dict[int, float]]) -> None:
    ids = np.arange(1, 9, dtype=np.uint32)
    times = [1000.5 + 5 * index for index in range(len(rounds))]
    block = decode_block(
        encode_block(block_of(times, [pack_values(list(one), list(one.values())) for one in rounds], ids))
    )
    assert block.times.tolist() == times
    for column, given_round in enumerate(rounds):
        present = np.flatnonzero(block.types[:, column] != ABSENT)
        back = numbers(block.types[present, column], block.bits[present, column])
        found = dict(zip(block.ids[present].tolist(), back, strict=True))
        assert found.keys() == given_round.keys()
        assert all(same(given_round[one], found[one]) for one in found)


def test_a_counter_costs_about_a_byte() -> None:
    generator = np.random.default_rng(1)
    steps = generator.integers(1_000_000, 1_000_200, size=(500, 60)).cumsum(axis=1).astype(np.uint64)
    ids = np.arange(1, 501, dtype=np.uint32)
    types = np.full(500, 1, dtype=np.uint8)
    rounds = [Values(ids, types, steps[:, column]) for column in range(60)]
    data = encode_block(block_of([float(n) for n in range(60)], rounds, ids))
    assert len(data) / (500 * 60) < 1.3


def test_too_large_a_number_is_refused(store: SeriesStore) -> None:
    with pytest.raises(InputError, match="does not fit in 64 bits"):
        store.write_round(1.0, [Sample("d", "system", "uptime", 1 << 64)])
    assert store.last() == {}


ROUND = st.dictionaries(
    st.tuples(
        st.sampled_from(["r1", "r2"]),
        st.sampled_from(["system", "interface:swp1"]),
        st.sampled_from(["cpu", "uptime"]),
    ),
    NUMBERS,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(rounds=st.lists(ROUND, max_size=20), block=st.integers(1, 6))
def test_it_is_a_store_of_series(
    rounds: list[dict[Key, float]], block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Against a plain dictionary, with blocks of any number of rounds, seen by a second reader too."""
    path = tmp_path_factory.mktemp("series") / "series.db"
    writer, reader = SeriesStore(path), SeriesStore(path)
    model: dict[Key, list[Point]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(series_module, "_ROUNDS_A_BLOCK", block)
        for index, samples in enumerate(rounds):
            time = 100.0 + index
            writer.write_round(time, [Sample(*key, value) for key, value in samples.items()])
            for key, value in samples.items():
                model.setdefault(key, []).append((time, value))
            if index % 3 == 0:
                assert_equal(reader.last(), {key: points[-1] for key, points in model.items()})
    for one in (writer, reader, SeriesStore(path)):
        assert_equal(one.last(), {key: points[-1] for key, points in model.items()})
        windows = one.window_many(list(model), 0, 1000)
        for key, points in model.items():
            assert_points(windows[key], points)
            assert_points(one.window(*key, 103, 108), [point for point in points if 103 <= point[0] <= 108])
        one.close()


def assert_points(found: list[Point], expected: list[Point]) -> None:
    assert [time for time, _ in found] == [time for time, _ in expected]
    assert all(same(a[1], b[1]) for a, b in zip(found, expected, strict=True))


def assert_equal(found: dict[Key, Point], expected: dict[Key, Point]) -> None:
    assert found.keys() == expected.keys()
    for key, point in found.items():
        assert_points([point], [expected[key]])


def fill(store: SeriesStore, rounds: int, start: float = 0.0, device: str = "r1") -> None:
    for index in range(rounds):
        store.write_round(start + index, [Sample(device, "system", "cpu", index)])


def test_one_devices_last_values(store: SeriesStore) -> None:
    store.write_round(5.0, [Sample("r1", "system", "cpu", 1.5), Sample("r2", "system", "cpu", 2)])
    store.write_round(6.0, [Sample("r1", "system", "cpu", 2.5)])
    assert store.last("r1") == {("r1", "system", "cpu"): (6.0, 2.5)}
    assert store.last("r2") == {("r2", "system", "cpu"): (5.0, 2)}
    assert store.last("r3") == {}


def test_the_last_of_two_samples_of_a_series_counts(store: SeriesStore) -> None:
    store.write_round(1.0, [Sample("r1", "system", "cpu", value) for value in (1, 2.5, 3)])
    assert store.last() == {("r1", "system", "cpu"): (1.0, 3)}
    assert store.window("r1", "system", "cpu", 0, 10) == [(1.0, 3)]


def test_an_unknown_series_is_empty(store: SeriesStore) -> None:
    assert store.window("r1", "system", "cpu", 0, 10) == []


def test_an_empty_round_is_nothing(store: SeriesStore) -> None:
    store.write_round(1.0, [])
    assert not store.path.exists()


def test_a_wide_window_is_thinned_evenly(store: SeriesStore) -> None:
    fill(store, 150)
    points = store.window("r1", "system", "cpu", 0, 1000, max_points=10)
    assert len(points) == 10
    assert (points[0], points[-1]) == ((0.0, 0), (149.0, 149))
    assert all(time == value for time, value in points)


def test_a_late_round_does_not_take_the_last_value(store: SeriesStore) -> None:
    fill(store, 3, start=100.0)
    store.write_round(50.0, [Sample("r1", "system", "cpu", 9)])
    assert store.last()["r1", "system", "cpu"] == (102.0, 2)
    assert store.window("r1", "system", "cpu", 0, 1000)[0] == (50.0, 9)


def test_expiry_forgets_old_samples_and_dead_series(store: SeriesStore) -> None:
    other = SeriesStore(store.path)
    fill(store, 60, device="dead")
    fill(store, 60, start=1000.0)
    assert len(other.last()) == 2
    store.expire(before=500.0)
    for one in (store, other):
        assert set(one.last()) == {("r1", "system", "cpu")}
        assert one.window("dead", "system", "cpu", 0, 5000) == []
        assert len(one.window("r1", "system", "cpu", 0, 5000)) == 60
    other.write_round(2000.0, [Sample("dead", "system", "cpu", 7)])
    assert store.last("dead") == {("dead", "system", "cpu"): (2000.0, 7)}
    assert store.window("dead", "system", "cpu", 0, 5000) == [(2000.0, 7)]
    other.close()


def test_threads_may_share_it(store: SeriesStore) -> None:
    fill(store, 1)
    seen: list[int] = []

    def read() -> None:
        seen.extend(len(store.window("r1", "system", "cpu", 0, 1e9)) for _ in range(50))

    readers = [Thread(target=read) for _ in range(3)]
    for one in readers:
        one.start()
    fill(store, 100, start=1.0)
    for one in readers:
        one.join(timeout=60)
    assert len(seen) == 150
    assert len(store.window("r1", "system", "cpu", 0, 1e9)) == 101


WRITER = """
import sys
from pathlib import Path
from netwright.store import series
series._ROUNDS_A_BLOCK = 4
store = series.SeriesStore(Path(sys.argv[1]))
start = int(sys.argv[2])
for number in range(start, start + 100_000):
    samples = [series.Sample(f"r{n}", "system", "uptime", number * n) for n in range(50)]
    store.write_round(float(number), samples)
    print(number, flush=True)
"""


def test_a_killed_writer_loses_at_most_its_round(store: SeriesStore) -> None:
    """Killed again and again, in the log and in the making of blocks, while another process reads."""
    start, sure = 0, -1
    for stop_after in (1, 3, 6, 9, 14):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.path), str(start)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(stop_after):
            sure = int(writer.stdout.readline())
            assert store.last("r3")["r3", "system", "uptime"][0] >= sure
        writer.send_signal(signal.SIGKILL)
        writer.wait(timeout=30)
        rest = writer.stdout.read()
        writer.stdout.close()
        sure = int(rest.split()[-1]) if rest.endswith("\n") and rest.split() else sure
        points = store.window("r3", "system", "uptime", 0, 1e9, max_points=1_000_000)
        assert len(points) in (sure + 1, sure + 2)
        assert points == [(float(n), n * 3) for n in range(len(points))]
        assert set(store.last()) == {(f"r{n}", "system", "uptime") for n in range(50)}
        start = len(points)


def test_a_disk_that_refuses_is_said_and_loses_nothing(store: SeriesStore) -> None:
    fill(store, 5)
    store.close()
    script = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n" + WRITER.replace(
        "print", "str"
    )
    command = [sys.executable, "-c", script, str(store.path), "100"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "netwright.base.errors.StorageError" in done.stderr
    assert str(store.path) in done.stderr
    points = store.window("r1", "system", "cpu", 0, 1e9)
    assert points == [(float(n), n) for n in range(5)]
    fill(store, 5, start=1000.0)
    assert len(store.window("r1", "system", "cpu", 0, 1e9)) == 10


def test_a_damaged_block_is_said(store: SeriesStore) -> None:
    fill(store, 60)
    store.close()
    connection = sqlite3.connect(store.path)
    connection.execute("UPDATE block SET data = substr(data, 1, 20)")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="damaged"):
        store.window("r1", "system", "cpu", 0, 1e9)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "series.db"
    path.write_bytes(os.urandom(4096))
    with pytest.raises(StorageError, match=r"series\.db"):
        SeriesStore(path).last()
