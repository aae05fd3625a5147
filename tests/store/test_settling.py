"""Settling in place: by field, taken out again, brought to now; dependencies; merges at a time."""

from __future__ import annotations

from typing import Any

import pytest

from netwright.base.clock import SystemClock
from netwright.base.errors import InputError, NotFoundError
from netwright.store.changeset import ChangeSets
from netwright.store.delta import Op
from netwright.store.problem import MergeConflictError, RulesBrokenError
from netwright.store.proposal import ChangeSetState
from netwright.store.relation import Tie
from netwright.store.settling import Keep

from .stores import Store, no_rules


class Hand(SystemClock):
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def now(self) -> float:
        return self.time


def contested(store: Store) -> tuple[int, int]:
    """A set whose size and note of one box are contested, and whose weight is not."""
    box = store.make("t_box", name="b", size=1, note="old")
    changeset = store.open()
    store.changesets.update(changeset, "t_box", box, {"size": 2, "note": "ours", "weight": 1.5})
    store.change("t_box", box, size=3, note="theirs")
    return changeset, box


class TestByField:
    def test_each_field_in_its_own_way(self, store: Store) -> None:
        changeset, box = contested(store)
        resolve = store.changesets.resolve
        resolve(changeset, "t_box", box, Keep.THEIRS, field="note")
        [left] = store.changesets.preview(changeset, no_rules).conflicts
        assert left.field == "size"
        resolve(changeset, "t_box", box, Keep.OTHER, field="size", value="7")
        store.merge(changeset)
        doc = store.dump()["t_box"][box]
        assert (doc["size"], doc["note"], doc["weight"]) == (7, "theirs", 1.5)

    def test_ours(self, store: Store) -> None:
        changeset, box = contested(store)
        for field in ("size", "note"):
            store.changesets.resolve(changeset, "t_box", box, Keep.OURS, field=field)
        store.merge(changeset)
        doc = store.dump()["t_box"][box]
        assert (doc["size"], doc["note"]) == (2, "ours")

    def test_a_settled_field_can_be_contested_again(self, store: Store) -> None:
        changeset, box = contested(store)
        store.changesets.resolve(changeset, "t_box", box, Keep.OURS)
        store.change("t_box", box, size=9)
        [left] = store.changesets.preview(changeset, no_rules).conflicts
        assert (left.base, left.theirs, left.ours) == (3, 9, 2)

    @pytest.mark.parametrize(
        ("field", "keep", "value", "error"),
        [
            ("colour", Keep.OURS, None, "does not change colour of t_box b"),
            ("sice", Keep.OURS, None, "no field 'sice'"),
            ("size", Keep.OTHER, "many", "expected an integer"),
            ("", Keep.OTHER, 1, "given by field"),
        ],
    )
    def test_what_is_refused(self, store: Store, field: str, keep: Keep, value: Any, error: str) -> None:
        changeset, box = contested(store)
        with pytest.raises((InputError, NotFoundError), match=error):
            store.changesets.resolve(changeset, "t_box", box, keep, field=field, value=value)

    def test_a_deletion_has_no_fields(self, store: Store) -> None:
        box = store.make("t_box", name="b")
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", box)
        store.change("t_box", box, size=3)
        with pytest.raises(InputError, match="one side deletes the object"):
            store.changesets.resolve(changeset, "t_box", box, Keep.OURS, field="size")


class TestTakingOut:
    def test_a_field_an_object(self, store: Store) -> None:
        one, two = store.make("t_box", name="b1"), store.make("t_box", name="b2")
        changeset = store.open()
        store.changesets.update(changeset, "t_box", one, {"size": 2, "note": "x"})
        store.changesets.update(changeset, "t_box", two, {"size": 2})
        store.changesets.drop(changeset, "t_box", one, ["note"])
        store.changesets.drop(changeset, "t_box", two)
        [left] = store.changesets.changes(changeset)
        assert (left.id, left.before, left.after) == (one, {"size": 1}, {"size": 2})
        store.changesets.drop(changeset, "t_box", one, ["size"])
        assert store.changesets.changes(changeset) == []

    def test_a_field_of_a_new_object_gets_its_default(self, store: Store) -> None:
        changeset = store.open()
        box = store.changesets.create(changeset, "t_box", {"name": "b", "size": 4})
        store.changesets.drop(changeset, "t_box", box, ["size"])
        assert (store.changesets.changes(changeset)[0].after or {})["size"] == 1
        with pytest.raises(InputError, match="field name is missing"):
            store.changesets.drop(changeset, "t_box", box, ["name"])

    def test_a_deletion_with_its_parts(self, store: Store) -> None:
        box, other = store.make("t_box", name="b"), store.make("t_box", name="other")
        parts = [store.make("t_part", box_id=one, name="p") for one in (box, other)]
        store.make("t_wire", a_part_id=parts[0], b_part_id=parts[1])
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", box)
        store.changesets.delete(changeset, "t_part", parts[1])
        store.changesets.drop(changeset, "t_box", box)
        assert [(one.kind, one.id) for one in store.changesets.changes(changeset)] == [("t_part", parts[1])]

    def test_what_it_does_not_hold(self, store: Store) -> None:
        box = store.make("t_box", name="b")
        with pytest.raises(NotFoundError, match=f"does not touch t_box #{box}"):
            store.changesets.drop(store.open(), "t_box", box)


class TestRebase:
    def test_what_is_so_already_goes_and_conflicts_stay(self, store: Store) -> None:
        box, gone = store.make("t_box", name="b", size=1, note="old"), store.make("t_box", name="gone")
        changeset = store.open()
        fields = {"size": 2, "note": "ours", "weight": 1.5, "colour": "dark-blue"}
        store.changesets.update(changeset, "t_box", box, fields)
        store.changesets.delete(changeset, "t_box", gone)
        store.change("t_box", box, size=2, note="theirs")
        last = store.drop("t_box", gone)
        before = store.changesets.preview(changeset, no_rules).conflicts
        result = store.changesets.rebase(changeset)
        assert (result.revision, result.done) == (last, [("t_box", gone)])
        assert [conflict.field for conflict in result.conflicts] == ["note"]
        assert store.changesets.preview(changeset, no_rules).conflicts == before
        [left] = store.changesets.changes(changeset)
        assert left.op is Op.UPDATE
        assert (left.after or {}).keys() == {"note", "weight", "colour"}
        assert store.changesets.get(changeset).base_revision == last


class TestRelations:
    def test_what_another_creates_comes_first(self, store: Store) -> None:
        first, second = store.open("first"), store.open("second")
        zone = store.changesets.create(first, "t_zone", {"name": "eu"})
        box = store.changesets.create(first, "t_box", {"name": "b"})
        store.changesets.update(second, "t_box", box, {"size": 5})
        store.changesets.create(second, "t_box", {"name": "c", "zone_id": zone})
        said = [(one.changeset_id, one.tie, one.key) for one in store.changesets.relations(second)]
        assert said == [(first, Tie.NEEDS, "b"), (first, Tie.NEEDS, "eu")]
        assert [(one.changeset_id, one.tie) for one in store.changesets.relations(first)] == [
            (second, Tie.NEEDED)
        ]
        with pytest.raises(
            MergeConflictError, match=f"is created by change set {first}, which is not merged"
        ):
            store.merge(second)
        store.changesets.drop(second, "t_box", box)
        with pytest.raises(RulesBrokenError, match=f"refers to t_zone .*, which change set {first} creates"):
            store.merge(second)
        store.changesets.update(second, "t_box", box, {"size": 5})
        store.merge(first)
        assert store.changesets.relations(second) == []
        store.merge(second)
        assert store.dump()["t_box"][box]["size"] == 5

    def test_contested_and_shared(self, store: Store) -> None:
        box, other = store.make("t_box", name="b"), store.make("t_box", name="other")
        one, two, three = store.open("one"), store.open("two"), store.open("three")
        store.changesets.update(one, "t_box", box, {"size": 5, "note": "x"})
        store.changesets.update(two, "t_box", box, {"size": 6, "note": "x"})
        store.changesets.delete(three, "t_box", box)
        store.changesets.update(three, "t_box", other, {"size": 7})
        ties = {one.changeset_id: (one.tie, one.fields) for one in store.changesets.relations(one)}
        assert ties == {two: (Tie.CONTESTS, ["size"]), three: (Tie.CONTESTS, [])}
        store.changesets.update(two, "t_box", box, {"size": 5})
        assert store.changesets.relations(one)[1].tie is Tie.TOUCHES

    def test_only_open_ones_count(self, store: Store) -> None:
        box = store.make("t_box", name="b")
        one, two = store.open(), store.open()
        for changeset in (one, two):
            store.changesets.update(changeset, "t_box", box, {"size": changeset})
        store.changesets.abandon(two)
        assert store.changesets.relations(one) == []
        assert store.changesets.relations(two) == []


class TestAgenda:
    @pytest.fixture
    def clock(self, store: Store) -> Hand:
        clock = Hand()
        store.changesets = ChangeSets(store.database, store.kinds, clock=clock)
        return clock

    def run(self, store: Store) -> list[tuple[int, int | None, str]]:
        found = store.changesets.agenda.run(
            lambda number, author, edition: store.changesets.merge(number, author, no_rules, edition=edition)
        )
        return [(one.changeset_id, one.revision, one.failure) for one in found]

    def scheduled(self, store: Store, at: float) -> int:
        changeset = store.open()
        store.changesets.create(changeset, "t_box", {"name": "b"})
        store.changesets.agenda.schedule(changeset, at, "bob")
        return changeset

    def test_it_is_merged_when_its_time_has_come(self, store: Store, clock: Hand) -> None:
        changeset = self.scheduled(store, 2_000)
        assert self.run(store) == []
        assert store.changesets.get(changeset).merge_at == 2_000
        clock.time = 2_000
        assert self.run(store) == [(changeset, 1, "")]
        assert self.run(store) == []
        info = store.changesets.get(changeset)
        assert (info.state, info.merge_at) == (ChangeSetState.MERGED, None)

    def test_what_stands_against_it_is_told(self, store: Store, clock: Hand) -> None:
        changeset = self.scheduled(store, 2_000)
        store.make("t_box", name="b")
        clock.time = 3_000
        [(_, revision, failure)] = self.run(store)
        assert revision is None
        assert "name b is taken by another t_box" in failure
        info = store.changesets.get(changeset)
        assert (info.state, info.merge_at, info.merge_failure) == (ChangeSetState.OPEN, None, failure)
        assert self.run(store) == []

    def test_an_edit_since_is_not_slipped_in(self, store: Store, clock: Hand) -> None:
        changeset = self.scheduled(store, 2_000)
        store.changesets.create(changeset, "t_box", {"name": "slipped in"})
        clock.time = 3_000
        [(_, revision, failure)] = self.run(store)
        assert (revision, "edited meanwhile" in failure) == (None, True)
        assert store.dump()["t_box"] == {}

    def test_taken_off(self, store: Store, clock: Hand) -> None:
        changeset = self.scheduled(store, 2_000)
        store.changesets.agenda.unschedule(changeset)
        clock.time = 3_000
        assert self.run(store) == []

    def test_a_time_that_is_over(self, store: Store, clock: Hand) -> None:
        with pytest.raises(InputError, match="that time is over"):
            store.changesets.agenda.schedule(store.open(), clock.time, "bob")


def test_a_reopened_one_is_as_it_was(store: Store) -> None:
    changeset = store.open()
    store.changesets.create(changeset, "t_box", {"name": "b"})
    store.changesets.abandon(changeset)
    with pytest.raises(InputError, match="is abandoned, not open"):
        store.merge(changeset)
    store.changesets.reopen(changeset)
    store.merge(changeset)
    with pytest.raises(InputError, match="is merged, not abandoned"):
        store.changesets.reopen(changeset)
