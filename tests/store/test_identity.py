"""One counter for all kinds, also for many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from netwright.store.identity import allocate

from .stores import Store


def test_ids_go_on(store: Store) -> None:
    with store.database.write() as session:
        assert list(allocate(session, 3)) == [1, 2, 3]
    with store.database.write() as session:
        assert list(allocate(session, 2)) == [4, 5]


def test_none_is_refused(store: Store) -> None:
    with store.database.write() as session, pytest.raises(ValueError, match="can't allocate 0"):
        allocate(session, 0)


def test_eight_at_once_get_no_id_twice(store: Store) -> None:
    def take(_: int) -> list[int]:
        found: list[int] = []
        for _ in range(20):
            with store.database.write() as session:
                found.extend(allocate(session, 3))
        return found

    with ThreadPoolExecutor(8) as pool:
        ids = [one for part in pool.map(take, range(8)) for one in part]
    assert sorted(ids) == list(range(1, 8 * 20 * 3 + 1))
