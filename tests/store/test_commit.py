"""Writing at once, without review: the same guarantees as a merge, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.store.check import all_of
from netwright.store.delta import Change, Op
from netwright.store.history import blame, changes_of, current_revision
from netwright.store.problem import Problem, RulesBrokenError, Severity
from netwright.store.proposal import ChangeSetState

from .stores import Store, no_rules


def test_it_is_a_merged_change_set_with_history(store: Store) -> None:
    editor = store.changesets.editor()
    box = editor.create("t_box", {"name": "b"})
    part = editor.create("t_part", {"box_id": box, "name": "p"})
    editor.update("t_part", part, {"size": 4})
    done = store.changesets.commit(editor, "New box", "ada", no_rules, "because")
    assert done.changeset_id is not None
    info = store.changesets.get(done.changeset_id)
    assert (info.state, info.merged_revision, info.title) == (ChangeSetState.MERGED, done.revision, "New box")
    assert (info.author, info.reason, info.changes) == ("ada", "because", 2)
    assert store.dump()["t_part"][part]["size"] == 4
    with store.database.read() as session:
        assert [(one.id, one.op) for one in changes_of(session, done.revision)] == [
            (box, Op.CREATE),
            (part, Op.CREATE),
        ]
        assert blame(session, "t_part", part)["size"].author == "ada"
    store.merge(store.changesets.revert(done.changeset_id, "eve"))
    assert not any(store.dump().values())


def test_all_verbs_in_one(store: Store) -> None:
    kept, dropped = store.make("t_box", name="kept"), store.make("t_box", name="dropped")
    store.make("t_part", box_id=dropped, name="p")
    editor = store.changesets.editor()
    editor.update("t_box", kept, {"size": 9})
    editor.delete("t_box", dropped)
    editor.create("t_box", {"name": "dropped"})
    done = store.changesets.commit(editor, "All", "ada", no_rules)
    assert sorted(change.op.value for change in done.changes) == ["create", "delete", "delete", "update"]
    docs = store.dump()
    assert {doc["name"]: doc["size"] for doc in docs["t_box"].values()} == {"kept": 9, "dropped": 1}
    assert docs["t_part"] == {}


def test_what_changes_nothing_makes_no_revision(store: Store) -> None:
    box = store.make("t_box", name="b", size=3)
    editor = store.changesets.editor()
    editor.update("t_box", box, {"size": 3})
    done = store.changesets.commit(editor, "Nothing", "ada", no_rules)
    assert (done.changeset_id, done.revision, done.changes) == (None, 1, ())
    assert len(store.changesets.list()) == 1


def test_a_broken_rule_keeps_nothing(store: Store) -> None:
    store.make("t_box", name="taken")
    before = store.dump()
    editor = store.changesets.editor()
    editor.create("t_box", {"name": "fine"})
    editor.create("t_box", {"name": "taken"})
    with pytest.raises(
        RulesBrokenError, match=r"this change: cannot be merged.*\n.*name taken is taken by another"
    ):
        store.changesets.commit(editor, "Clash", "ada", no_rules)
    assert store.dump() == before
    assert len(store.changesets.list()) == 1
    with store.database.read() as session:
        assert current_revision(session) == 1


def test_an_object_that_is_not_there_is_refused(store: Store) -> None:
    editor = store.changesets.editor()
    editor.update("t_box", 99, {"size": 3})
    with pytest.raises(NotFoundError, match="no t_box with id 99"):
        store.changesets.commit(editor, "Nothing there", "ada", no_rules)


def test_a_title_is_needed_before_anything_else(store: Store) -> None:
    with pytest.raises(InputError, match="needs a title"):
        store.changesets.commit(store.changesets.editor(), " ", "ada", no_rules)


def test_checks_see_the_merged_state_and_what_was_before(store: Store) -> None:
    box = store.make("t_box", name="b", size=3)
    seen: list[tuple[int, object]] = []

    def look(session: Session, changes: Sequence[Change]) -> list[Problem]:
        record = session.get(store.kinds["t_box"].record, box)
        seen.extend((getattr(record, "size", 0), change.before) for change in changes)
        return [Problem("is plain", "t_box", "b", severity=Severity.WARNING)]

    editor = store.changesets.editor()
    editor.update("t_box", box, {"size": 4})
    done = store.changesets.commit(editor, "Look", "ada", look)
    assert seen == [(4, {"size": 3})]
    assert [problem.message for problem in done.problems] == ["is plain"]


def test_checks_in_a_row_end_at_the_first_error() -> None:
    asked: list[str] = []

    def says(name: str, severity: Severity) -> Problem:
        asked.append(name)
        return Problem(name, "t_box", "b", severity=severity)

    check = all_of(
        lambda session, changes: [says("one", Severity.WARNING)],
        lambda session, changes: [says("two", Severity.ERROR)],
        lambda session, changes: [says("three", Severity.ERROR)],
    )
    found = check(Session(), ())
    assert ([problem.message for problem in found], asked) == (["one", "two"], ["one", "two"])


def test_a_look_for_the_same_name_reads_no_whole_table(inventory: Store) -> None:
    """Cost follows the change: every statement of a renaming finds its rows by an index."""
    edit = inventory.changesets.editor()
    region = edit.create("region", {"name": "europe"})
    place = {"kind": "core", "latitude": 1, "longitude": 2}
    site = edit.create("site", {"name": "ams", "region_id": region, **place})
    maker = edit.create("manufacturer", {"name": "maker"})
    model = edit.create("model", {"name": "m", "manufacturer_id": maker})
    device = edit.create("device", {"name": "d", "site_id": site, "model_id": model, "role": "edge"})
    ports = [edit.create("interface", {"name": f"swp{n}", "device_id": device}) for n in range(3)]
    inventory.changesets.commit(edit, "made", "ada", no_rules)
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if not many:
            said.append((statement, given))

    event.listen(inventory.database.engine, "before_cursor_execute", note)
    edit = inventory.changesets.editor()
    for number, port in enumerate(ports):
        edit.update("interface", port, {"name": f"eth{number}"})
    edit.delete("device", inventory.make("device", name="e", site_id=site, model_id=model, role="edge"))
    said.clear()
    inventory.changesets.commit(edit, "renamed", "ada", no_rules)
    event.remove(inventory.database.engine, "before_cursor_execute", note)
    plans: list[str] = []
    with inventory.database.read() as session:
        for statement, given in said:
            if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
                plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
                plans += [f"{row[3]} <- {statement}" for row in plan if row[3].startswith("SCAN")]
    harmless = ("json_each", "CONSTANT ROW", "SCAN w")
    assert [plan for plan in plans if not any(word in plan.split(" <- ")[0] for word in harmless)] == []
