"""Lists as people ask for them, on both databases."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, select
from tests.store.stores import Store, statements

from netwright.base.errors import InputError, NotFoundError
from netwright.store.history import current_revision
from netwright.store.kind import Kind
from netwright.store.past import as_of_revision
from netwright.store.query import ListQuery, Reader, parse_selection


def reader(store: Store, session: Any, **options: Any) -> Reader:
    return Reader(session, store.kinds, **options)


def found(store: Store, kind: str, *filters: tuple[str, Any], **query: Any) -> list[str]:
    """Keys of what a list holds."""
    with store.database.read() as session:
        page = reader(store, session).page(store.kinds[kind], ListQuery(filters=filters, **query))
        return [doc["key"] for doc in page.documents]


@pytest.fixture
def filled(either: Store) -> Store:
    """Two zones below a third, boxes in them with parts, a wire between two parts."""
    top = either.make("t_zone", name="earth")
    north = either.make("t_zone", name="north", parent_id=top)
    south = either.make("t_zone", name="south", parent_id=top)
    red = either.make(
        "t_box", name="box-a", zone_id=north, host="192.0.2.1", uplink="10.0.0.1/31", prefix="10.0.0.0/8"
    )
    blue = either.make(
        "t_box",
        name="Box_b",
        zone_id=south,
        colour="dark-blue",
        size=5,
        on=False,
        weight=1.5,
        host="2001:db8::1",
        uplink="2001:db8::1/64",
        prefix="10.1.0.0/16",
        tags=["x"],
        note="two\nlines",
    )
    either.make("t_box", name="c", size=3, prefix="10.0.0.0/24")
    one, two = (either.make("t_part", box_id=red, name=name, size=n) for n, name in enumerate(["p1", "p2"]))
    three = either.make("t_part", box_id=blue, name="p/3", size=9)
    either.make("t_wire", a_part_id=one, b_part_id=three)
    assert two
    return either


@pytest.mark.slow
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("name", "c"), ("name", "box-a")], ["box-a", "c"]),
        ([("name__n", "c"), ("name__n", "box-a")], ["Box_b"]),
        ([("name__in", "c,box-a")], ["box-a", "c"]),
        ([("name__ic", "BOX")], ["box-a", "Box_b"]),
        ([("name__ic", "_")], ["Box_b"]),
        ([("name__nic", "box")], ["c"]),
        ([("name__sw", "Box")], ["Box_b"]),
        ([("name__ew", "-A")], ["box-a"]),
        ([("name__ie", "BOX-A")], ["box-a"]),
        ([("name__glob", "b?x*")], ["box-a", "Box_b"]),
        ([("colour", "dark-blue")], ["Box_b"]),
        ([("colour__n", "red")], ["Box_b"]),
        ([("size__gte", "3")], ["Box_b", "c"]),
        ([("size__gt", 1), ("size__lt", 5)], ["c"]),
        ([("weight__lte", "1.5")], ["Box_b"]),
        ([("weight__isnull", "true")], ["box-a", "c"]),
        ([("note__isnull", "false")], ["Box_b"]),
        ([("on", "false")], ["Box_b"]),
        ([("host", "2001:DB8::0:1")], ["Box_b"]),
        ([("host__within", "192.0.2.0/24"), ("host__within", "10.0.0.0/8")], ["box-a"]),
        ([("host__n", "192.0.2.1")], ["Box_b", "c"]),
        ([("uplink", "10.0.0.1")], ["box-a"]),
        ([("uplink", "10.0.0.1/30")], []),
        ([("prefix__within", "10.0.0.0/16")], ["c"]),
        ([("prefix__within", "10.0.0.0/8")], ["box-a", "Box_b", "c"]),
        ([("prefix__contains", "10.0.0.0/24")], ["box-a"]),
        ([("prefix__covers", "10.0.0.7")], ["box-a", "c"]),
        ([("prefix__covers", "10.1.0.0/16")], ["box-a", "Box_b"]),
        ([("zone", "north")], ["box-a"]),
        ([("zone__isnull", "true")], ["c"]),
        ([("zone__n", "north")], ["Box_b", "c"]),
        ([("zone__under", "earth")], ["box-a", "Box_b"]),
        ([("zone.parent", "earth"), ("size", 5)], ["Box_b"]),
        ([("zone.parent.name__sw", "ea")], ["box-a", "Box_b"]),
        ([("key", "c")], ["c"]),
        ([("key__n", "c")], ["box-a", "Box_b"]),
        ([("t_parts.name", "p2")], ["box-a"]),
        ([("t_parts.size__gt", 0)], ["box-a", "Box_b"]),
        ([("t_parts__isnull", "true")], ["c"]),
        ([("t_parts.t_wires_by_a_part.b_part.box", "Box_b")], ["box-a"]),
    ],
)
def test_filters(filled: Store, filters: list[tuple[str, Any]], expected: list[str]) -> None:
    assert found(filled, "t_box", *filters) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("nam", "x", "no field 'nam'. Did you mean name?"),
        ("size__sw", "1", "field size (integer) has no lookup 'sw'"),
        ("size__gtt", "1", "Did you mean gt?"),
        ("size", "big", "field size: expected an integer, not 'big'"),
        ("colour", "rod", "did you mean red?"),
        ("zone", "nort", "there is no t_zone 'nort'. Did you mean north?"),
        ("zone.nam", "x", "t_zone has no field 'nam'. Did you mean name?"),
        ("zone__sw", "x", "zone has no lookup 'sw'. It has: eq, n, in, isnull, under."),
        ("name.x", "x", "field name of t_box is text, it leads nowhere"),
        ("host__within", "10.0.0.1/8", "expected a prefix or an address, as 192.0.2.0/24, not '10.0.0.1/8'"),
        ("on__isnull", "perhaps", "expected true or false"),
        ("t_parts", "x", "t_parts wants a lookup"),
        ("zone.parent.parent.parent.parent.parent.name", "x", "follows more than 6 references"),
    ],
)
def test_wrong_filters_say_what_was_expected(filled: Store, name: str, value: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        found(filled, "t_box", (name, value))
    assert words in str(caught.value)
    assert name in str(caught.value.subject)


def test_documents(filled: Store) -> None:
    with filled.database.read() as session:
        page = reader(filled, session).page(filled.kinds["t_box"], ListQuery(filters=[("name", "Box_b")]))
    (box,) = page.documents
    assert {**box, "id": 0, "zone": {**box["zone"], "id": 0}} == {
        "id": 0,
        "key": "Box_b",
        "name": "Box_b",
        "zone": {"id": 0, "kind": "t_zone", "key": "south"},
        "colour": "dark-blue",
        "size": 5,
        "weight": 1.5,
        "on": False,
        "host": "2001:db8::1",
        "uplink": "2001:db8::1/64",
        "prefix": "10.1.0.0/16",
        "tags": ["x"],
        "words": None,
        "note": "two\nlines",
    }
    assert list(box)[:4] == ["id", "key", "name", "zone"]


def test_unfolding_costs_a_statement_a_kind(filled: Store) -> None:
    kind = filled.kinds["t_box"]
    paths = "zone.parent,t_parts.t_wires_by_a_part.b_part"
    with filled.database.read() as session:
        session.connection()
        with statements(filled) as run:
            page = reader(filled, session).page(kind, ListQuery(selection=parse_selection("", paths)))
    assert len(run) == 6  # boxes, zones, zones above, parts, wires, parts
    red = page.documents[0]
    assert red["zone"]["parent"]["name"] == "earth"
    assert [part["name"] for part in red["t_parts"]] == ["p1", "p2"]
    assert red["t_parts"][0]["t_wires_by_a_part"][0]["b_part"]["key"] == "Box_b/p/3"
    assert page.documents[2]["t_parts"] == []


def test_chosen_fields(filled: Store) -> None:
    with filled.database.read() as session:
        box = reader(filled, session).one(
            filled.kinds["t_box"], "box-a", parse_selection("name,zone.name,t_parts.size")
        )
        assert box == {
            "id": box["id"],
            "name": "box-a",
            "zone": {"id": box["zone"]["id"], "name": "north"},
            "t_parts": [
                {"id": box["t_parts"][0]["id"], "size": 0},
                {"id": box["t_parts"][1]["id"], "size": 1},
            ],
        }
        for fields, expand in (("nam", ""), ("t_parts", ""), ("", "size"), ("", "nowhere"), ("a..b", "")):
            with pytest.raises(InputError):
                reader(filled, session).one(filled.kinds["t_box"], "box-a", parse_selection(fields, expand))


def test_one_by_id_key_and_near_miss(filled: Store) -> None:
    kind = filled.kinds["t_box"]
    with filled.database.read() as session:
        ask = reader(filled, session)
        box = ask.one(kind, "box-a")
        assert (
            ask.one(kind, str(box["id"]))
            == ask.one(kind, f"id:{box['id']}")
            == ask.one(kind, "key:box-a")
            == box
        )
        with pytest.raises(NotFoundError, match="Did you mean box-a"):
            ask.one(kind, "box-aa")
        with pytest.raises(NotFoundError):
            ask.one(kind, "999999")


@pytest.mark.parametrize(
    ("q", "expected"),
    [("BOX", ["box-a", "Box_b"]), ("5", ["Box_b"]), ("192.0.2.1", ["box-a"]), ("ort", ["box-a"]), ("%", [])],
)
def test_search(filled: Store, q: str, expected: list[str]) -> None:
    assert found(filled, "t_box", q=q) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (("-name",), ["c", "box-a", "Box_b"]),
        (("size",), ["box-a", "c", "Box_b"]),
        (("zone", "name"), ["box-a", "Box_b", "c"]),
        (("-zone.name",), ["Box_b", "box-a", "c"]),
        (("weight", "-size"), ["Box_b", "c", "box-a"]),
        (("-id",), ["c", "Box_b", "box-a"]),
        (("host",), ["box-a", "Box_b", "c"]),
        (("-prefix",), ["Box_b", "c", "box-a"]),
        (("key",), ["Box_b", "box-a", "c"]),
    ],
)
def test_sort_and_pages(filled: Store, sort: tuple[str, ...], expected: list[str]) -> None:
    assert found(filled, "t_box", sort=sort) == expected
    kind = filled.kinds["t_box"]
    with filled.database.read() as session:
        ask, cursor, seen = reader(filled, session), "", []
        while True:
            page = ask.page(kind, ListQuery(sort=sort, limit=1, after=cursor, count=True))
            assert page.total == 3
            seen += [doc["key"] for doc in page.documents]
            cursor = page.next
            if not cursor:
                break
            with pytest.raises(InputError):
                ask.page(kind, ListQuery(sort=("-note",), after=cursor))
    assert seen == expected


def test_wrong_sorts(filled: Store) -> None:
    for sort in ("nam", "tags", "name.x", "zone.nam", "t_parts"):
        with pytest.raises(InputError):
            found(filled, "t_box", sort=(sort,))


def test_a_limit_counts_for_each_parent_and_a_budget_for_all(filled: Store) -> None:
    kind = filled.kinds["t_zone"]
    selection = parse_selection("", "t_boxes.t_parts")
    with filled.database.read() as session:
        reader(filled, session, most=8).page(kind, ListQuery(selection=selection))
        with pytest.raises(InputError, match="more than 7 objects"):
            reader(filled, session, most=7).page(kind, ListQuery(selection=selection))


class Only:
    """Sees the boxes of one size, and of zones all but their name."""

    def __init__(self, size: int) -> None:
        self._size = size

    def where(self, kind: Kind) -> ColumnElement[bool] | None:
        return kind.table.c.size == self._size if kind.name == "t_box" else None

    def hidden(self, kind: Kind) -> Collection[str]:
        return {"name"} if kind.name == "t_zone" else ()


def test_restrictions_hold_everywhere(filled: Store) -> None:
    box, part, zone = (filled.kinds[name] for name in ("t_box", "t_part", "t_zone"))
    with filled.database.read() as session:
        ask = reader(filled, session, restriction=Only(1))
        page = ask.page(box, ListQuery(count=True))
        assert [doc["name"] for doc in page.documents] == ["box-a"]
        assert page.total == 1
        assert page.documents[0]["zone"]["key"] == f"#{page.documents[0]['zone']['id']}"
        assert [
            doc["box"]["key"]
            for doc in ask.page(part, ListQuery(filters=[("box.on__in", "true,false")])).documents
        ] == [
            "box-a",
            "box-a",
        ]
        zones = ask.page(zone, ListQuery(selection=parse_selection("", "t_boxes"))).documents
        assert [[one["name"] for one in doc["t_boxes"]] for doc in zones] == [[], ["box-a"], []]
        assert "name" not in zones[0]
        unfolded = ask.page(part, ListQuery(selection=parse_selection("", "box"))).documents
        assert ["size" in doc["box"] for doc in unfolded] == [True, True, False]
        for wrong in ([("name", "north")], [("parent.name", "earth")]):
            with pytest.raises(InputError):
                ask.page(zone, ListQuery(filters=wrong))
        with pytest.raises(InputError):
            ask.page(zone, ListQuery(sort=("name",)))
        with pytest.raises(NotFoundError):
            ask.one(box, "Box_b")


def test_as_of_a_revision(filled: Store) -> None:
    """Each past state answers as it did when it was the present."""
    states = {}

    def remember() -> None:
        with filled.database.read() as session:
            states[newest(filled)] = everything(filled, session)

    remember()
    with filled.database.read() as session:
        box = reader(filled, session).one(filled.kinds["t_box"], "box-a")["id"]
    filled.change("t_box", box, name="renamed", tags=["a", 1], host=None, prefix="10.9.0.0/16")
    remember()
    filled.make("t_part", box_id=box, name="new")
    remember()
    filled.drop("t_box", box)
    remember()
    assert len({len(str(state)) for state in states.values()}) == 4
    for revision, state in states.items():
        with filled.database.read() as session:
            with as_of_revision(session, filled.kinds, revision):
                assert everything(filled, session) == state
            assert everything(filled, session) == states[newest(filled)]
    with (
        filled.database.read() as session,
        pytest.raises(InputError),
        as_of_revision(session, filled.kinds, 99),
    ):
        pass


def newest(store: Store) -> int:
    with store.database.read() as session:
        return current_revision(session)


def everything(store: Store, session: Any) -> dict[str, Any]:
    ask, table = reader(store, session), store.kinds["t_box"].table
    boxes = ListQuery(
        selection=parse_selection("", "t_parts"), filters=[("t_parts.size__gte", 0)], sort=("zone", "name")
    )
    return {
        **{name: ask.page(kind, ListQuery()).documents for name, kind in store.kinds.items()},
        "boxes": ask.page(store.kinds["t_box"], boxes).documents,
        "plain": [tuple(row) for row in session.execute(select(table.c.name).order_by(table.c.id))],
    }


_WAYS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "n": operator.ne,
}
_SIZES = st.integers(-2, 2)
_ROWS = st.lists(st.tuples(_SIZES, st.none() | st.integers(-2, 2).map(float), st.booleans()), max_size=12)
_SORTS = st.lists(st.sampled_from(["size", "-size", "weight", "-weight", "on", "-on", "name"]), max_size=3)


@pytest.fixture(scope="module")
def shared(new_database: Callable[[], Store]) -> Iterator[Store]:
    store = new_database()
    yield store
    store.database.close()


@settings(max_examples=15)
@given(rows=_ROWS, sort=_SORTS, way=st.sampled_from(sorted(_WAYS)), size=_SIZES, limit=st.integers(1, 5))
def test_pages_of_any_list_hold_each_object_once_in_order(
    shared: Store,
    rows: list[tuple[int, float | None, bool]],
    sort: list[str],
    way: str,
    size: int,
    limit: int,
) -> None:
    with shared.database.read() as session:
        old = list(session.scalars(select(shared.kinds["t_box"].table.c.id)))
    changeset = shared.open()
    with shared.changesets.edit(changeset) as edit:
        for object_id in old:
            edit.delete("t_box", object_id)
        for number, (box_size, weight, on) in enumerate(rows):
            fields = {"name": f"b{number}", "size": box_size, "weight": weight, "on": on}
            edit.create("t_box", fields)
    if old or rows:
        shared.merge(changeset)
    expected = [
        {"name": f"b{number}", "size": row[0], "weight": row[1], "on": row[2]}
        for number, row in enumerate(rows)
        if _WAYS[way](row[0], size)
    ]
    for text in reversed(sort):
        name = text.removeprefix("-")
        there = [doc for doc in expected if doc[name] is not None]
        there.sort(key=operator.itemgetter(name), reverse=text.startswith("-"))
        expected = there + [doc for doc in expected if doc[name] is None]
    seen, cursor = [], ""
    with shared.database.read() as session:
        ask = reader(shared, session)
        while True:
            query = ListQuery(filters=[(f"size__{way}", size)], sort=tuple(sort), limit=limit, after=cursor)
            page = ask.page(shared.kinds["t_box"], query)
            seen += page.documents
            cursor = page.next
            if not cursor:
                break
    assert [{name: doc[name] for name in ("name", "size", "weight", "on")} for doc in seen] == expected
