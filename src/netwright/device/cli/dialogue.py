"""How a command line talks: prompts, modes, pager, enable. Made from a platform's data; frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

ANY_PROMPT = re.compile(
    r"^(?=.{1,120}$)(?:(?:[\w(\[<{*~+][^#$%>]*)?[\w)\]}~*+-] ?[>#$%] ?|\[[*~]?[\w.@/-]+\] ?)$"
)
"""What prompts of unknown systems look like: a name, perhaps a mode, and one of ``> # $ %`` or brackets."""

ANY_PAGER = re.compile(
    r"-{2,} ?\(?more\b.{0,80}|<-+ ?more ?-+>|\(?press (?:any key|space|<space>|enter|return)\b.{0,80}"
    r"|lines \d+-\d+.{0,40}|\[more\b.{0,60}\]|more: .{0,80}<space>.{0,80}",
    re.IGNORECASE,
)

_ENTER = re.compile(r"press (?:enter|return|<enter>)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """``prompt`` fits the last line of a device that waits, in any mode. ``modes``: name and expression, the
    first that fits counts. ``exec``: the device runs commands on exec channels, whole and clean, ``channels``
    of them side by side. ``opening``: sent at login, whatever comes of it."""

    prompt: re.Pattern[str] = ANY_PROMPT
    modes: tuple[tuple[str, re.Pattern[str]], ...] = ()
    more: re.Pattern[str] | None = None
    enable: str = ""
    enable_asks: re.Pattern[str] | None = None
    opening: tuple[str, ...] = ()
    errors: tuple[re.Pattern[str], ...] = ()
    exec: bool = False
    channels: int = 1
    newline: str = "\n"
    settle_s: float = 0.15
    """Silence after which a prompt that was not seen before is taken for one."""

    def mode(self, prompt: str) -> str:
        """The mode that a prompt stands for, "" if it is of none."""
        return next((name for name, pattern in self.modes if pattern.search(prompt)), "")

    def refusal(self, output: str) -> str | None:
        """The line in which the device refuses the command, None if there is none."""
        if not self.errors:
            return None
        lines = output.splitlines()
        quick = _beginnings(self.errors)
        if quick is not None and quick.search("\n" + "\n".join(lines)) is None:
            return None
        for line in lines:
            if any(pattern.search(line) for pattern in self.errors):
                return line.strip()
        return None

    def answer(self, shown: str) -> str | None:
        """What to type at ``shown``, a last line: None when it is no pager."""
        line = shown.strip()
        if not line or not ((self.more and self.more.fullmatch(line)) or ANY_PAGER.fullmatch(line)):
            return None
        return self.newline if _ENTER.search(line) else " "


_BEYOND = re.compile(r"\(\?(?!:)|\\[AZB\d]")
"""What sees more than its line, or can't stand beside others in one expression."""


@lru_cache(maxsize=64)
def _beginnings(patterns: tuple[re.Pattern[str], ...]) -> re.Pattern[str] | None:
    """One expression that is found wherever one of ``patterns`` fits a line: a configuration of 1,500 lines
    is looked through twenty times as fast as line by line. None where they are not all bound to a line's
    beginning."""
    plain = re.compile("").flags
    for one in patterns:
        bound = one.pattern.startswith("^") and "|" not in _outside_groups(one.pattern)
        if not bound or one.flags != plain or _BEYOND.search(one.pattern):
            return None
    rests = "|".join(f"(?:{one.pattern[1:]})" for one in patterns)
    return re.compile(rf"\n(?:{rests})", re.MULTILINE)


def _outside_groups(pattern: str) -> str:
    """The characters that stand in no group and no set."""
    found, depth, in_set, escaped = "", 0, False, False
    for character in pattern:
        if escaped or character == "\\":
            escaped = not escaped
        elif in_set:
            in_set = character != "]"
        elif character == "[":
            in_set = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif depth == 0:
            found += character
    return found


UNKNOWN = Dialogue(settle_s=0.4)
"""A system of which nothing is known: its prompt is learned from what it shows."""
