"""What holds for any change sets: order of disjoint ones, revert, replay, no conflict lost.

The machine writes at random through several open change sets on a small invented world, keeps beside it the
dumps of every revision, and checks the store's word on them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.inventory import KINDS
from netwright.store.delta import Change, Op
from netwright.store.history import changes_of, current_revision, documents, documents_as_of
from netwright.store.problem import MergeConflictError, RulesBrokenError

from .stores import Store, no_rules

pytestmark = pytest.mark.slow

World = dict[str, dict[int, dict[str, Any]]]
FEW = settings(max_examples=40, deadline=None)
NAME = st.sampled_from("abcdef")
BOX = st.fixed_dictionaries(
    {},
    optional={
        "name": NAME,
        "size": st.integers(0, 3),
        "note": st.sampled_from(["", "x", "y"]),
        "tags": st.lists(st.sampled_from("pq"), max_size=2),
        "words": st.none() | st.lists(st.sampled_from(["p", "q"]), max_size=2),
        "host": st.none() | st.sampled_from(["10.0.0.1", "10.0.0.2"]),
    },
)


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[str, int, str, dict[str, Any]]]:
    """Operations: (verb, which object by position, kind, fields)."""
    count = draw(st.integers(1, 6))
    found = []
    for _ in range(count):
        kind = draw(st.sampled_from(["t_box", "t_box", "t_part", "t_zone"]))
        verb = draw(st.sampled_from(["create", "update", "update", "delete"]))
        fields = draw(BOX) if kind == "t_box" else draw(st.fixed_dictionaries({"name": NAME}))
        found.append((verb, draw(st.integers(0, 5)), kind, fields))
    return found


def apply_edits(store: Store, changeset: int, wanted: list[tuple[str, int, str, dict[str, Any]]]) -> None:
    """Make the edits that are possible; what the store refuses in words is left out."""
    for verb, position, kind, fields in wanted:
        known = sorted(store.dump()[kind]) + sorted(
            change.id for change in store.changesets.changes(changeset) if change.kind == kind
        )
        boxes = sorted(store.dump()["t_box"])
        try:
            if verb == "create":
                extra = {"box_id": boxes[position % len(boxes)]} if kind == "t_part" and boxes else {}
                name = fields.get("name", f"n{position}")
                store.changesets.create(changeset, kind, {**extra, **fields, "name": name})
            elif known and verb == "update":
                store.changesets.update(changeset, kind, known[position % len(known)], fields)
            elif known:
                store.changesets.delete(changeset, kind, known[position % len(known)])
        except (InputError, NotFoundError):
            continue


def try_merge(store: Store, changeset: int) -> NetwrightError | None:
    """Merge; abandon what can't be."""
    preview = store.changesets.preview(changeset, no_rules)
    empty = not store.changesets.changes(changeset)
    try:
        store.merge(changeset)
    except (MergeConflictError, RulesBrokenError) as error:
        assert not preview.mergeable
        store.changesets.abandon(changeset)
        return error
    except InputError as error:
        assert empty
        store.changesets.abandon(changeset)
        return error
    assert preview.mergeable
    return None


def replay(store: Store) -> World:
    """All of history, forwards from nothing."""
    world: World = {name: {} for name in store.kinds}
    with store.database.read() as session:
        for revision in range(1, current_revision(session) + 1):
            for change in changes_of(session, revision):
                replay_one(world[change.kind], change)
    return world


def replay_one(docs: dict[int, dict[str, Any]], change: Change) -> None:
    if change.op is Op.CREATE:
        assert change.id not in docs
        docs[change.id] = dict(change.after or {})
    elif change.op is Op.UPDATE:
        now = docs[change.id]
        assert {column: now[column] for column in change.before or {}} == change.before
        now.update(change.after or {})
    else:
        assert docs.pop(change.id) == change.before


def states(store: Store) -> list[World]:
    with store.database.read() as session:
        return [
            {name: documents_as_of(session, kind, revision) for name, kind in store.kinds.items()}
            for revision in range(current_revision(session) + 1)
        ]


@FEW
@given(runs=st.lists(edits(), min_size=1, max_size=6), together=st.booleans())
def test_history_replays_to_the_present_and_to_every_revision(
    runs: list[list[tuple[str, int, str, dict[str, Any]]]], together: bool, new_store: Callable[[], Store]
) -> None:
    """``together``: all change sets are open at once, so that conflicts and clashes come up."""
    store = new_store()
    dumps = [store.dump()]
    waiting = [store.open() for _ in runs]
    if together:
        for changeset, run in zip(waiting, runs, strict=True):
            apply_edits(store, changeset, run)
    for changeset, run in zip(waiting, runs, strict=True):
        if not together:
            apply_edits(store, changeset, run)
        before = store.dump()
        if try_merge(store, changeset) is None:
            dumps.append(store.dump())
        else:
            assert store.dump() == before
    assert replay(store) == dumps[-1]
    assert states(store) == dumps
    store.database.close()


@FEW
@given(setup=edits(), run=edits())
def test_a_revert_takes_everything_back(
    setup: list[tuple[str, int, str, dict[str, Any]]],
    run: list[tuple[str, int, str, dict[str, Any]]],
    new_store: Callable[[], Store],
) -> None:
    store = new_store()
    first, second = store.open(), None
    apply_edits(store, first, [("create", 0, "t_box", {"name": "a"}), *setup])
    try_merge(store, first)
    before = store.dump()
    second = store.open()
    apply_edits(store, second, run)
    if try_merge(store, second) is None:
        after = store.dump()
        undo = store.changesets.revert(second, "eve")
        store.merge(undo)
        assert store.dump() == before
        store.merge(store.changesets.revert(undo, "eve"))
        assert store.dump() == after
    store.database.close()


def field_edits(columns: list[str]) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """Edits of boxes a and b in some columns only."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "size": st.integers(10, 99),
        "note": st.text("xyz", min_size=1, max_size=3),
        "weight": st.floats(allow_nan=False, allow_infinity=False),
        "on": st.just(False),
    }
    fields = st.fixed_dictionaries({}, optional={column: values[column] for column in columns})
    return st.fixed_dictionaries({"a": fields, "b": fields})


def edited(store: Store, boxes: dict[str, int], wanted: dict[str, dict[str, Any]]) -> int:
    changeset = store.open()
    with store.changesets.edit(changeset) as edit:
        edit.create("t_zone", {"name": f"so that it is not empty {changeset}"})
        for name, fields in wanted.items():
            edit.update("t_box", boxes[name], fields)
    return changeset


def two_boxes(store: Store) -> dict[str, int]:
    return {name: store.make("t_box", name=name) for name in "ab"}


@FEW
@given(one=field_edits(["size", "note"]), other=field_edits(["weight", "on"]))
def test_the_order_of_disjoint_merges_does_not_matter(
    one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]], new_store: Callable[[], Store]
) -> None:
    results = []
    for turned in (False, True):
        store = new_store()
        boxes = two_boxes(store)
        waiting = [edited(store, boxes, one), edited(store, boxes, other)]
        for changeset in reversed(waiting) if turned else waiting:
            store.merge(changeset)
        results.append(store.dump())
        store.database.close()
    assert results[0] == results[1]


@FEW
@given(one=field_edits(["size", "note", "on"]), other=field_edits(["size", "note", "on"]))
def test_no_conflict_is_lost_and_none_is_invented(
    one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]], new_store: Callable[[], Store]
) -> None:
    """Two sets over the same fields: exactly those that both set to different values are conflicts."""
    store = new_store()
    boxes = two_boxes(store)
    first, second = edited(store, boxes, one), edited(store, boxes, other)
    store.merge(first)
    before = store.dump()
    contested = {
        (name, column)
        for name in "ab"
        for column in one[name].keys() & other[name].keys()
        if one[name][column] != other[name][column]
    }
    found = store.changesets.preview(second, no_rules).conflicts
    assert {(conflict.key, conflict.field) for conflict in found} == contested
    for conflict in found:
        assert (conflict.theirs, conflict.ours) == (
            one[conflict.key][str(conflict.field)],
            other[conflict.key][str(conflict.field)],
        )
    error = try_merge(store, second)
    assert isinstance(error, MergeConflictError) == bool(contested)
    if contested:
        assert store.dump() == before
    store.database.close()


@settings(max_examples=8, deadline=None)
@given(numbers=st.sets(st.integers(1, 4294967295), min_size=1, max_size=5), data=st.data())
def test_the_real_kinds_replay_and_revert(
    numbers: set[int], data: st.DataObject, new_inventory: Callable[[], Store]
) -> None:
    store = new_inventory()
    dumps = [store.dump()]
    made = store.open()
    with store.changesets.edit(made) as edit:
        asns = [edit.create("asn", {"number": number}) for number in numbers]
        isps = [edit.create("isp", {"name": f"isp{asn}", "asn_id": asn}) for asn in asns]
        region = edit.create("region", {"name": "europe"})
        for index, isp in enumerate(isps):
            fields = {"isp_id": isp, "region_id": region, "latitude": 50, "longitude": 8.5}
            edit.create("client_prefix", {"prefix": f"198.51.{index}.0/24", **fields})
    store.merge(made)
    dumps.append(store.dump())
    chosen = data.draw(st.sets(st.sampled_from(isps)))
    second = store.open()
    with store.changesets.edit(second) as edit:
        edit.update("region", region, {"title": "Europe"})
        for isp in chosen:
            edit.delete("isp", isp)
    store.merge(second)
    dumps.append(store.dump())
    assert len(dumps[-1]["client_prefix"]) == len(isps) - len(chosen)
    store.merge(store.changesets.revert(second, "eve"))
    dumps.append(store.dump())
    assert dumps[3] == dumps[1]
    assert replay(store) == dumps[-1]
    assert states(store) == dumps
    assert list(store.kinds) == list(KINDS)
    store.database.close()


def would_be(store: Store, changeset: int) -> World | str:
    """The state that a merge would make, or what stands against it."""
    try:
        with store.changesets.applied(changeset) as session:
            return {name: documents(session, kind) for name, kind in store.kinds.items()}
    except (MergeConflictError, RulesBrokenError) as error:
        return str(error)


@FEW
@given(setup=edits(), ours=edits(), theirs=edits())
def test_a_rebase_changes_neither_what_merges_nor_the_conflicts(
    setup: list[tuple[str, int, str, dict[str, Any]]],
    ours: list[tuple[str, int, str, dict[str, Any]]],
    theirs: list[tuple[str, int, str, dict[str, Any]]],
    new_store: Callable[[], Store],
) -> None:
    store = new_store()
    first, mine, others = store.open(), store.open(), store.open()
    apply_edits(store, first, [("create", 0, "t_box", {"name": "a"}), *setup])
    try_merge(store, first)
    apply_edits(store, mine, ours)
    apply_edits(store, others, theirs)
    try_merge(store, others)
    before, conflicts = would_be(store, mine), store.changesets.preview(mine, no_rules).conflicts
    for _ in range(2):
        told = store.changesets.rebase(mine)
        assert store.changesets.preview(mine, no_rules).conflicts == conflicts == list(told.conflicts)
        assert would_be(store, mine) == before
    store.database.close()
