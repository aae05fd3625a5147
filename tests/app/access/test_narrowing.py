"""A narrowed session tells what the rights say, whatever the statement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased
from tests.app.access.test_reach import scopes
from tests.app.access.world import random_world
from tests.tables import create_tables

from netwright.app.access import Access, Actor, Grant, Means, Role, Verb
from netwright.app.access.narrowing import narrow, seen_names
from netwright.collect.observed import Finding, ObservedDevice
from netwright.inventory import KINDS, Device, Site
from netwright.store.database import Database


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('narrow') / 'narrow.db'}")
    create_tables(made)
    yield made
    made.close()


@pytest.mark.slow
@settings(max_examples=5)
@given(data=st.data(), seed=st.integers(0, 10_000))
def test_each_record_class_and_its_alias_are_narrowed(
    database: Database, data: st.DataObject, seed: int
) -> None:
    world = random_world(seed)
    grants = tuple(Grant(frozenset({Verb.VIEW}), scope=data.draw(scopes(world))) for _ in range(2))
    access = Access(Actor("ada", Means.SESSION), grants)
    with database.trial() as session:
        world.write(session)
        for name in [doc["name"] for doc in world.docs["device"].values()]:
            session.add(_observed(name))
        session.flush()
        expected = {kind.name: _seen(session, access, kind.name) for kind in KINDS.values()}
        names = seen_names(session, access, "device")
        narrow(session, access)
        for kind in KINDS.values():
            record, alias = kind.record, aliased(kind.record)
            assert set(session.scalars(select(record.id))) == expected[kind.name]
            assert set(session.scalars(select(alias.id))) == expected[kind.name]
            assert {one.id for one in session.scalars(select(record))} == expected[kind.name]
            assert session.scalar(select(func.count(record.id))) == len(expected[kind.name])
            inner = select(record.id).scalar_subquery()
            assert set(session.scalars(select(alias.id).where(alias.id.in_(inner)))) == expected[kind.name]
            for one in world.docs[kind.name]:
                session.expunge_all()
                assert (session.get(record, one) is not None) == (one in expected[kind.name])
        assert set(session.scalars(select(ObservedDevice.device))) == names
        a, b, place = aliased(Device), aliased(Device), aliased(Site)
        pairs = (
            select(a.id, b.id, place.id).join(b, a.site_id == b.site_id).join(place, place.id == a.site_id)
        )
        devices = {number: world.docs["device"][number]["site_id"] for number in expected["device"]}
        assert {tuple(row) for row in session.execute(pairs)} == {
            (first, second, site)
            for first, site in devices.items()
            for second, another in devices.items()
            if site == another and site in expected["site"]
        }


def _seen(session: Session, access: Access, kind_name: str) -> set[int]:
    table = KINDS[kind_name].table
    condition = access.where(Verb.VIEW, KINDS[kind_name])
    query = select(table.c.id)
    return set(session.scalars(query if condition is None else query.where(condition)))


def _observed(name: str) -> ObservedDevice:
    values = {column.name: None for column in ObservedDevice.__table__.columns if column.nullable}
    return ObservedDevice(**{**values, "device": name, "observed_at": 1.0})


def test_findings_go_by_device_or_else_by_site(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'findings.db'}")
    create_tables(database)
    world = random_world(0, most=0)
    with database.trial() as session:
        world.write(session)
        for device, site in (("a", "x"), ("", "x"), ("b", "y"), ("", "y")):
            values = {"kind": "k", "severity": "minor", "object": device or site, "message": "m"}
            session.add(Finding(device=device, site=site, first_seen=1.0, last_seen=1.0, **values))
        session.flush()
        nothing = Access(Actor("ada", Means.SESSION), (Grant(frozenset({Verb.OBSERVE})),))
        assert len(list(session.scalars(select(Finding)))) == 4
        narrow(session, Access(Actor("vera", Means.SESSION), Role.VIEWER.grants))
        assert len(list(session.scalars(select(Finding)))) == 4
        narrow(session, nothing)
        assert list(session.scalars(select(Finding))) == []
    database.close()
