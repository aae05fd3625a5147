"""Rows of differences."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from netwright.web.diff import applied, by_section, side_by_side, unified

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
def test_sides_hold_both_texts(before: list[str], after: list[str]) -> None:
    rows = side_by_side("\n".join(before), "\n".join(after))
    left, right = "\n".join(before).splitlines(), "\n".join(after).splitlines()
    assert [row.left for row in rows if row.left is not None] == left
    assert [row.right for row in rows if row.right is not None] == right
    assert all(left[row.old - 1] == row.left for row in rows if row.old is not None)
    assert all(right[row.new - 1] == row.right for row in rows if row.new is not None)


@given(LINES, LINES)
def test_sections_hold_all_rows_in_order(before: list[str], after: list[str]) -> None:
    texts = "\n".join(before), "\n".join(after)
    sections = by_section(*texts)
    assert [row for section in sections for row in section.rows] == side_by_side(*texts)
    changed = any(not row.same for row in side_by_side(*texts))
    assert any(not section.same for section in sections) is changed


def test_sections_are_cut_where_blocks_begin() -> None:
    before = "hostname a\n!\ninterface x\n mtu 1\ninterface y\n mtu 1\nrouter bgp 1\n neighbor z\n"
    after = before.replace("neighbor z", "neighbor q")
    told = [(one.title, one.blocks, one.same, one.counts) for one in by_section(before, after)]
    assert told == [
        ("hostname a", 1, True, (0, 0)),
        ("interface x", 2, True, (0, 0)),
        ("router bgp 1", 1, False, (1, 1)),
    ]


@given(LINES, LINES, st.integers(0, 3))
def test_a_patch_is_put_on_and_taken_off(before: list[str], after: list[str], context: int) -> None:
    patch = "\n".join(difflib.unified_diff(before, after, "old", "new", lineterm="", n=context))
    old, new = ("".join(f"{line}\n" for line in lines) for lines in (before, after))
    assert (applied(old, patch) or "").strip("\n") == new.strip("\n")
    assert (applied(new, patch, reverse=True) or "").strip("\n") == old.strip("\n")


def test_a_patch_of_another_text_is_not_put_on() -> None:
    patch = patch_of(["a", "b", "c"], ["a", "x", "c"])
    assert applied("a\nb\nd\n", patch) is None
    assert applied("a\n", patch) is None
