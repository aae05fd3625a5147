"""Comparison by meaning: table cases, and what must hold for any pair of texts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.errors import NotFoundError
from netwright.config.compare import difference, fingerprint, same
from netwright.config.dialect import FRR, PLAIN, Dialect, dialect

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/config/compare.yaml").read_text()
)
WORDS = st.sampled_from(["neighbor a", "neighbor b", "network c", "exit", "!", "mtu 9000", "x  y", ""])
CONFIGS = st.lists(st.tuples(st.integers(0, 3), WORDS), max_size=25).map(
    lambda lines: "\n".join(" " * indent + word for indent, word in lines)
)
DIALECTS = st.sampled_from([FRR, PLAIN, Dialect("mixed", ordered=("neighbor",))])


def side(diff: str, mark: str) -> str:
    """One of the two texts of a diff that shows everything."""
    body = [line for line in diff.splitlines()[2:] if not line.startswith("@@")]
    return "\n".join(line[1:] for line in body if line[0] in {" ", mark})


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    rules = dialect(case["dialect"])
    diff = difference(case["running"], case["wanted"], rules)
    marked = [line for line in diff.splitlines()[2:] if line[0] in "+-"]
    assert marked == case["marked"]
    assert same(case["running"], case["wanted"], rules) is not bool(marked)


@given(CONFIGS, CONFIGS, DIALECTS)
def test_three_answers_agree(running: str, wanted: str, rules: Dialect) -> None:
    equal = same(running, wanted, rules)
    assert equal is (fingerprint(running, rules) == fingerprint(wanted, rules))
    assert equal is (difference(running, wanted, rules) == "")


@given(CONFIGS, CONFIGS, DIALECTS)
def test_a_difference_leads_from_one_text_to_the_other(running: str, wanted: str, rules: Dialect) -> None:
    diff = difference(running, wanted, rules, context=1000)
    if diff:
        assert same(side(diff, "-"), running, rules)
        assert same(side(diff, "+"), wanted, rules)


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4), max_size=8), st.randoms())
def test_order_means_nothing_in_frr(blocks: list[list[str]], rng: random.Random) -> None:
    def text(parts: list[list[str]]) -> str:
        return "\n".join("\n ".join(part) for part in parts)

    shuffled = [[head, *rng.sample(rest, len(rest))] for head, *rest in rng.sample(blocks, len(blocks))]
    assert same(text(blocks), text(shuffled), FRR)


def test_hunks_carry_numbers_and_the_open_block() -> None:
    running = "router bgp 1\n" + "".join(f" neighbor 10.0.0.{n} remote-as 2\n" for n in range(20))
    diff = difference(running, running.replace("10.0.0.12 ", "10.0.0.99 "), FRR, context=1)
    assert diff.splitlines()[2:] == [
        "@@ -13,3 +13,3 @@ router bgp 1",
        "  neighbor 10.0.0.11 remote-as 2",
        "- neighbor 10.0.0.12 remote-as 2",
        "+ neighbor 10.0.0.99 remote-as 2",
        "  neighbor 10.0.0.13 remote-as 2",
    ]


def test_a_staircase_of_rubbish_is_borne() -> None:
    stairs = "\n".join(" " * n + "x" for n in range(3000))
    assert same(stairs, stairs + "\n", FRR)
    assert difference(stairs, "x", FRR)
    assert fingerprint(stairs, FRR) != fingerprint("x", FRR)


def test_unknown_dialect() -> None:
    with pytest.raises(NotFoundError, match="frr, plain"):
        dialect("klingon")
