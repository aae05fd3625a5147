"""Natural keys: how people name objects. The parts of a kind's key, references followed, joined by ``/``."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from sqlalchemy import FromClause, Select, and_, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import Column

from netwright.base.errors import InputError, NotFoundError
from netwright.store.among import among
from netwright.store.delta import Op, Ref
from netwright.store.given import take_text
from netwright.store.history import History, chunks
from netwright.store.kind import FieldSpec, Kind, as_kind
from netwright.store.value import Doc, codec

SEPARATOR = "/"
HIDDEN = "hidden"
"""Stands for the name of an object that the reader may not see."""
_CANDIDATES = 50_000
_NEAR = 3


def natural_keys(session: Session, kind: Kind | str, ids: Collection[int] | None = None) -> dict[int, str]:
    """Key text of objects, all of a kind when ``ids`` is None. One statement a kind on the way, whatever
    the number of objects. Ids of nothing are left out."""
    kind = as_kind(kind)
    if ids is None:
        ids = list(session.scalars(select(kind.table.c.id)))
    namer = Namer(session)
    return {object_id: text for object_id, text in namer.keys(kind, ids).items() if text is not None}


def resolve(session: Session, kind: Kind | str, key_text: str) -> int:
    """The id of the object that a person named. Raises NotFoundError with near misses."""
    kind = as_kind(kind)
    parts = key_text.split(SEPARATOR)
    specs = _leaves(kind)
    tries = _tries(specs, parts)
    if (optional := kind.optional_key) is not None:
        left_out = len(_leaves(as_kind(optional.reference or "")))
        tries += [[*values, *[None] * left_out] for values in _tries(specs[:-left_out], parts)]
    if tries:
        query, columns = _joined(kind)
        conditions = [
            and_(*(column == value for column, value in zip(columns, values, strict=True)))
            for values in tries
        ]
        found = list(session.scalars(query.where(or_(*conditions)).limit(2)))
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                f"the name fits more than one {kind.name}", subject=key_text, remedy="Use the object's id."
            )
    raise _not_found(session, kind, key_text)


class Namer:
    """Names objects in bulk, also those that a change set creates or that are gone.

    ``overlay`` holds documents that stand in front of the tables (None: look behind it)."""

    def __init__(self, session: Session, overlay: Mapping[Ref, Doc | None] | None = None) -> None:
        self._session = session
        self._overlay = overlay or {}
        self._known: dict[str, dict[int, str | None]] = {}

    def keys(self, kind: Kind, ids: Iterable[int]) -> dict[int, str | None]:
        """Id -> key text; None for an id that never named an object of the kind."""
        known = self._known.setdefault(kind.name, {})
        wanted = set(ids)
        missing = {object_id for object_id in wanted if object_id not in known}  # not `-`: it walks all keys
        if missing:
            self._load(kind, missing, known)
        return {object_id: known[object_id] for object_id in wanted}

    def key(self, kind: Kind | str, object_id: int) -> str:
        """Key text of one object, ``#17`` when it has none."""
        return self.keys(as_kind(kind), (object_id,))[object_id] or f"#{object_id}"

    def value(self, spec: FieldSpec, plain: Any) -> Any:
        """A plain value as people read it: a reference as the key of what it refers to."""
        if spec.reference is None or plain is None:
            return plain
        return self.key(spec.reference, plain)

    def last_image(self, kind: Kind, object_id: int) -> Doc:
        """The whole document that an object had when it was deleted; empty if it never was."""
        return self._gone(kind, {object_id}).get(object_id, {})

    def _load(self, kind: Kind, ids: set[int], known: dict[int, str | None]) -> None:
        docs = self._documents(kind, ids)
        texts: dict[int, list[str]] = {object_id: [] for object_id in docs}
        for spec in kind.key_fields:
            column = spec.column
            referred: dict[int, str | None] = {}
            if spec.reference is not None:
                targets = {doc[column] for doc in docs.values() if doc.get(column) is not None}
                referred = self.keys(as_kind(spec.reference), targets)
            for object_id, doc in docs.items():
                value = doc.get(column)
                if spec.reference is not None and value is not None:
                    value = referred[value] or f"#{value}"
                texts[object_id].append("" if value is None else str(value))
        if kind.optional_key is not None:
            for said in texts.values():
                if not said[-1]:
                    said.pop()
        for object_id in ids:
            known[object_id] = SEPARATOR.join(texts[object_id]) if object_id in texts else None

    def _documents(self, kind: Kind, ids: set[int]) -> dict[int, Mapping[str, Any]]:
        docs: dict[int, Mapping[str, Any]] = {}
        for object_id in ids:
            doc = self._overlay.get((kind.name, object_id))
            if doc is not None:
                docs[object_id] = doc
        ways = codec(kind)
        columns = [spec.column for spec in kind.key_fields]
        table = kind.table
        for part in chunks(ids - docs.keys()):
            query = select(table.c.id, *(table.c[name] for name in columns)).where(
                among(self._session, table.c.id, part)
            )
            for object_id, *values in self._session.execute(query):
                pairs = zip(columns, values, strict=True)
                docs[object_id] = {name: _plain(ways.fields[name].plain, value) for name, value in pairs}
        docs.update(self._gone(kind, ids - docs.keys()))
        return docs

    def _gone(self, kind: Kind, ids: set[int]) -> dict[int, Doc]:
        docs: dict[int, Doc] = {}
        for part in chunks(ids):
            gone = select(History.object_id, History.before).where(
                History.object_id.in_(part), History.kind == kind.name, History.op == Op.DELETE
            )
            for object_id, before in self._session.execute(gone.order_by(History.revision)):
                docs[object_id] = before or {}
        return docs


def _plain(convert: Any, value: Any) -> Any:
    return value if value is None or convert is None else convert(value)


def _leaves(kind: Kind, above: tuple[str, ...] = ()) -> list[FieldSpec]:
    """The plain fields that a key is made of, references followed."""
    if kind.name in above:
        raise ValueError(f"the key of {kind.name} refers to itself")
    found: list[FieldSpec] = []
    for spec in kind.key_fields:
        if spec.reference is None:
            found.append(spec)
        else:
            found.extend(_leaves(as_kind(spec.reference), (*above, kind.name)))
    return found


def _joined(kind: Kind) -> tuple[Select[int], list[Column[Any]]]:
    """A query for the id of an object by the plain fields of its key, and those fields' columns."""
    columns: list[Column[Any]] = []
    root = kind.table
    source = _join(kind, root, root, columns)
    return select(root.c.id).select_from(source), columns


def _join(kind: Kind, table: FromClause, source: FromClause, columns: list[Column[Any]]) -> FromClause:
    for spec in kind.key_fields:
        column = table.c[spec.column]
        if spec.reference is None:
            columns.append(column)  # type: ignore[arg-type]
            continue
        referred = as_kind(spec.reference)
        target = referred.table.alias()
        optional = spec == kind.optional_key
        source = source.join(target, target.c.id == column, isouter=optional)
        source = _join(referred, target, source, columns)
    return source


def _tries(specs: Sequence[FieldSpec], parts: Sequence[str]) -> list[list[Any]]:
    """The values that the parts of a name may stand for."""
    typed = (_typed(specs, split) for split in _splits(parts, len(specs)))
    return [values for values in typed if values is not None]


def _splits(parts: Sequence[str], groups: int) -> Iterator[list[str]]:
    """All ways to read the parts as ``groups`` texts: names such as ``Ethernet1/1`` hold the separator."""
    for cuts in combinations(range(1, len(parts)), groups - 1):
        edges = (0, *cuts, len(parts))
        yield [SEPARATOR.join(parts[low:high]) for low, high in pairwise(edges)]


def _typed(specs: Sequence[FieldSpec], texts: Sequence[str]) -> list[Any] | None:
    """Texts as values of the fields, or None when one can't be one."""
    values = [take_text(spec, text) for spec, text in zip(specs, texts, strict=True)]
    return None if None in values else values


def _not_found(session: Session, kind: Kind, key_text: str) -> NotFoundError:
    first = kind.key_fields[0]
    if first.reference is not None and SEPARATOR in key_text:
        referred = as_kind(first.reference)
        head = key_text.split(SEPARATOR)[: len(_leaves(referred))]
        try:
            parent = resolve(session, referred, SEPARATOR.join(head))
        except NotFoundError as error:
            if len(kind.key) > 1:
                return error
        else:
            query = select(kind.table.c.id).where(kind.table.c[first.column] == parent)
            return _with_near_misses(session, kind, key_text, list(session.scalars(query.limit(_CANDIDATES))))
    ids = list(session.scalars(select(kind.table.c.id).limit(_CANDIDATES)))
    return _with_near_misses(session, kind, key_text, ids)


def _with_near_misses(session: Session, kind: Kind, key_text: str, ids: list[int]) -> NotFoundError:
    names = list(natural_keys(session, kind, ids).values())
    near = difflib.get_close_matches(key_text, names, n=_NEAR, cutoff=0.5)
    if near:
        remedy = f"Did you mean {' or '.join(near)}?"
    elif names:
        remedy = f"List them with `netwright show {kind.name}`."
    else:
        remedy = f"There is no {kind.name} at all yet; import some."
    return NotFoundError(f"there is no {kind.name} {key_text!r}", remedy=remedy)
