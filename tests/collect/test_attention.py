"""Acknowledgements and tasks: whose they are, how long they hold."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from netwright.base.errors import InputError, NotFoundError
from netwright.collect.attention import (
    FindingAck,
    acknowledge,
    attention,
    close_task,
    drop_lapsed,
    open_task,
    open_tasks,
    require_open,
    take_back,
)
from netwright.collect.findings import FindingDraft, Severity, open_findings, store_findings
from netwright.collect.observed import Finding
from netwright.store.database import Database

NOW = 1000.0


def found(
    database: Database, now: float = NOW, severity: Severity = Severity.MINOR, **fields: str
) -> Finding:
    """The finding as an audit at ``now`` leaves it."""
    draft = FindingDraft("wrong-serial", severity, "ams-edge1", "m", site="ams", object="x")
    with database.write() as session:
        store_findings(session, [draft], now)
        return open_findings(session)[0]


def clear(database: Database, now: float) -> None:
    with database.write() as session:
        store_findings(session, [], now)
        drop_lapsed(session, now)


def acked(database: Database, finding: Finding, now: float) -> str:
    with database.read() as session:
        ack = attention(session, [finding], now)[finding.id].ack
        return ack.why if ack else ""


def test_without_a_time_it_holds_until_the_finding_clears(database: Database) -> None:
    finding = found(database)
    with database.write() as session:
        acknowledge(session, finding, "me", " ordered ", NOW)
    assert acked(database, found(database, NOW + 10**7), NOW + 10**7) == "ordered"
    clear(database, NOW + 10**7 + 1)
    assert acked(database, found(database, NOW + 10**7 + 2), NOW + 10**7 + 2) == ""


def test_with_a_time_it_holds_until_then_also_over_a_clearing(database: Database) -> None:
    with database.write() as session:
        acknowledge(session, found(database), "me", "works", NOW, until=NOW + 100)
    clear(database, NOW + 1)
    back = found(database, NOW + 50)
    assert acked(database, back, NOW + 99) == "works"
    assert acked(database, back, NOW + 100) == ""
    with database.write() as session:
        drop_lapsed(session, NOW + 100)
        assert session.scalars(select(FindingAck)).all() == []


def test_it_lapses_when_the_finding_gets_worse_and_not_when_it_gets_better(database: Database) -> None:
    finding = found(database, severity=Severity.MAJOR)
    with database.write() as session:
        acknowledge(session, finding, "me", "known", NOW)
    assert acked(database, found(database, NOW + 1, Severity.MINOR), NOW + 1) == "known"
    assert acked(database, found(database, NOW + 2, Severity.CRITICAL), NOW + 2) == ""


def test_it_is_taken_back_and_replaced(database: Database) -> None:
    finding = found(database)
    with database.write() as session:
        acknowledge(session, finding, "me", "one", NOW)
        acknowledge(session, finding, "you", "two", NOW)
    assert acked(database, finding, NOW) == "two"
    with database.write() as session:
        assert take_back(session, finding)
        assert not take_back(session, finding)
    assert acked(database, finding, NOW) == ""


@pytest.mark.parametrize(("why", "until"), [(" ", None), ("known", NOW), ("known", NOW - 1)])
def test_it_wants_a_reason_and_a_time_to_come(database: Database, why: str, until: float | None) -> None:
    finding = found(database)
    with database.write() as session, pytest.raises(InputError):
        acknowledge(session, finding, "me", why, NOW, until=until)


def test_a_task_is_open_once_and_until_it_is_done(database: Database) -> None:
    finding = found(database)
    with database.write() as session:
        task = open_task(session, finding, "me", NOW, assignee="ada")
        with pytest.raises(InputError, match=f"an open task already: {task.id}"):
            open_task(session, finding, "you", NOW)
        assert [one.assignee for one in open_tasks(session, site="ams")] == ["ada"]
        assert open_tasks(session, site="fra") == []
        assert attention(session, [finding], NOW)[finding.id].task is task
        close_task(session, task.id, "ada", NOW + 5)
        assert attention(session, [finding], NOW)[finding.id].task is None
        with pytest.raises(NotFoundError):
            close_task(session, task.id, "ada", NOW + 6)
        assert open_task(session, finding, "me", NOW + 7).id != task.id


def test_only_open_findings_are_spoken_of(database: Database) -> None:
    finding = found(database)
    clear(database, NOW + 1)
    with database.read() as session:
        for number in (finding.id, 999):
            with pytest.raises(NotFoundError, match="no open finding"):
                require_open(session, number)
