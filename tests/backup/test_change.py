"""What counts as a change between two copies, platform by platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.config import samples

from netwright.backup.change import CopyChange, changed, told
from netwright.base.secret import Secret
from netwright.config.detect import guess
from netwright.config.schema import platforms, schema
from netwright.config.scrub import scrub_config

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/backup/changes.yaml").read_text()
)
KEY = Secret("a key")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_copies(case: dict[str, Any]) -> None:
    rules = schema(case["platform"] if case["platform"] in platforms() else "indent")
    last, now = (scrub_config(case[key], rules, KEY) for key in ("last", "now"))
    found = changed(last, now, rules)
    assert list(() if found is None else found.sections) == case["sections"]
    assert (found is None) is (changed(now, last, rules) is None)


def test_sections_are_told_short() -> None:
    assert told(()) == ""
    assert told(("a", "b")) == " in a, b"
    assert told(("a", "b", "c", "d", "e")) == " in a, b, c and 2 more"


@pytest.mark.slow
def test_captured_configurations_differ_from_themselves_only_by_what_says_something() -> None:
    """Line ends: no change. A statement less: one that is told."""
    files = sorted((samples.folder() / "oxidized").glob("*#output.txt"))
    for file in files:
        text = samples.text(file)
        rules = guess(text).schema
        assert changed(text, text.replace("\r", "").replace("\n", "\r\n"), rules) is None, file.name
        lines = text.splitlines(keepends=True)
        place = next((n for n, line in enumerate(lines) if line.split()[:1] == ["hostname"]), None)
        if place is not None and line_counts(text):
            found = changed(text, "".join(lines[:place] + lines[place + 1 :]), rules)
            assert found == CopyChange(0, 1, ("hostname",)), file.name


def line_counts(text: str) -> bool:
    """Whether the name is said once, at the top."""
    return sum(line.startswith("hostname ") for line in text.splitlines()) == 1
