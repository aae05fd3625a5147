"""Reading block by block, with blocks remembered, is the same as reading the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.config import samples

from netwright.config import statements as module
from netwright.config.dialect import Dialect
from netwright.config.lines import logical_lines
from netwright.config.schema import platforms, schema
from netwright.config.statements import Block, statements

PIECES: list[str] = yaml.safe_load((Path(__file__).parents[1] / "cases/config/pieces.yaml").read_text())
HEADS = [
    "interface a",
    "interface b ",
    "address-family ipv4",
    "policy-map X",
    "ip access-list extended A",
    "!",
]
HEADS += ["exit-address-family", "exit", "no x", "x", "", "\r", "banner motd ^", "^", "router bgp 1"]
BELOW = [
    " no a",
    " a",
    " address-family ipv4",
    " exit-address-family",
    "  a",
    "  permit",
    "  permit",
    " !",
    "\ta",
]
TEXTS = st.lists(st.sampled_from([*HEADS, *BELOW, *PIECES]), max_size=30).map("\n".join)


def whole(text: str, dialect: Dialect, negation: str) -> Block:
    root = module._read(logical_lines(text, dialect), dialect)
    return module._settled(root, negation) if negation else root


def listed(block: Block) -> list[object]:
    """With the order, which dicts don't compare."""
    return [(line, listed(below)) for line, below in block.items()]


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.sampled_from(platforms()), st.sampled_from(["", "no "]))
def test_block_by_block_is_as_the_whole(text: str, platform: str, negation: str) -> None:
    dialect = schema(platform).dialect
    for _ in range(2):
        assert listed(statements(text, dialect, negation)) == listed(whole(text, dialect, negation))


@pytest.mark.parametrize("name", samples.PATTERNS)
def test_samples_too(name: str) -> None:
    for _, data in samples.configs(name):
        text = data.decode("utf-8", "surrogateescape")
        for platform in ("cisco_ios", "frr", "huawei_vrp"):
            dialect = schema(platform).dialect
            assert listed(statements(text, dialect, "no ")) == listed(whole(text, dialect, "no "))


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 100)
    dialect = Dialect("bound")
    for number in range(50):
        statements(f"block {number}\n line\n", dialect)
    assert module._memory(dialect, "").size < 200
