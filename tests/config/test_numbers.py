"""Lists of numbers, and texts that only look like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.config.numbers import listed, numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7", {7}),
        ("1-3,7", {1, 2, 3, 7}),
        ("1 - 3, 7", {1, 2, 3, 7}),
        ("1 to 3 7", {1, 2, 3, 7}),
        ("250-\x1e255", None),  # a control character that counts as a blank to some
        ("\u0661-\u0663", None),  # digits of another script
        ("1-99999", None),
        ("7-3", None),  # expanded it would be nothing, and the line lost
        ("1-", None),
        ("", None),
    ],
)
def test_what_is_a_list(text: str, found: set[int] | None) -> None:
    assert numbers(text) == found


@given(st.text(st.sampled_from("0123456789,- to\t\x1e\x85"), max_size=12))
def test_any_text_is_one_or_is_none(text: str) -> None:
    found = numbers(text)
    assert found is None or numbers(listed(found)) == found


@given(st.sets(st.integers(1, 4094), min_size=1, max_size=40), st.booleans())
def test_what_is_written_is_read(values: set[int], words: bool) -> None:
    assert numbers(listed(values, words=words)) == values
