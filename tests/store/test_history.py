"""What was, who changed it, and blame."""

from __future__ import annotations

from netwright.store.delta import Op
from netwright.store.history import as_of, blame, current_revision, documents_as_of, history_of

from .stores import Colour, Store


def test_the_life_of_an_object(store: Store) -> None:
    box = store.make("t_box", name="b", size=1)
    store.change("t_box", box, size=2, colour="dark-blue")
    store.make("t_box", name="other")
    store.drop("t_box", box)
    with store.database.read() as session:
        entries = history_of(session, "t_box", box)
        assert [(entry.revision, entry.op, entry.author) for entry in entries] == [
            (4, Op.DELETE, "bob"),
            (2, Op.UPDATE, "bob"),
            (1, Op.CREATE, "bob"),
        ]
        assert entries[1].fields == {"size": (1, 2), "colour": ("red", "dark-blue")}
        assert entries[1].message == "change a t_box"
        assert entries[0].fields["name"] == ("b", None)
        assert current_revision(session) == 4
        assert history_of(session, "t_zone", box) == []


def test_as_of_any_revision(store: Store) -> None:
    box = store.make("t_box", name="b", size=1, host="10.0.0.1")
    store.change("t_box", box, size=2)
    store.drop("t_box", box)
    with store.database.read() as session:
        assert as_of(session, "t_box", 0) == {}
        first = as_of(session, "t_box", 1)[box]
        assert (first["size"], first["colour"], str(first["host"])) == (1, Colour.RED, "10.0.0.1")
        assert as_of(session, "t_box", 2, [box])[box]["size"] == 2
        assert as_of(session, "t_box", 2, [box + 1]) == {}
        assert as_of(session, "t_box", 3) == {}


def test_blame_names_who_gave_each_field_its_value(store: Store) -> None:
    box = store.make("t_box", name="b", size=1)
    store.change("t_box", box, size=2)
    store.change("t_box", box, size=3)
    store.change("t_box", box, note="hello")
    with store.database.read() as session:
        blamed = blame(session, "t_box", box)
    assert {column: one.revision for column, one in blamed.items() if one.revision > 1} == {
        "size": 3,
        "note": 4,
    }
    assert blamed["name"].revision == 1
    assert blamed["name"].author == "bob"


def test_blame_starts_anew_after_a_return_from_deletion(store: Store) -> None:
    box = store.make("t_box", name="b")
    changeset = store.open()
    store.changesets.delete(changeset, "t_box", box)
    store.merge(changeset)
    with store.database.read() as session:
        assert blame(session, "t_box", box) == {}
    store.merge(store.changesets.revert(changeset, "ada"))
    with store.database.read() as session:
        assert {one.revision for one in blame(session, "t_box", box).values()} == {3}


def test_a_real_kind_as_of_a_revision(inventory: Store) -> None:
    prefix = inventory.make("prefix", prefix="10.0.0.0/24", role="link")
    inventory.change("prefix", prefix, role="service")
    with inventory.database.read() as session:
        kind = inventory.kinds["prefix"]
        assert documents_as_of(session, kind, 1)[prefix]["role"] == "link"
        assert as_of(session, kind, 2)[prefix]["role"] == "service"
