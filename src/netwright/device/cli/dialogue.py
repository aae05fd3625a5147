"""How a command line talks: prompts, modes, pager, enable. Made from a platform's data; frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
        for line in output.splitlines():
            if any(pattern.search(line) for pattern in self.errors):
                return line.strip()
        return None

    def answer(self, shown: str) -> str | None:
        """What to type at ``shown``, a last line: None when it is no pager."""
        line = shown.strip()
        if not line or not ((self.more and self.more.fullmatch(line)) or ANY_PAGER.fullmatch(line)):
            return None
        return self.newline if _ENTER.search(line) else " "


UNKNOWN = Dialogue(settle_s=0.4)
"""A system of which nothing is known: its prompt is learned from what it shows."""
