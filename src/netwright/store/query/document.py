"""Rows as documents: plain values by field name, a reference as ``{id, kind, key}``. One that leads to what
the reader may not see has no id, and its key is ``hidden``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from netwright.base.errors import InputError
from netwright.store.kind import FieldSpec
from netwright.store.naming import HIDDEN
from netwright.store.query.raw import Convert
from netwright.store.query.relation import Relation
from netwright.store.query.selection import Selection
from netwright.store.query.source import KeyText, Source
from netwright.store.value import Doc

Fill: TypeAlias = Callable[[Sequence[Any], Doc], None]


class Shape:
    """Which part of a row becomes which part of a document. ``nested``: references to unfold, with where
    their id stands in a row."""

    def __init__(self, source: Source, selection: Selection) -> None:
        self._source = source
        self._with_key: KeyText | None = None
        self._keyed = False
        self._plain: list[tuple[str, int]] = []
        self._converted: list[tuple[str, int, Convert]] = []
        self._references: list[tuple[str, int, str, KeyText | None, int | None, dict[int, Doc]]] = []
        self.nested: dict[str, tuple[FieldSpec, int]] = {}
        self.lists = self._lists(selection)
        wanted = _wanted(source, selection)
        self._empty: Doc = {"id": None}
        if "key" in wanted:
            self._empty["key"] = None
            self._keyed = True
            self._with_key = source.key()
        for spec in source.sight.fields(source.kind):
            if spec.name in wanted:
                self._add(spec, selection)

    def documents(self, rows: Sequence[Sequence[Any]]) -> list[Doc]:
        return [self._document(row) for row in rows]

    def _document(self, row: Sequence[Any]) -> Doc:
        doc = self._empty.copy()  # fields in their declared order
        doc["id"] = row[0]
        if self._keyed:
            doc["key"] = self._with_key(row) if self._with_key else f"#{row[0]}"
        for name, at in self._plain:
            doc[name] = row[at]
        for name, at, convert in self._converted:
            value = row[at]
            if value is not None:
                doc[name] = convert(value)
        for name, at, kind, key, seen, known in self._references:
            target = row[at]
            if target is None:
                continue
            if seen is not None and row[seen] is None:
                doc[name] = {"id": None, "kind": kind, "key": HIDDEN}
                continue
            reference = known.get(target)
            if reference is None:
                text = key(row) if key else f"#{target}"
                reference = known[target] = {"id": target, "kind": kind, "key": text}
            doc[name] = reference
        return doc

    def _add(self, spec: FieldSpec, selection: Selection) -> None:
        self._empty[spec.name] = None
        at, convert = self._source.place((), spec.column)
        if spec.reference is not None:
            path = (spec.column,)
            key, seen = self._source.key(path), self._source.seen_at(path)
            self._references.append((spec.name, at, spec.reference, key, seen, {}))
            for told, nested in selection.nested.items():
                if spec.name == (nested.name or told):
                    self.nested[told] = (spec, at)
        elif convert is None:
            self._plain.append((spec.name, at))
        else:
            self._converted.append((spec.name, at, convert))

    def _lists(self, selection: Selection) -> dict[str, Relation]:
        sight, kind = self._source.sight, self._source.kind
        lists = sight.relations(kind)
        names = {}
        for told, nested in selection.nested.items():
            name = nested.name or told
            spec = sight.field(kind, name)
            if spec is not None and spec.reference is None:
                raise InputError(
                    f"field {name} of {kind.name} is {spec.type}, there is nothing to unfold",
                    subject="expand",
                )
            if spec is None:
                if name not in lists:
                    error = sight.unknown(kind, name, what="reference or list", also=lists)
                    raise InputError(error.what, subject="expand", remedy=error.remedy)
                names[told] = lists[name]
        return names


def _wanted(source: Source, selection: Selection) -> set[str]:
    """Names of the fields to tell, and ``key``."""
    sight, kind = source.sight, source.kind
    if selection.fields is None:
        return {"key", *(spec.name for spec in sight.fields(kind))}
    lists = sight.relations(kind)
    wanted = set()
    unfolded = [nested.name or told for told, nested in selection.nested.items()]
    for name in (*selection.fields, *unfolded):
        spec = sight.field(kind, name)
        if spec is not None:
            wanted.add(spec.name)
        elif name in {"id", "key"}:
            wanted.add(name)
        elif name not in lists or name not in unfolded:
            error = sight.unknown(kind, name, also=["id", "key"])
            raise InputError(error.what, subject="fields", remedy=error.remedy)
    return wanted
