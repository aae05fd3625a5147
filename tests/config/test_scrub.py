"""Secrets go, everything else stays."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from netwright.base.secret import Secret
from netwright.config.scrub import scrub, secrets_in

KEY = Secret("key of the installation")
PATTERNS = (r"password (?P<secret>\S+)", r"community (?P<secret>\S+)")


def test_masks_each_secret_of_a_line_and_keeps_the_rest() -> None:
    text = " neighbor 10.0.0.1 password hunter2 password again\r\n community public ro\n"
    masked = scrub(text, PATTERNS, KEY)
    assert not {"hunter2", "again", "public"} & set(re.split(r"[\s]", masked))
    assert re.sub(r"<secret:[0-9a-f]{16}>", "S", masked) == (
        " neighbor 10.0.0.1 password S password S\r\n community S ro\n"
    )


def test_a_change_of_a_secret_stays_visible() -> None:
    one, same, two = (scrub(f"password {word}", PATTERNS, KEY) for word in ("a", "a", "b"))
    assert one == same != two
    assert scrub("password a", PATTERNS, Secret("another key")) != one


def test_overlapping_patterns_leave_no_rest() -> None:
    masked = scrub("password abc def", (r"password (?P<secret>\S+)", r"(?P<secret>bc def)"), KEY)
    assert re.fullmatch(r"password <secret:[0-9a-f]{16}>", masked)


@given(st.text())
def test_scrubbing_twice_changes_nothing(text: str) -> None:
    once = scrub(text + "\npassword x", PATTERNS, KEY)
    assert scrub(once, PATTERNS, KEY) == once


@given(st.text().filter(lambda text: not secrets_in(text, PATTERNS)))
def test_text_without_secrets_comes_back(text: str) -> None:
    assert scrub(text, PATTERNS, KEY) == text


def test_secrets_are_found_for_masking_elsewhere() -> None:
    text = f"password a\n community b ro\n{scrub('password c', PATTERNS, KEY)}"
    assert secrets_in(text, PATTERNS) == {"a", "b"}
