"""One answer on a terminal: from the bytes that come to the text that the command printed.

Holds no clock and no channel: it is fed, and says what it sees at the end of what has come. However the bytes
are cut on the way, the text is the same.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from netwright.device.cli.dialogue import Dialogue
from netwright.device.cli.terminal import COVER, is_cut, row, text_of

_TAIL_BYTES = 1000
"""A prompt or pager with its escape sequences is shorter."""
_LATE_LINES = 20
"""So many lines of messages may have come after the prompt."""
_NOTHING = bytes([0, 7, ord(COVER)])
_NAME = re.compile(r"[\w.-]{2,}")


class Sight(enum.Enum):
    """What stands at the end of what has come."""

    NOTHING = enum.auto()
    PAGER = enum.auto()
    QUESTION = enum.auto()
    PROMPT = enum.auto()
    """Surely the prompt."""
    LIKELY = enum.auto()
    """A prompt if nothing follows soon."""
    STRANGE = enum.auto()
    """Fits the platform's prompts, and is nothing like the last one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``text``: what was printed, without echo, pager and prompt. ``echoed``: the command was shown."""

    text: str
    prompt: str
    echoed: bool


class Reading:
    """Reads until the prompt comes back. ``prompt``: the one before the command, "" when none is known.
    ``question`` fits a line that waits for something else (a password)."""

    def __init__(
        self,
        dialogue: Dialogue,
        command: str = "",
        prompt: str = "",
        *,
        echoes: bool = True,
        question: re.Pattern[str] | None = None,
    ) -> None:
        self._dialogue = dialogue
        self._command = "".join(command.split())
        self._prompt = prompt
        self._echoes = echoes
        self._question = question
        self._raw = bytearray()

    @property
    def size(self) -> int:
        return len(self._raw)

    def feed(self, data: bytes) -> None:
        self._raw += data.translate(None, _NOTHING)

    def look(self) -> Sight:
        line = self._last_line()
        if not line.strip():
            return Sight.NOTHING
        if self._question and self._question.search(line):
            return Sight.QUESTION
        if self._dialogue.answer(line) is not None:
            return Sight.PAGER
        if line.strip() == self._prompt:
            return Sight.PROMPT if self._seen_echo() else Sight.LIKELY
        if not self._dialogue.prompt.search(line):
            return Sight.NOTHING
        return Sight.LIKELY if self._alike(line) else Sight.STRANGE

    def turn_page(self) -> str:
        """Cover the pager at the end; gives what to type at it."""
        line = self._last_line()
        start = self._raw.rfind(b"\n") + 1
        self._raw[start:] = re.sub(rb"[^\r\b]", COVER.encode(), _plain(bytes(self._raw[start:])))
        return self._dialogue.answer(line) or " "

    def late(self) -> bool:
        """Whether the prompt came, and messages of the device after it."""
        return self._prompt != "" and self._cut_late() is not None

    def answer(self, *, late: bool = False) -> Answer:
        """After a prompt was seen; ``late``: with messages behind it."""
        text = (self._cut_late() if late else None) or text_of(self._text(bytes(self._raw)))
        body, newline, prompt = text.rpartition("\n")
        printed, echoed = self._without_echo(body + newline)
        return Answer(printed, prompt.strip(), echoed)

    def last_words(self) -> str:
        """The last line with something on it, for messages."""
        lines = text_of(self._text(bytes(self._raw[-_TAIL_BYTES:]))).splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")[:120]

    def _cut_late(self) -> str | None:
        lines = text_of(self._text(bytes(self._raw))).split("\n")
        if lines[-1].strip() and self._dialogue.prompt.search(lines[-1]):
            return None
        for place in range(len(lines) - 1, max(0, len(lines) - _LATE_LINES) - 1, -1):
            if lines[place].strip() == self._prompt and place > 0:
                return "\n".join(lines[: place + 1])
        return None

    def _last_line(self) -> str:
        start = max(self._raw.rfind(b"\n") + 1, len(self._raw) - _TAIL_BYTES)
        line = self._text(bytes(self._raw[start:]))
        if line.isprintable():
            return line
        return "" if is_cut(line) else row(line)

    def _alike(self, line: str) -> bool:
        """Of the same device as the last prompt: they begin with the same name."""
        ours, theirs = _NAME.search(self._prompt), _NAME.search(line)
        return ours is not None and theirs is not None and ours[0] == theirs[0]

    def _seen_echo(self) -> bool:
        if not self._echoes or not self._command:
            return self._raw.find(b"\n") >= 0 or not self._command
        head = bytes(self._raw[: 4 * len(self._command) + 400])
        return self._command in "".join(text_of(self._text(head)).split())

    def _without_echo(self, text: str) -> tuple[str, bool]:
        """Prompts that the device showed again before it read the command go too."""
        rest = text.lstrip("\n") if self._prompt and self._prompt in text[:_TAIL_BYTES] else text
        while self._prompt and rest.lstrip().startswith(self._prompt):
            rest = rest.lstrip()[len(self._prompt) :].lstrip(" ")
        bare = text.removeprefix("\n")  # of a device that shows no more than the end of the line
        if not self._command:
            return rest, False
        left = iter(self._command)
        wanted = next(left)
        for place, character in enumerate(rest):
            if character.isspace():
                continue
            if character != wanted:
                return bare, False
            wanted = next(left, "")
            if not wanted:
                head, _, tail = rest[place + 1 :].partition("\n")
                return (bare, False) if head.strip() else (tail, True)
        return bare, False

    @staticmethod
    def _text(data: bytes) -> str:
        """UTF-8, or Latin-1 as older systems print it."""
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")


def _plain(line: bytes) -> bytes:
    """The line without escape sequences, so that each byte is a cell."""
    return row(line.decode("latin-1")).encode("latin-1")
