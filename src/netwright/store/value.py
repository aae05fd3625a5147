"""Values of fields: checked when they come in, and their plain form.

A *plain* value is what JSON can hold: addresses as canonical text, choices as their word, references as ids.
Change sets and history keep documents of plain values by column (``Doc``); SQL binds them as they are.
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Enum
from sqlalchemy.sql.schema import Column

from netwright.base.errors import InputError
from netwright.store.given import Wrong, taker
from netwright.store.kind import FieldSpec, FieldType, Kind

Doc: TypeAlias = dict[str, Any]
"""Plain values by column name."""


@dataclass(frozen=True, slots=True)
class FieldCodec:
    """One field's ways: ``take`` what a person gives to plain, ``plain`` from Python, ``python`` back."""

    spec: FieldSpec
    nullable: bool
    nonempty: bool
    take: Callable[[Any], Any]
    plain: Callable[[Any], Any] | None
    python: Callable[[Any], Any] | None
    default: Callable[[], Any] | None


class Codec:
    """The fields of one kind, ready for use. Get it from :func:`codec`."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.fields = {spec.column: _field_codec(kind, spec) for spec in kind.fields}
        self.columns = tuple(self.fields)
        self._plain = tuple((name, codec.plain) for name, codec in self.fields.items())
        self._takers = {name: field.take for name, field in self.fields.items()}
        self._nullable = frozenset(name for name, field in self.fields.items() if field.nullable)
        self._nonempty = frozenset(name for name, field in self.fields.items() if field.nonempty)
        self._required = frozenset(
            name for name, field in self.fields.items() if field.default is None and not field.nullable
        )
        defaults = {name: self.missing(name) for name in self.fields}
        self._blank: Doc = dict(defaults)
        self._made = tuple(name for name, value in defaults.items() if isinstance(value, list | dict))
        """Columns whose default is a new object each time."""

    def take(self, fields: Mapping[str, Any], subject: str) -> Doc:
        """Given values as plain ones. Raises InputError naming object, field and what was expected."""
        return {name: self._take_one(name, value, subject) for name, value in fields.items()}

    def take_new(self, fields: Mapping[str, Any]) -> Doc:
        """The whole document of a new object: given values, and defaults for the others."""
        doc = self._blank.copy()
        for name in self._made:
            doc[name] = self.missing(name)
        if not self._filled(doc, fields):
            raise self._refusal(fields)
        return doc

    def _filled(self, doc: Doc, fields: Mapping[str, Any]) -> bool:
        """Put given values into a document; False when one is wrong or missing."""
        takers, nullable, nonempty = self._takers, self._nullable, self._nonempty
        try:
            for name, value in fields.items():
                if value is None:
                    if name not in nullable:
                        return False
                    doc[name] = None
                else:
                    doc[name] = taken = takers[name](value)
                    if (taken is None and name not in nullable) or (taken == "" and name in nonempty):
                        return False
        except (KeyError, Wrong):
            return False
        return fields.keys() >= self._required

    def _refusal(self, fields: Mapping[str, Any]) -> InputError:
        """What is wrong with the values of a new object, in words."""
        subject = f"new {self.kind.name}{_guess_name(self.kind, fields)}"
        try:
            self.take(fields, subject)
        except InputError as error:
            return error
        return self._lacking(
            next(name for name in self.columns if name in self._required - fields.keys()), subject
        )

    def _lacking(self, column: str, subject: str) -> InputError:
        spec = self.fields[column].spec
        return InputError(f"field {spec.name} is missing", subject=subject, remedy=f"Give it: {_want(spec)}.")

    def default(self, column: str) -> Any:
        """The plain value of a field that nobody gave. Raises InputError for one that must be given."""
        if column in self._required:
            raise self._lacking(column, self.kind.name)
        return self.missing(column)

    def missing(self, column: str) -> Any:
        """The plain value of a column that a document older than it lacks."""
        field = self.fields[column]
        return None if field.default is None else field.default()

    def plain_row(self, values: Sequence[Any]) -> Doc:
        """A row of the table, its values in the order of ``columns``, as a document."""
        return {
            name: value if value is None or plain is None else plain(value)
            for (name, plain), value in zip(self._plain, values, strict=True)
        }

    def python_row(self, doc: Mapping[str, Any]) -> dict[str, Any]:
        """A document as Python values (addresses, enums). Columns younger than it get their default."""
        return {name: _to_python(field, doc) for name, field in self.fields.items()}

    def same(self, column: str, one: Any, other: Any) -> bool:
        """Whether two plain values are equal; JSON is compared as text, for ``1`` is not ``true`` there."""
        if one == other and self.fields[column].spec.type is FieldType.JSON:
            return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(
                other, option=orjson.OPT_SORT_KEYS
            )
        return bool(one == other)

    def _take_one(self, column: str, value: Any, subject: str) -> Any:
        field = self.fields.get(column)
        if field is None:
            raise self._unknown(column, subject)
        spec = field.spec
        if value is None:
            if field.nullable:
                return None
            raise InputError(
                f"field {spec.name} can't be empty", subject=subject, remedy=f"Give it: {_want(spec)}."
            )
        try:
            taken = field.take(value)
        except Wrong as wrong:
            shown = str(value) if len(str(value)) <= 80 else f"{str(value)[:80]}…"
            raise InputError(
                f"field {spec.name}: expected {wrong}, not {shown!r}",
                subject=subject,
                remedy=f"Give it: {_want(spec)}.",
            ) from None
        if taken == "" and field.nonempty:
            raise InputError(
                f"field {spec.name} can't be empty, it names the object",
                subject=subject,
                remedy="Give a name.",
            )
        return taken

    def _unknown(self, column: str, subject: str) -> InputError:
        near = difflib.get_close_matches(column, self.columns, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Its fields are: {', '.join(self.columns)}."
        return InputError(f"{self.kind.name} has no field {column!r}", subject=subject, remedy=hint)


@cache
def codec(kind: Kind) -> Codec:
    """The codec of a kind, made once."""
    return Codec(kind)


def _to_python(field: FieldCodec, doc: Mapping[str, Any]) -> Any:
    name = field.spec.column
    value = field.default() if name not in doc and field.default is not None else doc.get(name)
    return value if value is None or field.python is None else field.python(value)


def _field_codec(kind: Kind, spec: FieldSpec) -> FieldCodec:
    column: Column[Any] = kind.table.c[spec.column]
    plain = _PLAIN.get(spec.type)
    return FieldCodec(
        spec=spec,
        nullable=bool(column.nullable),
        nonempty=spec.name in kind.key and spec.type is FieldType.TEXT,
        take=taker(spec),
        plain=plain,
        python=_python(column, spec),
        default=_default(column, plain),
    )


def _default(column: Column[Any], plain: Callable[[Any], Any] | None) -> Callable[[], Any] | None:
    default = column.default
    if default is None:
        return None
    convert = plain or (lambda value: value)
    argument: Any = getattr(default, "arg", None)
    if default.is_callable:
        return lambda: convert(argument(None))
    return lambda: convert(argument)


def _python(column: Column[Any], spec: FieldSpec) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Enum):
        return column.type.enum_class
    return _PYTHON.get(spec.type)


def _guess_name(kind: Kind, fields: Mapping[str, Any]) -> str:
    name = fields.get(kind.sure_key_fields[-1].column)
    return f" {name}" if name is not None else ""


def _want(spec: FieldSpec) -> str:
    words = spec.help[:1].lower() + spec.help[1:] if spec.help else str(spec.type)
    if spec.choices:
        return f"{words} (one of {', '.join(spec.choices)})"
    return f"{words} ({spec.type}{', in ' + spec.unit if spec.unit else ''})"


_PLAIN: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.CHOICE: lambda value: str(getattr(value, "value", value)),
    FieldType.ADDRESS: str,
    FieldType.INTERFACE_ADDRESS: str,
    FieldType.PREFIX: str,
}
_PYTHON: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.ADDRESS: ipaddress.ip_address,
    FieldType.INTERFACE_ADDRESS: ipaddress.ip_interface,
    FieldType.PREFIX: ipaddress.ip_network,
}
