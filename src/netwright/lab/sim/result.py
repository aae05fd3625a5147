"""What a command of a simulated device came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """Standard output, standard error, exit status."""

    output: str = ""
    error: str = ""
    status: int = 0
