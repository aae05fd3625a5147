"""What the merged state would break: unique names, and references that would lead nowhere.

Looked for before anything is written, by statements over the touched objects only, so that people get
sentences about objects and not a database's words about constraints.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, UniqueConstraint, select
from sqlalchemy.orm import Session

from netwright.store.among import among
from netwright.store.delta import Ref
from netwright.store.holding import holding
from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.mention import Name, mentioning, mentions_in, name_of
from netwright.store.naming import Namer
from netwright.store.problem import Problem
from netwright.store.proposal import awaited
from netwright.store.record import ONLY_WITHOUT
from netwright.store.referring import Reference, referring
from netwright.store.rows import chunks
from netwright.store.value import Doc, codec

_NAMED = 3
"""Objects that a problem names; the others are counted."""


@dataclass(slots=True)
class Outlook:
    """The touched part of a merged state: whole documents after the merge, None for what is deleted."""

    docs: dict[Ref, Doc | None]
    created: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    written: dict[str, dict[int, Doc]] = field(default_factory=lambda: defaultdict(dict))
    """Kind -> id -> document of what is created or updated."""
    edited: dict[str, dict[int, Collection[str]]] = field(default_factory=lambda: defaultdict(dict))
    """Kind -> id -> columns written, for what is updated; a creation writes all."""
    deleted: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def create(self, kind: str, object_id: int, doc: Doc) -> None:
        self.docs[kind, object_id] = doc
        self.created[kind].add(object_id)
        self.written[kind][object_id] = doc

    def update(self, ref: Ref, doc: Doc, columns: Collection[str]) -> None:
        kind, object_id = ref
        self.docs[ref] = doc
        self.written[kind][object_id] = doc
        self.edited[kind][object_id] = columns

    def delete(self, ref: Ref) -> None:
        self.docs[ref] = None
        self.deleted[ref[0]].add(ref[1])

    def of(self, kind: Kind, columns: Collection[str]) -> Mapping[int, Doc]:
        """The objects of a kind in which one of ``columns`` is written, by id."""
        written, edited = self.written.get(kind.name, {}), self.edited.get(kind.name)
        if not edited:
            return written
        return {
            object_id: doc
            for object_id, doc in written.items()
            if object_id not in edited or any(name in edited[object_id] for name in columns)
        }


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
    return values if _may_lack_last(kind, columns) and None not in values[:-1] else None


def _may_lack_last(kind: Kind, columns: tuple[str, ...]) -> bool:
    return kind.optional_key is not None and columns == tuple(spec.column for spec in kind.key_fields)


def clashes(session: Session, kinds: Kinds, outlook: Outlook, namer: Namer) -> list[Problem]:
    """Objects that would have the same unique values as another."""
    problems: list[Problem] = []
    for kind in kinds.values():
        for columns in unique_sets(kind.table) if kind.name in outlook.written else ():
            problems.extend(_clashes(session, kind, columns, outlook, namer))
    return problems


def broken_references(session: Session, kinds: Kinds, outlook: Outlook, namer: Namer) -> list[Problem]:
    """Written references to objects that are not there after the merge."""
    problems: list[Problem] = []
    for kind in kinds.values():
        for spec in kind.fields if kind.name in outlook.written else ():
            if spec.reference is None:
                continue
            column, target_kind = spec.column, spec.reference
            docs = outlook.of(kind, (column,))
            wanted = {doc[column] for doc in docs.values()} - outlook.created.get(target_kind, set())
            missing = _missing(session, kinds[target_kind], wanted - {None}, outlook)
            if not missing:
                continue
            creators = awaited(session, missing)
            problems.extend(
                Problem(
                    f"{spec.name} refers to {target_kind} {namer.key(target_kind, target)}, which "
                    + (f"change set {creators[target]} creates" if target in creators else "is not there"),
                    kind.name,
                    namer.key(kind, object_id),
                    object_id,
                    spec.name,
                )
                for object_id, doc in docs.items()
                if (target := doc[column]) in missing
            )
    return problems


def left_behind(session: Session, kinds: Kinds, outlook: Outlook) -> Iterator[Reference]:
    """Untouched objects that refer to one that would be deleted."""
    for one in referring(session.connection(), kinds, outlook.deleted):
        if not _moved_on(outlook, (one.kind.name, one.id), one.spec, one.target):
            yield one


def left_mentioned(
    session: Session, kinds: Kinds, outlook: Outlook, present: Mapping[Ref, Doc], namer: Namer
) -> list[Problem]:
    """Names that end, by deletion or renaming, while others still mention them."""
    problems: list[Problem] = []
    for kind in kinds.values():
        fields = {mentioner.name: spec for mentioner, spec in kinds.mentioners(kind.name)}
        ending = _ending(kind, outlook, present) if fields else {}
        left: dict[Name, list[Ref]] = defaultdict(list)
        for one in mentioning(session, kind, ending) if ending else ():
            spec = fields.get(one.kind)
            if spec is not None and _mentions_still(outlook, (one.kind, one.id), spec, one.name.word):
                left[one.name].append((one.kind, one.id))
        for name, refs in left.items():
            problems.append(_mentioned(kind, ending[name], refs, outlook, namer))
    return problems


def _ending(kind: Kind, outlook: Outlook, present: Mapping[Ref, Doc]) -> dict[Name, int]:
    """The names of a kind that no object of it has after the merge any more, each with whose it is."""
    columns = {spec.column for spec in kind.key_fields}
    edited = outlook.edited.get(kind.name, {})
    renamed = (one for one, written in edited.items() if not columns.isdisjoint(written))
    ending = {
        name_of(kind, present[kind.name, object_id]): object_id
        for object_id in chain(outlook.deleted.get(kind.name, ()), renamed)
    }
    for doc in outlook.written.get(kind.name, {}).values():
        ending.pop(name_of(kind, doc), None)
    return ending


def _mentions_still(outlook: Outlook, ref: Ref, spec: FieldSpec, word: str) -> bool:
    if ref not in outlook.docs:
        return True
    doc = outlook.docs[ref]
    return doc is not None and mentions_in(spec, doc, word)


def _mentioned(kind: Kind, object_id: int, refs: list[Ref], outlook: Outlook, namer: Namer) -> Problem:
    gone = outlook.docs.get((kind.name, object_id)) is None
    names = [f"{other} {namer.key(other, one)}" for other, one in refs[:_NAMED]]
    if len(refs) > _NAMED:
        names.append(f"{len(refs) - _NAMED} more")
    said = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    carry = "carry" if len(refs) > 1 else "carries"
    what = "deleted" if gone else "renamed"
    way = "delete it with force to take it off" if gone else "rename it once more to have it follow"
    return Problem(
        f"can't be {what}, {said} {carry} it ({way})", kind.name, namer.key(kind, object_id), object_id
    )


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
        there.update(session.scalars(select(kind.table.c.id).where(among(session, kind.table.c.id, part))))
    return gone | (asked - there)


def _clashes(
    session: Session, kind: Kind, columns: tuple[str, ...], outlook: Outlook, namer: Namer
) -> Iterator[Problem]:
    claims = _claims(kind, columns, outlook)
    holders = dict(zip(claims.values(), claims, strict=True))
    several: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    if len(holders) < len(claims):
        for object_id, values in claims.items():
            several[values].append(object_id)
    for object_id, values in holding(session, kind, columns, _searched(kind, columns, holders, outlook)):
        if _stays(outlook, (kind.name, object_id), columns):
            several[values] = [*(several.get(values) or [holders[values]]), object_id]
    for values, ids in several.items():
        if len(ids) > 1:
            yield _clash(kind, columns, values, ids[0], ids[1:], namer)


def _claims(kind: Kind, columns: tuple[str, ...], outlook: Outlook) -> dict[int, tuple[Any, ...]]:
    """What each object that is written to takes for itself."""
    docs = outlook.of(kind, columns)
    if len(columns) == 1:
        column = columns[0]
        return {one: (value,) for one, doc in docs.items() if (value := doc[column]) is not None}
    pick = itemgetter(*columns)
    if not _may_lack_last(kind, columns):
        return {one: values for one, doc in docs.items() if None not in (values := pick(doc))}
    return {one: values for one, doc in docs.items() if None not in (values := pick(doc))[:-1]}


def _searched(
    kind: Kind, columns: tuple[str, ...], claimed: Collection[tuple[Any, ...]], outlook: Outlook
) -> Collection[tuple[Any, ...]]:
    """Values that an object of the tables can have: none that holds a reference to an object of this very
    merge."""
    specs = codec(kind).fields
    for place, name in enumerate(columns):
        created = outlook.created.get(specs[name].spec.reference or "")
        if created:
            claimed = [values for values in claimed if values[place] not in created]
    return claimed


def _stays(outlook: Outlook, ref: Ref, columns: tuple[str, ...]) -> bool:
    """Whether an object of the tables keeps its values in ``columns``."""
    if ref not in outlook.docs:
        return True
    written = outlook.edited.get(ref[0], {}).get(ref[1], ())
    return outlook.docs[ref] is not None and not any(name in written for name in columns)


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
