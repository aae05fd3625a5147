"""One object's change, and how changes of one object fold into one."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from netwright.store.record import Base
from netwright.store.value import Codec, Doc

Ref: TypeAlias = tuple[str, int]
"""A kind's name and an object's id."""


class Op(enum.StrEnum):
    """What becomes of an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Delta(Base):
    """A change waiting in a change set: one row an object. Shape of ``before`` and ``after`` as in
    :class:`Change`."""

    __tablename__ = "delta"
    __table_args__ = (Index("ix_delta_object_id", "object_id"), {"sqlite_with_rowid": False})

    changeset_id: Mapped[int] = mapped_column(ForeignKey("changeset.id"), primary_key=True)
    object_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    op: Mapped[Op]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one object, in plain values by column.

    create: ``after`` is the whole object. update: both hold the changed columns only. delete: ``before`` is
    the whole object. ``before`` is what the change was based on; a merge compares it with what is there."""

    kind: str
    id: int
    op: Op
    before: Doc | None
    after: Doc | None

    @property
    def ref(self) -> Ref:
        return (self.kind, self.id)

    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(self.kind, self.id, _INVERSE[self.op], self.after, self.before)

    def columns(self) -> Iterable[str]:
        return (self.after if self.after is not None else self.before or {}).keys()


_INVERSE = {Op.CREATE: Op.DELETE, Op.UPDATE: Op.UPDATE, Op.DELETE: Op.CREATE}


def updated(
    codec: Codec, known: Change | None, ref: Ref, current: Mapping[str, Any], fields: Doc
) -> Change | None:
    """Fold an update of ``fields`` into the change already ``known`` of the object (a create, an update or
    none). ``current`` is the object without the change set. None: nothing is left to change."""
    kind, object_id = ref
    if known is not None and known.op is Op.CREATE:
        return Change(kind, object_id, Op.CREATE, None, {**(known.after or {}), **fields})
    before = dict(known.before or {}) if known else {}
    after = dict(known.after or {}) if known else {}
    for column, value in fields.items():
        base = before.get(column, current.get(column))
        if codec.same(column, base, value):
            before.pop(column, None)
            after.pop(column, None)
        else:
            before[column] = base
            after[column] = value
    return Change(kind, object_id, Op.UPDATE, before, after) if after else None


def deleted(known: Change | None, ref: Ref, current: Mapping[str, Any]) -> Change | None:
    """Fold a deletion into what is ``known``; the first base of each field is kept. None: the object was
    only ever in this change set."""
    kind, object_id = ref
    if known is not None and known.op is Op.CREATE:
        return None
    first = known.before if known and known.before else {}
    return Change(kind, object_id, Op.DELETE, {**current, **first}, None)
