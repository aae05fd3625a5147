"""What keeps a change set from being merged: problems of its merged state, and conflicts with others."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from netwright.base.errors import ConflictError, InputError

_SHOWN = 20


class Severity(enum.StrEnum):
    """An ``error`` stops a merge, a ``warning`` does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the state that a merge would make.

    ``message`` is one sentence without a full stop; ``key`` the natural key of the object; ``field`` the
    document's name of the field; ``source`` is ``file:line`` when a person wrote it in a file."""

    message: str
    kind: str
    key: str
    object_id: int | None = None
    field: str | None = None
    source: str | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        name = f"{self.kind} {self.key}".rstrip()
        return f"{where}{name}: {self.message}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people changed the same thing. ``field`` is None when the object as a whole is contested;
    values are shown as people read them, references as natural keys."""

    kind: str
    object_id: int
    key: str
    reason: str
    field: str | None = None
    base: Any = None
    theirs: Any = None
    ours: Any = None

    def __str__(self) -> str:
        head = f"{self.kind} {self.key}"
        if self.field is None:
            return f"{head}: {self.reason}"
        return (
            f"{head}: {self.field} was {_shown(self.base)}, is now {_shown(self.theirs)}, "
            f"this change set wants {_shown(self.ours)}"
        )


class MergeConflictError(ConflictError):
    """A change set contests what was merged since. ``conflicts`` lists everything contested."""

    def __init__(self, changeset_id: int | None, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(
            _listing(f"cannot be merged, conflicts: {len(conflicts)}", conflicts),
            subject=_which(changeset_id),
            remedy="Settle each with `netwright change resolve`.",
        )

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}\n{self.remedy}"


class RulesBrokenError(InputError):
    """The merged state would break rules. ``problems`` lists every one, warnings too."""

    def __init__(self, changeset_id: int | None, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            _listing(f"cannot be merged, problems: {len(problems)}", problems),
            subject=_which(changeset_id),
            remedy="Mend what is wrong, then try again.",
        )

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}\n{self.remedy}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """``count`` approvals by people of ``role``; ``reason`` is a phrase that says what asks for them."""

    role: str
    count: int
    reason: str

    def __str__(self) -> str:
        approvals = "an approval" if self.count == 1 else f"{self.count} approvals"
        return f"{approvals} by {self.role} ({self.reason})"


class ApprovalMissingError(ConflictError):
    """A change that needs approvals which nobody gave yet. ``requirements``: those not met."""

    def __init__(self, changeset_id: int | None, requirements: Sequence[Requirement]) -> None:
        self.requirements = tuple(requirements)
        super().__init__(
            f"needs {' and '.join(map(str, requirements))}",
            subject=_which(changeset_id),
            remedy="Put it into a change set and ask for review."
            if changeset_id is None
            else f"Ask for `netwright change approve {changeset_id}`.",
        )


def broken(problems: Iterable[Problem]) -> bool:
    """Whether any problem is an error."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def _which(changeset_id: int | None) -> str:
    return "this change" if changeset_id is None else f"change set {changeset_id}"


def _shown(value: Any) -> str:
    return "empty" if value is None or value == "" else str(value)


def _listing(head: str, items: Sequence[Problem] | Sequence[Conflict]) -> str:
    lines = [head, *(f"  - {item}" for item in items[:_SHOWN])]
    if len(items) > _SHOWN:
        lines.append(f"  - and {len(items) - _SHOWN} more")
    return "\n".join(lines)
