"""Results of compliance: kept when a text changed, counted day by day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from netwright.app.compliance import Compliance, ComplianceSection, results_of
from netwright.app.upgrade import upgrade
from netwright.base.clock import Clock
from netwright.base.errors import InputError
from netwright.store.database import Database

DAY = 86_400.0
NOON = 1_800_000_000.0
WANTED = "hostname r1\n!\ninterface e0\n mtu 9000\n!\nrouter bgp 1\n neighbor 10.0.0.1 remote-as 2\n!\n"


class Still(Clock):
    """A clock that is set by hand."""

    at = NOON

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'test.db'}")
    upgrade(made)
    yield made
    made.close()


def states(database: Database, device: str) -> dict[str, str]:
    with database.read() as session:
        return {name: row.state for name, row in results_of(session, [device])[device].items()}


def test_sections_tell_what_is_missing_and_extra(database: Database) -> None:
    compliance = Compliance(database, Still())
    running = WANTED.replace("mtu 9000", "mtu 1500")
    assert compliance.record("r1", "frr", running, WANTED)
    assert states(database, "r1") == {"hostname": "same", "interface": "differs", "router": "same"}
    with database.read() as session:
        row = session.get_one(ComplianceSection, ("r1", "interface"))
    assert (row.missing, row.extra) == ("interface e0\n mtu 9000", "interface e0\n mtu 1500")


def test_nothing_is_done_while_the_texts_stay_the_same(database: Database) -> None:
    clock = Still()
    compliance = Compliance(database, clock)
    assert compliance.record("r1", "frr", WANTED, WANTED)
    clock.at += DAY
    assert not compliance.record("r1", "frr", WANTED, WANTED)
    assert compliance.record("r1", "frr", WANTED, WANTED.replace("9000", "9100")), "the wanted one changed"


def test_a_state_keeps_its_beginning(database: Database) -> None:
    clock = Still()
    compliance = Compliance(database, clock)
    compliance.record("r1", "frr", WANTED.replace("9000", "1500"), WANTED)
    clock.at += 60
    compliance.record("r1", "frr", WANTED.replace("9000", "1600"), WANTED)
    with database.read() as session:
        assert session.get_one(ComplianceSection, ("r1", "interface")).since == NOON
    clock.at += 60
    compliance.record("r1", "frr", WANTED, WANTED)
    with database.read() as session:
        assert session.get_one(ComplianceSection, ("r1", "interface")).since == NOON + 120


def test_the_trend_moves_with_each_change(database: Database) -> None:
    clock = Still()
    compliance = Compliance(database, clock)
    for device in ("r1", "r2"):
        compliance.record(device, "frr", WANTED.replace("9000", "1500"), WANTED)
    clock.at += 2 * DAY
    compliance.record("r1", "frr", WANTED, WANTED)
    clock.at += DAY
    compliance.record("r2", "frr", WANTED.replace("interface e0\n mtu 9000\n", ""), WANTED)
    trend = compliance.trend(6)
    assert trend["interface"] == [(0, 0), (0, 0), (0, 2), (0, 2), (1, 2), (1, 2)]
    assert trend["router"] == [(0, 0), (0, 0), (2, 2), (2, 2), (2, 2), (2, 2)]
    assert compliance.trend(2)["interface"] == [(1, 2), (1, 2)], "days before are remembered"


def test_people_name_their_own_sections(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "compliance.yaml"
    file.write_text("frr:\n- {name: names, section: [hostname]}\n- {name: ports, section: [interface]}\n")
    assert Compliance(database, Still(), file).record("r1", "frr", WANTED, WANTED)
    assert states(database, "r1") == {"names": "same", "ports": "same"}
    file.write_text("frr: [")
    with pytest.raises(InputError, match="no YAML"):
        Compliance(database, Still(), file)


def test_an_unknown_platform_is_not_checked(database: Database) -> None:
    assert not Compliance(database, Still()).record("r1", "no_such_platform", WANTED, WANTED)
    with database.read() as session:
        assert session.scalars(select(ComplianceSection)).all() == []
