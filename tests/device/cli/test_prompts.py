"""Prompts that Oxidized's users reported: seen as prompts of an unknown system, and what is none is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.config.samples import folder

from netwright.device.cli.dialogue import UNKNOWN
from netwright.device.cli.reading import Reading, Sight
from netwright.device.cli.terminal import text_of

SEEN = {Sight.STRANGE, Sight.LIKELY, Sight.PROMPT}


def prompts(kind: str) -> list[str]:
    files = sorted(Path(folder() / "oxidized").glob("*prompt.yaml"))
    documents = [yaml.safe_load(path.read_text()) for path in files]
    return [prompt for document in documents for prompt in document.get(kind, [])]


def sight(text: str) -> Sight:
    reading = Reading(UNKNOWN)
    reading.feed(text.encode())
    return reading.look()


def test_reported_prompts_are_seen() -> None:
    wanted = prompts("pass") + prompts("pass_with_expect")
    assert len(wanted) > 25
    assert [one for one in wanted if sight(one) not in SEEN] == []


def test_a_prompt_whose_colour_is_not_whole_yet_is_waited_for() -> None:
    assert sight("\x1b[4m\rr1#\x1b") is Sight.NOTHING
    assert sight("\x1b[4m\rr1#\x1b[") is Sight.NOTHING
    assert sight("\x1b[4m\rr1#\x1b[m ") in SEEN


def test_what_is_no_prompt_is_not_seen() -> None:
    # One of them has escape sequences and is a prompt once they are carried out.
    wanted = [one for one in prompts("fail") if one not in prompts("pass_with_expect")]
    assert wanted
    assert [one for one in wanted if sight(one) in SEEN] == []


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("one\r\r\ntwo\r\n", "one\ntwo\n"),
        ("--More--\r        \r ip address", " ip address"),
        ("\b\b\b   \b\b\b  description x", "  description x"),
        ("abc\x1b[3Dxyz\x1b[K", "xyz"),
        ("\x1b]0;title\x07r1#", "r1#"),
        ("\x1b[?2004hr1# ", "r1# "),
        ("\x1b[24;1H\x1b[24;42hr1> ", "r1> "),
        ("pass\bword", "pasword"),
    ],
)
def test_a_screen_shows(raw: str, shown: str) -> None:
    assert text_of(raw) == shown


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f")))
@settings(deadline=None)
def test_text_without_controls_stays_as_it_is(text: str) -> None:
    assert text_of(text) == text


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_rubbish_is_read_without_an_error(data: bytes) -> None:
    reading = Reading(UNKNOWN, "show version", "r1#")
    reading.feed(data)
    reading.look()
    answer = reading.answer()
    assert len(answer.text) <= 4 * len(data) + 4
