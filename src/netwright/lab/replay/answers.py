"""What a recording answers, by what is asked: in the order in which it came, the last one again and again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
REMARK = "the recording has no answer"
"""Stands in every answer to what nobody recorded."""


@dataclass
class Answers(Generic[T]):
    """``unknown`` is told of each question that nobody recorded."""

    unknown: Callable[[str], None]
    _held: dict[Hashable, deque[T]] = field(default_factory=dict)

    def add(self, question: Hashable, answer: T) -> None:
        self._held.setdefault(question, deque()).append(answer)

    def known(self, question: Hashable) -> bool:
        return question in self._held

    def take(self, question: Hashable, words: str) -> T | None:
        """None where there is none; ``words`` say what was asked."""
        held = self._held.get(question)
        if held is None:
            self.unknown(words)
            return None
        return held.popleft() if len(held) > 1 else held[0]

    def __bool__(self) -> bool:
        return bool(self._held)
