"""What used to refer to an object: kept beside history, so that the interfaces that a device had are found
without a look at all that was changed since. One row a reference that a change ends, or may end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.store.delta import Change
from netwright.store.kind import Kind, as_kind
from netwright.store.record import Base
from netwright.store.rows import insert_rows, statements


class FormerReference(Base):
    """Until ``revision``, the object referred to ``target_id``; what else it refers to now, history says."""

    __tablename__ = "history_reference"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's own way)

    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """Of the object that referred."""
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    object_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


_COLUMNS = ("target_id", "kind", "revision", "object_id")


def record_former(session: Session, revision: int, changes: Iterable[Change]) -> None:
    """Write the references that a revision's updates and deletions end."""
    rows = {
        (target, change.kind, revision, change.id)
        for change in changes
        if change.before
        for column in _references(change.kind)
        if (target := change.before.get(column)) is not None
    }
    if rows:
        insert_rows(session.connection(), cast("Table", FormerReference.__table__), _COLUMNS, sorted(rows))


def former_referrers(session: Session, kind: Kind, targets: Collection[int], revision: int) -> set[int]:
    """Objects of a kind with a reference to one of ``targets`` that ended after ``revision``."""
    connection = session.connection()
    words = statements(connection)
    statement = (
        f"SELECT object_id FROM history_reference WHERE target_id {words.among} "  # noqa: S608 (words of ours)
        f"AND kind = {words.mark} AND revision > {words.mark}"
    )
    return {
        row[0] for row in connection.exec_driver_sql(statement, (words.ids(targets), kind.name, revision))
    }


@cache
def _references(kind: str) -> tuple[str, ...]:
    return tuple(spec.column for spec in as_kind(kind).fields if spec.reference is not None)
