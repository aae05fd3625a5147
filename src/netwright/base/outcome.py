"""One device's failure is a value, never a stop of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T_co]):
    """What became of the work on one device. Exactly one of ``value`` and ``error`` is set when ``ok``
    tells which; ``seconds`` is wall time."""

    device: str
    value: T_co | None
    error: Exception | None
    seconds: float

    @property
    def ok(self) -> bool:
        return self.error is None

    def unwrap(self) -> T_co:
        """The value, or the error raised."""
        if self.error is not None:
            raise self.error
        assert self.value is not None
        return self.value
