"""Several commands in one: each output is told apart, whatever is missing."""

from __future__ import annotations

import pytest

from netwright.platforms.linux.question import ask

from .replay import ReplaySession

COMMANDS = {"a": "cmd-a", "b": "cmd-b", "c": "cmd-c"}
LINE = (
    "PATH=$PATH:/usr/sbin:/sbin; "
    "echo '@@netwright a'; cmd-a; echo '@@netwright b'; cmd-b; echo '@@netwright c'; cmd-c"
)


@pytest.mark.parametrize(
    ("output", "answers"),
    [
        ("@@netwright a\n1\n@@netwright b\n2\n@@netwright c\n3\n", {"a": "1\n", "b": "2\n", "c": "3\n"}),
        ("@@netwright a\n200@@netwright b\n@@netwright c\n", {"a": "200", "b": "", "c": ""}),
        ("a banner\n@@netwright a\n1\n@@netwright c\n3\n", {"a": "1\n", "c": "3\n"}),
        ("% Unknown command", {}),
    ],
)
async def test_outputs_by_name(output: str, answers: dict[str, str]) -> None:
    session = ReplaySession("ams-edge1")
    session.commands[LINE] = output
    assert await ask(session, COMMANDS) == answers
