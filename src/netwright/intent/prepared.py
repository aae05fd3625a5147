"""A source read and held against what is there, before a change set has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from netwright.intent.comparison import Comparison, Edits
from netwright.intent.draft import Draft
from netwright.intent.source import ListCount, Source
from netwright.inventory import KINDS
from netwright.store.database import Database
from netwright.store.editor import Editor
from netwright.store.problem import Problem


class Prepared:
    """What a source makes different from the state that was read; for whoever has a change set of their own.

    ``problems``: what could not be read. ``fill`` gives the edits to an editor; then ``told`` knows which
    line each object came from."""

    def __init__(
        self,
        source: Source,
        comparison: Comparison,
        edits: Edits,
        problems: Sequence[Problem],
        lists: Sequence[ListCount],
    ) -> None:
        self._source = source
        self.lists = lists
        self._comparison = comparison
        self.edits = edits
        self.problems = problems
        self.objects = len(comparison.drafts)
        self._written: dict[int, Draft] = {}

    def fill(self, editor: Editor) -> None:
        self._written = self._comparison.write(self.edits, editor)

    def told(self, more: Iterable[Problem] = ()) -> list[Problem]:
        """All problems in the order of the files, each with the line that its object came from."""
        found = [*self.problems, *(_sourced(one, self._written) for one in more)]
        return _in_order(found, self._source.files)


def prepare(database: Database, source: Source, *, prune: bool = False) -> Prepared:
    """Read a source and hold it against what is there; nothing is written."""
    with database.read() as session:
        said = source.drafts(session)
        comparison = Comparison(session, KINDS, prune=prune)
        edits = comparison.edits(said)
    return Prepared(source, comparison, edits, [*said.problems, *comparison.problems], said.lists)


def _in_order(problems: Sequence[Problem], files: Sequence[str]) -> list[Problem]:
    """Problems as the files have them, those of no file last; what several objects of one line say alike
    (a cable, and the addresses it unfolds into) once."""
    rank = {file: number for number, file in enumerate(files)}

    def place(problem: Problem) -> tuple[int, int]:
        file, _, line = (problem.source or "").rpartition(":")
        return (rank.get(file, len(rank)), int(line) if line.isdecimal() else 0)

    once: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        once.setdefault((problem.source or problem.key, problem.message), problem)
    return sorted(once.values(), key=place)


def _sourced(problem: Problem, written: dict[int, Draft]) -> Problem:
    """The problem with the line of the file that its object, or its field, came from."""
    draft = written.get(problem.object_id or 0)
    if draft is None or problem.source:
        return problem
    return replace(problem, source=draft.problem("", field=problem.field).source)
