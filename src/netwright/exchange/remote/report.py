"""What of another's inventory has no home here: how often, and some examples; and what was taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from netwright.exchange.remote.reading import ListReader
from netwright.intent.draft import FILE
from netwright.intent.source import ListCount
from netwright.store.problem import Problem, Severity

_EXAMPLES = 3


class Homeless:
    """Collects by list and reason."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._examples: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._read: defaultdict[str, int] = defaultdict(int)
        self._taken: defaultdict[str, int] = defaultdict(int)

    def say(self, path: str, why: str, example: str = "", count: int = 1) -> None:
        self._counts[path, why] += count
        known = self._examples[path, why]
        if example and example not in known and len(known) < _EXAMPLES:
            known.append(example)

    def read(self, path: str, count: int = 1) -> None:
        """So many objects of a list were read."""
        self._read[path] += count

    def taken(self, path: str) -> None:
        """An object of a list has a home here."""
        self._taken[path] += 1

    def whole_lists(self, reader: ListReader, paths: Collection[str]) -> None:
        """Lists of which nothing is taken (``paths``), and those that the other side did not give."""
        for path in paths:
            if count := reader.count(path):
                self.read(path, count)
                self.say(path, "there is no such kind here", count=count)
        for path, why in reader.refused.items():
            if path not in paths:
                self.say(path, f"the list {why}")

    def lists(self) -> Sequence[ListCount]:
        """What was read and taken, list by list, in the order of reading."""
        return [ListCount(path, read, self._taken[path]) for path, read in self._read.items() if read]

    def problems(self) -> list[Problem]:
        """One warning a list and reason."""
        found = []
        for (path, why), count in sorted(self._counts.items()):
            examples = self._examples[path, why]
            shown = f" (as {', '.join(examples)})" if examples else ""
            found.append(
                Problem(f"{count:,} times: {why}{shown}", FILE, "", source=path, severity=Severity.WARNING)
            )
        return found
