"""Tags and custom fields hang together with what carries them: deletion, renaming, merges, the past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from netwright.base.errors import InputError, NotFoundError
from netwright.intent.rules import check
from netwright.store.editor import Editor
from netwright.store.mention import Mention, words_in
from netwright.store.past import as_of_revision
from netwright.store.problem import MergeConflictError, RulesBrokenError
from netwright.store.query.filter import conditions
from netwright.store.query.sight import Sight

from .stores import Store

pytestmark = pytest.mark.slow

KINDS = ("region", "manufacturer")
"""Kinds with tags and custom fields that need nothing else."""


def mentioned(store: Store) -> set[tuple[str, str, str, int]]:
    """What the table says."""
    columns = (Mention.named, Mention.word, Mention.kind, Mention.object_id)
    with store.database.read() as session:
        return {(row[0], row[1], row[2], row[3]) for row in session.execute(select(*columns))}


def carried(store: Store) -> set[tuple[str, str, str, int]]:
    """What the objects say."""
    found = set()
    dump = store.dump()
    for kind in KINDS:
        for object_id, doc in dump[kind].items():
            found |= {("tag", word, kind, object_id) for word in words_in(doc["tags"])}
            found |= {("custom_field", word, kind, object_id) for word in words_in(doc["custom"])}
    return found


def declared(store: Store) -> set[tuple[str, str, str]]:
    """What may be carried, and by which kind."""
    dump = store.dump()
    tags = {("tag", doc["name"], kind) for doc in dump["tag"].values() for kind in KINDS}
    return tags | {("custom_field", doc["name"], doc["on_kind"]) for doc in dump["custom_field"].values()}


def sound(store: Store) -> None:
    assert mentioned(store) == carried(store)
    assert {one[:3] for one in carried(store)} <= declared(store)


def filtered(store: Store, *filters: tuple[str, Any]) -> list[str]:
    """Names of the regions that fit."""
    kind = store.kinds["region"]
    with store.database.read() as session:
        where = conditions(Sight(session, store.kinds), kind, filters)
        return list(session.scalars(select(kind.table.c.name).where(*where).order_by(kind.table.c.name)))


class World:
    """Two tags and a custom field, and three regions that carry some."""

    def __init__(self, store: Store) -> None:
        self.core = store.make("tag", name="core")
        self.spare = store.make("tag", name="spare")
        self.team = store.make("custom_field", on_kind="region", name="team")
        self.eu = store.make("region", name="eu", tags=["core", "spare"], custom={"team": "a"})
        self.us = store.make("region", name="us", tags=["core"])
        self.asia = store.make("region", name="asia")


@pytest.fixture
def world(inventory: Store) -> World:
    return World(inventory)


class TestDeletion:
    def test_refused_while_carried(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        inventory.changesets.delete(opened, "tag", world.core)
        with pytest.raises(RulesBrokenError, match="region eu and region us carry it") as refused:
            inventory.merge(opened, check)
        (problem,) = refused.value.problems
        assert (problem.kind, problem.key, problem.object_id) == ("tag", "core", world.core)
        sound(inventory)

    def test_many_are_counted(self, inventory: Store, world: World) -> None:
        for number in range(4):
            inventory.make("manufacturer", name=f"m{number}", tags=["core"])
        opened = inventory.open()
        inventory.changesets.delete(opened, "tag", world.core)
        with pytest.raises(RulesBrokenError, match="m0, manufacturer m1, manufacturer m2 and 3 more carry"):
            inventory.merge(opened, check)

    def test_of_what_nobody_carries(self, inventory: Store, world: World) -> None:
        inventory.change("region", world.eu, tags=["core"])
        inventory.drop("tag", world.spare)
        sound(inventory)

    def test_by_force_with_history_and_a_way_back(self, inventory: Store, world: World) -> None:
        before = inventory.dump()
        opened = inventory.open()
        inventory.changesets.delete(opened, "tag", world.core, force=True)
        changes = {change.id: change for change in inventory.changesets.changes(opened)}
        assert changes[world.eu].after == {"tags": ["spare"]}
        assert changes[world.us].after == {"tags": None}
        inventory.merge(opened, check)
        sound(inventory)
        assert inventory.dump()["region"][world.us]["tags"] is None
        inventory.merge(inventory.changesets.revert(opened, "eve"), check)
        assert inventory.dump() == before
        sound(inventory)

    def test_of_a_custom_field(self, inventory: Store, world: World) -> None:
        inventory.make("custom_field", on_kind="manufacturer", name="team")
        inventory.make("manufacturer", name="m", custom={"team": "b"})
        opened = inventory.open()
        inventory.changesets.delete(opened, "custom_field", world.team)
        with pytest.raises(RulesBrokenError, match="region eu carries it"):
            inventory.merge(opened, check)
        inventory.changesets.delete(opened, "custom_field", world.team, force=True)
        inventory.merge(opened, check)
        assert inventory.dump()["region"][world.eu]["custom"] is None
        assert ("custom_field", "team", "manufacturer") in {one[:3] for one in mentioned(inventory)}
        sound(inventory)

    def test_in_one_transaction(self, inventory: Store, world: World) -> None:
        editor = inventory.changesets.editor()
        editor.delete("tag", world.core)
        with pytest.raises(RulesBrokenError, match="carry it"):
            inventory.changesets.commit(editor, "t", "ada", check)
        editor = inventory.changesets.editor()
        editor.delete("tag", world.core, force=True)
        inventory.changesets.commit(editor, "t", "ada", check)
        sound(inventory)

    def test_what_the_change_set_itself_makes_of_carriers(self, inventory: Store, world: World) -> None:
        """One loses the tag by hand, one goes, one gets it here."""
        opened = inventory.open()
        inventory.changesets.update(opened, "region", world.us, {"tags": []})
        inventory.changesets.update(opened, "region", world.asia, {"tags": ["core"]})
        inventory.changesets.delete(opened, "region", world.eu)
        inventory.changesets.delete(opened, "tag", world.core, force=True)
        inventory.merge(opened, check)
        assert {doc["tags"] for doc in inventory.dump()["region"].values()} == {None}
        sound(inventory)

    def test_a_new_one_of_the_name_takes_its_place(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        inventory.changesets.delete(opened, "tag", world.core)
        inventory.changesets.create(opened, "tag", {"name": "core", "color": "ff0000"})
        inventory.merge(opened, check)
        sound(inventory)


class TestMeanwhile:
    """A change set takes the name away while main hangs it on something."""

    @pytest.mark.parametrize("force", [False, True])
    def test_of_a_deletion(self, inventory: Store, world: World, force: bool) -> None:
        opened = inventory.open()
        inventory.changesets.delete(opened, "tag", world.core, force=force)
        inventory.change("region", world.asia, tags=["core"])
        with pytest.raises(RulesBrokenError, match="region asia"):
            inventory.merge(opened, check)
        inventory.changesets.delete(opened, "tag", world.core, force=True)
        inventory.merge(opened, check)
        sound(inventory)

    def test_of_a_renaming(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        inventory.changesets.update(opened, "tag", world.core, {"name": "backbone"})
        inventory.change("region", world.asia, tags=["core"])
        with pytest.raises(RulesBrokenError, match="can't be renamed, region asia carries it"):
            inventory.merge(opened, check)
        inventory.changesets.update(opened, "tag", world.core, {"name": "backbone"})
        inventory.merge(opened, check)
        assert filtered(inventory, ("tags__has", "backbone")) == ["asia", "eu", "us"]
        sound(inventory)

    def test_of_other_words_on_a_carrier(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        inventory.changesets.delete(opened, "tag", world.core, force=True)
        inventory.change("region", world.us, tags=["core", "spare"])
        with pytest.raises(MergeConflictError, match="region us: tags was"):
            inventory.merge(opened, check)

    def test_the_other_way_round(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        inventory.changesets.update(opened, "region", world.asia, {"tags": ["core"]})
        gone = inventory.open()
        inventory.changesets.delete(gone, "tag", world.core, force=True)
        inventory.merge(gone, check)
        with pytest.raises(RulesBrokenError, match="there is no tag 'core'"):
            inventory.merge(opened, check)


class TestRenaming:
    def test_of_a_tag(self, inventory: Store, world: World) -> None:
        before = inventory.dump()
        opened = inventory.open()
        inventory.changesets.update(opened, "tag", world.core, {"name": "backbone"})
        inventory.merge(opened, check)
        assert inventory.dump()["region"][world.eu]["tags"] == ["backbone", "spare"]
        sound(inventory)
        inventory.merge(inventory.changesets.revert(opened, "eve"), check)
        assert inventory.dump() == before
        sound(inventory)

    def test_of_a_custom_field(self, inventory: Store, world: World) -> None:
        inventory.change("custom_field", world.team, name="owner")
        assert inventory.dump()["region"][world.eu]["custom"] == {"owner": "a"}
        sound(inventory)

    def test_for_another_kind_of_object_is_refused_while_carried(
        self, inventory: Store, world: World
    ) -> None:
        with pytest.raises(RulesBrokenError, match="region eu carries it"):
            inventory.change("custom_field", world.team, on_kind="manufacturer")

    def test_names_swapped_at_once(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        with inventory.changesets.edit(opened) as editor:
            editor.update("tag", world.core, {"name": "spare"})
            editor.update("tag", world.spare, {"name": "core"})
        inventory.merge(opened, check)
        assert inventory.dump()["region"][world.us]["tags"] == ["spare"]
        sound(inventory)

    def test_twice_and_back(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        for name in ("a", "b", "core"):
            inventory.changesets.update(opened, "tag", world.core, {"name": name})
        assert not inventory.changesets.changes(opened)

    def test_a_name_passed_on(self, inventory: Store, world: World) -> None:
        opened = inventory.open()
        inventory.changesets.update(opened, "tag", world.core, {"name": "backbone"})
        inventory.changesets.update(opened, "tag", world.spare, {"name": "core"})
        inventory.changesets.update(opened, "tag", world.core, {"name": "trunk"})
        inventory.merge(opened, check)
        assert inventory.dump()["region"][world.eu]["tags"] == ["core", "trunk"]
        assert inventory.dump()["region"][world.us]["tags"] == ["trunk"]
        sound(inventory)


class TestFilter:
    def test_by_word_and_by_value(self, inventory: Store, world: World) -> None:
        assert filtered(inventory, ("tags__has", "core")) == ["eu", "us"]
        assert filtered(inventory, ("tags__has", "core"), ("tags__has", "spare")) == ["eu", "us"]
        assert filtered(inventory, ("tags__has", "cor")) == []
        assert filtered(inventory, ("custom.team", "a")) == ["eu"]
        assert filtered(inventory, ("custom.team__n", "a")) == ["asia", "us"]
        assert filtered(inventory, ("custom.team__isnull", "true")) == ["asia", "us"]

    def test_in_the_past_by_what_was(self, inventory: Store, world: World) -> None:
        with inventory.database.read() as session:
            kind = inventory.kinds["region"]
            then = inventory.change("region", world.us, tags=None) - 1
            with as_of_revision(session, inventory.kinds, then):
                where = conditions(Sight(session, inventory.kinds), kind, [("tags__has", "core")])
                assert set(session.scalars(select(kind.table.c.name).where(*where))) == {"eu", "us"}
        assert filtered(inventory, ("tags__has", "core")) == ["eu"]

    def test_goes_by_the_index(self, inventory: Store, world: World) -> None:
        """Few carriers: their ids stand in the question, whatever the number of objects."""
        with inventory.database.read() as session:
            kind = inventory.kinds["region"]
            (where,) = conditions(Sight(session, inventory.kinds), kind, [("tags__has", "core")])
            assert "LIKE" not in str(where)
            plan = session.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT object_id FROM mention "
                "WHERE named = 'tag' AND word IN ('core') AND kind = 'region'"
            )
            assert "USING PRIMARY KEY (named=? AND word=? AND kind=?)" in str(plan.fetchall())


def test_words_that_can_be_no_name_do_no_harm(inventory: Store, world: World) -> None:
    """A rule refuses them; the table must not stumble before it."""
    for odd in ("x" * 5_000, "a\0b", "\ud800"):
        editor = inventory.changesets.editor()
        with pytest.raises(InputError):
            refuse(inventory, editor, world.asia, odd)


def refuse(store: Store, editor: Editor, region: int, word: str) -> None:
    editor.update("region", region, {"custom": {word: 1}})
    store.changesets.commit(editor, "t", "ada", check)


WORDS = st.lists(st.sampled_from("abc"), max_size=2)
EDIT: st.SearchStrategy[Any] = st.one_of(
    st.tuples(st.just("tag"), st.sampled_from(["create", "update"]), st.integers(0, 3),
              st.fixed_dictionaries({"name": st.sampled_from("abc")})),
    st.tuples(st.just("custom_field"), st.sampled_from(["create", "update"]), st.integers(0, 3),
              st.fixed_dictionaries({"name": st.sampled_from("abc"), "on_kind": st.sampled_from(KINDS)})),
    st.tuples(st.sampled_from(["tag", "custom_field"]), st.sampled_from(["delete", "force"]),
              st.integers(0, 3), st.just({})),
    st.tuples(st.sampled_from(KINDS), st.sampled_from(["create", "update", "update", "delete"]),
              st.integers(0, 3),
              st.fixed_dictionaries({}, optional={
                  "tags": WORDS,
                  "custom": st.dictionaries(st.sampled_from("abc"), st.just("v"), max_size=2)})),
)  # fmt: skip
RUN = st.lists(EDIT, min_size=1, max_size=5)
Edits = list[tuple[str, str, int, dict[str, Any]]]


def edit(store: Store, changeset: int, wanted: Edits) -> None:
    """The edits that are possible, one by one."""
    for kind, verb, position, fields in wanted:
        mine = [change.id for change in store.changesets.changes(changeset) if change.kind == kind]
        known = sorted({*store.dump()[kind], *mine})
        try:
            if verb == "create":
                store.changesets.create(changeset, kind, {"name": f"n{position}", **fields})
            elif known and verb == "update":
                store.changesets.update(changeset, kind, known[position % len(known)], fields)
            elif known:
                target = known[position % len(known)]
                store.changesets.delete(changeset, kind, target, force=verb == "force")
        except (InputError, NotFoundError):
            continue


def attempt(store: Store, changeset: int) -> bool:
    try:
        store.merge(changeset, check)
    except (MergeConflictError, RulesBrokenError, InputError):
        return False
    return True


@settings(max_examples=25, deadline=None)
@given(
    first=st.lists(EDIT, min_size=3, max_size=8),
    runs=st.lists(st.lists(EDIT, min_size=1, max_size=4), min_size=1, max_size=4),
)
def test_no_word_is_left_dangling(
    first: Edits, runs: list[Edits], new_inventory: Callable[[], Store]
) -> None:
    """Several change sets at once over the same few words; whatever merges, and whatever is reverted."""
    store = new_inventory()
    begin = store.open()
    edit(store, begin, [("tag", "create", 0, {"name": "a"}), ("tag", "create", 0, {"name": "b"}),
                        ("region", "create", 9, {"tags": ["a"]})])  # fmt: skip
    assert attempt(store, begin)
    merged = []
    waiting = [store.open() for _ in (first, *runs)]
    for changeset, run in zip(waiting, [first, *runs], strict=True):
        edit(store, changeset, run)
    for changeset in waiting:
        if attempt(store, changeset):
            merged.append(changeset)
        sound(store)
    for changeset in reversed(merged):
        attempt(store, store.changesets.revert(changeset, "eve"))
        sound(store)
    store.database.close()
