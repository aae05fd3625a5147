"""The quick look at each line never lets a secret pass that the patterns themselves would find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.secret import Secret
from netwright.config.scrub import _compiled, _line, scrub
from netwright.platforms.frr.secrets import SECRETS

KEY = Secret("key")
ODD = (r"^a (?P<secret>\w+)|b( )", r"^[(|] (?P<secret>\w+)", r"^\( x|y (?P<secret>\w+)", r"z(?P<secret>\d)")

_PLAIN = (
    "neighbor",
    "10.0.0.1",
    "no",
    "community",
    "x",
    "s3cret",
    "ip",
    "area",
    "y",
    "z1",
    "(",
    "|",
    "a",
    "b",
)
_TELLING = (
    "password",
    "snmp-server",
    "ospf",
    "authentication-key",
    "virtual-link",
    "md5",
    "key-string",
    "rpki",
)
_WORDS = st.sampled_from((*_PLAIN, *_TELLING, "cache"))
_LINES = st.lists(st.lists(_WORDS, max_size=6).map(" ".join), max_size=6).map("\n".join)


@pytest.mark.parametrize("patterns", [SECRETS, ODD])
@given(text=_LINES)
def test_the_quick_look_misses_nothing(patterns: tuple[str, ...], text: str) -> None:
    slowly = "\n".join(_line(line, _compiled(tuple(patterns)), KEY) for line in text.split("\n"))
    assert scrub(text, patterns, KEY) == slowly
