"""The statements of an indented text, one string each: banners, certificates and policies of several lines
are joined. Nothing is lost: joining the statements with line feeds gives back the text."""

from __future__ import annotations

import re
from functools import lru_cache

from netwright.config.dialect import Dialect, Multiline

_LONGEST = 20_000  # lines; a statement that has no end by then is a line of its own


def logical_lines(text: str, dialect: Dialect) -> list[str]:
    """``text`` at its line feeds, with statements of several lines kept whole."""
    lines = text.split("\n")
    if not dialect.multiline:
        return lines
    starts = _starts(dialect.multiline)
    if starts.search(text) is None:
        return lines
    joined: list[str] = []
    at, count = 0, len(lines)
    while at < count:
        stop = _end(lines, at, dialect) if starts.match(lines[at]) else at
        joined.append(lines[at] if stop == at else "\n".join(lines[at : stop + 1]))
        at = stop + 1
    return joined


@lru_cache(maxsize=64)
def _starts(multiline: tuple[Multiline, ...]) -> re.Pattern[str]:
    """Fits a line that may begin a statement of several lines. Groups are taken out of the alternatives."""
    bodies = (re.sub(r"\(\?P<\w+>", "(?:", entry.start.pattern) for entry in multiline)
    return re.compile(r"(?m)^[ \t]*(?:" + "|".join(bodies) + ")")


def _end(lines: list[str], at: int, dialect: Dialect) -> int:
    """Index of the last line of the statement that begins at ``at``; ``at`` itself when it has one line."""
    body = lines[at].lstrip()
    for entry in dialect.multiline:
        match = entry.start.match(body)
        if match is None:
            continue
        mark = match.groupdict().get("end")
        if mark and mark in body[match.end() :]:
            return at
        for index in range(at + 1, min(len(lines), at + _LONGEST)):
            line = lines[index]
            if (mark in line) if mark else (line.strip() == entry.end):
                return index
    return at
