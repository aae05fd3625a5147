"""netutils' test data beside compliance (``test_compliance``): sections, missing lines, order, conversion,
what is cleaned and sanitised. How many of each set hold, by effect and not by text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.config import samples

from netwright.base.secret import Secret
from netwright.config.compliance import SectionRule, View, check
from netwright.config.engine import list_changes
from netwright.config.schema import schema
from netwright.config.scrub import scrub_config
from netwright.config.statements import written

pytestmark = pytest.mark.slow

Verdict = tuple[str, str]
"""A case, and what is wrong with it: empty when nothing is."""


def _files(place: str, ending: str) -> Iterator[tuple[Path, str, str]]:
    """Cases: the path up to its ending, the platform by its folder, a name."""
    root = samples.folder() / "netutils"
    for file in sorted((root / place).rglob(f"*{ending}")):
        start = Path(str(file).removesuffix(ending))
        platform = file.parent.name if "_" in file.parent.name and file.parent.name[0].islower() else ""
        yield start, platform if platform in KNOWN else "cisco_ios", f"{file.parent.name}/{start.name}"


KNOWN = {"cisco_ios", "paloalto_panos", "mikrotik_routeros"}


def _read(start: Path, ending: str) -> str:
    return samples.text(Path(f"{start}{ending}"))


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n") if line.strip() and line.strip() != "!"}


def sections() -> Iterator[Verdict]:
    """What belongs to the beginnings of a section."""
    for start, platform, name in _files("compliance/section", "_feature.py.json"):
        feature = json.loads(_read(start, "_feature.py.json"))["feature"]
        view = View(_read(start, "_sent.txt"), schema(platform))
        found = _lines("\n".join(written(view.chosen(tuple(feature["section"])))))
        wanted = {line.removeprefix("set ") for line in _lines(_read(start, "_received.txt"))}
        yield name, "" if found == wanted else f"{sorted(found ^ wanted)[:2]}"


def differences() -> Iterator[Verdict]:
    """Lines that the intended text has more, with their blocks."""
    for start, platform, name in _files("compliance/diff_network_config", "_received.txt"):
        changes = list_changes(_read(start, "_base.txt"), _read(start, "_intended.txt"), schema(platform))
        found = {part for one in changes if one.mark == "+" for part in (*one.path, one.line)}
        wanted = _lines(_read(start, "_received.txt"))
        if platform == "paloalto_panos":
            wanted = {line.removeprefix("set ") for line in wanted}
        yield name, "" if found == wanted else f"{sorted(found ^ wanted)[:2]}"


def verdicts() -> Iterator[Verdict]:
    """Of one section each, with parts that are empty."""
    for start, _, name in _files("compliance/feature_compliance", "_feature.py.json"):
        case = json.loads(_read(start, "_feature.py.json"))
        told = case["feature"]
        rule = SectionRule(told["name"], tuple(told["section"]), told["ordered"])
        texts = _read(start, "_actual.txt"), _read(start, "_intended.txt")
        (result,) = check(*texts, schema(case["network_os"]), [rule])
        wanted = json.loads(_read(start, "_received.py.json"))["data"]["compliant"]
        yield name, "" if result.compliant is wanted else f"{result.compliant}, not {wanted}"


def order() -> Iterator[Verdict]:
    """Whether the lines are all there, and in order."""
    for start, _, name in _files("compliance/find_unordered_cfg_lines", "_received.py.json"):
        texts = _read(start, "_actual.txt"), _read(start, "_intended.txt")
        same_lines, unordered = json.loads(_read(start, "_received.py.json"))["data"]
        (result,) = check(*texts, schema("cisco_ios"), [SectionRule("all", ("",), ordered=True)])
        found = not result.missing and not result.extra, not result.in_order
        yield name, "" if found == (same_lines, bool(unordered)) else str(found)


def conversion() -> Iterator[Verdict]:
    """Braces and ``set`` lines that say the same are the same."""
    for start, platform, name in _files("conversion", "_converted.txt"):
        left = list_changes(_read(start, "_sent.txt"), _read(start, "_converted.txt"), schema(platform))
        yield name, f"{left[0].mark}{left[0].line[:60]}" if left else ""


def sanitising() -> Iterator[Verdict]:
    """What netutils repairs in line ends within quotes says nothing else to the engine."""
    for start, platform, name in _files("sanitize", "_sanitized.txt"):
        rules = schema(platform)
        sent, wanted = _read(start, "_sent.txt"), _read(start, "_sanitized.txt")
        left = list_changes(" ".join(sent.split()), " ".join(wanted.split()), rules)
        scrubbed = scrub_config(sent, rules, Secret("k"))
        yield name, f"{left[0]}" if left or len(scrubbed.split("\n")) != len(sent.split("\n")) else ""


def cleaning() -> Iterator[Verdict]:
    """Lines that only say when a text was made are silent."""
    for start, platform, name in _files("clean", "_received.txt"):
        left = list_changes(_read(start, "_sent.txt"), _read(start, "_received.txt"), schema(platform))
        yield name, f"{left[0].mark}{left[0].line}" if left else ""


SETS: tuple[tuple[Callable[[], Iterator[Verdict]], int], ...] = (
    (sections, 0),
    (differences, 0),
    (verdicts, 0),
    (order, 0),
    (conversion, 3),  # a semicolon in a text without quotes, which ends the statement for us
    (sanitising, 0),
    (cleaning, 0),
)
"""With how many may be missed."""


@pytest.mark.parametrize(("cases", "misses"), SETS, ids=[cases.__name__ for cases, _ in SETS])
def test_netutils(cases: Callable[[], Iterator[Verdict]], misses: int) -> None:
    found = list(cases())
    wrong = [f"{name}: {why}" for name, why in found if why]
    print(f"netutils: {cases.__name__} {len(found) - len(wrong)}/{len(found)}")
    print("\n".join(wrong))
    assert found
    assert len(wrong) <= misses, wrong
