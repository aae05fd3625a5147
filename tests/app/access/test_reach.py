"""A scope as SQL lets through what a plain reading of the rule says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.app.access.world import World, random_world
from tests.tables import create_tables

from netwright.app.access import Anchor, Scope
from netwright.app.access.placement import Placement, undone
from netwright.app.access.reach import Reach
from netwright.inventory import KINDS
from netwright.store.database import Database
from netwright.store.kind import FieldType, Kind

REACH = Reach(KINDS)
ORDER = list(KINDS)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('reach') / 'reach.db'}")
    create_tables(made)
    yield made
    made.close()


def far(kind: Kind, anchor: str) -> int | None:
    """Steps to the anchor's kind over references to kinds declared before."""
    if kind.name == anchor:
        return 0
    steps = [
        far(KINDS[spec.reference], anchor)
        for spec in kind.fields
        if spec.reference and ORDER.index(spec.reference) < ORDER.index(kind.name)
    ]
    found = [step for step in steps if step is not None]
    return 1 + min(found) if found else None


def inside(world: World, kind: Kind, one: int, anchor: Anchor, *, every: bool, unplaced: bool) -> bool:
    """The rule of ``reach`` in plain words, one object at a time."""
    doc = world.docs[kind.name][one]
    if kind.name == anchor.kind:
        if anchor.field:
            return doc[kind.field(anchor.field).column] in anchor.values
        parents = [spec.column for spec in kind.fields if spec.reference == kind.name]
        above = one
        for _ in range(50):
            if above in anchor.values:
                return True
            if len(parents) != 1 or world.docs[kind.name][above][parents[0]] is None:
                return False
            above = world.docs[kind.name][above][parents[0]]
        return False
    leading: dict[int, list[tuple[Kind, int]]] = {}
    for spec in kind.fields:
        if spec.reference and ORDER.index(spec.reference) < ORDER.index(kind.name):
            target = KINDS[spec.reference]
            steps = far(target, anchor.kind)
            if steps is not None and doc[spec.column] is not None:
                rank = 0 if spec.owner else steps
                leading.setdefault(rank, []).append((target, doc[spec.column]))
    if not leading:
        return unplaced
    answers = [
        inside(world, target, goal, anchor, every=every, unplaced=unplaced)
        for target, goal in leading[min(leading)]
    ]
    return all(answers) if every else any(answers)


@st.composite
def scopes(draw: st.DrawFn, world: World) -> Scope:
    anchors = []
    for _ in range(draw(st.integers(1, 2))):
        kind = KINDS[draw(st.sampled_from(ORDER))]
        words = [spec for spec in kind.fields if spec.type is FieldType.CHOICE]
        if draw(st.booleans()) and words:
            spec = words[draw(st.integers(0, len(words) - 1))]
            values = frozenset(draw(st.sets(st.sampled_from(spec.choices), max_size=2)))
            anchors.append(Anchor(kind.name, values, spec.name))
        else:
            known = sorted(world.docs[kind.name])
            ids = draw(st.sets(st.sampled_from(known), max_size=3)) if known else {1}
            anchors.append(Anchor(kind.name, frozenset(ids)))
    return Scope(tuple(anchors), unplaced=draw(st.booleans()))


@pytest.mark.slow
@settings(max_examples=25)
@given(data=st.data(), seed=st.integers(0, 10_000), every=st.booleans())
def test_sql_and_memory_say_what_the_rule_says(
    database: Database, data: st.DataObject, seed: int, every: bool
) -> None:
    world = random_world(seed)
    scope = data.draw(scopes(world))
    with database.trial() as session:
        world.write(session)
        placement = Placement(session, REACH, undone(()))
        for kind in KINDS.values():
            expected = {
                one
                for one in world.docs[kind.name]
                if all(
                    inside(world, kind, one, anchor, every=every, unplaced=scope.unplaced and not every)
                    for anchor in scope.anchors
                )
            }
            condition = REACH.where(kind, scope, every=every)
            assert condition is not None
            assert set(session.scalars(select(kind.table.c.id).where(condition))) == expected, kind.name
            assert placement.inside(kind, world.docs[kind.name], scope, every=every) == expected, kind.name


def test_the_ways_of_the_core_kinds() -> None:
    def names(kind: str, anchor: str) -> list[list[str]]:
        return [[spec.name for spec in group] for group in REACH.ways(KINDS[kind], anchor)]

    assert names("site", "region")[0] == ["region"]
    assert names("device", "region") == [["site"], ["rack"]]
    assert names("interface", "site")[0] == ["device", "component"]
    ends = [f"{end}_{what}" for end in "ab" for what in ("interface", "port", "circuit_end", "power_feed")]
    assert len(names("cable", "region")) == 1
    assert set(names("cable", "region")[0]) == set(ends)
    assert names("address", "device") == [["interface"]]
    assert set(names("bgp_session", "isp")[0]) == {"device", "isp"}
    assert names("manufacturer", "region") == []
