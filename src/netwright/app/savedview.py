"""Lists that people want to see again: a kind and the question of its list, under a name. Own ones, or shared
with everybody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Text, UniqueConstraint, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from netwright.base.clock import Clock
from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database
from netwright.store.record import Base

_LONGEST_NAME = 60
_LONGEST_QUERY = 4_000
_MOST = 200


class SavedViewRow(Base):
    """A view as kept. ``query`` is the part of an address after ``?``; times are Unix seconds."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("kind", "owner", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    owner: Mapped[str]
    name: Mapped[str]
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[float]


@dataclass(frozen=True, slots=True)
class SavedView:
    """A kept view as pages have it."""

    id: int
    kind: str
    owner: str
    name: str
    query: str
    shared: bool


class SavedViews:
    """The verbs on saved views."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, kind: str, user: str) -> list[SavedView]:
        """A user's own views of a kind and those that others share, by name."""
        mine = or_(SavedViewRow.owner == user, SavedViewRow.shared.is_(True))
        query = select(SavedViewRow).where(SavedViewRow.kind == kind, mine).order_by(SavedViewRow.name)
        with self._database.read() as session:
            return [_view(row) for row in session.scalars(query.limit(_MOST))]

    def keep(self, kind: str, user: str, name: str, query: str, *, shared: bool) -> SavedView:
        """A new view, or the user's own of that name with another query. Raises InputError."""
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InputError(
                "this is no name for a view", subject="name", remedy=f"Give 1 to {_LONGEST_NAME} characters."
            )
        if len(query) > _LONGEST_QUERY:
            raise InputError("asks for too much to be kept", subject=name, remedy="Take some filters away.")
        with self._database.write() as session:
            row = session.scalar(
                select(SavedViewRow).where(
                    SavedViewRow.kind == kind, SavedViewRow.owner == user, SavedViewRow.name == name
                )
            )
            if row is None:
                row = SavedViewRow(kind=kind, owner=user, name=name, created_at=self._clock.now())
                session.add(row)
            row.query, row.shared = query, shared
            session.flush()
            return _view(row)

    def remove(self, view_id: int, user: str, *, anyone: bool = False) -> SavedView:
        """Forget a view: the user's own, or with ``anyone`` any. Raises NotFoundError."""
        with self._database.write() as session:
            row = session.get(SavedViewRow, view_id)
            if row is None or (row.owner != user and not anyone):
                raise NotFoundError("there is no such view of yours", subject=str(view_id))
            view = _view(row)
            session.execute(delete(SavedViewRow).where(SavedViewRow.id == view_id))
            return view


def _view(row: SavedViewRow) -> SavedView:
    return SavedView(row.id, row.kind, row.owner, row.name, row.query, row.shared)
