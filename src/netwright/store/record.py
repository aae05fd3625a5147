"""A field of a record is declared once; tables, documents, forms, imports and docs derive from it."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, Mapper, mapped_column

from netwright.base import address
from netwright.store.types import AddressColumn, InterfaceAddressColumn, PrefixColumn, WordsColumn

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer(), "sqlite")


def _enum_values(kind: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in kind]


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: String(255),
        int: BigId,
        enum.Enum: Enum(enum.Enum, native_enum=False, length=32, values_callable=_enum_values),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: WordsColumn,
        address.Address: AddressColumn,
        address.Interface: InterfaceAddressColumn,
        address.Prefix: PrefixColumn,
    }


class Record(Base):
    """A wanted object: edited only through change sets. ``id`` comes from one counter for all kinds, so
    an id names an object for ever, through renames and in history."""

    __abstract__ = True

    __key__: ClassVar[tuple[str, ...]] = ("name",)
    """Fields that name an object among its kind for people (references without ``_id``)."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


def field(
    help: str,  # noqa: A002
    *,
    unit: str = "",
    text: bool = False,
    mentions: str | None = None,
    **options: Any,
) -> MappedColumn[Any]:
    """A plain field. ``help`` is one phrase for forms and docs; ``unit`` as in ``Gbit/s``; ``text`` for
    several lines; ``mentions``: the kind whose objects it names, by the words of a list or the names in a
    mapping (``store/mention.py``); the rest goes to ``mapped_column``."""
    options["info"] = {"help": help, "unit": unit, "multiline": text, "mentions": mentions}
    return mapped_column(Text, **options) if text else mapped_column(**options)


def ref(
    kind: str,
    help: str,  # noqa: A002
    *,
    owner: bool = False,
    emptied: bool = False,
    **options: Any,
) -> MappedColumn[Any]:
    """A reference to an object of ``kind`` (a table's name); the attribute's name ends in ``_id``.

    ``owner``: the object is part of the other one and goes with it when that is deleted. ``emptied``: the
    field is empty then, in the same change set; other references stand against the deletion. The database
    checks references at commit, so that a merge may write its objects in any order."""
    key = ForeignKey(f"{kind}.id", deferrable=True, initially="DEFERRED")
    options.setdefault("index", True)
    return mapped_column(
        key, info={"help": help, "reference": kind, "owner": owner, "emptied": emptied}, **options
    )


ONLY_WITHOUT = "only without"


def unique_without(table: str, name: str, missing: str) -> Index:
    """Unique among the objects that lack ``missing``: a database takes two empty values for different ones,
    so a unique constraint over both columns does not hold these apart."""
    there = column(missing).is_(None)
    return Index(
        f"uq_{table}_{name}_alone", name, unique=True, sqlite_where=there, postgresql_where=there,
        info={ONLY_WITHOUT: missing},
    )  # fmt: skip


class Labelled(Record):
    """A wanted object on which people hang words and fields of their own."""

    __abstract__ = True

    tags: Mapped[list[str] | None] = field("Words it carries", mentions="tag", sort_order=100)
    custom: Mapped[dict[str, Any] | None] = field(
        "Values of custom fields, by name", mentions="custom_field", sort_order=101
    )


def led(table: Table, name: str) -> bool:
    """Whether an index of all rows begins with a column: the order by it costs what is read of it."""
    groups = [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    groups += [
        list(one.columns) for one in table.indexes if one.dialect_options["sqlite"].get("where") is None
    ]
    return any(columns[0].name == name for columns in groups)


@event.listens_for(Record, "after_mapper_constructed", propagate=True)
def _in_order_of_names(mapper: Mapper[Any], _record: type[Record]) -> None:
    """Lists are shown by name: where no index begins with it, as names are unique only within something
    else, there is one for that."""
    table = mapper.local_table
    if isinstance(table, Table) and "name" in table.c and not led(table, "name"):
        Index(f"ix_{table.name}_name", table.c.name)


@event.listens_for(Record, "after_mapper_constructed", propagate=True)
def _lean_indexes(mapper: Mapper[Any], _record: type[Record]) -> None:
    """An index over a reference that most objects leave empty holds those that don't: a million interfaces
    have a handful of bundles."""
    for index in mapper.local_table.indexes:  # type: ignore[attr-defined]
        first, *more = index.columns
        if not more and not index.unique and first.nullable and first.foreign_keys:
            there = first.is_not(None)
            index.dialect_options["sqlite"]["where"] = there
            index.dialect_options["postgresql"]["where"] = there
