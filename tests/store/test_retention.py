"""Letting history go: states within the retention stay exact, authors stay, open sets lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.clock import SystemClock
from netwright.base.errors import NotFoundError
from netwright.store.changeset import ChangeSets
from netwright.store.event import events_after
from netwright.store.history import blame, current_revision, documents_as_of, history_of
from netwright.store.past import as_of_revision
from netwright.store.retention import prune
from netwright.store.settling import Keep

from .stores import Store
from .test_properties import World, apply_edits, edits, try_merge

pytestmark = pytest.mark.slow

Run = list[tuple[str, int, str, dict[str, Any]]]


class Counting(SystemClock):
    """Each revision has a time of its own: its number."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> float:
        with self._store.database.read() as session:
            return current_revision(session) + 1.0


def counted(store: Store) -> Store:
    store.changesets = ChangeSets(store.database, store.kinds, clock=Counting(store))
    return store


def authors(store: Store) -> dict[tuple[str, int], dict[str, int]]:
    with store.database.read() as session:
        return {
            (name, one): {column: last.revision for column, last in blame(session, name, one).items()}
            for name, docs in store.dump().items()
            for one in docs
        }


def state(store: Store, revision: int) -> World:
    with store.database.read() as session:
        return {name: documents_as_of(session, kind, revision) for name, kind in store.kinds.items()}


@settings(max_examples=20, deadline=None)
@given(runs=st.lists(edits(), min_size=2, max_size=6), data=st.data())
def test_what_is_kept_is_as_it_was(
    runs: list[Run], data: st.DataObject, new_store: Callable[[], Store]
) -> None:
    store = counted(new_store())
    dumps = [store.dump()]
    for run in runs:
        changeset = store.open()
        apply_edits(store, changeset, run)
        if try_merge(store, changeset) is None:
            dumps.append(store.dump())
    before = authors(store)
    open_set = store.open("open meanwhile")
    apply_edits(store, open_set, runs[0])
    waiting = store.changesets.changes(open_set)
    horizon = data.draw(st.integers(0, len(dumps) - 1))
    again = data.draw(st.integers(0, horizon))
    for edge in (again, horizon):
        assert prune(store.database, edge + 0.5).horizon == edge
    for revision in range(horizon, len(dumps)):
        assert state(store, revision) == dumps[revision]
    for revision in range(horizon):
        with pytest.raises(NotFoundError, match="was let go"):
            state(store, revision)
    assert authors(store) == before
    assert store.changesets.changes(open_set) == waiting
    store.database.close()


def test_rows_of_old_values_go(store: Store) -> None:
    counted(store)
    box = store.make("t_box", name="b", size=1)
    for size in range(2, 30):
        store.change("t_box", box, size=size, note=str(size % 2))
    gone = store.make("t_box", name="gone")
    store.drop("t_box", gone)
    done = prune(store.database, 1_000.0)
    assert (done.horizon, done.rows) == (31, 29)
    with store.database.read() as session:
        assert [entry.revision for entry in history_of(session, "t_box", box)] == [29, 1]
        assert history_of(session, "t_box", box)[0].fields["size"] == (28, 29)
        assert history_of(session, "t_box", gone) == []
        assert events_after(session, 0) == []
    assert prune(store.database, 1_000.0).rows == 0


def test_one_object_with_a_long_life(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than a batch holds, of one object and of many."""
    monkeypatch.setattr("netwright.store.retention._BATCH", 3)
    counted(store)
    boxes = [store.make("t_box", name=f"b{number}") for number in range(4)]
    for size in range(2, 9):
        store.change("t_box", boxes[1], size=size)
    before = authors(store)
    assert prune(store.database, 1_000.0).rows == 6
    assert authors(store) == before


def test_an_open_set_can_bring_back_what_is_gone(store: Store) -> None:
    counted(store)
    box = store.make("t_box", name="b", note="kept")
    changeset = store.open()
    store.changesets.update(changeset, "t_box", box, {"size": 5})
    store.drop("t_box", box)
    prune(store.database, 1_000.0)
    store.changesets.resolve(changeset, "t_box", box, Keep.OURS)
    store.merge(changeset)
    doc = store.dump()["t_box"][box]
    assert (doc["name"], doc["note"], doc["size"]) == ("b", "kept", 5)


def test_what_was_let_go_is_said(store: Store) -> None:
    counted(store)
    box = store.make("t_box", name="b")
    store.change("t_box", box, size=2)
    store.change("t_box", box, size=3)
    prune(store.database, 2.5)
    with pytest.raises(NotFoundError, match="before revision 2 was let go"):
        store.changesets.revert(2, "eve")
    store.merge(store.changesets.revert(3, "eve"))
    with (
        store.database.read() as session,
        pytest.raises(NotFoundError),
        as_of_revision(session, store.kinds, 1),
    ):
        pass
    with store.database.read() as session, as_of_revision(session, store.kinds, 2):
        kind = store.kinds["t_box"]
        assert session.get_one(kind.record, box).size == 2  # type: ignore[attr-defined]
