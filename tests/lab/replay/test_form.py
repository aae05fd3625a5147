"""What is written is read back, whatever stands in it and wherever the file ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.errors import InputError
from netwright.lab.replay.form import Entry, entries, lines_of, written

_ODD = st.text(st.sampled_from("ab \n\r\t:#-|\x1b\"\\'%>&*!?[]{},`@\x85\u2028\ufeff"), max_size=30)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | _ODD
VALUE = (
    TEXT
    | st.integers()
    | st.booleans()
    | st.none()
    | st.lists(TEXT | st.lists(TEXT, max_size=3), max_size=4)
    | st.dictionaries(TEXT, TEXT, max_size=3)
)
ENTRIES = st.lists(
    st.dictionaries(st.sampled_from(["typed", "output", "shown"]), VALUE, min_size=1), max_size=4
)


@given(ENTRIES)
def test_what_is_written_is_read_back(said: list[Entry]) -> None:
    assert entries("# head\n" + "".join(map(written, said))) == said


@given(ENTRIES, st.floats(0, 1))
def test_of_a_file_that_was_cut_off_the_whole_entries_count(said: list[Entry], part: float) -> None:
    text = "# head\n" + "".join(map(written, said))
    found = entries(text[: int(len(text) * part)])
    assert found == said[: len(found)]
    assert len(found) >= text[: int(len(text) * part)].count("\n#\n") * bool(said) - 1


def test_text_is_there_as_people_read_it() -> None:
    told = written({"exec": "show version", "output": "Arista\n  serial: X \n\ttab\n\n", "status": 0})
    assert told == (
        "- exec: show version\n  output: |2+\n    Arista\n      serial: X \n    \ttab\n\n  status: 0\n#\n"
    )


def test_control_characters_are_escaped() -> None:
    assert written({"shown": ["r1#\r\n", "\x1b[K"]}) == '- shown: ["r1#\\r\\n", "\\e[K"]\n#\n'


@pytest.mark.parametrize("text", ["a: [\n#\n", "word\n#\n", "- word\n#\n"])
def test_what_is_no_recording_is_told(text: str) -> None:
    with pytest.raises(InputError, match=r"DIR/x.yaml"):
        entries(text, "DIR/x.yaml")


@given(TEXT)
def test_lines_are_the_text(text: str) -> None:
    assert "".join(lines_of(text)) == text
