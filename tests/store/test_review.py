"""Comments and approvals: who may give them, what voids them, and that no merge goes without."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from netwright.base.errors import ConflictError, InputError, NotFoundError
from netwright.store.changeset import ChangeSets
from netwright.store.delta import Change
from netwright.store.event import events_after
from netwright.store.problem import ApprovalMissingError, Requirement
from netwright.store.review import Reviews
from netwright.store.settling import Keep

from .stores import Store, no_rules


def boxes_need_two(_session: Session, changes: Sequence[Change]) -> Sequence[Requirement]:
    """Changes of boxes need an approval of an operator and two of engineers."""
    if any(change.kind == "t_box" for change in changes):
        return [Requirement("operator", 1, "boxes"), Requirement("engineer", 2, "boxes")]
    return []


@pytest.fixture
def strict(store: Store) -> Store:
    store.changesets = ChangeSets(store.database, store.kinds, policy=boxes_need_two)
    return store


def new_box(store: Store, name: str = "b") -> tuple[int, int]:
    changeset = store.open()
    return changeset, store.changesets.create(changeset, "t_box", {"name": name})


def review(store: Store) -> Reviews:
    return store.changesets.review


class TestComments:
    def test_on_the_set_an_object_a_field(self, store: Store) -> None:
        changeset, box = new_box(store)
        review(store).comment(changeset, "bob", "Why now?")
        review(store).comment(changeset, "bob", "Odd name", kind="t_box", object_id=box)
        third = review(store).comment(changeset, "eve", "Too big", kind="t_box", object_id=box, field="size")
        review(store).resolve_comment(third, "ada")
        found = review(store).comments(changeset)
        assert [(one.text, one.kind, one.object_id, one.field, one.resolved_by) for one in found] == [
            ("Why now?", "", None, "", ""),
            ("Odd name", "t_box", box, "", ""),
            ("Too big", "t_box", box, "size", "ada"),
        ]
        assert found[2].resolved_at is not None
        review(store).resolve_comment(third, "eve", resolved=False)
        assert review(store).comments(changeset)[2].resolved_by == ""

    def test_a_merged_set_can_still_be_spoken_of(self, store: Store) -> None:
        changeset, box = new_box(store)
        store.merge(changeset)
        with pytest.raises(NotFoundError, match="does not touch t_box #"):
            review(store).comment(changeset, "bob", "Nice", kind="t_box", object_id=box + 1)
        review(store).comment(changeset, "bob", "Nice")
        assert len(review(store).comments(changeset)) == 1

    @pytest.mark.parametrize(
        ("text", "object_id", "field", "error"),
        [
            (" ", None, "", "needs words"),
            ("x", 99, "", "does not touch t_box #99"),
            ("x", None, "size", "one of an object"),
        ],
    )
    def test_what_is_refused(
        self, store: Store, text: str, object_id: int | None, field: str, error: str
    ) -> None:
        changeset, _ = new_box(store)
        with pytest.raises((InputError, NotFoundError), match=error):
            review(store).comment(changeset, "bob", text, kind="t_box", object_id=object_id, field=field)

    def test_a_field_that_is_none_is_refused(self, store: Store) -> None:
        changeset, box = new_box(store)
        with pytest.raises(NotFoundError, match="no field 'sice'"):
            review(store).comment(changeset, "bob", "x", kind="t_box", object_id=box, field="sice")


class TestApprovals:
    def test_no_merge_without_them(self, strict: Store) -> None:
        changeset, _ = new_box(strict)
        preview = strict.changesets.preview(changeset, no_rules)
        assert (preview.sound, preview.mergeable) == (True, False)
        with pytest.raises(
            ApprovalMissingError,
            match=r"needs an approval by operator \(boxes\) and 2 approvals by engineer \(boxes\)",
        ):
            strict.merge(changeset)
        review(strict).approve(changeset, "bob", ["operator", "engineer"])
        assert [str(one) for one in strict.changesets.preview(changeset, no_rules).unmet] == [
            "2 approvals by engineer (boxes)"
        ]
        review(strict).approve(changeset, "eve", ["engineer"], note="Fine")
        assert strict.changesets.preview(changeset, no_rules).mergeable
        strict.merge(changeset)

    def test_what_needs_none_goes_without(self, strict: Store) -> None:
        strict.make("t_zone", name="eu")

    def test_writing_at_once_is_no_way_around(self, strict: Store) -> None:
        editor = strict.changesets.editor()
        editor.create("t_box", {"name": "b"})
        with pytest.raises(ApprovalMissingError, match="this change: needs an approval by operator"):
            strict.changesets.commit(editor, "quick", "ada", no_rules)
        assert strict.dump()["t_box"] == {}

    def test_two_by_one_person_are_one(self, strict: Store) -> None:
        changeset, _ = new_box(strict)
        review(strict).approve(changeset, "bob", ["operator", "engineer"])
        review(strict).approve(changeset, "bob", ["operator", "engineer"])
        with pytest.raises(ApprovalMissingError, match="needs 2 approvals by engineer"):
            strict.merge(changeset)

    @pytest.mark.parametrize("how", ["update", "create", "delete", "drop", "resolve"])
    def test_every_edit_voids_them(self, strict: Store, how: str) -> None:
        other, theirs = new_box(strict, "theirs")
        for name in ("bob", "eve"):
            review(strict).approve(other, name, ["operator", "engineer"])
        strict.merge(other)
        changeset, box = new_box(strict)
        strict.changesets.update(changeset, "t_box", theirs, {"size": 3})
        for name in ("bob", "eve"):
            review(strict).approve(changeset, name, ["operator", "engineer"])
        assert strict.changesets.preview(changeset, no_rules).mergeable
        verbs = strict.changesets
        if how == "update":
            verbs.update(changeset, "t_box", box, {"size": 4})
        elif how == "create":
            verbs.create(changeset, "t_zone", {"name": "eu"})
        elif how == "delete":
            verbs.delete(changeset, "t_box", theirs)
        elif how == "drop":
            verbs.drop(changeset, "t_box", theirs)
        else:
            verbs.resolve(changeset, "t_box", theirs, keep=Keep.OURS)
        assert [one.valid for one in review(strict).approvals(changeset)] == [False, False]
        with pytest.raises(ApprovalMissingError):
            strict.merge(changeset)

    def test_a_new_title_a_comment_or_a_rebase_does_not(self, strict: Store) -> None:
        changeset, _ = new_box(strict)
        review(strict).approve(changeset, "bob", ["operator", "engineer"])
        strict.changesets.rename(changeset, title="Better", reason="Said more")
        review(strict).comment(changeset, "eve", "Well said")
        strict.changesets.rebase(changeset)
        info = strict.changesets.get(changeset)
        assert (info.title, info.reason) == ("Better", "Said more")
        assert [one.valid for one in review(strict).approvals(changeset)] == [True]

    def test_nobody_approves_what_they_wrote(self, store: Store) -> None:
        changeset, box = new_box(store)
        store.changesets.update(changeset, "t_box", box, {"size": 2}, by="eve")
        assert store.changesets.get(changeset).editors == ("eve",)
        for name in ("ada", "eve"):
            with pytest.raises(InputError, match=f"{name} wrote it"):
                review(store).approve(changeset, name, ["operator"])

    def test_what_was_edited_since_it_was_looked_at(self, store: Store) -> None:
        changeset, box = new_box(store)
        seen = store.changesets.get(changeset).edition
        store.changesets.update(changeset, "t_box", box, {"size": 2})
        with pytest.raises(ConflictError, match="edited since"):
            review(store).approve(changeset, "bob", ["operator"], edition=seen)
        with pytest.raises(ConflictError, match="edited meanwhile"):
            store.changesets.merge(changeset, "bob", no_rules, edition=seen)

    def test_taken_back(self, strict: Store) -> None:
        changeset, _ = new_box(strict)
        review(strict).approve(changeset, "bob", ["operator"])
        review(strict).withdraw(changeset, "bob")
        assert review(strict).approvals(changeset) == []
        with pytest.raises(NotFoundError, match="bob did not approve"):
            review(strict).withdraw(changeset, "bob")


def test_each_step_is_told(store: Store) -> None:
    changeset, _ = new_box(store)
    review(store).comment(changeset, "bob", "Hm")
    review(store).approve(changeset, "bob", ["operator"])
    store.changesets.abandon(changeset, "ada")
    store.changesets.reopen(changeset, "ada")
    store.merge(changeset)
    with store.database.read() as session:
        events = events_after(session, 0)
    assert [(one.id, one.type, one.author) for one in events] == [
        (1, "changeset.opened", "ada"),
        (2, "changeset.commented", "bob"),
        (3, "changeset.approved", "bob"),
        (4, "changeset.abandoned", "ada"),
        (5, "changeset.reopened", "ada"),
        (6, "revision.merged", "bob"),
    ]
    assert (events[5].revision, events[5].summary) == (1, {"t_box": {"create": 1}})
    assert {one.changeset_id for one in events} == {changeset}
