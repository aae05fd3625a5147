"""The rules, as table cases over a real database: wanted + observed -> findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select, update

from netwright.collect.audit import audit, evaluate, scope_around
from netwright.collect.drift import DriftReport
from netwright.collect.findings import FindingDraft
from netwright.collect.intake import Failure, take_config, take_facts, take_failure
from netwright.collect.seen import read_seen
from netwright.collect.wanted import Wanted, read_wanted
from netwright.inventory import Component, Device, SoftwareVersion
from netwright.inventory.device import SoftwareStatus
from netwright.store.database import Database

from .conftest import HeldClock
from .network import NOW, change, facts_as_wanted

CASES = Path(__file__).parents[1] / "cases" / "audit"


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in sorted(CASES.glob("*.yaml"))
        for case in yaml.safe_load(file.read_text())
    ]


def _observe(database: Database, wanted: Wanted, case: dict[str, Any]) -> None:
    says, silent = case.get("says", {}), case.get("silent", {})
    with database.write() as session:
        for name in wanted.devices:
            if silent.get(name) != "never":
                take_facts(session, [change(facts_as_wanted(wanted, name), says.get(name, {}))])
            if silent.get(name, "never") != "never":
                take_failure(session, Failure(name, "fake", NOW, silent[name]))
        for name, changes in case.get("later", {}).items():
            later = change(facts_as_wanted(wanted, name, NOW + 5), changes)
            take_facts(session, [later])
        for name, diff in case.get("drifted", {}).items():
            take_config(session, name, DriftReport("running", "hash", equal=False, diff=diff), NOW)
        for text, serial in case.get("wanted_serials", {}).items():
            device, component = text.split()
            row = session.scalars(
                select(Component).join(Device).where(Device.name == device, Component.name == component)
            ).one()
            row.serial = serial
        for number, (name, text) in enumerate(case.get("software", {}).items()):
            version, status, *is_wanted = text.split()
            id_ = 800_000 + number
            session.add(
                SoftwareVersion(id=id_, platform="fake", version=version, status=SoftwareStatus(status))
            )
            session.flush()
            if is_wanted:
                session.execute(update(Device).where(Device.name == name).values(software_version_id=id_))


def _line(draft: FindingDraft) -> str:
    return " ".join(filter(None, (draft.severity.value, draft.kind, draft.device or "-", draft.object)))


def _held_line(draft: FindingDraft) -> str:
    return " ".join(filter(None, (draft.kind, draft.device, draft.object))) + f": {draft.cause}"


@pytest.mark.parametrize("case", _cases())
def test_case(case: dict[str, Any], database: Database, wanted: Wanted, clock: HeldClock) -> None:
    _observe(database, wanted, case)

    with database.read() as session:
        found = audit(session, clock)

    shown = [draft for draft in found if not draft.cause]
    held = sorted(_held_line(draft) for draft in found if draft.cause)
    assert sorted(map(_line, shown)) == sorted(case["findings"])
    assert len(held) == case.get("held_back_count", len(case.get("held_back", ())))
    if "held_back" in case:
        assert held == sorted(case["held_back"])
    words = "\n".join(draft.message for draft in shown)
    assert [word for word in case.get("words", ()) if word not in words] == []


@pytest.mark.parametrize("case", _cases())
def test_a_message_names_its_object(
    case: dict[str, Any], database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    _observe(database, wanted, case)
    with database.read() as session:
        for draft in audit(session, clock):
            assert (draft.device or draft.site) in draft.message
            assert draft.message.endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("case", _cases())
def test_looking_only_around_the_changed_devices_finds_the_same(
    case: dict[str, Any], database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    """Findings of the judged devices must not depend on how much was looked at."""
    _observe(database, wanted, case)
    changed = {
        *case.get("says", {}),
        *case.get("silent", {}),
        *case.get("drifted", {}),
        *case.get("later", {}),
    }
    with database.read() as session:
        wanted = read_wanted(session)  # some cases want something else
    scope = scope_around(wanted, changed)
    with database.read() as session:
        whole = audit(session, clock)
        near = evaluate(wanted, read_seen(session, scope.look_at), scope, clock.now())
    expected = {d for d in whole if d.device in scope.devices or (not d.device and d.site in scope.sites)}
    assert set(near) == expected
    assert {d.device for d in whole if d.device and not case.get("wanted_serials", case.get("software"))} <= (
        scope.devices
    )


def test_before_anything_was_asked_every_device_is_missing(
    database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    with database.read() as session:
        found = audit(session, clock)
    assert {(d.kind, d.device) for d in found} == {("device-missing", name) for name in wanted.devices}
