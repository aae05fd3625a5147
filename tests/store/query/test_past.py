"""The past put back piece by piece is the past: a reader tells of an object what it told then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from tests.store.stores import Store

from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.store.history import current_revision
from netwright.store.naming import Namer
from netwright.store.past import as_of_revision
from netwright.store.query import Reader, parse_selection

pytestmark = pytest.mark.slow

EXPANDED = {
    "t_zone": "t_zones,t_boxes.t_parts,parent",
    "t_box": "t_parts.t_wires_by_a_part.b_part,t_parts.t_wires_by_b_part,zone.parent",
    "t_part": "box.zone,t_wires_by_a_part",
    "t_wire": "a_part.box,b_part.box.zone",
}
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""An example is some hundred transactions: what fails is told as it came up."""
NAME = st.sampled_from("abcd")
AT = st.integers(0, 3)
EDIT = st.tuples(
    st.sampled_from(["create", "update", "move", "move", "delete"]), st.sampled_from(list(EXPANDED))
)
"""What is done to which kind; names and places follow."""
RUN = st.lists(st.tuples(EDIT, NAME, AT, AT), min_size=1, max_size=4)


def fields_of(kind: str, name: str, ids: dict[str, list[int]], at: int) -> dict[str, Any] | None:
    """The fields of an object whose references lead to what is at a place; None while there is nothing."""

    def one(other: str, place: int) -> int | None:
        return ids[other][place % len(ids[other])] if ids[other] else None

    found: dict[str, Any]
    if kind == "t_zone":
        return {"name": name, "parent_id": one("t_zone", at) if at else None}
    if kind == "t_box":
        return {"name": name, "zone_id": one("t_zone", at)}
    if kind == "t_part":
        found = {"name": name, "box_id": one("t_box", at)}
    else:
        found = {"a_part_id": one("t_part", at), "b_part_id": one("t_part", at + 1)}
    return None if None in found.values() else found


def run_edits(store: Store, run: list[Any]) -> None:
    """One change set; what the store refuses is left out, and so is the whole when it can't be merged."""
    ids = {kind: sorted(docs) for kind, docs in store.dump().items()}
    changeset = store.open()
    for (verb, kind), name, which, at in run:
        fields = fields_of(kind, name, ids, at)
        mine = ids[kind]
        try:
            if verb == "create" and fields is not None:
                ids[kind].append(store.changesets.create(changeset, kind, fields))
            elif verb == "delete" and mine:
                store.changesets.delete(changeset, kind, mine[which % len(mine)])
            elif mine and fields is not None:
                chosen = {
                    one: value for one, value in fields.items() if (verb == "move") == one.endswith("_id")
                }
                store.changesets.update(changeset, kind, mine[which % len(mine)], chosen)
        except (InputError, NotFoundError):
            continue
    try:
        store.merge(changeset)
    except NetwrightError:
        store.changesets.abandon(changeset)


def told(reader: Reader, store: Store, names: dict[str, set[str]]) -> dict[tuple[str, str], Any]:
    """What a reader tells of objects, each by its id or key; None of what is not there."""
    found: dict[tuple[str, str], Any] = {}
    for kind, mine in names.items():
        for name in sorted(mine):
            try:
                found[kind, name] = reader.one(store.kinds[kind], name, parse_selection("", EXPANDED[kind]))
            except (NotFoundError, InputError):
                found[kind, name] = None
    return found


def names_now(store: Store) -> dict[str, set[str]]:
    """Ids and keys of all objects."""
    with store.database.read() as session:
        namer = Namer(session)
        return {
            kind: {
                *map(str, docs),
                *(f"key:{key}" for key in namer.keys(store.kinds[kind], list(docs)).values()),
            }
            for kind, docs in store.dump().items()
        }


def check_the_past(runs: list[list[Any]], new_store: Callable[[], Store]) -> None:
    store = new_store()
    zone = store.make("t_zone", name="z")
    parts = [
        store.make("t_part", name="p", box_id=store.make("t_box", name=f"box{number}", zone_id=zone))
        for number in range(3)
    ]
    store.make("t_wire", a_part_id=parts[0], b_part_id=parts[1])
    names: dict[str, set[str]] = {kind: set() for kind in store.kinds}
    states: dict[int, dict[tuple[str, str], Any]] = {}
    for run in [[], *runs]:
        run_edits(store, run)
        for kind, mine in names_now(store).items():
            names[kind] |= mine
        with store.database.read() as session:
            states[current_revision(session)] = told(Reader(session, store.kinds), store, names)
    for revision, state in states.items():
        for asked, doc in state.items():  # each alone, so that nothing is put back by another
            with (
                store.database.read() as session,
                as_of_revision(session, store.kinds, revision, piecemeal=True),
            ):
                kind, name = asked
                assert told(Reader(session, store.kinds), store, {kind: {name}})[asked] == doc
    store.database.close()


@settings(max_examples=6, deadline=None, phases=QUICK)
@given(runs=st.lists(RUN, min_size=1, max_size=3))
def test_each_object_is_told_as_then(runs: list[list[Any]], new_store: Callable[[], Store]) -> None:
    check_the_past(runs, new_store)


@settings(max_examples=3, deadline=None, phases=QUICK)
@given(runs=st.lists(RUN, min_size=1, max_size=3))
def test_on_either_database(runs: list[list[Any]], new_database: Callable[[], Store]) -> None:
    check_the_past(runs, new_database)


def test_what_others_changed_since_costs_nothing(either: Store) -> None:
    """A box is read as of then by the same statements over the same rows, however much else was changed."""
    boxes = [either.make("t_box", name=f"b{number}") for number in range(30)]
    for box in boxes:
        either.make("t_part", box_id=box, name="p")
    with either.database.read() as session:
        then = current_revision(session)
    either.change("t_box", boxes[0], name="other")

    def rows_put_back() -> list[int]:
        put: list[int] = []

        def note(
            _connection: Any, _cursor: Any, statement: str, parameters: Any, _c: Any, many: bool
        ) -> None:
            if "past_" in statement and statement.startswith("INSERT"):
                put.append(len(parameters) if many else 1)

        event.listen(either.database.engine, "before_cursor_execute", note)
        try:
            with (
                either.database.read() as session,
                as_of_revision(session, either.kinds, then, piecemeal=True),
            ):
                selection = parse_selection("", "t_parts")
                doc = Reader(session, either.kinds).one(either.kinds["t_box"], str(boxes[0]), selection)
                assert doc["name"] == "b0"
                assert [part["name"] for part in doc["t_parts"]] == ["p"]
        finally:
            event.remove(either.database.engine, "before_cursor_execute", note)
        return put

    few = rows_put_back()
    for box in boxes[1:]:
        either.drop("t_box", box)
    assert rows_put_back() == few == [1]
