"""Who refers to objects, asked of all kinds that may in one statement: a deletion asks some forty columns,
and most answer with nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection

from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.rows import Statements, statements

Referrer: TypeAlias = tuple[Kind, FieldSpec]
Which: TypeAlias = Callable[[FieldSpec], bool]


class Reference(NamedTuple):
    """Object ``id`` of ``kind`` refers to ``target`` in ``spec``."""

    kind: Kind
    spec: FieldSpec
    id: int
    target: int


def referring(
    connection: Connection,
    kinds: Kinds,
    targets: Mapping[str, Collection[int]],
    which: Which = lambda _: True,
) -> list[Reference]:
    """What refers to ``targets`` (ids by kind) in the tables. ``which``: by which fields."""
    words = statements(connection)
    asked: list[Referrer] = []
    arms: list[str] = []
    for name in kinds:  # in their own order: the same question is the same text, which databases keep planned
        for kind, spec in kinds.referrers(name) if targets.get(name) else ():
            if which(spec):
                arms.append(_arm(words, len(asked), kind, spec))
                asked.append((kind, spec))
    if not arms:
        return []
    given: dict[str, Any] = {name: words.ids(ids) for name, ids in targets.items() if ids}
    rows = connection.exec_driver_sql(" UNION ALL ".join(arms), given)
    return [Reference(*asked[row[0]], row[1], row[2]) for row in rows]


def _arm(words: Statements, place: int, kind: Kind, spec: FieldSpec) -> str:
    table, column = words.quote(kind.table.name), words.quote(spec.column)
    among = words.among_named(spec.reference or "")
    return f"SELECT {place}, id, {column} FROM {table} WHERE {column} {among}"  # noqa: S608 (names of ours)
