"""Values of fields: checked when they come in, and their plain form.

A *plain* value is what JSON can hold: addresses as canonical text, choices as their word, references as ids.
Change sets and history keep documents of plain values by column (``Doc``); SQL binds them as they are.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Enum
from sqlalchemy.sql.schema import Column

from netwright.base.errors import InputError
from netwright.store.kind import FieldSpec, FieldType, Kind

Doc: TypeAlias = dict[str, Any]
"""Plain values by column name."""

_INTEGER_BITS = 63
_LARGEST = (1 << _INTEGER_BITS) - 1
_LONGEST_WORD = 100
_YES = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class _Wrong(Exception):  # noqa: N818 (never leaves this module)
    """What was expected, as a phrase."""


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
        except (KeyError, _Wrong):
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
        except _Wrong as wrong:
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


def take_text(spec: FieldSpec, text: str) -> Any:
    """A person's text as a plain value of the field; None when it can't be one."""
    try:
        return _taker(spec)(text)
    except _Wrong:
        return None


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
        take=_taker(spec),
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


def _taker(spec: FieldSpec) -> Callable[[Any], Any]:
    if spec.type is FieldType.TEXT:
        longest = spec.max_length or sys.maxsize

        def text(value: Any) -> str:
            if value.__class__ is str and len(value) <= longest and value.isprintable():
                return str(value)
            return _take_text(spec, value)

        return text
    if spec.type is FieldType.CHOICE:
        words = frozenset(spec.choices)
        return lambda value: value if value.__class__ is str and value in words else _take_choice(spec, value)
    return _TAKE[spec.type]


def _take_text(spec: FieldSpec, value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong("text")
    if spec.max_length is not None and len(value) > spec.max_length:
        raise _Wrong(f"at most {spec.max_length} characters")
    if not value.isprintable():
        allowed = {"\n", "\t"} if spec.multiline else set()
        if any(_is_control(char) and char not in allowed for char in value):
            raise _Wrong("text without control characters" if spec.multiline else "text in one line")
    return value


def in_one_line(text: str) -> bool:
    """Whether a text has no control characters, as the values of most fields."""
    return text.isprintable() or not any(map(_is_control, text))


def _is_control(char: str) -> bool:
    code = ord(char)
    return code < 0x20 or 0x7F <= code < 0xA0 or code in (0x2028, 0x2029) or 0xD800 <= code < 0xE000


def _take_choice(spec: FieldSpec, value: Any) -> str:
    word = str(getattr(value, "value", value))
    if word not in spec.choices:
        near = difflib.get_close_matches(word, spec.choices, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise _Wrong(f"one of {', '.join(spec.choices)}{hint}")
    return word


def _take_integer(value: Any) -> int:
    number: int
    if isinstance(value, bool):
        raise _Wrong("an integer")
    if isinstance(value, int):
        number = int(value)
    elif isinstance(value, str):
        try:
            number = int(value)
        except ValueError:
            raise _Wrong("an integer") from None
    else:
        raise _Wrong("an integer")
    if not -(1 << _INTEGER_BITS) <= number < 1 << _INTEGER_BITS:
        raise _Wrong("an integer of 64 bits")
    return number


def _take_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Wrong("a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise _Wrong("a number") from None
    if not math.isfinite(number):
        raise _Wrong("a finite number")
    return number


def _take_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _YES:
        return _YES[value.strip().lower()]
    raise _Wrong("true or false")


def _take_reference(value: Any) -> int:
    if value.__class__ is int and 0 < value <= _LARGEST:
        return int(value)
    number = _take_integer(value)
    if number < 1:
        raise _Wrong("the id of an object")
    return number


def _take_words(value: Any) -> list[str] | None:
    """Words from a list, or from text with commas; each once, in order of the alphabet. None: no word."""
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list | tuple | set | frozenset) or not all(
        isinstance(one, str) for one in words
    ):
        raise _Wrong("a list of words")
    found = sorted({word for one in words if (word := one.strip())})
    if any(len(word) > _LONGEST_WORD or not word.isprintable() or "," in word for word in found):
        raise _Wrong(f"words of at most {_LONGEST_WORD} printable characters, without commas")
    return found or None


def _take_json(value: Any) -> Any:
    try:
        return orjson.loads(value if isinstance(value, str) else orjson.dumps(value))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError):
        raise _Wrong("JSON") from None


def _take_address(value: Any) -> str:
    return _parsed(ipaddress.ip_address, value, "an IP address, as 192.0.2.1 or 2001:db8::1")


def _take_interface_address(value: Any) -> str:
    return _parsed(ipaddress.ip_interface, value, "an IP address with prefix length, as 192.0.2.1/31")


def _take_prefix(value: Any) -> str:
    try:
        return _parsed(ipaddress.ip_network, value, "a prefix, as 192.0.2.0/24")
    except _Wrong:
        whole = _parsed(
            lambda text: ipaddress.ip_network(text, strict=False), value, "a prefix, as 192.0.2.0/24"
        )
        raise _Wrong(f"a prefix without host bits (did you mean {whole}?)") from None


def _parsed(parse: Callable[[str], object], value: Any, expected: str) -> str:
    text = str(value)
    if isinstance(value, int) or "%" in text:  # a bare number is no address; zones mean nothing off the host
        raise _Wrong(expected)
    try:
        return str(parse(text))
    except ValueError:
        raise _Wrong(expected) from None


_TAKE: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.INTEGER: _take_integer,
    FieldType.NUMBER: _take_number,
    FieldType.BOOLEAN: _take_boolean,
    FieldType.LIST: _take_words,
    FieldType.JSON: _take_json,
    FieldType.ADDRESS: _take_address,
    FieldType.INTERFACE_ADDRESS: _take_interface_address,
    FieldType.PREFIX: _take_prefix,
    FieldType.REFERENCE: _take_reference,
}
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
