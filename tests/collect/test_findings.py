"""The life of a finding: opened once, refreshed, cleared, opened anew."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from netwright.collect.findings import (
    FindingChanges,
    FindingDraft,
    Severity,
    open_findings,
    store_findings,
    touch_findings,
)
from netwright.collect.observed import Finding
from netwright.store.database import Database

SERIAL = FindingDraft(
    "wrong-serial", Severity.MAJOR, "ams-edge1", "ams-edge1 has another serial.", site="ams"
)
DRIFT = FindingDraft(
    "config-drift", Severity.MINOR, "par-edge1", "par-edge1 runs another one.", site="par", object="c"
)
SITE = FindingDraft("site-down", Severity.CRITICAL, "", "ams is cut off.", site="ams", object="site ams")


def _store(database: Database, now: float, *drafts: FindingDraft, **scope: object) -> FindingChanges:
    with database.write() as session:
        return store_findings(session, drafts, now, **scope)  # type: ignore[arg-type]


def _all(database: Database) -> list[Finding]:
    with database.read() as session:
        return list(session.scalars(select(Finding).order_by(Finding.id)))


def test_a_finding_that_stays_is_one_finding(database: Database) -> None:
    assert _store(database, 1.0, SERIAL, DRIFT) == FindingChanges(opened=2, cleared=0, open=2)
    worse = replace(SERIAL, message="ams-edge1 has yet another serial.", cause="ams is cut off")
    assert _store(database, 2.0, worse, DRIFT) == FindingChanges(opened=0, cleared=0, open=2)

    serial, _ = _all(database)
    assert (serial.first_seen, serial.last_seen, serial.cleared_at) == (1.0, 2.0, None)
    assert (serial.message, serial.cause) == (worse.message, worse.cause)


def test_a_finding_that_comes_back_is_a_new_one(database: Database) -> None:
    _store(database, 1.0, SERIAL)
    assert _store(database, 2.0).cleared == 1
    _store(database, 3.0)
    _store(database, 4.0, SERIAL)

    assert [(row.first_seen, row.last_seen, row.cleared_at) for row in _all(database)] == [
        (1.0, 1.0, 2.0),
        (4.0, 4.0, None),
    ]


def test_an_audit_of_some_devices_leaves_the_others_alone(database: Database) -> None:
    _store(database, 1.0, SERIAL, DRIFT, SITE)

    changes = _store(database, 2.0, devices=["ams-edge1"], sites=["par"])

    assert changes.cleared == 1
    with database.read() as session:
        assert [row.kind for row in open_findings(session)] == ["site-down", "config-drift"]
    assert _store(database, 3.0, devices=["ams-edge1"], sites=["ams"]).cleared == 1


def test_open_findings_come_worst_first_and_can_be_narrowed(database: Database) -> None:
    _store(database, 1.0, DRIFT, SERIAL, SITE)
    with database.write() as session:
        touch_findings(session, 9.0)
    with database.read() as session:
        assert [row.severity for row in open_findings(session)] == ["critical", "major", "minor"]
        assert [row.kind for row in open_findings(session, site="ams")] == ["site-down", "wrong-serial"]
        assert [row.kind for row in open_findings(session, device="par-edge1")] == ["config-drift"]
        assert {row.last_seen for row in open_findings(session)} == {9.0}
