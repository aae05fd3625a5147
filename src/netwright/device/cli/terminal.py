"""Text of what a device sends to a terminal: lines as a person would see them.

Escape sequences (ECMA-48) go; carriage returns, backspaces and erasures do what they do on a screen. The line
of a pager that was answered is covered with ``COVER`` before: its place goes, what was written over it stays.
"""

from __future__ import annotations

import re

COVER = "\x1e"
"""Stands in place of each character of an answered pager."""

_ENDS = re.compile(r"\r+\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPE = re.compile(
    r"\x1b(?:\[(?P<given>[0-?]*)[ -/]*(?P<final>[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+#%][ -~]|[ -~])"
)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?$")
_ERASED = ""


def text_of(raw: str) -> str:
    """The lines that ``raw`` leaves on a screen without end, ``\\n`` between them."""
    text = _ENDS.sub("\n", raw) if "\r" in raw else raw
    if not _CONTROL.search(text):
        return text
    return "\n".join(row(line) if _CONTROL.search(line) else line for line in text.split("\n"))


def is_cut(line: str) -> bool:
    """Whether an escape sequence has begun at the end and more of it must come."""
    return "\x1b" in line and _BEGUN.search(line) is not None


def row(line: str) -> str:
    """One line with its control characters carried out."""
    screen, at = _Row(), 0
    while at < len(line):
        character = line[at]
        if character == "\x1b" and (match := _ESCAPE.match(line, at)):
            screen.escape(match["final"], match["given"])
            at = match.end()
            continue
        screen.put(character)
        at += 1
    return screen.text()


class _Row:
    """Cells of one line. An erased cell is no text: at the end of the line it is nothing."""

    def __init__(self) -> None:
        self._cells: list[str] = []
        self._at = 0
        self._erasing = False

    def put(self, character: str) -> None:
        if character == "\r":
            self._at, self._erasing = 0, True
        elif character == "\b":
            self._at, self._erasing = max(0, self._at - 1), True
        elif character == "\t" or character >= " " or character == COVER:
            self._write(character)

    def escape(self, final: str | None, given: str | None) -> None:
        number = int(given) if given and given.isdecimal() else 0
        match final:
            case "K":
                self._erase(number)
            case "J":
                self._erase(2 if number else 0)
            case "C":
                self._at += max(1, number)
            case "D":
                self._at = max(0, self._at - max(1, number))
            case "G":
                self._at = max(0, number - 1)
            case "H" | "f":
                column = (given or "").partition(";")[2]
                self._at = max(0, int(column) - 1) if column.isdecimal() else 0

    def text(self) -> str:
        cells = self._cells
        while cells and cells[-1] in {_ERASED, COVER}:
            cells.pop()
        return "".join(cell or " " for cell in cells if cell != COVER)

    def _write(self, character: str) -> None:
        """Blanks that follow a step back rub out."""
        if character not in {" ", COVER}:
            self._erasing = False
        cells = self._cells
        cells.extend([_ERASED] * (self._at - len(cells)))
        cells[self._at : self._at + 1] = [_ERASED if self._erasing and character == " " else character]
        self._at += 1

    def _erase(self, which: int) -> None:
        if which == 0:
            del self._cells[self._at :]
        else:
            self._cells.clear()
