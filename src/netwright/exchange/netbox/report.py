"""What of a NetBox has no home here: how often, and some examples."""

from __future__ import annotations

from collections import defaultdict

from netwright.intent.draft import FILE
from netwright.store.problem import Problem, Severity

_EXAMPLES = 3


class Homeless:
    """Collects by type and reason."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._examples: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def say(self, path: str, why: str, example: str = "", count: int = 1) -> None:
        self._counts[path, why] += count
        known = self._examples[path, why]
        if example and example not in known and len(known) < _EXAMPLES:
            known.append(example)

    def problems(self) -> list[Problem]:
        """One warning a type and reason."""
        found = []
        for (path, why), count in sorted(self._counts.items()):
            examples = self._examples[path, why]
            shown = f" (as {', '.join(examples)})" if examples else ""
            found.append(
                Problem(f"{count:,} times: {why}{shown}", FILE, "", source=path, severity=Severity.WARNING)
            )
        return found
