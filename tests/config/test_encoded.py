"""Secrets in the forms in which devices show them again: no endless differences, and no blindness either."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.secret import Secret
from netwright.config.compliance import check
from netwright.config.encoded import read_cisco7, read_junos9
from netwright.config.engine import list_changes, make_patch, unified
from netwright.config.schema import schema
from netwright.config.scrub import scrub_config
from netwright.config.settled import settled

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/config/encoded.yaml").read_text())
KEY = Secret("key")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_verdict_on_a_secret(case: dict[str, str]) -> None:
    rules = schema(case["platform"])
    running, intended = case["running"], case["intended"]
    found = list_changes(running, intended, rules)
    unknown = settled(running, intended, rules).unknown
    assert bool(found) == (case["verdict"] == "differs")
    assert bool(make_patch(running, intended, rules).steps) == bool(found)
    assert bool(unified(running, intended, rules)) == bool(found)
    assert all(one.compliant for one in check(running, intended, rules)) == (not found)
    assert bool(unknown) == (case["verdict"] == "unknown")
    assert all("***" in line for line in unknown)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_scrubbed_texts_have_the_same_verdict_where_a_secret_can_be_read(case: dict[str, str]) -> None:
    """And the secrets are gone in each form."""
    rules = schema(case["platform"])
    running, intended = (scrub_config(case[side], rules, KEY) for side in ("running", "intended"))
    assert "<secret:" in running
    assert "<secret:" in intended
    assert not {"cisco", "welcome1234", "0822455D0A16", "longsecret"} & set(
        running.replace('"', " ").split() + intended.replace('"', " ").split()
    )
    if case["verdict"] != "unknown":
        assert bool(list_changes(running, intended, rules)) == (case["verdict"] == "differs")


def test_a_changed_secret_among_lines_that_changed_is_seen() -> None:
    """Other differences of the block don't hide it, and it is sent with the words of the intended text."""
    running = "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 password 7 0822455D0A16\n"
    intended = "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 password other\n"
    rules = schema("cisco_ios")
    steps = make_patch(running, intended, rules).steps
    assert [step.command for step in steps] == ["neighbor 10.0.0.1 password other"]
    both = intended.replace("password other", "password cisco") + " neighbor 10.0.0.1 description x\n"
    steps = make_patch(running, both, rules).steps
    assert [step.command for step in steps] == ["neighbor 10.0.0.1 description x"]


def test_known_values_of_others() -> None:
    """Type 7 from Cisco's own examples, ``$9$`` from the tests of netconan and nettoolkit."""
    assert read_cisco7("0822455D0A16") == read_cisco7("094F471A1A0A") == "cisco"
    assert read_junos9("$9$DDk5FCA0Rhrmf0IEyW8-VwYaZDikPTzji") == "welcome1234"
    assert read_junos9("$9$nnet/9pOBEyrv") == "abc"


@given(st.text(max_size=40))
@settings(deadline=None)
def test_nonsense_is_no_secret_and_no_error(text: str) -> None:
    assert read_cisco7(text) is None or text.isascii()
    assert read_junos9(text) is None or text.isascii()
