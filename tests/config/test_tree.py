"""The tree loses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwright.config.tree import parse, render

LINES = st.tuples(st.integers(0, 4), st.text("ab !\t\r\x0b\x85", max_size=6)).map(lambda p: " " * p[0] + p[1])


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert render(parse(text)) == text


@given(st.lists(LINES).map("\n".join))
def test_indented_text_comes_back(text: str) -> None:
    assert render(parse(text)) == text


def test_children_are_what_stands_further_in() -> None:
    tree = parse("router bgp 1\n address-family ipv4\n  network a\n\n exit-address-family\nexit\n")
    bgp, end = tree.children
    assert [node.text for node in bgp.children] == ["address-family ipv4", "exit-address-family"]
    assert [node.text for node in bgp.children[0].children] == ["network a"]
    assert [end.text, *(node.text for node in end.children)] == ["exit", ""]


def test_deep_rubbish_is_borne() -> None:
    stairs = "\n".join(" " * n + "x" for n in range(5000))
    assert render(parse(stairs)) == stairs
