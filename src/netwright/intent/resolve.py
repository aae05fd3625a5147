"""Names to ids, in bulk: what a set of drafts says about objects, held against what the database has.

Statements grow with the kinds and with what the drafts name, never with what else is stored.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from netwright.base.errors import NetwrightError
from netwright.intent.draft import Draft
from netwright.store.given import take_text
from netwright.store.kind import Kind, Kinds
from netwright.store.naming import SEPARATOR, resolve
from netwright.store.problem import Problem
from netwright.store.query.named import find_all

_CHUNK = 500
_NEAR_AMONG = 5_000
_EXPLAINED = 10
"""Dangling references that are looked into for near misses; the rest just say so."""


class Names:
    """Ids of existing objects by natural key, asked for in bulk and remembered."""

    def __init__(self, session: Session, kinds: Kinds) -> None:
        self._session = session
        self._kinds = kinds
        self._known: dict[str, dict[str, int | None]] = defaultdict(dict)

    def find(self, kind: Kind, texts: Collection[str]) -> dict[str, int]:
        """The ids of those that exist."""
        known = self._known[kind.name]
        missing = {text for text in texts if text not in known}
        if missing:
            found = find_all(self._session, self._kinds, kind, missing)
            known.update((text, found.get(text)) for text in missing)
        return {text: object_id for text in texts if (object_id := known[text]) is not None}

    def why_missing(self, kind: Kind, text: str) -> str:
        """A sentence on a name that leads nowhere, with near misses."""
        try:
            resolve(self._session, kind, text)
        except NetwrightError as error:
            hint = (error.remedy or "").rstrip(".")
            return f"{error.what} ({hint[:1].lower()}{hint[1:]})" if hint else error.what
        return f"there is no {kind.name} {text!r}"


class Resolver:
    """Which drafts exist already, and what their references lead to: an id, or another draft."""

    def __init__(self, names: Names, kinds: Kinds, drafts: Sequence[Draft]) -> None:
        self._names = names
        self._kinds = kinds
        self.drafts = drafts
        self.index: dict[tuple[str, str], Draft] = {}
        self.ids: dict[int, int] = {}
        """Id of the existing object, by ``id()`` of the draft."""
        self.problems: list[Problem] = []
        self._explained = 0
        for draft in drafts:
            self._add(draft)

    def existing(self) -> None:
        """Find the drafts whose object exists, and fill the others."""
        by_kind: dict[str, list[Draft]] = defaultdict(list)
        for draft in self.index.values():
            by_kind[draft.kind.name].append(draft)
        for name, drafts in by_kind.items():
            found = self._names.find(self._kinds[name], {draft.key for draft in drafts})
            self.ids.update((id(draft), found[draft.key]) for draft in drafts if draft.key in found)
            for draft in drafts:
                if draft.fills and draft.key not in found:
                    draft.values = {**draft.fills, **draft.values}

    def references(self) -> dict[tuple[int, str], int | Draft]:
        """What each reference leads to, by ``id()`` of the draft and field name. Dangling ones become
        problems."""
        targets: dict[tuple[int, str], int | Draft] = {}
        waiting: dict[str, list[tuple[Draft, str, list[str]]]] = defaultdict(list)
        for draft in self.index.values():
            for spec in draft.kind.fields:
                if spec.reference is None or spec.name not in draft.values:
                    continue
                value = draft.values[spec.name]
                if isinstance(value, Draft):
                    targets[id(draft), spec.name] = self.index.get((spec.reference, value.key), value)
                elif value.text:
                    found = self._drafted(draft, spec.reference, value.text)
                    if isinstance(found, Draft):
                        targets[id(draft), spec.name] = found
                    else:
                        waiting[spec.reference].append((draft, spec.name, found))
        for name, wanted in waiting.items():
            targets.update(self._stored(self._kinds[name], wanted))
        return targets

    def _add(self, draft: Draft) -> None:
        if not draft.key:
            return  # what it lacks is found when its values are read
        first = self.index.setdefault((draft.kind.name, draft.key), draft)
        if first is not draft:
            self.problems.append(draft.problem(f"is declared twice, first at {first.source}"))

    def _drafted(self, draft: Draft, kind: str, text: str) -> Draft | list[str]:
        """The draft that a reference names, or the texts to look for in the database."""
        texts = _readings(draft, self._kinds[kind], text)
        for one in texts:
            if (kind, one) in self.index:
                return self.index[kind, one]
        return texts

    def _stored(
        self, kind: Kind, waiting: list[tuple[Draft, str, list[str]]]
    ) -> dict[tuple[int, str], int | Draft]:
        found = self._names.find(kind, {text for _, _, texts in waiting for text in texts})
        targets: dict[tuple[int, str], int | Draft] = {}
        for draft, field, texts in waiting:
            for text in texts:
                if text in found:
                    targets[id(draft), field] = found[text]
                    break
            else:
                self.problems.append(draft.problem(self._dangling(kind, texts[0]), field=field))
        return targets

    def _dangling(self, kind: Kind, text: str) -> str:
        """Near misses are looked for among what is drafted, else among what is stored."""
        simple = f"there is no {kind.name} {text!r}"
        drafted = [key for name, key in self.index if name == kind.name]
        if near := difflib.get_close_matches(text, drafted[:_NEAR_AMONG], n=1):
            return f"{simple} (did you mean {near[0]}?)"
        self._explained += 1
        if drafted or self._explained > _EXPLAINED:
            return simple
        return self._names.why_missing(kind, text)


def _readings(draft: Draft, kind: Kind, text: str) -> list[str]:
    """The natural keys that a text may stand for: itself in canonical form, and a short name completed by a
    reference that the draft has too (``rack: r1`` of a device in site ams is ``ams/r1``)."""
    first, *rest = kind.sure_key_fields
    if first.reference is None:
        taken = take_text(first, text) if not rest else text
        return [text if taken is None else str(taken)]
    readings = [text]
    if rest and first.name in draft.values and (head := draft.text(first.name)):
        readings.append(f"{head}{SEPARATOR}{text}")
    return readings
