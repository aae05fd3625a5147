"""A recorded terminal, played back: what is typed finds what was shown, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from netwright.device.cli.terminal import row
from netwright.lab.replay.answers import REMARK
from netwright.lab.replay.form import Value
from netwright.lab.replay.recording import RecordedSession
from netwright.lab.replay.scrubbing import unmasked
from netwright.platforms.catalog import catalog

_INVALID = "% Invalid input"
_LONGEST_REFUSAL = 3
_MASK = "<secret>"


@dataclass
class _Turn:
    """``shown`` after ``typed``; ``then``: what was typed at it that is no command (a pager's key, a
    password, an empty line), each with what came."""

    typed: str
    shown: str
    then: list[tuple[str, str]] = field(default_factory=list)


class Screens:
    """All terminals of a recording. The first login gets the first one; where it knows no answer, those of
    the others are given."""

    def __init__(self, sessions: list[RecordedSession], unknown: Callable[[str], None]) -> None:
        self._terminals = [_turns(one) for one in sessions]
        self._unknown = unknown
        self._logins = 0

    def __bool__(self) -> bool:
        return any(self._terminals)

    def login(self) -> Screen:
        at = min(self._logins, len(self._terminals) - 1)
        self._logins += 1
        own = self._terminals[at]
        others = [turn for turns in self._terminals if turns is not own for turn in turns]
        return Screen(own, others, self._unknown)


class Screen:
    """Of one login."""

    def __init__(self, turns: list[_Turn], others: list[_Turn], unknown: Callable[[str], None]) -> None:
        self._left = list(turns)
        self._all = [*turns, *others]
        self._unknown = unknown
        self._then: list[tuple[str, str]] = []
        self._typed = ""
        self._last = ""
        self._refusal = next(filter(None, map(_refusal, self._all)), ())
        """What the device says of a command that it does not know, where that was recorded."""

    def greet(self) -> str:
        return self._show(self._turn("") or _Turn("", ""))

    def type(self, text: str) -> Iterator[str]:
        for character in text:
            self._typed += character
            if self._then and _fits(self._typed, self._then[0][0]):
                self._typed, (_, shown) = "", self._then.pop(0)
                self._last = shown
                yield shown
            elif character in "\r\n":
                line, self._typed = self._typed, ""
                yield self._line(line)

    def _line(self, line: str) -> str:
        command = line.strip()
        turn = self._turn(unmasked(command)) if command else None
        if turn is not None:
            return self._show(turn)
        if not command:
            return f"\r\n{self._prompt}"
        self._unknown(command)
        refused = "\r\n".join(self._refusal or (_INVALID,))
        return f"{line.rstrip()}\r\n{refused} ({REMARK} to this)\r\n{self._prompt}"

    def _turn(self, command: str) -> _Turn | None:
        """The next of this login, the first again when all were given, or one of another login."""
        for turns in (self._left, self._all):
            for turn in turns:
                if turn.typed == command:
                    if turn in self._left:
                        self._left.remove(turn)
                    return turn
        return None

    def _show(self, turn: _Turn) -> str:
        self._then, self._last = list(turn.then), turn.shown
        return turn.shown

    @property
    def _prompt(self) -> str:
        return row(self._last.rpartition("\n")[2])


def _refusal(turn: _Turn) -> tuple[str, ...]:
    """The lines between the command and the prompt, where the device refused it; else none."""
    lines = turn.shown.splitlines()[1:-1]
    short = turn.typed and not turn.then and len(lines) <= _LONGEST_REFUSAL
    if not short:
        return ()
    spoken = (one.dialogue for one in catalog().platforms)
    return tuple(lines) if any(one and one.refusal("\n".join(lines)) for one in spoken) else ()


def _fits(typed: str, wanted: str) -> bool:
    if wanted.startswith(_MASK):
        return typed.endswith(("\n", "\r"))
    return typed == wanted


def _turns(session: RecordedSession) -> list[_Turn]:
    made: list[_Turn] = []
    for entry in session.said:
        typed, shown = unmasked(str(entry.get("typed", ""))), _shown(entry)
        if made and (not typed.strip() or typed.startswith(_MASK)):
            made[-1].then.append((typed, shown))
        else:
            made.append(_Turn(typed.strip(), shown))
    return made


def _shown(entry: dict[str, Value]) -> str:
    if "screen" in entry:
        return str(entry["screen"]).replace("\n", "\r\n")
    lines = entry.get("shown")
    return "".join(map(str, lines)) if isinstance(lines, list) else ""
