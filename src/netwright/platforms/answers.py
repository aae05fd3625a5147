"""One round of questions to one device: what answered, what failed, what could not be understood.

A source that fails doesn't stop the others; an answer that can't be parsed is kept as it came.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from netwright.base.errors import DeviceError

T = TypeVar("T")
R = TypeVar("R")

_KEPT_CHARACTERS = 4000
_NOT_UNDERSTOOD = (ValueError, LookupError, TypeError, AttributeError)


class Answers:
    """Collects while a reader asks. ``sources`` and ``unparsed`` go into the facts."""

    def __init__(self) -> None:
        self.errors: dict[str, DeviceError] = {}
        self._answered: list[str] = []
        self._unparsed: list[tuple[str, str]] = []

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted(set(self._answered)))

    @property
    def unparsed(self) -> tuple[tuple[str, str], ...]:
        """By command what could not be understood, and by source the error of what did not answer."""
        failed = [(source, str(error)) for source, error in self.errors.items()]
        return tuple(sorted({*failed, *self._unparsed}))

    async def ask(self, source: str, question: Awaitable[T], *, part: str = "") -> T | None:
        """The answer; None when the source failed, or this ``part`` of it."""
        try:
            answer = await question
        except DeviceError as error:
            self.errors[f"{source} {part}".rstrip()] = error
            return None
        self._answered.append(source)
        return answer

    def read(self, name: str, parser: Callable[[R], T], raw: R | None) -> T | None:
        """What ``parser`` makes of an answer; None when there is none or it makes no sense."""
        if raw is None:
            return None
        try:
            return parser(raw)
        except _NOT_UNDERSTOOD as error:
            self._unparsed.append((name, f"{type(error).__name__}: {error}\n{raw}"[:_KEPT_CHARACTERS]))
            return None

    def heard(self, source: str) -> None:
        """Note a source that answered inside another one's answer (LLDP over SSH)."""
        self._answered.append(source)

    def require_any(self) -> None:
        """Raise the first source's error when nothing answered at all."""
        if not self._answered:
            raise next(iter(self.errors.values()))
