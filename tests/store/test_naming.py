"""Natural keys: given in bulk, resolved, and near misses for what is misspelt."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from netwright.base.errors import InputError, NotFoundError
from netwright.store.naming import Namer, natural_keys, resolve

from .stores import Store


def parts(store: Store, names: list[str]) -> dict[str, int]:
    changeset = store.open()
    found: dict[str, int] = {}
    boxes: dict[str, int] = {}
    with store.changesets.edit(changeset) as edit:
        for name in names:
            box, part = name.split("/", 1)
            if box not in boxes:
                boxes[box] = edit.create("t_box", {"name": box})
            found[name] = edit.create("t_part", {"box_id": boxes[box], "name": part})
    store.merge(changeset)
    return found


def test_keys_follow_references(store: Store) -> None:
    ids = parts(store, ["b1/p1", "b2/Ethernet1/1"])
    wire = store.make("t_wire", a_part_id=ids["b1/p1"], b_part_id=ids["b2/Ethernet1/1"])
    with store.database.read() as session:
        assert natural_keys(session, "t_part") == {number: name for name, number in ids.items()}
        assert natural_keys(session, store.kinds["t_wire"], [wire]) == {wire: "b1/p1/b2/Ethernet1/1"}
        assert natural_keys(session, "t_wire", [wire + 100]) == {}
        assert resolve(session, "t_wire", "b1/p1/b2/Ethernet1/1") == wire
        assert resolve(session, "t_part", "b2/Ethernet1/1") == ids["b2/Ethernet1/1"]


def test_the_number_of_statements_does_not_grow(store: Store) -> None:
    ids = parts(store, [f"b{n}/p{n}" for n in range(50)])
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    with store.database.read() as session:
        assert len(natural_keys(session, "t_part", ids.values())) == 50
    assert len([text for text in statements if text.startswith("SELECT")]) == 2


@pytest.mark.parametrize(
    ("kind", "key", "message"),
    [
        ("t_part", "box1/eth9", "there is no t_part 'box1/eth9'. Did you mean box1/eth0?"),
        ("t_part", "bax1/eth0", "there is no t_box 'bax1'. Did you mean box1?"),
        ("t_box", "zzz", "there is no t_box 'zzz'. List them with `netwright show t_box`."),
        ("t_zone", "eu", "there is no t_zone 'eu'. There is no t_zone at all yet; import some."),
        ("t_box", "x" * 300, "there is no t_box"),
    ],
)
def test_near_misses(store: Store, kind: str, key: str, message: str) -> None:
    parts(store, ["box1/eth0"])
    with store.database.read() as session, pytest.raises(NotFoundError) as caught:
        resolve(session, kind, key)
    assert message in str(caught.value)


def test_an_unknown_kind_is_said(store: Store) -> None:
    with store.database.read() as session, pytest.raises(NotFoundError, match="no kind 't_bax'"):
        resolve(session, "t_bax", "b")


def test_a_name_that_can_be_read_in_two_ways_is_refused(store: Store) -> None:
    store.make("t_part", box_id=store.make("t_box", name="a"), name="b/c")
    store.make("t_part", box_id=store.make("t_box", name="a/b"), name="c")
    with store.database.read() as session, pytest.raises(InputError, match="fits more than one t_part"):
        resolve(session, "t_part", "a/b/c")


def test_what_is_gone_keeps_its_name(store: Store) -> None:
    part = parts(store, ["b1/p1"])["b1/p1"]
    with store.database.read() as session:
        box = resolve(session, "t_box", "b1")
    store.drop("t_box", box)
    with store.database.read() as session:
        assert Namer(session).key("t_part", part) == "b1/p1"
        assert Namer(session).key("t_part", part + 100) == f"#{part + 100}"
        assert natural_keys(session, "t_part") == {}


def test_real_kinds(inventory: Store) -> None:
    """A key with a prefix or an address in it, that hold the separator themselves."""
    prefix = inventory.make("prefix", prefix="10.0.0.0/24", role="link")
    asn = inventory.make("asn", number=64500)
    with inventory.database.read() as session:
        assert natural_keys(session, "prefix") == {prefix: "10.0.0.0/24"}
        assert resolve(session, "prefix", "10.0.0.0/24") == prefix
        assert resolve(session, "asn", "64500") == asn
        with pytest.raises(NotFoundError, match="no asn 'sixty'"):
            resolve(session, "asn", "sixty")


NAMES = st.text(st.sampled_from("ab/ é"), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(names=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5, unique=True))
def test_every_key_leads_back_to_its_object(names: list[tuple[str, str]], new_store: Any) -> None:
    """Or is refused as ambiguous when two objects really have the same key text."""
    store = new_store()
    changeset = store.open()
    with store.changesets.edit(changeset) as edit:
        boxes = {box: edit.create("t_box", {"name": box}) for box in {box for box, _ in names}}
        ids = [edit.create("t_part", {"box_id": boxes[box], "name": part}) for box, part in names]
    store.merge(changeset)
    with store.database.read() as session:
        keys = natural_keys(session, "t_part")
        texts = list(keys.values())
        for one in ids:
            if texts.count(keys[one]) == 1:
                assert resolve(session, "t_part", keys[one]) == one
            else:
                with pytest.raises(InputError):
                    resolve(session, "t_part", keys[one])
    store.database.close()
