"""What a record class declares, read back for all that derives from it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import JSON, Boolean, Enum, Float, Integer, Table
from sqlalchemy.sql.schema import Column

from netwright.base.errors import NotFoundError
from netwright.store.record import Base, Record
from netwright.store.types import AddressColumn, InterfaceAddressColumn, PrefixColumn, WordsColumn


class FieldType(enum.StrEnum):
    """How a field's value is written in a document."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list of words"
    JSON = "json"
    ADDRESS = "address"
    INTERFACE_ADDRESS = "interface address"
    PREFIX = "prefix"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a kind. ``name`` is the document's name (``site``), ``column`` the table's
    (``site_id``); ``reference`` the kind referred to."""

    name: str
    column: str
    type: FieldType
    required: bool
    help: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    reference: str | None = None
    owner: bool = False
    emptied: bool = False
    multiline: bool = False
    max_length: int | None = None
    mentions: str | None = None
    """The kind whose objects it names by words."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of object: its record class, fields in declared order, and the fields of its natural key.

    There is one a record class, so kinds are the same when they are the same object."""

    name: str
    record: type[Record]
    help: str
    fields: tuple[FieldSpec, ...]
    key: tuple[str, ...]

    @property
    def table(self) -> Table:
        return cast("Table", self.record.__table__)

    def field(self, name: str) -> FieldSpec:
        for spec in self.fields:
            if spec.name == name:
                return spec
        known = ", ".join(spec.name for spec in self.fields)
        raise NotFoundError(f"{self.name} has no field {name!r}", remedy=f"Its fields are: {known}.")

    @property
    def optional_key(self) -> FieldSpec | None:
        """The last field of the key, if an object may do without it: its name then ends before (a prefix
        outside any VRF). Objects without it are told apart by the rest."""
        last = self.field(self.key[-1])
        return last if len(self.key) > 1 and last.reference is not None and not last.required else None

    @property
    def sure_key_fields(self) -> tuple[FieldSpec, ...]:
        """The fields of the key that every object has a value in."""
        return self.key_fields[:-1] if self.optional_key is not None else self.key_fields

    @property
    def key_fields(self) -> tuple[FieldSpec, ...]:
        return _key_fields(self)


@cache
def _key_fields(kind: Kind) -> tuple[FieldSpec, ...]:
    return tuple(kind.field(name) for name in kind.key)


class Kinds(Mapping[str, Kind]):
    """The kinds of one product, in an order in which each comes after those it refers to."""

    def __init__(self, records: Iterable[type[Record]]) -> None:
        self._kinds = {record.__tablename__: describe(record) for record in records}
        self._referrers: dict[str, list[tuple[Kind, FieldSpec]]] = {name: [] for name in self._kinds}
        self._mentioners: dict[str, list[tuple[Kind, FieldSpec]]] = {}
        for kind in self._kinds.values():
            for spec in kind.fields:
                if spec.mentions in self._kinds:
                    self._mentioners.setdefault(spec.mentions or "", []).append((kind, spec))
                if spec.reference in self._referrers:
                    self._referrers[spec.reference].append((kind, spec))

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __getitem__(self, name: str) -> Kind:
        try:
            return self._kinds[name]
        except KeyError:
            raise NotFoundError(
                f"there is no kind {name!r}", remedy=f"Kinds are: {', '.join(self._kinds)}."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def referrers(self, name: str) -> list[tuple[Kind, FieldSpec]]:
        """The fields of all kinds that refer to ``name``."""
        return self._referrers[name]

    def mentioners(self, name: str) -> list[tuple[Kind, FieldSpec]]:
        """The fields of all kinds that hold names of objects of ``name``; none for most."""
        return self._mentioners.get(name, [])


def as_kind(kind: Kind | str) -> Kind:
    """``kind`` itself, or the kind whose table has that name."""
    return kind if isinstance(kind, Kind) else _named(kind)


@cache
def _named(name: str) -> Kind:
    for mapper in Base.registry.mappers:
        record = mapper.class_
        if issubclass(record, Record) and record.__tablename__ == name:
            return describe(record)
    raise NotFoundError(f"there is no kind {name!r}", remedy="Run `netwright show` for the kinds.")


@cache
def describe(record: type[Record]) -> Kind:
    """The kind that a record class declares."""
    table = cast("Table", record.__table__)
    fields = tuple(_field(column) for column in table.columns if column.name != "id")
    summary = (record.__doc__ or record.__name__).strip().split("\n")[0]
    return Kind(record.__tablename__, record, summary, fields, record.__key__)


def _field(column: Column[Any]) -> FieldSpec:
    reference = column.info.get("reference")
    has_default = column.default is not None or column.server_default is not None
    choices = tuple(column.type.enums) if isinstance(column.type, Enum) else ()
    return FieldSpec(
        name=column.name.removesuffix("_id") if reference else column.name,
        column=column.name,
        type=FieldType.REFERENCE if reference else _type(column),
        required=not column.nullable and not has_default,
        help=column.info.get("help", ""),
        unit=column.info.get("unit", ""),
        choices=choices,
        reference=reference,
        owner=column.info.get("owner", False),
        emptied=column.info.get("emptied", False),
        multiline=column.info.get("multiline", False),
        max_length=getattr(column.type, "length", None) if not choices else None,
        mentions=column.info.get("mentions"),
    )


_TYPES: tuple[tuple[type, FieldType], ...] = (
    (Enum, FieldType.CHOICE),
    (Boolean, FieldType.BOOLEAN),
    (Integer, FieldType.INTEGER),
    (Float, FieldType.NUMBER),
    (WordsColumn, FieldType.LIST),
    (JSON, FieldType.JSON),
    (AddressColumn, FieldType.ADDRESS),
    (InterfaceAddressColumn, FieldType.INTERFACE_ADDRESS),
    (PrefixColumn, FieldType.PREFIX),
)


def _type(column: Column[Any]) -> FieldType:
    for kind, field_type in _TYPES:
        if isinstance(column.type, kind):
            return field_type
    return FieldType.TEXT
