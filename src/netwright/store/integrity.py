"""What the merged state would break: unique names, and references that would lead nowhere.

Looked for before anything is written, by statements over the touched objects only, so that people get
sentences about objects and not a database's words about constraints.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, UniqueConstraint, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from netwright.store.delta import Ref
from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.naming import Namer
from netwright.store.problem import Problem
from netwright.store.proposal import awaited
from netwright.store.record import ONLY_WITHOUT
from netwright.store.rows import chunks, rows_of
from netwright.store.value import Doc, codec


@dataclass(slots=True)
class Outlook:
    """The touched part of a merged state: whole documents after the merge, None for what is deleted."""

    docs: dict[Ref, Doc | None]
    created: set[Ref] = field(default_factory=set)
    changed: dict[str, dict[int, Collection[str]]] = field(default_factory=lambda: defaultdict(dict))
    """Kind -> id -> columns written, for what is created or updated."""
    deleted: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def write(self, ref: Ref, doc: Doc, columns: Collection[str]) -> None:
        self.docs[ref] = doc
        self.changed[ref[0]][ref[1]] = columns

    def delete(self, ref: Ref) -> None:
        self.docs[ref] = None
        self.deleted[ref[0]].add(ref[1])

    def of(self, kind: Kind) -> Iterator[tuple[int, Collection[str], Doc]]:
        """Id, written columns and document of all of a kind that something is written to."""
        docs, name = self.docs, kind.name
        for object_id, columns in self.changed.get(name, {}).items():
            doc = docs[name, object_id]
            assert doc is not None
            yield object_id, columns, doc


@dataclass(frozen=True, slots=True)
class Referrer:
    """An object that would be left referring to a deleted one."""

    kind: Kind
    spec: FieldSpec
    id: int
    target: int


@cache
def unique_sets(table: Table) -> list[tuple[str, ...]]:
    """The groups of columns that are unique together, the primary key left out."""
    found = {
        tuple(column.name for column in constraint.columns)
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    }
    found |= {
        tuple(column.name for column in index.columns)
        for index in table.indexes
        if index.unique and ONLY_WITHOUT not in index.info
    }
    return sorted(found)


def held(kind: Kind, columns: tuple[str, ...], doc: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The values that an object takes for itself; None when one of them is empty: that is equal to nothing,
    but for the last part of a name that may do without."""
    values = tuple([doc[name] for name in columns])
    if None not in values:
        return values
    last = kind.optional_key
    named = last is not None and columns == tuple(spec.column for spec in kind.key_fields)
    return values if named and None not in values[:-1] else None


def clashes(session: Session, kinds: Kinds, outlook: Outlook, namer: Namer) -> list[Problem]:
    """Objects that would have the same unique values as another."""
    problems: list[Problem] = []
    for kind in kinds.values():
        for columns in unique_sets(kind.table) if kind.name in outlook.changed else ():
            problems.extend(_clashes(session, kind, columns, outlook, namer))
    return problems


def broken_references(session: Session, kinds: Kinds, outlook: Outlook, namer: Namer) -> list[Problem]:
    """Written references to objects that are not there after the merge."""
    problems: list[Problem] = []
    for kind in kinds.values():
        if kind.name not in outlook.changed:
            continue
        for spec in kind.fields:
            if spec.reference is None:
                continue
            column = spec.column
            wanted = {
                object_id: doc[column]
                for object_id, columns, doc in outlook.of(kind)
                if doc[column] is not None and column in columns
            }
            missing = _missing(session, kinds[spec.reference], set(wanted.values()), outlook)
            creators = awaited(session, missing)
            problems.extend(
                Problem(
                    f"{spec.name} refers to {spec.reference} {namer.key(spec.reference, target)}, which "
                    + (f"change set {creators[target]} creates" if target in creators else "is not there"),
                    kind.name,
                    namer.key(kind, object_id),
                    object_id,
                    spec.name,
                )
                for object_id, target in wanted.items()
                if target in missing
            )
    return problems


def left_behind(session: Session, kinds: Kinds, outlook: Outlook) -> Iterator[Referrer]:
    """Untouched objects that refer to one that would be deleted."""
    connection = session.connection()
    for kind in kinds.values():
        gone = outlook.deleted.get(kind.name)
        if not gone:
            continue
        for referrer, spec in kinds.referrers(kind.name):
            rows = rows_of(referrer, connection).referring(connection, spec.column, gone)
            for object_id, target in rows:
                if not _moved_on(outlook, (referrer.name, object_id), spec, target):
                    yield Referrer(referrer, spec, object_id, target)


def _moved_on(outlook: Outlook, ref: Ref, spec: FieldSpec, target: int) -> bool:
    if ref not in outlook.docs:
        return False
    doc = outlook.docs[ref]
    return doc is None or doc[spec.column] != target


def _missing(session: Session, kind: Kind, ids: set[int], outlook: Outlook) -> set[int]:
    touched = {object_id for object_id in ids if (kind.name, object_id) in outlook.docs}
    gone = {object_id for object_id in touched if outlook.docs[kind.name, object_id] is None}
    asked = ids - touched
    there: set[int] = set()
    for part in chunks(asked):
        there.update(session.scalars(select(kind.table.c.id).where(kind.table.c.id.in_(part))))
    return gone | (asked - there)


def _clashes(
    session: Session, kind: Kind, columns: tuple[str, ...], outlook: Outlook, namer: Namer
) -> Iterator[Problem]:
    holders: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    searched: set[tuple[Any, ...]] = set()
    fresh = _fresh_columns(kind, columns)
    created = outlook.created
    for object_id, written, doc in outlook.of(kind):
        if not any(name in written for name in columns):
            continue
        values = held(kind, columns, doc)
        if values is None:
            continue
        holders[values].append(object_id)
        if not any((target, doc[name]) in created for name, target in fresh):
            searched.add(values)
    for values, object_id in _others(session, kind, columns, searched, outlook):
        holders[values].append(object_id)
    for values, ids in holders.items():
        for object_id in ids[:1] if len(ids) > 1 else ():
            yield _clash(kind, columns, values, object_id, ids[1:], namer)


def _fresh_columns(kind: Kind, columns: Iterable[str]) -> list[tuple[str, str]]:
    """Columns that refer to a kind: when they refer to an object of this very merge, no row can clash."""
    specs = codec(kind).fields
    return [(name, target) for name in columns if (target := specs[name].spec.reference) is not None]


def _others(
    session: Session,
    kind: Kind,
    columns: tuple[str, ...],
    searched: set[tuple[Any, ...]],
    outlook: Outlook,
) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Objects that hold one of the values and keep it: those of the tables, as the merge leaves them."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        found = rows_of(kind, connection).holding(connection, columns, searched)
    else:
        found = _holding(session, kind, columns, searched)
    for object_id, values in found:
        ref = (kind.name, object_id)
        if ref not in outlook.docs or (
            outlook.docs[ref] is not None and not _rewritten(outlook, ref, columns)
        ):
            yield values, object_id


def _holding(
    session: Session, kind: Kind, columns: tuple[str, ...], searched: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """As ``rows.TableRows.holding``, for a database that looks a list of rows up in an index."""
    table = kind.table
    ways = codec(kind)
    targets = [table.c[name] for name in columns]
    converts = [ways.fields[name].plain for name in columns]
    for part in chunks(searched, 1_000):
        for object_id, *row in session.execute(select(table.c.id, *targets).where(_matching(targets, part))):
            yield (
                object_id,
                tuple(
                    value if convert is None or value is None else convert(value)
                    for convert, value in zip(converts, row, strict=True)
                ),
            )


def _matching(
    targets: Sequence[ColumnElement[Any]], values: Sequence[tuple[Any, ...]]
) -> ColumnElement[bool]:
    """Rows that hold one of the values; an empty one can only be the last."""
    if len(targets) == 1:
        return targets[0].in_([one[0] for one in values])
    whole = [one for one in values if one[-1] is not None]
    found: list[ColumnElement[bool]] = [tuple_(*targets).in_(whole)] if whole else []
    if len(whole) < len(values):
        rest = [one[:-1] for one in values if one[-1] is None]
        found.append(and_(targets[-1].is_(None), _matching(targets[:-1], rest)))
    return or_(*found)


def _rewritten(outlook: Outlook, ref: Ref, columns: tuple[str, ...]) -> bool:
    written = outlook.changed.get(ref[0], {}).get(ref[1], ())
    return any(name in written for name in columns)


def _clash(
    kind: Kind,
    columns: tuple[str, ...],
    values: tuple[Any, ...],
    object_id: int,
    others: list[int],
    namer: Namer,
) -> Problem:
    specs: Mapping[str, FieldSpec] = {name: codec(kind).fields[name].spec for name in columns}
    said = " and ".join(
        f"{spec.name} {namer.value(spec, value)}" for spec, value in zip(specs.values(), values, strict=True)
    )
    names = sorted({namer.key(kind, other) for other in others})
    keys = {namer.key(kind, object_id), *names}
    who = "another " + kind.name if len(keys) == 1 else ", ".join(f"{kind.name} {name}" for name in names)
    return Problem(
        f"{said} is taken by {who} too",
        kind.name,
        namer.key(kind, object_id),
        object_id,
        next(iter(specs.values())).name,
    )
