"""Rows of an answer: one that makes no sense is kept and doesn't spoil its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import orjson

from netwright.platforms.show import NOT_UNDERSTOOD

R = TypeVar("R")
T = TypeVar("T")

_KEPT_CHARACTERS = 1000
_KEPT_ROWS = 50


class Rows:
    """Collects while a parser reads. ``unparsed`` goes into what it found."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, str]] = []

    @property
    def unparsed(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._kept[:_KEPT_ROWS])

    def keep(self, where: str, what: object) -> None:
        """Note something that no rule knows."""
        self._kept.append((where, str(what)[:_KEPT_CHARACTERS]))

    def of(self, where: str, rows: Iterable[R], build: Callable[[R], T | None]) -> tuple[T, ...]:
        """What ``build`` makes of each row; None: it says nothing."""
        return tuple(self._built(where, rows, build))

    def _built(self, where: str, rows: Iterable[R], build: Callable[[R], T | None]) -> Iterator[T]:
        for row in rows:
            try:
                fact = build(row)
            except NOT_UNDERSTOOD as error:
                self.keep(where, f"{type(error).__name__}: {error}\n{row}")
                continue
            if fact is not None:
                yield fact


def tree(answer: str) -> dict[str, Any]:
    """A JSON object. Raises ValueError or TypeError for anything else."""
    found = orjson.loads(answer)
    if not isinstance(found, dict):
        raise TypeError("the answer is no JSON object")
    return found


def mapping(value: Any) -> dict[str, Any]:
    """``value`` if it is an object; an absent one is empty. Raises TypeError for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, not {str(value)[:80]!r}")
    return value


def listed(value: Any) -> list[Any]:
    """``value`` as a list: what stands alone is a list of one, as systems write that omit the brackets."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]
