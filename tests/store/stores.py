"""Invented kinds in a metadata of their own, and a store with short words for tests."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, MetaData, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Session

from netwright.base import address
from netwright.store.changeset import ChangeSets
from netwright.store.check import Check
from netwright.store.database import Database
from netwright.store.delta import Change
from netwright.store.history import documents
from netwright.store.kind import Kinds
from netwright.store.problem import Problem
from netwright.store.record import Base, Record, field, ref

INVENTED = MetaData(naming_convention=Base.metadata.naming_convention)


class Colour(enum.StrEnum):
    RED = "red"
    DARK_BLUE = "dark-blue"


class TestRecord(Record):
    __abstract__ = True
    __test__ = False
    metadata = INVENTED


class Zone(TestRecord):
    """A tree."""

    __tablename__ = "t_zone"
    name: Mapped[str] = field("Name", unique=True)
    parent_id: Mapped[int | None] = ref("t_zone", "Zone above")


class Box(TestRecord):
    """Has one field of each type."""

    __tablename__ = "t_box"
    name: Mapped[str] = field("Name", unique=True)
    zone_id: Mapped[int | None] = ref("t_zone", "Zone")
    colour: Mapped[Colour] = field("Colour", default=Colour.RED)
    size: Mapped[int] = field("Size", default=1)
    weight: Mapped[float | None] = field("Weight", unit="kg")
    on: Mapped[bool] = field("Switched on", default=True)
    host: Mapped[address.Address | None] = field("Address", unique=True)
    uplink: Mapped[address.Interface | None] = field("Uplink")
    prefix: Mapped[address.Prefix | None] = field("Prefix")
    tags: Mapped[list[Any]] = field("Tags", default=list, type_=JSON)
    words: Mapped[list[str] | None] = field("Words")
    note: Mapped[str] = field("Note", default="", text=True)


class Part(TestRecord):
    """Belongs to a box."""

    __tablename__ = "t_part"
    __table_args__ = (UniqueConstraint("box_id", "name"),)
    __key__ = ("box", "name")
    box_id: Mapped[int] = ref("t_box", "Box", owner=True)
    name: Mapped[str] = field("Name")
    size: Mapped[int] = field("Size", default=1)


class Wire(TestRecord):
    """Between two parts; goes with either."""

    __tablename__ = "t_wire"
    __key__ = ("a_part", "b_part")
    a_part_id: Mapped[int] = ref("t_part", "One end", unique=True, owner=True)
    b_part_id: Mapped[int] = ref("t_part", "Other end", unique=True, owner=True)


class Store:
    """A database with change sets, and short words for tests."""

    def __init__(self, database: Database, kinds: Kinds) -> None:
        self.database = database
        self.kinds = kinds
        self.changesets = ChangeSets(database, kinds)

    def open(self, title: str = "test") -> int:
        return self.changesets.open(title, "ada").id

    def merge(self, changeset_id: int, check: Check | None = None) -> int:
        return self.changesets.merge(changeset_id, "bob", check or no_rules)

    def make(self, kind: str, **fields: Any) -> int:
        """One object, created and merged."""
        changeset = self.open(f"make a {kind}")
        object_id = self.changesets.create(changeset, kind, fields)
        self.merge(changeset)
        return object_id

    def change(self, kind: str, object_id: int, **fields: Any) -> int:
        """One object, updated and merged; the revision."""
        changeset = self.open(f"change a {kind}")
        self.changesets.update(changeset, kind, object_id, fields)
        return self.merge(changeset)

    def drop(self, kind: str, object_id: int) -> int:
        changeset = self.open(f"drop a {kind}")
        self.changesets.delete(changeset, kind, object_id)
        return self.merge(changeset)

    def dump(self) -> dict[str, dict[int, dict[str, Any]]]:
        """All that the tables hold."""
        with self.database.read() as session:
            return {name: documents(session, kind) for name, kind in self.kinds.items()}


def no_rules(session: Session, changes: Sequence[Change]) -> list[Problem]:
    return []


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """The statements that a block ran."""
    run: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        run.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        event.remove(store.database.engine, "before_cursor_execute", note)
