"""What grants add up to, and what a merge refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.app.access.world import random_world
from tests.tables import create_tables

from netwright.app.access import Access, Actor, Anchor, Grant, Means, Refusal, Role, Scope, Verb, machine
from netwright.base.errors import ForbiddenError
from netwright.inventory import KINDS
from netwright.store.database import Database
from netwright.store.delta import Change, Op

WRITES = frozenset({Verb.CREATE, Verb.UPDATE, Verb.DELETE})


def access(*grants: Grant) -> Access:
    return Access(Actor("ada", Means.SESSION), grants)


@pytest.fixture
def session(tmp_path: object) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path}/access.db")
    create_tables(database)
    with database.trial() as session:
        yield session
    database.close()


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_as_every_built_in_role_over_every_kind(verb: Verb) -> None:
    for kind in KINDS:
        check_roles(verb, kind)


def check_roles(verb: Verb, kind: str) -> None:
    expected = {
        Role.VIEWER: not verb.writes and verb not in {Verb.AUDIT, Verb.SECRET_NAMES},
        Role.OPERATOR: verb not in {Verb.USERS, Verb.AUDIT, Verb.WEBHOOKS},
        Role.ADMIN: True,
    }
    for role, may in expected.items():
        mine = access(*role.grants)
        assert mine.may(verb, kind) is may, role
        if may:
            mine.require(verb, kind)
        else:
            with pytest.raises(ForbiddenError, match=str(verb)):
                mine.require(verb, kind)
        if verb.on_objects:
            assert (mine.where(verb, KINDS[kind]) is None) is may
    assert machine("root").may(verb, kind)


def test_a_limit_only_takes_away() -> None:
    mine = access(Grant(frozenset(Verb))).limited({Verb.VIEW, Verb.UPDATE}, {"device"})
    assert mine.may(Verb.UPDATE, "device")
    assert not mine.may(Verb.UPDATE, "site")
    assert not mine.may(Verb.DELETE, "device")
    assert not mine.may(Verb.MERGE)
    assert not mine.limited({Verb.VIEW}).may(Verb.UPDATE, "device")
    assert mine.limited({Verb.VIEW}).may(Verb.VIEW, "device")
    assert not access(Grant(frozenset({Verb.VIEW}))).limited(frozenset(Verb)).may(Verb.UPDATE, "device")


def test_fields_that_are_not_seen_everywhere_are_hidden() -> None:
    device = KINDS["device"]
    region = Scope((Anchor("region", frozenset({1})),))
    few = Grant(frozenset({Verb.VIEW}), fields=frozenset({"role", "device.status"}))
    assert access(few).hidden(device) == {spec.name for spec in device.fields} - {"name", "role", "status"}
    assert access(few, Grant(frozenset({Verb.VIEW}))).hidden(device) == frozenset()
    in_region = Grant(frozenset({Verb.VIEW}), scope=region)
    assert "serial" in access(few, in_region).hidden(device)
    assert access(few, in_region).where(Verb.VIEW, device) is None
    assert access(few, in_region).where(Verb.VIEW, device, "serial") is not None
    without = Grant(frozenset({Verb.VIEW}), without=frozenset({"device.serial", "name"}))
    assert access(without).hidden(device) == {"serial"}
    assert access().hidden(device) == {spec.name for spec in device.fields}


def test_writes_stay_within_scope_and_fields(session: Session) -> None:
    """Two regions, a site in each, a device in each, a cable between them."""
    world = random_world(1, most=0)
    import random  # noqa: PLC0415

    from tests.app.access.world import value  # noqa: PLC0415

    dice = random.Random(1)

    def make(kind_name: str, one: int, **given: object) -> None:
        kind = KINDS[kind_name]
        doc = {spec.column: None if spec.reference else value(kind, spec, one, dice) for spec in kind.fields}
        world.docs[kind_name][one] = {**doc, **given}

    make("region", 1)
    make("region", 2)
    make("region", 3, parent_id=1)
    make("manufacturer", 5)
    make("model", 6, manufacturer_id=5)
    for one, region in ((10, 3), (20, 2)):
        make("site", one, region_id=region)
        make("device", one + 1, site_id=one, model_id=6, serial="")
        make("interface", one + 2, device_id=one + 1)
    make("cable", 30, a_interface_id=12, b_interface_id=22)
    world.write(session)
    mine = access(
        Grant(WRITES, scope=Scope((Anchor("region", frozenset({1})),)), without=frozenset({"serial"}))
    )

    def seen(kind: str, verb: Verb) -> set[int]:
        condition = mine.where(verb, KINDS[kind])
        assert condition is not None
        return set(session.scalars(select(KINDS[kind].table.c.id).where(condition)))

    assert seen("device", Verb.VIEW) == {11}
    assert (seen("cable", Verb.VIEW), seen("cable", Verb.UPDATE)) == ({30}, set())
    assert seen("model", Verb.VIEW) == set()

    def refused(*changes: Change) -> list[tuple[str, str | None]]:
        found = mine.check(session, changes)
        assert all(isinstance(one, Refusal) for one in found)
        return [(one.message, one.field) for one in found]

    def update(kind: str, one: int, before: dict[str, object], after: dict[str, object]) -> Change:
        """The change, written as a merge has written it when it asks."""
        table = KINDS[kind].table
        session.execute(table.update().where(table.c.id == one).values(after))
        return Change(kind, one, Op.UPDATE, before, after)

    assert refused(update("device", 11, {"position_u": 11}, {"position_u": 12})) == []
    assert refused(update("device", 11, {"serial": ""}, {"serial": "x"})) == [
        ("ada may not write the field serial", "serial")
    ]
    assert refused(update("device", 21, {"position_u": 21}, {"position_u": 22})) == [
        ("ada may not update it", None)
    ]
    away = update("device", 11, {"site_id": 10}, {"site_id": 20})
    assert refused(away) == [("ada may not move it there", None)]
    update("device", 11, {}, {"site_id": 10})
    home = update("device", 21, {"site_id": 20}, {"site_id": 10})
    assert refused(home) == [("ada may not update it", None)]
    update("device", 21, {}, {"site_id": 20})
    site = update("site", 20, {"region_id": 2}, {"region_id": 1})
    assert refused(site, update("device", 21, {"position_u": 22}, {"position_u": 21})) == [
        ("ada may not update it", None),
        ("ada may not update it", None),
    ]
    update("site", 20, {}, {"region_id": 2})
    assert refused(Change("device", 11, Op.CREATE, None, world.docs["device"][11])) == []
    assert refused(Change("device", 21, Op.CREATE, None, world.docs["device"][21])) == [
        ("ada may not create it there", None)
    ]
    assert refused(Change("model", 6, Op.CREATE, None, world.docs["model"][6])) == [
        ("ada may not create it there", None)
    ]
    cable = world.docs["cable"][30]
    session.execute(KINDS["cable"].table.delete())
    assert refused(Change("cable", 30, Op.DELETE, cable, None)) == [("ada may not delete it", None)]
