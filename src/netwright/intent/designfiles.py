"""Design files (YAML, JSON) as a source of drafts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.intent.document import Document, read_file
from netwright.intent.draft import FILE, DraftReader
from netwright.intent.source import Drafts
from netwright.inventory import KINDS
from netwright.store.problem import Problem


class DesignFiles:
    """Files in the order in which they are read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    @property
    def files(self) -> Sequence[str]:
        return [str(path) for path in self._paths]

    def drafts(self, session: Session) -> Drafts:
        found, problems = read_files(self._paths)
        reader = DraftReader(KINDS)
        return Drafts(reader.read(found), [*problems, *reader.problems])


def read_files(files: Iterable[Path]) -> tuple[list[Document], list[Problem]]:
    """The documents of all files that can be read, and what is wrong with the others."""
    found: list[Document] = []
    problems: list[Problem] = []
    for file in files:
        try:
            found.extend(read_file(file))
        except InputError as error:
            problems.append(Problem(error.what, FILE, "", source=error.subject))
    return found, problems
