"""People's own rules: asked in every merge, told with file and line when they are wrong themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwright.intent.importer import import_documents
from netwright.intent.rules.own import OwnRules
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets

from .conftest import Workshop

YAML = """
rules:
  - name: edges-in-north-have-a-serial
    kind: device
    filter: {role: edge, site.region: north}
    must: serial and site == 'ams'
    message: an edge in the north wants a serial number
"""
PYTHON = """
from sqlalchemy import select
from netwright.inventory import Device

KINDS = ("device",)

def find(touched):
    for device in touched.ids("device"):
        name = touched.session.scalar(select(Device.name).where(Device.id == device))
        if "x" in name:
            yield touched.problem("device", device, "an x in the name")
"""


def _load(base: Workshop, text: str, **files: str) -> list[str]:
    folder = base.folder.parent / "rules"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    rules = OwnRules(folder, KINDS)
    changesets = ChangeSets(base.database, KINDS, always=rules.check)
    result = import_documents(base.database, changesets, [base.design(text)], "tester", "A test's import")
    assert result.ok == (not result.problems)
    return [said.replace(f"{folder}/", "") for said in base.said(result)]


NEW = "devices: [{name: %s, site: %s, model: box, role: %s}]"


def test_an_assertion_is_asked_of_what_its_filter_lets_through(base: Workshop) -> None:
    said = "design.yaml:1: device ams-r9: an edge in the north wants a serial number"
    assert _load(base, NEW % ("ams-r9", "ams", "edge"), one__yaml=YAML) == [said]
    assert _load(base, NEW % ("par-r9", "par", "edge")) == []
    assert _load(base, NEW % ("ams-t9", "ams", "tor")) == []
    assert _load(base, "devices: [{name: ams-r8, site: ams, model: box, role: edge, serial: S1}]") == []


def test_a_warning_lets_it_through(base: Workshop, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "one.yaml").write_text(YAML + "    severity: warning\n")
    changesets = ChangeSets(base.database, KINDS, always=OwnRules(tmp_path / "rules", KINDS).check)
    text = NEW % ("ams-r9", "ams", "edge")

    result = import_documents(
        base.database, changesets, [base.design(text)], "tester", "A test's import", merge=False
    )

    assert [str(problem.severity) for problem in result.problems] == ["warning"]
    assert result.changeset_id is not None
    assert changesets.merge(result.changeset_id, "tester", lambda _session, _changes: [])


def test_a_function_is_asked(base: Workshop) -> None:
    assert _load(base, NEW % ("xx", "ams", "tor"), names__py=PYTHON) == [
        "design.yaml:1: device xx: an x in the name"
    ]
    assert _load(base, NEW % ("yy", "ams", "tor")) == []


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("one__yaml", YAML.replace("must:", "most:"), "one.yaml:3: rule one.yaml: a rule has no 'most'"),
        ("one__yaml", YAML.replace("kind: device", "kind: devise"), "there is no kind 'devise'"),
        (
            "one__yaml",
            YAML.replace("serial and", "serial and and"),
            "one.yaml:6: rule one.yaml: the expression",
        ),
        ("one__yaml", YAML.replace("serial and", "serious and"), "'serious' is undefined"),
        ("one__yaml", YAML.replace("site.region", "site.regain"), "one.yaml:3: rule edges-in-north"),
        ("one__yaml", "rules: yes", "one.yaml:1: rule one.yaml: wants `rules:` with a list"),
        ("names__py", PYTHON.replace("yield", "yeeld"), "names.py:11: rule names.py: can't be read"),
        (
            "names__py",
            PYTHON.replace('"x" in name', "1 / 0"),
            "names.py:10: rule names: the rule fails: ZeroDiv",
        ),
        ("names__py", "KINDS = ()", "names.py: rule names.py: wants KINDS"),
    ],
)
def test_a_rule_that_is_wrong_stops_the_merge_and_says_where(
    base: Workshop, file: str, text: str, said: str
) -> None:
    (found,) = _load(base, NEW % ("ams-r9", "ams", "edge"), **{file: text})

    assert said in found


def test_files_are_read_again_when_they_change(base: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    rules = OwnRules(folder, KINDS)
    assert rules.rules() == []
    folder.mkdir()
    (folder / "one.yaml").write_text(YAML)
    assert [one.rule.name for one in rules.rules()] == ["edges-in-north-have-a-serial"]

    with base.database.read() as session:
        assert [problem.key for problem in rules.check_all(session)] == ["ams-r1"]
