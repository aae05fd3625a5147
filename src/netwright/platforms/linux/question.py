"""Several commands in one exec channel, their outputs told apart by a marker line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from netwright.device.session import Session

_MARK = "@@netwright"
_MARKED = re.compile(rf"echo '{_MARK} ([^']+)'; (.*?)(?=; echo '{_MARK} |$)", re.DOTALL)
_PATH = "PATH=$PATH:/usr/sbin:/sbin; "
"""Where Debian keeps ``bridge`` and ``ethtool``, which users may run too."""


async def ask(session: Session, commands: Mapping[str, str]) -> dict[str, str]:
    """Output by name. A command that fails leaves an empty or odd output, which its parser refuses; the
    exit status is the last one's and says nothing."""
    line = _PATH + "; ".join(f"echo '{_MARK} {name}'; {command}" for name, command in commands.items())
    return outputs((await session.run(line, check=False)).output, commands)


def outputs(answer: str, names: Iterable[str]) -> dict[str, str]:
    """What stands behind each name's marker."""
    answers = {}
    for name in reversed(list(names)):
        before, mark, output = answer.rpartition(f"{_MARK} {name}\n")
        if mark:
            answer, answers[name] = before, output
    return answers


def commands_of(line: str) -> dict[str, str]:
    """By name, the commands of a line that ``ask`` made; of any other line none."""
    return dict(_MARKED.findall(line))


def answer_of(given: Mapping[str, str]) -> str:
    """What a machine prints when its commands print ``given``, by name."""
    return "".join(f"{_MARK} {name}\n{output}" for name, output in given.items())
