"""Ids of objects: one counter for all kinds, so that an id names one object for ever."""

from __future__ import annotations

from sqlalchemy import text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.store.record import Base, BigId


class ObjectId(Base):
    """The counter: one row, the last id given out."""

    __tablename__ = "object_id"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    last: Mapped[int]


def allocate(session: Session, count: int) -> range:
    """``count`` new ids in a row. The counter's row is locked until the transaction ends, so allocate in a
    short one; ids of a transaction that fails are given again or lost, never given twice."""
    if count < 1:
        raise ValueError(f"can't allocate {count} ids")
    step = (
        update(ObjectId).where(ObjectId.id == 1).values(last=ObjectId.last + count).returning(ObjectId.last)
    )
    last = session.scalar(step)
    if last is None:
        session.execute(text("INSERT INTO object_id (id, last) VALUES (1, 0) ON CONFLICT DO NOTHING"))
        last = session.scalar(step)
    assert last is not None
    return range(last - count + 1, last + 1)
