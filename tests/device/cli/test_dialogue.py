"""Lines that refuse a command are found the same way however many lines there are."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netwright.device.cli.dialogue import Dialogue
from netwright.platforms.catalog import catalog

PATTERNS = (
    "^% ?(?:Invalid|Error)", "^Error:", r"^\s+\^$", "^a|b", "(?i)^error", r"^x(?!\s)", "[|^]y", r"^[\]|]z",
    r"^\|$", "^[]a]b", r"^(u)\1",
)  # fmt: skip
LINES = (
    "% Invalid input",
    "Error: no",
    "   ^",
    "ab",
    "b",
    "ERROR",
    "x",
    " |y",
    "]z",
    "|",
    "]b",
    "uu",
    "",
    "   ",
)


def line_by_line(patterns: Sequence[re.Pattern[str]], output: str) -> str | None:
    for line in output.splitlines():
        if any(pattern.search(line) for pattern in patterns):
            return line.strip()
    return None


@settings(deadline=None, max_examples=400)
@given(
    chosen=st.lists(st.sampled_from(PATTERNS), max_size=4),
    lines=st.lists(st.sampled_from(LINES) | st.text("ab^% |xy\x0b", max_size=6), max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@example(chosen=[r"^\s+\^$"], lines=["  ", "^"], end="\n")
def test_the_same_as_line_by_line(chosen: list[str], lines: list[str], end: str) -> None:
    patterns = tuple(re.compile(one) for one in chosen)
    output = end.join(lines)
    assert Dialogue(errors=patterns).refusal(output) == line_by_line(patterns, output)


@pytest.mark.parametrize("name", ["arista_eos", "cisco_nxos", "juniper_junos", "huawei_vrp"])
def test_a_refusal_at_the_end_of_a_long_answer(name: str) -> None:
    dialogue = catalog().platform(name).dialogue
    assert dialogue is not None
    said = {"juniper_junos": "syntax error, expecting <command>.", "huawei_vrp": "Error: Wrong parameter"}
    refusal = said.get(name, "% Invalid command at '^' marker.")
    text = "interface Ethernet1\n   description Error: none\n" * 700
    assert dialogue.refusal(text) is None
    assert dialogue.refusal(text + refusal + "\n") == refusal
