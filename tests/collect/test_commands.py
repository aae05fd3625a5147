"""``netwright audit`` and ``netwright health`` on a real home folder, fed with what devices said."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.cli.audit import audit
from netwright.cli.document import age
from netwright.cli.health import health
from netwright.collect.intake import Failure, take_facts, take_failure
from netwright.collect.wanted import read_wanted
from netwright.store.database import Database

from .network import change, facts_as_wanted, want_network


class House:
    """A home folder with the small network wanted in it."""

    def __init__(self, path: Path, now: float) -> None:
        self.path, self._now = path, now
        self.database = Database(create_home(path, "").database_url)
        upgrade(self.database)
        with self.database.write() as session:
            want_network(session)
            self._wanted = read_wanted(session)

    def hears(self, *silent: str, **says: dict[str, Any]) -> None:
        changes = {name.replace("_", "-"): value for name, value in says.items()}
        with self.database.write() as session:
            for name in self._wanted.devices:
                facts = facts_as_wanted(self._wanted, name, self._now)
                take_facts(session, [change(facts, changes.get(name, {}))])
                if name in silent:
                    take_failure(session, Failure(name, "fake", self._now, "no route to host"))

    def run(self, command: Any, *words: str) -> Result:
        result = CliRunner().invoke(command, ["--home", str(self.path), *words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home", time.time())


def test_audit_says_that_all_is_well(house: House) -> None:
    house.hears()
    result = house.run(audit)
    assert result.exit_code == 0
    assert "as wanted" in result.output


def test_audit_lists_the_worst_first_and_counts_consequences(house: House) -> None:
    house.hears(
        "ams-edge1",
        fra_core1={"interfaces": {"swp1": "down"}},
        ams_cache1={"components": {"fan1": {"part_number": "X"}}},
    )
    result = house.run(audit)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line.strip() for line in lines if line.startswith(("MAJOR", "MINOR"))] == [
        "MAJOR (1)",
        "MINOR (1)",
    ]
    assert any("device-unreachable" in line and "no route to host" in line for line in lines)
    assert "1 consequence of these not listed" in result.output
    assert "interface-down" not in result.output
    assert "follows from: ams-edge1 does not answer" in house.run(audit, "--all").output


def test_audit_can_be_narrowed_and_printed_as_json(house: House) -> None:
    house.hears(ams_edge1={"serial": "NWSTRANGER01"}, par_edge1={"components": {"psu1": "absent"}})
    found = json.loads(house.run(audit, "--json").output)
    assert {(f["kind"], f["device"], f["cause"]) for f in found} == {
        ("wrong-serial", "ams-edge1", None),
        ("missing-component", "par-edge1", None),
    }
    assert [f["kind"] for f in json.loads(house.run(audit, "ams-edge1", "--json").output)] == ["wrong-serial"]
    assert house.run(audit, "ams-tor1").exit_code == 0
    assert "psu1" in house.run(audit, "--site", "par").output


def test_a_minor_finding_is_no_failure(house: House) -> None:
    house.hears(ams_cache1={"components": {"fan1": {"part_number": "X"}}})
    assert house.run(audit).exit_code == 0


@pytest.mark.parametrize("words", [("nobody",), ("--site", "nowhere")])
def test_an_unknown_name_is_an_error(house: House, words: tuple[str, ...]) -> None:
    with pytest.raises(LookupError, match="there is no such"):
        house.run(audit, *words)


def test_health_names_what_is_down_and_why(house: House) -> None:
    house.hears("par-edge1")
    house.run(audit)
    result = house.run(health)
    assert result.exit_code == 1
    assert "par (Paris POP)  down  none of the 1 devices of par answers" in result.output
    narrow = json.loads(house.run(health, "--site", "ams", "--json").output)
    assert set(narrow["sites"]) == {"ams"}
    assert narrow["sites"]["ams"]["state"] == "ok"
    assert set(narrow["devices"]) == {"ams-edge1", "ams-edge2", "ams-tor1", "ams-cache1"}
    assert house.run(health, "--site", "ams").exit_code == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (59, "59 s"), (61, "1 min"), (3600, "1 h"), (3725, "1 h 2 min"), (190_000, "2 d 4 h")],
)
def test_age(seconds: float, words: str) -> None:
    assert age(seconds) == words


def findings(house: House, *words: str) -> list[dict[str, Any]]:
    return list(json.loads(house.run(audit, *words, "--json").output))


def test_an_acknowledged_finding_is_counted_and_does_not_fail_the_command(house: House) -> None:
    house.hears(ams_edge1={"serial": "OTHER01"})
    (finding,) = findings(house)
    number = str(finding["id"])
    assert house.run(audit).exit_code == 1
    words = ("--why", "the new one is ordered", "--until", "3d", "--author", "ada")
    result = CliRunner().invoke(audit, ["ack", number, *words, "--home", str(house.path)])
    assert result.output == "1 finding acknowledged.\n"
    quiet = house.run(audit)
    assert (quiet.exit_code, "wrong-serial" in quiet.output) == (0, False)
    assert "1 acknowledged not listed" in quiet.output
    assert "(known to ada until" in house.run(audit, "--all").output
    (finding,) = findings(house)
    assert (finding["acknowledged_by"], finding["acknowledged_why"]) == ("ada", "the new one is ordered")
    CliRunner().invoke(audit, ["ack", number, "--back", "--home", str(house.path)], catch_exceptions=False)
    assert house.run(audit).exit_code == 1


def test_findings_are_narrowed_and_written_as_csv(house: House) -> None:
    house.hears(
        ams_edge1={"serial": "=1+1", "components": {"psu1": {"part_number": "X"}}},
        par_edge1={"serial": "OTHER02"},
    )
    assert {one["device"] for one in findings(house, "--site", "par")} == {"par-edge1"}
    assert {one["severity"] for one in findings(house, "--severity", "major")} == {"major"}
    assert [one["kind"] for one in findings(house, "ams-edge1", "--kind", "wrong-part")] == ["wrong-part"]
    rows = list(csv.DictReader(io.StringIO(house.run(audit, "ams-edge1", "--csv").output)))
    assert [(row["kind"], row["observed"]) for row in rows] == [
        ("wrong-serial", "'=1+1"),
        ("wrong-part", "X"),
    ]


def test_a_task_is_opened_listed_and_closed(house: House) -> None:
    house.hears(ams_edge1={"serial": "OTHER01"})
    (finding,) = findings(house)

    def run(*words: str) -> str:
        return CliRunner().invoke(audit, [*words, "--home", str(house.path)], catch_exceptions=False).output

    assert run("task", str(finding["id"]), "--assignee", "ada").startswith(
        "Task 1 is open: ams-edge1 has serial"
    )
    assert findings(house)[0]["task"] == 1
    assert [task["assignee"] for task in json.loads(run("tasks", "--json"))] == ["ada"]
    assert run("done", "1") == "Task 1 is done.\n"
    assert "no open tasks" in run("tasks")
