"""Checks of a merge: whoever may object to the state that it would make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlalchemy.orm import Session

from netwright.store.delta import Change
from netwright.store.problem import Problem, broken

Check: TypeAlias = Callable[[Session, Sequence[Change]], list[Problem]]
"""Something that may object to a merged state: rules, permissions. Asked in the merge's own transaction after
the rows are written, so the session sees the merged state, and the changes say what each object was before.
What it can't put as a problem it raises; then nothing is kept either."""


def all_of(*checks: Check) -> Check:
    """Checks asked one after the other; the next only when those before found no error."""

    def ask(session: Session, changes: Sequence[Change]) -> list[Problem]:
        problems: list[Problem] = []
        for check in checks:
            if broken(problems):
                break
            problems += check(session, changes)
        return problems

    return ask
