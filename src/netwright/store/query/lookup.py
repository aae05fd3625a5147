"""What can be asked of a field: ``name__ic=edge``. Which lookups a field has follows from its type."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    ColumnElement,
    FromClause,
    LargeBinary,
    String,
    and_,
    cast,
    false,
    func,
    not_,
    or_,
    type_coerce,
)

from netwright.base import address
from netwright.base.errors import InputError
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.value import codec

SEPARATOR = "__"
MAX_VALUES = 1_000

_ALL = frozenset(FieldType)
_WORDS = frozenset({FieldType.TEXT, FieldType.CHOICE})
_ADDRESSED = frozenset({FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS, FieldType.PREFIX})
_UNORDERED = frozenset({FieldType.JSON, FieldType.BOOLEAN, FieldType.REFERENCE, FieldType.CHOICE})
_COMPARED = _ALL - {FieldType.JSON}


@dataclass(frozen=True, slots=True)
class Term:
    """A column that something is asked of. ``subject`` names the whole filter in errors."""

    kind: Kind
    spec: FieldSpec
    column: ColumnElement[Any]
    subject: str

    def take(self, value: Any) -> Any:
        """A given value as a plain one of the field. Raises InputError."""
        taken: Any = codec(self.kind).take({self.spec.column: value}, f"filter {self.subject}")
        return taken[self.spec.column]

    def wrong(self, value: Any, expected: str) -> InputError:
        return InputError(f"expected {expected}, not {str(value)[:80]!r}", subject=f"filter {self.subject}")


Make: TypeAlias = Callable[[Term, Sequence[Any]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question; ``help`` completes "the field ..."."""

    name: str
    help: str
    types: frozenset[FieldType]
    make: Make


def term(kind: Kind, table: FromClause, spec: FieldSpec, subject: str) -> Term:
    column = table.c[spec.column]
    if spec.type is FieldType.CHOICE:
        return Term(kind, spec, type_coerce(column, String), subject)
    return Term(kind, spec, column, subject)


def lookups(spec: FieldSpec) -> list[Lookup]:
    """What can be asked of a field."""
    return [one for one in LOOKUPS.values() if spec.type in one.types]


def lookup(spec: FieldSpec, name: str, subject: str) -> Lookup:
    """Raises InputError with the lookups that the field has."""
    known = {one.name: one for one in lookups(spec)}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(known)}."
    raise InputError(
        f"field {spec.name} ({spec.type}) has no lookup {name!r}", subject=f"filter {subject}", remedy=hint
    )


def truth(value: Any, one: Term) -> bool:
    """``true`` or ``false`` as people write them."""
    word = str(value).strip().lower()
    if word in {"true", "1", "yes"}:
        return True
    if word in {"false", "0", "no"}:
        return False
    raise one.wrong(value, "true or false")


def listed(values: Sequence[Any]) -> list[Any]:
    """Values of ``in``: lists as they are, texts split at commas."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, str):
            found.extend(part for part in value.split(",") if part != "")
        elif isinstance(value, list | tuple):
            found.extend(value)
        else:
            found.append(value)
    return found


def _equal(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    if one.spec.type is FieldType.INTERFACE_ADDRESS:
        return or_(*(_equal_interface(one, value) for value in values))
    return one.column.in_([one.take(value) for value in values])


def _equal_interface(one: Term, value: Any) -> ColumnElement[bool]:
    """Without a length: the address, whatever its length."""
    if "/" in str(value):
        equal: ColumnElement[bool] = one.column == one.take(value)
        return equal
    host = ipaddress.ip_interface(one.take(value)).network
    return _between(one, host)


def _not(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    """Not any of them; what is empty is none of them."""
    return or_(one.column.is_(None), not_(_equal(one, values)))


def _in(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    wanted = listed(values)
    return _equal(one, wanted) if wanted else false()


def _isnull(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    empty: ColumnElement[bool] = one.column.is_(None)
    if one.spec.type is FieldType.TEXT:
        empty = or_(empty, one.column == "")
    return or_(*(empty if truth(value, one) else not_(empty) for value in values))


def _compare(way: Callable[[ColumnElement[Any], Any], ColumnElement[bool]]) -> Make:
    return lambda one, values: and_(*(way(one.column, one.take(value)) for value in values))


def _pattern(before: str, after: str, *, folded: bool, negative: bool = False) -> Make:
    def make(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
        text = cast(one.column, String)
        like = text.ilike if folded else text.like
        found = or_(*(like(f"{before}{escaped(str(value))}{after}", escape="\\") for value in values))
        return or_(one.column.is_(None), not_(found)) if negative else found

    return make


def _starts(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    """Case matters, in both databases; SQLite's LIKE would not look."""
    texts = [str(value) for value in values]
    return or_(*(_prefixed(cast(one.column, String), text) for text in texts))


def _prefixed(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(text)) == text


def _glob(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    """``*`` and ``?`` as in file names, case ignored."""
    text = cast(one.column, String)
    patterns = (escaped(str(value)).replace("*", "%").replace("?", "_") for value in values)
    return or_(*(text.ilike(pattern, escape="\\") for pattern in patterns))


def escaped(text: str) -> str:
    """A text without meaning to LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _within(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    return or_(*(_between(one, _network(one, value)) for value in values))


def _between(one: Term, network: address.Prefix) -> ColumnElement[bool]:
    low, high = address.span(network)
    if one.spec.type is FieldType.PREFIX:
        low = address.key(network)  # a shorter prefix that begins at the same address lies before it
    return type_coerce(one.column, LargeBinary).between(low, high)


def _holding(*, strict: bool) -> Make:
    """Prefixes that hold a value: there are at most 128 of them, so they are looked up by name."""

    def make(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
        wanted: set[str] = set()
        for value in values:
            network = _network(one, value)
            lengths = range(network.prefixlen + (0 if strict else 1))
            wanted.update(str(network.supernet(new_prefix=length)) for length in lengths)
        return one.column.in_(sorted(wanted))

    return make


def _has(one: Term, values: Sequence[Any]) -> ColumnElement[bool]:
    """A list of words is kept as compact JSON: a word stands in it between its quotes."""
    text = cast(one.column, String)
    quoted = (escaped(orjson.dumps(str(value)).decode()) for value in values)
    return or_(*(text.like(f"%{word}%", escape="\\") for word in quoted))


def _network(one: Term, value: Any) -> address.Prefix:
    try:
        return ipaddress.ip_network(str(value), strict="/" in str(value))
    except ValueError:
        raise one.wrong(value, "a prefix or an address, as 192.0.2.0/24") from None


_ORDERED = _ALL - _UNORDERED
LOOKUPS: dict[str, Lookup] = {
    one.name: one
    for one in (
        Lookup("eq", "equals one of the values; the same as no lookup", _COMPARED, _equal),
        Lookup("n", "equals none of the values", _COMPARED, _not),
        Lookup("in", "equals one of the values, separated by commas", _COMPARED, _in),
        Lookup("isnull", "true: is empty; false: is not", _ALL, _isnull),
        Lookup("lt", "less than", _ORDERED, _compare(lambda column, value: column < value)),
        Lookup("lte", "at most", _ORDERED, _compare(lambda column, value: column <= value)),
        Lookup("gt", "greater than", _ORDERED, _compare(lambda column, value: column > value)),
        Lookup("gte", "at least", _ORDERED, _compare(lambda column, value: column >= value)),
        Lookup("ic", "contains, case ignored", _WORDS, _pattern("%", "%", folded=True)),
        Lookup(
            "nic", "doesn't contain, case ignored", _WORDS, _pattern("%", "%", folded=True, negative=True)
        ),
        Lookup("ie", "equals, case ignored", _WORDS, _pattern("", "", folded=True)),
        Lookup("sw", "starts with", _WORDS, _starts),
        Lookup("ew", "ends with, case ignored", _WORDS, _pattern("%", "", folded=True)),
        Lookup("glob", "fits a pattern with * and ?, case ignored", _WORDS, _glob),
        Lookup("has", "carries one of the words", frozenset({FieldType.LIST}), _has),
        Lookup("within", "lies inside a prefix, or is it", _ADDRESSED, _within),
        Lookup(
            "contains",
            "is a prefix around the given one",
            frozenset({FieldType.PREFIX}),
            _holding(strict=True),
        ),
        Lookup(
            "covers",
            "is a prefix around the given one, or is it",
            frozenset({FieldType.PREFIX}),
            _holding(strict=False),
        ),
    )
}
