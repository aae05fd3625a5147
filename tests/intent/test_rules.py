"""Rules over the merged state. Most are cases as data: a design laid over the base network, and every problem
that it brings, word for word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from sqlalchemy import event
from sqlalchemy.orm import Session

from netwright.intent.rules import RULES, Rule, Touched, catalog, check
from netwright.inventory import KINDS
from netwright.store.delta import Change, Op
from netwright.store.merging import MergePreview
from netwright.store.naming import resolve
from netwright.store.problem import Problem, Severity

from .conftest import CASES, Workshop


def read_cases(folder: str, *, leave_out: str = "") -> list[Any]:
    found = []
    for file in sorted((CASES / folder).glob("*.yaml")):
        if file.stem != leave_out:
            cases = yaml.safe_load(file.read_text())
            found += [pytest.param(case, id=f"{file.stem}: {case['name']}") for case in cases]
    return found


@pytest.mark.parametrize("case", read_cases("rules", leave_out="base"))
def test_case(base: Workshop, case: dict[str, Any]) -> None:
    result = base.load_text(case["design"])

    said = dict(zip(base.said(result), result.problems, strict=True))
    assert [text for text, one in said.items() if one.severity is Severity.ERROR] == case["problems"]
    assert [text for text, one in said.items() if one.severity is Severity.WARNING] == case.get(
        "warnings", []
    )
    assert result.ok == (not case["problems"])
    if case["problems"]:
        assert result.revision is None
        assert base.load(CASES / "rules" / "base.yaml").diff == (), "something was changed"


@pytest.mark.slow
def test_every_rule_is_broken_by_a_case(base: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that no case breaks proves nothing."""
    broken: set[str] = set()

    def noting(rule: Rule) -> Rule:
        def find(touched: Touched) -> list[Problem]:
            found = list(rule.find(touched))
            broken.update([rule.name] if found else [])
            return found

        return replace(rule, find=find)

    monkeypatch.setattr(catalog, "RULES", tuple(noting(rule) for rule in RULES))
    for parameter in read_cases("rules", leave_out="base"):
        (case,) = parameter.values
        base.load(base.design(case["design"]), dry_run=True)
    assert broken == {rule.name for rule in RULES}


LOST_LOCAL = "bgp_session ams-r1/10.1.1.101: local_address 10.1.1.100 is not on the device"
ONE_END = "bgp_session ams-r1/10.1.1.1: par-r1 does not declare its end"
NOBODY = "bgp_session ams-r1/10.1.1.1: role backbone wants a device of ours at 10.1.1.1, there is none"
NO_LOCAL = "bgp_session par-r1/10.1.1.0: local_address 10.1.1.1 is not on the device"
BARE_END = (
    "cable ams-r1/swp1 -- par-r1/swp1: its ends are not in one subnet: "
    "ams-r1/swp1 has 10.1.1.0/31, par-r1/swp1 has no address"
)


@pytest.mark.parametrize(
    ("kind", "key", "expected"),
    [
        ("bgp_session", "par-r1/10.1.1.0", {ONE_END}),
        ("address", "10.1.1.100/31", {LOST_LOCAL}),
        ("interface", "ams-r1/swp4", {LOST_LOCAL}),
        ("address", "10.1.1.1/31", {BARE_END, NO_LOCAL, NOBODY}),
        ("device", "par-r1", {NOBODY}),
        ("cable", "ams-r1/swp2 -- ams-c1/swp1", set()),
    ],
)
def test_what_a_deletion_breaks_elsewhere(base: Workshop, kind: str, key: str, expected: set[str]) -> None:
    assert set(map(str, _preview_deletion(base, kind, key).problems)) == expected


def _preview_deletion(workshop: Workshop, kind: str, key: str) -> MergePreview:
    with workshop.database.read() as session:
        object_id = resolve(session, kind, key)
    changeset = workshop.changesets.open("Delete", "tester").id
    workshop.changesets.delete(changeset, kind, object_id)
    return workshop.changesets.preview(changeset, check)


def test_a_small_change_asks_little(demo: Workshop) -> None:
    """One interface touched in the demo network: few statements, none over a whole table."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    with demo.database.read() as session:
        interface = resolve(session, "interface", "ams-edge1/swp1")
        event.listen(demo.database.engine, "before_cursor_execute", note)
        change = Change("interface", interface, Op.UPDATE, {"mtu": 1500}, {"mtu": 9000})
        assert check(session, [change]) == []
    assert 0 < len(said) < 40
    assert all("WHERE" in statement for statement in said)


def test_rules_name_kinds_that_exist() -> None:
    for rule in RULES:
        assert set(rule.kinds) <= set(KINDS)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_rule_declares_whose_past_it_asks(base: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule is not asked of deletions alone, unless it says of which kinds."""
    asked: set[str] = set()

    def noting(self: Touched, kind: str, column: str) -> set[Any]:
        asked.add(kind)
        return set()

    monkeypatch.setattr(Touched, "before", noting)
    gone = [Change(name, 0, Op.DELETE, {"id": 0}, None) for name in KINDS]
    with base.database.read() as session:
        for rule in RULES:
            asked.clear()
            assert list(rule.find(Touched(session, gone))) == []
            assert asked == set(rule.back), rule.name
    assert any(rule.back for rule in RULES)


def test_changed_is_what_is_new_or_written() -> None:
    changes = [
        Change("device", 1, Op.CREATE, None, {"name": "a", "status": "active"}),
        Change("device", 2, Op.UPDATE, {"status": "planned"}, {"status": "active"}),
        Change("device", 3, Op.UPDATE, {"serial": ""}, {"serial": "S1"}),
        Change("device", 4, Op.DELETE, {"name": "d", "status": "active"}, None),
    ]
    touched = Touched(Session(), changes)
    assert touched.ids("device") == {1, 2, 3}
    assert touched.changed("device", "status", "role") == {1, 2}
    assert touched.changed("device", "serial") == {1, 3}
    assert touched.changed("site", "status") == set()
