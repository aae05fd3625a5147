"""Who made it and what it runs, from data: right or unknown."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from netwright.base.errors import NotFoundError
from netwright.platforms.snmp import measured
from netwright.platforms.snmp.physical import FIELDS
from netwright.platforms.snmp.tree import Problems, Tree
from netwright.platforms.snmp.values import oid
from netwright.platforms.snmp.vendors import UNKNOWN, identify, vendors

from .recorded import CASES

SYSTEMS: list[dict[str, Any]] = yaml.safe_load((CASES / "systems.yaml").read_text())


@pytest.mark.parametrize("case", SYSTEMS, ids=lambda case: str(case["descr"])[:40])
def test_by_the_system_group_alone(case: dict[str, Any]) -> None:
    found = identify(vendors().system(case["descr"], case.get("object")), case["descr"], Tree(Problems()))
    wanted = (case.get("vendor", UNKNOWN), case.get("os"), case.get("model"), case.get("version"))
    assert (found.vendor, found.os, found.model, found.version) == wanted
    assert found.serial is None


def test_every_source_says_one_way_and_can_be_asked() -> None:
    for systems in vendors().by_enterprise.values():
        for system in systems:
            for source in system.sources():
                ways = [source.descr, source.entity, source.get, source.column]
                assert sum(map(bool, ways)) == 1, system
                assert not source.entity or source.entity in FIELDS
                for asked in filter(None, (source.get, source.column, source.of, source.where)):
                    assert oid(asked) == asked
                assert source.format.count("{}") == 1


def test_every_table_of_readings_has_a_unit_or_states() -> None:
    asked = {number for group, _ in measured._measures() for number in group or ()}
    for number in (*asked, None):
        for measure in measured.measures(number):
            assert oid(measure.entry) == measure.entry
            assert measure.kind in {*measured.UNITS, "by-name", "by-unit"}
            assert (measure.kind == "by-unit") == bool(measure.unit)
            assert (measure.kind == "state") == bool(measure.states)
            assert measure.ok <= set(measure.states)


def test_a_person_may_say_what_it_runs() -> None:
    assert vendors().named("junos").vendor == "Juniper"
    with pytest.raises(NotFoundError, match="iosxr"):
        vendors().named("beos")
