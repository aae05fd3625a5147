"""Several commands in one exec channel, their outputs told apart by a marker line."""

from __future__ import annotations

from collections.abc import Mapping

from netwright.device.session import Session

_MARK = "@@netwright"
_PATH = "PATH=$PATH:/usr/sbin:/sbin; "
"""Where Debian keeps ``bridge`` and ``ethtool``, which users may run too."""


async def ask(session: Session, commands: Mapping[str, str]) -> dict[str, str]:
    """Output by name. A command that fails leaves an empty or odd output, which its parser refuses; the
    exit status is the last one's and says nothing."""
    line = _PATH + "; ".join(f"echo '{_MARK} {name}'; {command}" for name, command in commands.items())
    rest = (await session.run(line, check=False)).output
    answers = {}
    for name in reversed(list(commands)):
        before, mark, output = rest.rpartition(f"{_MARK} {name}\n")
        if mark:
            rest, answers[name] = before, output
    return answers
