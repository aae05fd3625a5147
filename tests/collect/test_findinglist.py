"""Lists of findings and of found devices on both databases: every state, every sort, page by page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from tests.collect.stranger import discovered, router
from tests.postgresql import cluster
from tests.tables import create_tables

from netwright.base.errors import InputError
from netwright.collect.attention import acknowledge, open_task
from netwright.collect.discovery.knownlist import SORTS as KNOWN_SORTS
from netwright.collect.discovery.knownlist import KnownFilter, known_page, known_walk
from netwright.collect.findinglist import (
    SORTS,
    FindingFilter,
    FindingState,
    finding_page,
    finding_walk,
    numbers_by_state,
    open_by_severity,
    standing_of,
)
from netwright.collect.findings import FindingDraft, Severity, store_findings
from netwright.collect.observed import Finding
from netwright.store.database import Database

pytestmark = pytest.mark.slow
NOW = 2_000_000_000.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lists(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Twelve findings of three devices: one held, one acknowledged, one that got worse since, one over."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path_factory.mktemp('lists') / 'lists.db'}")
        yield _filled(made)
        made.close()
        return
    with cluster() as server:
        made = Database(server.new())
        yield _filled(made)
        made.close()


def _filled(database: Database) -> Database:
    create_tables(database)
    severities = list(Severity)
    drafts = [
        FindingDraft(
            "wrong-serial" if number % 2 else "bgp-down",
            severities[number % 4],
            f"r{number % 3}",
            f"100% of r{number % 3}_{number}",
            site="ams" if number % 3 else "par",
            object=f"o{number}",
            cause="site par is cut off" if number == 3 else "",
        )
        for number in range(12)
    ]
    with database.write() as session:
        for number, draft in enumerate(drafts):
            store_findings(session, [draft], NOW + number // 2, devices=["none"])
        session.flush()
        found = {one.object: one for one in session.scalars(select(Finding))}
        acknowledge(session, found["o4"], "ada", "known", NOW, until=NOW + 1000)
        acknowledge(session, found["o5"], "ada", "was small", NOW)
        found["o5"].severity = "critical"
        found["o11"].cleared_at = NOW + 50
        open_task(session, found["o6"], "ada", NOW)
    discovered(database, [router(number) for number in (1, 2, 3, 4, 5)])
    return database


def objects(database: Database, wanted: FindingFilter, now: float = NOW + 100) -> list[str]:
    with database.read() as session:
        return [line.object for line in finding_walk(session, wanted, now)]


def test_each_finding_is_in_one_state(lists: Database) -> None:
    opened = set(objects(lists, FindingFilter()))
    assert opened == {f"o{number}" for number in range(12)} - {"o3", "o4", "o11"}
    assert objects(lists, FindingFilter(FindingState.HELD)) == ["o3"]
    assert objects(lists, FindingFilter(FindingState.ACKNOWLEDGED)) == ["o4"]
    assert objects(lists, FindingFilter(FindingState.CLEARED)) == ["o11"]
    assert set(objects(lists, FindingFilter(FindingState.STANDING))) == opened | {"o3", "o4"}
    late = NOW + 2000
    assert objects(lists, FindingFilter(FindingState.ACKNOWLEDGED), late) == []
    with lists.read() as session:
        counts = numbers_by_state(session, FindingFilter(), NOW + 100)
        assert counts == {FindingState.OPEN: 9, FindingState.HELD: 1, FindingState.ACKNOWLEDGED: 1}
        assert sum(open_by_severity(session, NOW + 100).values()) == 9
        standing = standing_of(session, NOW + 100, device="r1")
    assert [line.object for line in standing][-1] == "o4"  # what is known comes last
    assert {line.device for line in standing} == {"r1"}


@pytest.mark.parametrize("sort", [word for name in SORTS for word in (name, f"-{name}")])
def test_pages_hold_every_finding_once(lists: Database, sort: str) -> None:
    seen: list[int] = []
    places: list[object] = []
    after = ""
    with lists.read() as session:
        whole = finding_page(session, FindingFilter(FindingState.STANDING), NOW, sort=sort, count=True)
        while True:
            wanted = FindingFilter(FindingState.STANDING)
            page = finding_page(session, wanted, NOW, sort=sort, after=after, limit=2)
            seen += [line.id for line in page.lines]
            after = page.cursor
            if not after:
                break
    assert seen == [line.id for line in whole.lines]
    assert len(seen) == len(set(seen)) == whole.total == 11
    name = sort.removeprefix("-")
    if name not in {"severity", "cleared_at"}:
        places = [getattr(line, name) for line in whole.lines]
        assert places == sorted(places, reverse=sort.startswith("-"))  # type: ignore[type-var]


def test_words_and_values_narrow(lists: Database) -> None:
    every = FindingState.STANDING
    assert set(objects(lists, FindingFilter(every, kinds=["bgp-down"], devices=["r0"]))) == {"o0", "o6"}
    assert set(objects(lists, FindingFilter(every, severities=[Severity.INFO]))) == {"o3", "o7"}
    assert "o0" in objects(lists, FindingFilter(every, at_least=Severity.CRITICAL))
    assert objects(lists, FindingFilter(every, at_least=Severity.MAJOR, severities=[Severity.INFO])) == []
    assert objects(lists, FindingFilter(every, q="0% of r1_7")) == ["o7"]
    assert objects(lists, FindingFilter(every, q="0% of r1_7", words=False)) == []
    assert objects(lists, FindingFilter(every, q="0%%of")) == []
    with lists.read() as session:
        for sort, after in (("color", ""), ("device", "bm9uc2Vuc2U"), ("device", "WzEsMV0")):
            with pytest.raises(InputError):
                finding_page(session, FindingFilter(), NOW, sort=sort, after=after)


def test_found_devices_page_by_page(lists: Database) -> None:
    with lists.read() as session:
        assert [line.device for line in known_walk(session, KnownFilter())] == [
            f"new-r{n}" for n in range(1, 6)
        ]
        for sort in (word for name in KNOWN_SORTS for word in (name, f"-{name}")):
            seen, after = [], ""
            while True:
                page = known_page(session, KnownFilter(wanted=False), sort=sort, after=after, limit=2)
                seen += [line.id for line in page.lines]
                after = page.cursor
                if not after:
                    break
            assert len(seen) == len(set(seen)) == 5, sort
        (one,) = known_page(session, KnownFilter(q="FOC0003x", vendors=["Cisco"], ways=["range"])).lines
        assert (one.device, one.wanted, one.told, one.match.name, one.likely) == (
            "new-r3",
            False,
            True,
            "",
            (),
        )
        assert known_page(session, KnownFilter(wanted=True), count=True).total == 0
        with pytest.raises(InputError):
            known_page(session, KnownFilter(), sort="color")
