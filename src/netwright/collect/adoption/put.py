"""Drafts from what was observed: one an object, whoever tells of it."""

from __future__ import annotations

from collections.abc import Mapping

from netwright.intent.document import Scalar
from netwright.intent.draft import Draft, key_of
from netwright.inventory import KINDS
from netwright.store.problem import Problem, Severity


class Drafting:
    """Collects drafts and remarks. ``file`` of a draft is the device that told of it."""

    def __init__(self) -> None:
        self.drafts: dict[tuple[str, str], Draft] = {}
        self.problems: list[Problem] = []

    def put(self, device: str, kind: str, fields: Mapping[str, object]) -> str:
        """Draft an object once; None and empty text say nothing. Gives its key."""
        draft = Draft(KINDS[kind], device, 1)
        for name, value in fields.items():
            if value is not None and value != "":
                text = str(value).lower() if isinstance(value, bool) else str(value)
                draft.values[name] = Scalar(text, 1)
        draft.key = key_of(draft)
        self.drafts.setdefault((kind, draft.key), draft)
        return draft.key

    def also(self, kind: str, key: str, field: str, text: str) -> None:
        """Give a draft a field that it has not."""
        self.drafts[kind, key].values.setdefault(field, Scalar(text, 1))

    def remark(self, device: str, kind: str, key: str, message: str, *, error: bool = False) -> None:
        """Something to know before the merge; an error keeps the device out."""
        severity = Severity.ERROR if error else Severity.WARNING
        self.problems.append(Problem(message, kind, key, severity=severity, source=f"{device}:1"))
