"""Values and answers of made-up devices: what each says, and what becomes of spoilt ones."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.platforms import values
from netwright.platforms.facts import Found
from netwright.platforms.show import Show, read

CASES = Path(__file__).parents[1] / "cases/facts"
VALUES: dict[str, list[list[Any]]] = yaml.safe_load((CASES / "values.yaml").read_text())
ANSWERS: list[dict[str, Any]] = [
    case for name in ("answers", "linux") for case in yaml.safe_load((CASES / f"{name}.yaml").read_text())
]
PLATFORMS = ("arista_eos", "bird", "cisco_ios", "cisco_nxos", "cisco_xr", "frr", "juniper_junos", "nokia_srl")


def _shows(platform: str) -> tuple[Show, ...]:
    found: tuple[Show, ...] = importlib.import_module(f"netwright.platforms.{platform}.shows").SHOWS
    return found


@pytest.mark.parametrize(
    ("name", "text", "value"), [(name, *row) for name, rows in VALUES.items() for row in rows]
)
def test_a_value(name: str, text: Any, value: Any) -> None:
    assert getattr(values, name)(text) == value


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: f"{case['platform']} {case['command']}")
def test_an_answer(case: dict[str, Any]) -> None:
    show = next(one for one in _shows(case["platform"]) if one.command == case["command"])
    found = read(show, case["answer"])
    for subject, rows in case["facts"].items():
        assert subject in show.brings
        told = [
            {key: _plain(getattr(fact, key)) for key in row}
            for fact, row in zip(_facts(found, subject), rows, strict=True)
        ]
        assert told == rows
    assert len(found.unparsed) == case.get("unparsed", 0), found.unparsed


def _facts(found: Found, subject: str) -> Any:
    """What is told once is a list of one."""
    facts = getattr(found, subject)
    return facts if isinstance(facts, tuple) else (facts,)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | bool) else str(value)


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_no_answer_is_too_odd(platform: str, data: st.DataObject) -> None:
    """Any text and any cut of a good answer end in facts, or in a note of what was not understood."""
    show = data.draw(st.sampled_from(_shows(platform)))
    good = [case["answer"] for case in ANSWERS]
    text = data.draw(st.sampled_from(good))
    start, end = data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))))
    junk = data.draw(
        st.one_of(st.just(""), st.text(max_size=40), st.sampled_from(["null", "[]", '{"vrfs": 3}', "<a/>"]))
    )
    read(show, text[:start] + junk + text[end:])
