"""The rule of identity, case by case, and what counts as a mark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from netwright.collect.discovery.identity import (
    RULES,
    Marks,
    Sign,
    Verdict,
    compare,
    hardware_marks,
    name_mark,
    serial_mark,
)

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "discovery" / "identity.yaml").read_text())


def marks(case: dict[str, Any]) -> Marks:
    return Marks(
        serial=serial_mark(case.get("s")),
        vendor=case.get("v", ""),
        hardware=hardware_marks(case.get("h", [])),
        name=name_mark(case.get("n")),
        addresses=frozenset({case["a"]}),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_a_case(case: dict[str, Any]) -> None:
    seen, known = marks(case["seen"]), marks(case["known"])
    assert compare(seen, known).name == case["verdict"]
    assert compare(known, seen).name == case["verdict"]  # it does not matter who came first


def test_every_pair_of_signs_has_a_rule() -> None:
    assert set(RULES) == {(serial, hardware) for serial in Sign for hardware in Sign}
    assert {rule for rule in RULES.values() if rule} < set(Verdict)


@pytest.mark.parametrize(
    "text",
    [
        "Default string",
        "To Be Filled By O.E.M.",
        "N/A",
        "n/a",
        "None",
        "0123456789",
        "123456789",
        "000000",
        "System Serial Number",
        "Not Specified",
        "xxxxxxx",
        "",
        None,
        "   ",
        "-",
        "A1",
        "............",
        "Unknown",
    ],
)
def test_fillers_are_no_serial_numbers(text: str | None) -> None:
    assert serial_mark(text) == ""


@pytest.mark.parametrize("text", ["FOC1234ABCD", "JN12-3456", "S4XX", "0123456789A", "NONE7", "2M2303Q1J0"])
def test_serial_numbers_are_marks(text: str) -> None:
    assert serial_mark(f" {text.lower()} ") == text


def test_hardware_addresses_that_many_devices_have_are_no_marks() -> None:
    shared = [
        "00:00:5e:00:01:0a",
        "00:00:0c:07:ac:01",
        "02:00:00:00:00:01",
        "01:80:c2:00:00:0e",
        "",
        None,
        "x",
    ]
    assert hardware_marks([*shared, "00-1B-54-AA-00-01", "00:1b:54:aa:00:02"]) == {
        "00:1b:54:aa:00:01",
        "00:1b:54:aa:00:02",
    }


def test_names_of_the_factory_are_no_marks() -> None:
    assert [name_mark(name) for name in ("Router", "localhost.", "AMS-edge1.example.net.", None)] == [
        "",
        "",
        "ams-edge1.example.net",
        "",
    ]
