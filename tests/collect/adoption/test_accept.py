"""A finding accepted as the truth is gone after the next audit, and nothing else was changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from tests.collect.conftest import HeldClock
from tests.collect.network import NOW, change, facts_as_wanted

from netwright.base.errors import InputError
from netwright.collect.adoption.accept import ACCEPTABLE, Acceptance
from netwright.collect.audit import audit
from netwright.collect.findings import open_findings, store_findings
from netwright.collect.intake import take_facts
from netwright.collect.observed import Finding
from netwright.collect.wanted import read_wanted
from netwright.intent.importer import import_source
from netwright.inventory import KINDS, Component, Device, Interface
from netwright.platforms.catalog import catalog
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.identity import allocate

pytestmark = pytest.mark.slow

CASES: tuple[tuple[str, dict[str, Any], tuple[str, str]], ...] = (
    ("wrong-serial", {"serial": "NEW0001"}, ("device", "update")),
    ("component-serial", {"components": {"psu1": {"serial": "NEW0002"}}}, ("component", "update")),
    ("wrong-part", {"components": {"psu1": {"part_number": "NW-PSU-9"}}}, ("component", "update")),
    (
        "extra-component",
        {"components": {"optic9": {"part_number": "NW-Q", "serial": "Q1"}}},
        ("component", "create"),
    ),
    ("missing-component", {"components": {"psu1": "absent"}}, ("component", "delete")),
    ("extra-interface", {"interfaces": {"swp99": "up"}}, ("interface", "create")),
    ("address-extra", {"addresses": {"swp6": ["10.200.0.0/31"]}}, ("address", "create")),
    ("extra-link", {"hears": {"swp6": "par-edge1 swp6"}}, ("cable", "create")),
)


SPARE = ("ams-edge1", "par-edge1")


class Network:
    """The small network with a spare port at two devices, as wanted but for what is said."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.write() as session:
            session.execute(update(Device).values(platform="frr"))
            for number, name in enumerate(allocate(session, 100_000)[-2:]):
                device = session.scalars(select(Device).where(Device.name == SPARE[number])).one()
                session.add(Interface(id=name, device_id=device.id, name="swp6"))
            session.flush()
            self._wanted = read_wanted(session)

    def says(self, changes: dict[str, Any]) -> None:
        for name in self._wanted.devices:
            facts = facts_as_wanted(self._wanted, name)
            told = change(facts, changes) if name == "ams-edge1" else facts
            with self.database.write() as session:
                take_facts(session, [told])

    def findings(self) -> list[Finding]:
        with self.database.write() as session:
            store_findings(session, audit(session, HeldClock()), NOW)
            return list(open_findings(session))


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


@pytest.mark.parametrize(("kind", "changes", "done"), CASES, ids=[case[0] for case in CASES])
def test_accepted(network: Network, kind: str, changes: dict[str, Any], done: tuple[str, str]) -> None:
    if kind == "component-serial":  # one has to be wanted first, the one that is there
        with network.database.write() as session:
            query = select(Component).join(Device, Component.device_id == Device.id)
            part = session.scalars(query.where(Device.name == "ams-edge1", Component.name == "psu1")).one()
            part.serial = "SN-ams-edge1-psu1"
    network.says({})
    before = {(f.kind, f.device, f.object) for f in network.findings()}
    network.says(changes)
    (finding,) = [f for f in network.findings() if f.kind == kind and f.device == "ams-edge1"]
    with network.database.read() as session:
        finding = session.get_one(Finding, finding.id)
        source = Acceptance(catalog(), [finding])
    changesets = ChangeSets(network.database, KINDS, clock=HeldClock())
    result = import_source(network.database, changesets, source, "me", "Accept")
    assert result.ok, [str(one) for one in result.problems]
    assert [(one.kind, str(one.op)) for one in result.diff] == [done]
    after = {(f.kind, f.device, f.object) for f in network.findings()}
    assert (kind, finding.device, finding.object) not in after
    assert after <= before, "it left the rest as it was"


def test_a_fault_has_no_truth(network: Network) -> None:
    network.says({"interfaces": {"swp1": "down"}})
    (finding,) = [f for f in network.findings() if f.kind == "interface-down" and f.device == "ams-edge1"]
    source = Acceptance(catalog(), [finding])
    with network.database.read() as session, pytest.raises(InputError, match="nothing that could be wanted"):
        source.drafts(session)


def test_each_kind_of_finding_here_is_one_that_can_be_accepted() -> None:
    assert {case[0] for case in CASES} <= ACCEPTABLE
