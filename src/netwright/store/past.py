"""The whole network as it was: within a block, a session reads the tables as of an old revision.

Temporary views stand in front of the tables that changed since, for this connection and transaction alone.
So any query, view or rendering works on the past without knowing it. Costs what was changed or deleted since,
once, and a lookup for each row that is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, MetaData, Table, insert, select, text
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.store.delta import Op
from netwright.store.history import (
    History,
    chunks,
    current_revision,
    documents_as_of,
    kinds_since,
    require_kept,
)
from netwright.store.kind import Kind, Kinds

_OVERLAID = "netwright overlaid kinds"


@contextmanager
def as_of_revision(session: Session, kinds: Kinds, revision: int) -> Iterator[None]:
    """Use it in a read session; the past ends with the block. Raises InputError for a revision that never
    was."""
    newest = current_revision(session)
    if not 0 <= revision <= newest:
        raise InputError(
            f"there is no revision {revision}", subject="as_of", remedy=f"The newest is {newest}."
        )
    require_kept(session, revision)
    point = session.begin_nested()
    try:
        changed = set(kinds_since(session, revision))
        home = _home(session)
        for name, kind in kinds.items():
            if name in changed:
                _cover(session, kind, revision, home)
        yield
    finally:
        session.info.pop(_OVERLAID, None)
        session.expire_all()
        point.rollback()


def overlaid(session: Session, kind: Kind) -> tuple[Table, Table] | None:
    """What a kind's view is made of, when the session reads the past and some of the kind were changed or
    deleted since: the rows that are still as they were, and what the others were. Both by id."""
    parts: dict[str, tuple[Table, Table]] = session.info.get(_OVERLAID, {})
    return parts.get(kind.name)


def _home(session: Session) -> str:
    """The schema of the real tables. Another search path makes PostgreSQL plan prepared statements anew."""
    if session.get_bind().dialect.name == "sqlite":
        return "main"
    schema = session.scalar(text("SELECT current_schema()"))
    session.execute(text(f'SET LOCAL search_path = pg_temp, "{schema}"'))
    return str(schema)


def _cover(session: Session, kind: Kind, revision: int, home: str) -> None:
    """Put a view in front of a kind's table: rows of which history knows nothing since, and what those were
    that were changed or deleted. What was created since costs nothing until it is looked at."""
    since = select(History.object_id).where(
        History.kind == kind.name, History.op.in_((Op.UPDATE, Op.DELETE)), History.revision > revision
    )
    ids = sorted(set(session.scalars(since)))  # DISTINCT would have SQLite walk all of history
    old = [
        {"id": object_id, **doc}
        for part in chunks(ids)
        for object_id, doc in documents_as_of(session, kind, revision, part).items()
    ]
    quoted = session.get_bind().dialect.identifier_preparer.quote
    names = ", ".join(quoted(column.name) for column in kind.table.columns)
    unchanged = (
        f"SELECT {names} "  # noqa: S608 (names of our own tables)
        f"FROM {home}.{quoted(kind.name)} AS present WHERE NOT EXISTS (SELECT 1 FROM {home}.history "
        f"WHERE history.object_id = present.id AND history.revision > {int(revision)})"
    )
    view = f"CREATE TEMPORARY VIEW {quoted(kind.name)} AS "
    if not old:
        session.execute(text(view + unchanged))
        return
    columns: list[Column[Any]] = [
        Column(column.name, column.type, primary_key=column.name == "id") for column in kind.table.columns
    ]
    past = Table(f"past_{kind.name}", MetaData(), *columns, prefixes=["TEMPORARY"])
    past.create(session.connection(), checkfirst=False)
    session.execute(insert(past), old)
    same = Table(f"same_{kind.name}", MetaData(), *(Column(column.name, column.type) for column in columns))
    session.execute(text(f"CREATE TEMPORARY VIEW {quoted(same.name)} AS {unchanged}"))
    both = f"SELECT {names} FROM {quoted(same.name)} UNION ALL SELECT {names} FROM {quoted(past.name)}"  # noqa: S608
    session.execute(text(view + both))
    session.info.setdefault(_OVERLAID, {})[kind.name] = (same, past)
