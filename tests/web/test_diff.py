"""Rows of differences."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from netwright.web.diff import side_by_side, unified

LINES = st.lists(st.sampled_from(["a", "b", " neighbor x", "-", "+", "--- a", "@@", ""]), max_size=30)


def patch_of(before: list[str], after: list[str]) -> str:
    return "\n".join(difflib.unified_diff(before, after, "old", "new", lineterm="", n=2))


def test_a_patch_becomes_numbered_rows() -> None:
    rows = unified(patch_of(["a", "b", "c"], ["a", "x", "c"]))
    assert [(row.sort, row.text, row.old, row.new) for row in rows] == [
        ("hunk", "@@ -1,3 +1,3 @@", None, None),
        ("same", "a", 1, 1),
        ("del", "b", 2, None),
        ("add", "x", None, 2),
        ("same", "c", 3, 3),
    ]


@given(LINES, LINES)
def test_rows_of_a_patch_say_what_went_and_came(before: list[str], after: list[str]) -> None:
    rows = unified(patch_of(before, after))
    for row in rows:
        if row.old is not None and row.sort != "hunk":
            assert before[row.old - 1] == row.text
        if row.new is not None and row.sort != "hunk":
            assert after[row.new - 1] == row.text
    gone = sum(row.sort == "del" for row in rows)
    come = sum(row.sort == "add" for row in rows)
    assert len(before) - gone == len(after) - come


@given(LINES, LINES)
def test_sides_hold_both_texts_but_for_what_is_folded(before: list[str], after: list[str]) -> None:
    rows = side_by_side("\n".join(before), "\n".join(after))
    shown = [row for row in rows if row is not None]
    left, right = "\n".join(before).splitlines(), "\n".join(after).splitlines()
    assert all(left[row.old - 1] == row.left for row in shown if row.old is not None)
    assert all(right[row.new - 1] == row.right for row in shown if row.new is not None)
    assert all(row.left == row.right for row in shown if row.same)
    if None not in rows:
        assert [row.left for row in shown if row.left is not None] == left
        assert [row.right for row in shown if row.right is not None] == right


def test_long_unchanged_stretches_are_folded() -> None:
    same = [f"line {number}" for number in range(100)]
    rows = side_by_side("\n".join([*same, "old"]), "\n".join([*same, "new"]))
    assert rows[0] is None
    assert len(rows) == 1 + 4 + 1
