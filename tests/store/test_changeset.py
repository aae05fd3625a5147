"""Change sets from opening to revert, on invented kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.store.delta import Change, Op, Ref
from netwright.store.history import current_revision
from netwright.store.problem import MergeConflictError, Problem, RulesBrokenError, Severity
from netwright.store.proposal import ChangeSetState
from netwright.store.settling import Keep

from .stores import Store, no_rules


def box(store: Store, name: str, **fields: Any) -> int:
    return store.make("t_box", name=name, **fields)


def wired(store: Store) -> dict[str, int]:
    """Two boxes with a part each and a wire between them."""
    changeset = store.open()
    with store.changesets.edit(changeset) as edit:
        ids = {name: edit.create("t_box", {"name": name}) for name in ("b1", "b2")}
        ids |= {
            f"{name}/p": edit.create("t_part", {"box_id": ids[name], "name": "p"}) for name in ("b1", "b2")
        }
        ids["wire"] = edit.create("t_wire", {"a_part_id": ids["b1/p"], "b_part_id": ids["b2/p"]})
    store.merge(changeset)
    return ids


class TestEditing:
    def test_nothing_is_in_the_tables_before_the_merge(self, store: Store) -> None:
        changeset = store.open()
        object_id = store.changesets.create(changeset, "t_box", {"name": "b"})
        assert store.dump()["t_box"] == {}
        assert store.merge(changeset) == 1
        assert store.dump()["t_box"][object_id]["name"] == "b"

    def test_create_then_update_is_one_create(self, store: Store) -> None:
        changeset = store.open()
        object_id = store.changesets.create(changeset, "t_box", {"name": "b"})
        store.changesets.update(changeset, "t_box", object_id, {"size": 7})
        [diff] = store.changesets.diff(changeset)
        assert diff.op is Op.CREATE
        assert diff.fields["size"] == (None, 7)

    def test_create_then_delete_is_nothing(self, store: Store) -> None:
        changeset = store.open()
        object_id = store.changesets.create(changeset, "t_box", {"name": "b"})
        part = store.changesets.create(changeset, "t_part", {"box_id": object_id, "name": "p"})
        store.changesets.delete(changeset, "t_box", object_id)
        assert store.changesets.diff(changeset) == []
        with pytest.raises(NotFoundError, match=f"no t_part with id {part}"):
            store.changesets.update(changeset, "t_part", part, {"size": 2})

    def test_updates_fold_and_keep_the_first_before(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.changesets.update(changeset, "t_box", object_id, {"size": 3, "colour": "dark-blue"})
        [diff] = store.changesets.diff(changeset)
        assert diff.fields == {"colour": ("red", "dark-blue"), "size": (1, 3)}

    def test_going_back_to_the_old_value_changes_nothing(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.changesets.update(changeset, "t_box", object_id, {"size": 1})
        assert store.changesets.diff(changeset) == []

    def test_a_failed_block_keeps_nothing(self, store: Store) -> None:
        changeset = store.open()

        def edit_two() -> None:
            with store.changesets.edit(changeset) as edit:
                edit.create("t_box", {"name": "b"})
                edit.create("t_box", {"name": "c", "size": "many"})

        with pytest.raises(InputError, match="field size: expected an integer"):
            edit_two()
        assert store.changesets.get(changeset).changes == 0

    def test_an_update_of_what_the_set_deletes_is_refused(self, store: Store) -> None:
        object_id = box(store, "b")
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", object_id)
        with pytest.raises(InputError, match="t_box b: this change set deletes the object"):
            store.changesets.update(changeset, "t_box", object_id, {"size": 2})

    def test_ids_are_never_given_again(self, store: Store) -> None:
        first = box(store, "b")
        store.drop("t_box", first)
        assert box(store, "b") > first

    def test_a_reference_is_shown_by_name_also_to_what_is_not_merged(self, store: Store) -> None:
        changeset = store.open()
        with store.changesets.edit(changeset) as edit:
            zone = edit.create("t_zone", {"name": "eu"})
            edit.create("t_box", {"name": "b", "zone_id": zone})
        diffs = store.changesets.diff(changeset)
        assert [diff.kind for diff in diffs] == ["t_zone", "t_box"]
        assert diffs[1].fields["zone"] == (None, "eu")


class TestDeleting:
    def test_it_takes_along_all_that_is_owned(self, store: Store) -> None:
        ids = wired(store)
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", ids["b1"])
        gone = {(diff.kind, diff.key) for diff in store.changesets.diff(changeset)}
        assert gone == {("t_box", "b1"), ("t_part", "b1/p"), ("t_wire", "b1/p/b2/p")}
        store.merge(changeset)
        left = store.dump()
        assert (list(left["t_box"]), list(left["t_part"]), left["t_wire"]) == ([ids["b2"]], [ids["b2/p"]], {})

    def test_what_the_set_moved_away_stays(self, store: Store) -> None:
        ids = wired(store)
        changeset = store.open()
        store.changesets.update(changeset, "t_part", ids["b1/p"], {"box_id": ids["b2"], "name": "q"})
        store.changesets.delete(changeset, "t_box", ids["b1"])
        store.merge(changeset)
        assert set(store.dump()["t_part"]) == {ids["b1/p"], ids["b2/p"]}
        assert set(store.dump()["t_wire"]) == {ids["wire"]}

    def test_what_the_set_moved_there_goes_along(self, store: Store) -> None:
        ids = wired(store)
        changeset = store.open()
        store.changesets.update(changeset, "t_part", ids["b2/p"], {"box_id": ids["b1"], "name": "q"})
        store.changesets.delete(changeset, "t_box", ids["b1"])
        store.merge(changeset)
        assert store.dump()["t_part"] == {}
        assert list(store.dump()["t_box"]) == [ids["b2"]]

    def test_what_would_dangle_refuses(self, store: Store) -> None:
        zone = store.make("t_zone", name="eu")
        box(store, "b", zone_id=zone)
        changeset = store.open()
        store.changesets.delete(changeset, "t_zone", zone)
        with pytest.raises(RulesBrokenError, match="t_zone eu: can't be deleted, t_box b refers to it"):
            store.merge(changeset)
        assert zone in store.dump()["t_zone"]

    def test_a_referrer_deleted_or_moved_in_the_same_set_is_no_hindrance(self, store: Store) -> None:
        zone = store.make("t_zone", name="eu")
        moved, dropped = box(store, "b", zone_id=zone), box(store, "c", zone_id=zone)
        changeset = store.open()
        with store.changesets.edit(changeset) as edit:
            edit.delete("t_zone", zone)
            edit.update("t_box", moved, {"zone_id": None})
            edit.delete("t_box", dropped)
        store.merge(changeset)
        assert store.dump()["t_zone"] == {}

    def test_a_child_that_came_meanwhile_is_a_conflict(self, store: Store) -> None:
        ids = wired(store)
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", ids["b1"])
        store.make("t_part", box_id=ids["b1"], name="new")
        with pytest.raises(MergeConflictError) as caught:
            store.merge(changeset)
        [conflict] = caught.value.conflicts
        assert str(conflict) == "t_part b1/new: came to t_box b1, which this change set deletes"
        store.changesets.resolve(changeset, "t_box", ids["b1"], Keep.OURS)
        store.merge(changeset)
        assert list(store.dump()["t_part"]) == [ids["b2/p"]]


class TestMerging:
    def test_different_fields_of_one_object_merge(self, store: Store) -> None:
        object_id = box(store, "b")
        one, two = store.open(), store.open()
        store.changesets.update(one, "t_box", object_id, {"size": 5})
        store.changesets.update(two, "t_box", object_id, {"note": "hello"})
        store.merge(one)
        store.merge(two)
        doc = store.dump()["t_box"][object_id]
        assert (doc["size"], doc["note"]) == (5, "hello")

    def test_the_same_field_is_a_conflict_with_all_three_values(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.change("t_box", object_id, size=3)
        preview = store.changesets.preview(changeset, no_rules)
        assert not preview.mergeable
        [conflict] = preview.conflicts
        assert (conflict.key, conflict.field) == ("b", "size")
        assert (conflict.base, conflict.theirs, conflict.ours) == (1, 3, 2)
        with pytest.raises(MergeConflictError, match="size was 1, is now 3, this change set wants 2"):
            store.merge(changeset)
        assert store.dump()["t_box"][object_id]["size"] == 3

    @pytest.mark.parametrize(("keep", "size"), [(Keep.OURS, 2), (Keep.THEIRS, 3)])
    def test_a_conflict_is_settled_either_way(self, store: Store, keep: Keep, size: int) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2, "note": "kept"})
        store.change("t_box", object_id, size=3)
        store.changesets.resolve(changeset, "t_box", object_id, keep)
        store.merge(changeset)
        doc = store.dump()["t_box"][object_id]
        assert (doc["size"], doc["note"]) == (size, "kept")

    def test_the_same_wish_is_no_conflict(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.change("t_box", object_id, size=2)
        assert store.changesets.preview(changeset, no_rules).mergeable
        store.merge(changeset)

    def test_editing_what_was_deleted_is_a_conflict(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.drop("t_box", object_id)
        with pytest.raises(MergeConflictError, match="t_box b: was deleted meanwhile"):
            store.merge(changeset)

    @pytest.mark.parametrize("keep", [Keep.OURS, Keep.THEIRS])
    def test_editing_what_was_deleted_is_settled(self, store: Store, keep: Keep) -> None:
        object_id = box(store, "b", size=1, note="old")
        other = box(store, "other")
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.changesets.update(changeset, "t_box", other, {"size": 2})
        store.drop("t_box", object_id)
        store.changesets.resolve(changeset, "t_box", object_id, keep)
        store.merge(changeset)
        docs = store.dump()["t_box"]
        assert (object_id in docs) is (keep is Keep.OURS)
        if keep is Keep.OURS:
            assert (docs[object_id]["size"], docs[object_id]["note"]) == (2, "old")

    def test_deleting_what_was_changed_is_a_conflict(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", object_id)
        store.change("t_box", object_id, size=4)
        with pytest.raises(MergeConflictError, match="size was 1, is now 4"):
            store.merge(changeset)
        assert object_id in store.dump()["t_box"]

    def test_deleting_after_an_edit_is_still_based_on_what_the_edit_saw(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.change("t_box", object_id, size=3)
        store.changesets.delete(changeset, "t_box", object_id)
        with pytest.raises(MergeConflictError, match="size was 1, is now 3"):
            store.merge(changeset)

    def test_deleting_the_owner_does_not_hide_a_conflict_over_a_part(self, store: Store) -> None:
        ids = wired(store)
        changeset = store.open()
        store.changesets.delete(changeset, "t_part", ids["b1/p"])
        store.change("t_part", ids["b1/p"], size=8)
        store.changesets.delete(changeset, "t_box", ids["b1"])
        with pytest.raises(MergeConflictError, match="t_part b1/p: size was 1, is now 8"):
            store.merge(changeset)

    def test_deleted_on_both_sides_is_no_conflict(self, store: Store) -> None:
        object_id = box(store, "b")
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", object_id)
        store.drop("t_box", object_id)
        store.merge(changeset)

    def test_an_empty_set_is_refused(self, store: Store) -> None:
        with pytest.raises(InputError, match="holds no change"):
            store.merge(store.open())

    def test_one_that_is_not_open_is_refused(self, store: Store) -> None:
        changeset = store.open()
        store.changesets.create(changeset, "t_box", {"name": "b"})
        store.merge(changeset)
        with pytest.raises(InputError, match="is merged, not open"):
            store.merge(changeset)
        with pytest.raises(InputError, match="is merged, not open"):
            store.changesets.create(changeset, "t_box", {"name": "c"})

    def test_an_unknown_one_is_not_found(self, store: Store) -> None:
        with pytest.raises(NotFoundError, match="no change set 99"):
            store.merge(99)

    def test_a_preview_keeps_nothing(self, store: Store) -> None:
        changeset = store.open()
        object_id = store.changesets.create(changeset, "t_box", {"name": "b"})
        seen: list[set[Ref]] = []

        def look(session: Session, changes: Sequence[Change]) -> list[Problem]:
            seen.append({change.ref for change in changes})
            kind = store.kinds["t_box"]
            assert session.get(kind.record, object_id) is not None
            return []

        assert store.changesets.preview(changeset, look).mergeable
        assert seen == [{("t_box", object_id)}]
        assert store.dump()["t_box"] == {}
        with store.database.read() as session:
            assert current_revision(session) == 0

    def test_rules_stop_a_merge_and_warnings_do_not(self, store: Store) -> None:
        changeset = store.open()
        store.changesets.create(changeset, "t_box", {"name": "b"})
        error = Problem("is ugly", "t_box", "b")
        warning = Problem("is plain", "t_box", "b", severity=Severity.WARNING)
        with pytest.raises(RulesBrokenError, match="t_box b: is ugly") as caught:
            store.merge(changeset, lambda session, touched: [warning, error])
        assert caught.value.problems == (warning, error)
        assert store.dump()["t_box"] == {}
        store.merge(changeset, lambda session, touched: [warning])
        assert len(store.dump()["t_box"]) == 1

    def test_a_merged_set_still_shows_what_it_did(self, store: Store) -> None:
        object_id = box(store, "b")
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"name": "c"})
        before = store.changesets.diff(changeset)
        store.merge(changeset)
        [after] = store.changesets.diff(changeset)
        assert after.fields == before[0].fields == {"name": ("b", "c")}
        info = store.changesets.get(changeset)
        assert (info.state, info.merged_revision, info.changes) == (ChangeSetState.MERGED, 2, 1)


class TestUniqueness:
    def test_a_name_taken_meanwhile(self, store: Store) -> None:
        changeset = store.open()
        store.changesets.create(changeset, "t_box", {"name": "b", "host": "10.0.0.1"})
        box(store, "other", host="10.0.0.1")
        with pytest.raises(RulesBrokenError, match=r"t_box b: host 10\.0\.0\.1 is taken by t_box other too"):
            store.merge(changeset)

    def test_a_name_twice_in_one_set(self, store: Store) -> None:
        changeset = store.open()
        with store.changesets.edit(changeset) as edit:
            owner = edit.create("t_box", {"name": "b"})
            edit.create("t_part", {"box_id": owner, "name": "p"})
            edit.create("t_part", {"box_id": owner, "name": "p"})
        with pytest.raises(RulesBrokenError, match="box b and name p is taken by another t_part too"):
            store.merge(changeset)

    def test_empty_values_do_not_clash(self, store: Store) -> None:
        box(store, "a", host=None)
        box(store, "b", host=None)

    def test_a_name_freed_in_the_same_set_can_be_taken(self, store: Store) -> None:
        gone, renamed = box(store, "a"), box(store, "b")
        changeset = store.open()
        with store.changesets.edit(changeset) as edit:
            edit.delete("t_box", gone)
            edit.update("t_box", renamed, {"name": "a"})
            edit.create("t_box", {"name": "b"})
        store.merge(changeset)
        assert sorted(doc["name"] for doc in store.dump()["t_box"].values()) == ["a", "b"]

    def test_names_can_be_swapped_and_shifted(self, store: Store) -> None:
        ids = wired(store)
        changeset = store.open()
        with store.changesets.edit(changeset) as edit:
            edit.update("t_box", ids["b1"], {"name": "b2", "size": 9})
            edit.update("t_box", ids["b2"], {"name": "b1"})
            edit.update("t_wire", ids["wire"], {"a_part_id": ids["b2/p"], "b_part_id": ids["b1/p"]})
        store.merge(changeset)
        docs = store.dump()
        assert [docs["t_box"][ids[name]]["name"] for name in ("b1", "b2")] == ["b2", "b1"]
        assert docs["t_wire"][ids["wire"]] == {"a_part_id": ids["b2/p"], "b_part_id": ids["b1/p"]}

    def test_a_reference_that_leads_nowhere(self, store: Store) -> None:
        zone = store.make("t_zone", name="eu")
        changeset = store.open()
        store.changesets.create(changeset, "t_box", {"name": "b", "zone_id": zone})
        store.drop("t_zone", zone)
        with pytest.raises(RulesBrokenError, match="t_box b: zone refers to t_zone eu, which is not there"):
            store.merge(changeset)

    def test_a_tree_is_written_in_any_order(self, store: Store) -> None:
        changeset = store.open()
        with store.changesets.edit(changeset) as edit:
            leaf = edit.create("t_zone", {"name": "leaf"})
            root = edit.create("t_zone", {"name": "root"})
            edit.update("t_zone", leaf, {"parent_id": root})
        store.merge(changeset)
        assert store.dump()["t_zone"][leaf]["parent_id"] == root
        whole = store.open()
        with store.changesets.edit(whole) as edit:
            edit.delete("t_zone", root)
            edit.delete("t_zone", leaf)
        store.merge(whole)
        assert store.dump()["t_zone"] == {}


class TestReverting:
    def test_what_others_changed_since_is_a_conflict(self, store: Store) -> None:
        object_id = box(store, "b", size=1)
        changeset = store.open()
        store.changesets.update(changeset, "t_box", object_id, {"size": 2})
        store.merge(changeset)
        store.change("t_box", object_id, size=3)
        revert = store.changesets.revert(changeset, "eve")
        assert store.changesets.get(revert).reverts == changeset
        with pytest.raises(MergeConflictError, match="size was 2, is now 3, this change set wants 1"):
            store.merge(revert)

    def test_only_a_merged_one(self, store: Store) -> None:
        with pytest.raises(InputError, match="is open, only a merged one can be reverted"):
            store.changesets.revert(store.open(), "eve")

    def test_a_deleted_box_comes_back_under_its_id_with_its_parts(self, store: Store) -> None:
        ids = wired(store)
        before = store.dump()
        changeset = store.open()
        store.changesets.delete(changeset, "t_box", ids["b1"])
        store.merge(changeset)
        store.merge(store.changesets.revert(changeset, "eve"))
        assert store.dump() == before


class TestLists:
    def test_newest_first_with_counts(self, store: Store) -> None:
        box(store, "b")
        waiting = store.open("waiting")
        store.changesets.create(waiting, "t_box", {"name": "c"})
        gone = store.open("gone")
        store.changesets.abandon(gone)
        infos = store.changesets.list()
        assert [(info.id, info.state, info.changes) for info in infos] == [
            (gone, ChangeSetState.ABANDONED, 0),
            (waiting, ChangeSetState.OPEN, 1),
            (1, ChangeSetState.MERGED, 1),
        ]
        assert [info.id for info in store.changesets.list(ChangeSetState.OPEN)] == [waiting]

    def test_a_title_is_needed(self, store: Store) -> None:
        with pytest.raises(InputError, match="needs a title"):
            store.open("  ")
