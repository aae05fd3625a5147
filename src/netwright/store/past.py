"""The network as it was: within a block, a session reads the tables as of an old revision.

Temporary views stand in front of the tables that changed since, for this connection and transaction alone.
So any query, view or rendering works on the past without knowing it. What was created since costs nothing
until it is looked at; what was changed or deleted since is put back as it was: all of it once, or, where the
reader says beforehand what it will look at (``Past``), that alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Column, MetaData, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from netwright.base.errors import InputError
from netwright.store.delta import Op
from netwright.store.former import former_referrers
from netwright.store.history import current_revision, documents_as_of, kinds_since, require_kept
from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.rows import rows_of, statements

_PAST = "netwright past"


@contextmanager
def as_of_revision(
    session: Session, kinds: Kinds, revision: int, *, piecemeal: bool = False
) -> Iterator[None]:
    """Use it in a read session; the past ends with the block. ``piecemeal``: what is read in the block is
    read by a ``Reader``, which asks for what it needs; other queries see only what was put back so far.
    Raises InputError for a revision that never was."""
    newest = current_revision(session)
    if not 0 <= revision <= newest:
        raise InputError(
            f"there is no revision {revision}", subject="as_of", remedy=f"The newest is {newest}."
        )
    require_kept(session, revision)
    point = session.begin_nested()
    try:
        past = Past(session, kinds, revision)
        if not piecemeal:
            past.everything()
        session.info[_PAST] = past
        yield
    finally:
        session.info.pop(_PAST, None)
        session.expire_all()
        point.rollback()


def past_of(session: Session) -> Past | None:
    """The past that a session reads; none when it reads the present."""
    return session.info.get(_PAST)


def overlaid(session: Session, kind: Kind) -> tuple[Table, Table] | None:
    """What a kind's view is made of, when the session reads the past and some of the kind were put back: the
    rows that are still as they were, and what the others were. Both by id."""
    past = past_of(session)
    return _parts(kind) if past is not None and kind.name in past.put_back else None


class Past:
    """What of the past a session can see. A kind that was not changed since is as it is."""

    def __init__(self, session: Session, kinds: Kinds, revision: int) -> None:
        self._session = session
        self._kinds = kinds
        self._revision = revision
        self._connection = session.connection()
        self._words = statements(self._connection)
        self._home = _home(session)
        self._changed = set(kinds_since(session, revision)) & set(kinds)
        self._covered: set[str] = set()
        self._whole: set[str] = set()
        self._looked: defaultdict[str, set[int]] = defaultdict(set)
        self._named: defaultdict[str, set[int]] = defaultdict(set)
        self.put_back: set[str] = set()
        """Kinds with objects that are otherwise now, or gone."""

    def everything(self) -> None:
        """All objects of all kinds."""
        for name in self._kinds:
            self.whole(self._kinds[name])

    def whole(self, kind: Kind) -> None:
        """All objects of a kind."""
        if kind.name not in self._changed or kind.name in self._whole:
            return
        self._whole.add(kind.name)
        self._put_back(kind, self._undone(kind))

    def objects(self, kind: Kind, ids: Collection[int]) -> None:
        """Some objects, and what these refer to as far as their names go."""
        self._look(kind, ids)
        for spec, targets in self._targets(kind, kind.fields, ids):
            self._name(self._kinds[spec.reference or ""], targets)

    def referrers(self, kind: Kind, spec: FieldSpec, targets: Collection[int]) -> None:
        """The objects of a kind that referred to ``targets``, as ``objects`` does. What refers to them now
        and was not changed since needs nothing; the others are found by what history says they were."""
        if kind.name in self._changed and kind.name not in self._whole:
            former = former_referrers(self._session, kind, targets, self._revision)
            rows = rows_of(kind, self._connection)
            now = rows.referring(self._connection, spec.column, targets, self._home)
            self._look(kind, former | {object_id for object_id, _ in now})
        rows = rows_of(kind, self._connection)
        self.objects(kind, [one for one, _ in rows.referring(self._connection, spec.column, targets)])

    def _name(self, kind: Kind, ids: Collection[int]) -> None:
        """Some objects, as far as their names go."""
        new = set(ids) - self._named[kind.name]
        if not new:
            return
        self._named[kind.name] |= new
        self._look(kind, new)
        for spec, targets in self._targets(kind, kind.key_fields, new):
            self._name(self._kinds[spec.reference or ""], targets)

    def _targets(
        self, kind: Kind, fields: Collection[FieldSpec], ids: Collection[int]
    ) -> list[tuple[FieldSpec, set[int]]]:
        """What ``fields`` of some objects referred to."""
        specs = [spec for spec in fields if spec.reference is not None]
        if not specs or not ids:
            return []
        statement = self._words.select(kind.table, [spec.column for spec in specs])
        found = self._connection.exec_driver_sql(statement, (self._words.ids(ids),)).fetchall()
        return [(spec, {row[at] for row in found} - {None}) for at, spec in enumerate(specs)]

    def _look(self, kind: Kind, ids: Collection[int]) -> None:
        if kind.name not in self._changed or kind.name in self._whole:
            return
        new = set(ids) - self._looked[kind.name]
        self._looked[kind.name] |= new
        touched: set[int] = set()
        if new:
            words = self._words
            statement = (
                f"SELECT object_id FROM history WHERE object_id {words.among} "  # noqa: S608 (words of ours)
                f"AND revision > {words.mark}"
            )
            rows = self._connection.exec_driver_sql(statement, (words.ids(new), self._revision))
            touched = {row[0] for row in rows}
        self._put_back(kind, touched)

    def _undone(self, kind: Kind) -> set[int]:
        """Objects that were changed or deleted since."""
        words = self._words
        given = (kind.name, Op.UPDATE.value, Op.DELETE.value, self._revision)
        statement = (
            f"SELECT object_id FROM history WHERE kind = {words.mark} "  # noqa: S608 (words of ours)
            f"AND op IN ({words.mark}, {words.mark}) AND revision > {words.mark}"
        )
        return {row[0] for row in self._connection.exec_driver_sql(statement, given)}

    def _put_back(self, kind: Kind, ids: Collection[int]) -> None:
        """Put a view in front of a kind's table, and these objects into it as they were."""
        fresh = set(ids) - self._looked[kind.name] if kind.name in self._whole else ids
        docs = documents_as_of(self._session, kind, self._revision, fresh, self._home) if fresh else {}
        if kind.name not in self._covered:
            self._covered.add(kind.name)
            self._execute(f"CREATE TEMPORARY VIEW {self._quote(kind.name)} AS {self._unchanged(kind)}")
        if not docs:
            return
        if kind.name not in self.put_back:
            self.put_back.add(kind.name)
            self._widen(kind)
        rows_of(kind, self._connection).insert(self._connection, docs.items(), _parts(kind)[1])

    def _widen(self, kind: Kind) -> None:
        """Have the view show what is put back too."""
        same, past = _parts(kind)
        names = self._names(kind)
        self._execute(_created(kind, self._words.sqlite))
        self._execute(f"CREATE TEMPORARY VIEW {self._quote(same.name)} AS {self._unchanged(kind)}")
        self._execute(f"DROP VIEW {'temp' if self._words.sqlite else 'pg_temp'}.{self._quote(kind.name)}")
        self._execute(
            f"CREATE TEMPORARY VIEW {self._quote(kind.name)} AS "  # noqa: S608 (names of ours)
            f"SELECT {names} FROM {self._quote(same.name)} UNION ALL "
            f"SELECT {names} FROM {self._quote(past.name)}"
        )

    def _unchanged(self, kind: Kind) -> str:
        """The rows of which history knows nothing since."""
        return (
            f"SELECT {self._names(kind)} FROM {self._home}.{self._quote(kind.name)} AS present "  # noqa: S608
            f"WHERE NOT EXISTS (SELECT 1 FROM {self._home}.history "
            f"WHERE history.object_id = present.id AND history.revision > {int(self._revision)})"
        )

    def _names(self, kind: Kind) -> str:
        return ", ".join(self._quote(column.name) for column in kind.table.columns)

    def _quote(self, name: str) -> str:
        return self._words.quote(name)

    def _execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


def _home(session: Session) -> str:
    """The schema of the real tables. Another search path makes PostgreSQL plan prepared statements anew."""
    if session.get_bind().dialect.name == "sqlite":
        return "main"
    schema = session.scalar(text("SELECT current_schema()"))
    session.execute(text(f'SET LOCAL search_path = pg_temp, "{schema}"'))
    return f'"{schema}"'


@cache
def _parts(kind: Kind) -> tuple[Table, Table]:
    """The view of what is as it was, and the table of what is put back."""
    same, past = (
        Table(
            f"{word}_{kind.name}",
            MetaData(),
            *(
                Column(column.name, column.type, primary_key=column.name == "id", autoincrement=False)
                for column in kind.table.columns
            ),
            prefixes=["TEMPORARY"],
        )
        for word in ("same", "past")
    )
    return same, past


@cache
def _created(kind: Kind, on_sqlite: bool) -> str:
    dialect = sqlite.dialect() if on_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(CreateTable(_parts(kind)[1]).compile(dialect=dialect))
