"""Columns read without the detour over Python's own types: enumerations by their word, addresses from their
key to text. A list of a thousand rows spends its time here."""

from __future__ import annotations

from collections.abc import Callable
from socket import AF_INET6, inet_ntop
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, LargeBinary, String, type_coerce

from netwright.base import address
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.value import codec

Convert: TypeAlias = Callable[[Any], Any]
"""A value as the database gives it to its plain form; never called with None."""


class Columns(Protocol):
    """Something with the columns of a kind."""

    @property
    def c(self) -> Any: ...


def raw_column(kind: Kind, table: Columns, spec: FieldSpec) -> tuple[ColumnElement[Any], Convert | None]:
    """The column to select from ``table`` and what makes its values plain."""
    column = table.c[spec.column]
    if spec.type is FieldType.CHOICE:
        return type_coerce(column, String), None
    convert = _FROM_KEY.get(spec.type)
    if convert is not None:
        return type_coerce(column, LargeBinary), convert
    return column, codec(kind).fields[spec.column].plain


def bound(kind: Kind, spec: FieldSpec, plain: Any) -> Any:
    """A plain value as a comparison with a raw column wants it."""
    if plain is None or spec.type not in _FROM_KEY:
        return plain
    python = codec(kind).fields[spec.column].python
    assert python is not None
    return address.key(python(plain))


def _address(key: bytes) -> str:
    if key[0] == 4:
        return "%d.%d.%d.%d" % (key[13], key[14], key[15], key[16])  # noqa: UP031 (the fastest there is)
    if key[1:11] == _ZEROS:  # addresses of IPv4 inside IPv6: C and Python write them differently
        return str(address.address_of(key))
    return inet_ntop(AF_INET6, key[1:17])


def _with_length(key: bytes) -> str:
    return f"{_address(key)}/{key[17]}"


_ZEROS = bytes(10)
_FROM_KEY: dict[FieldType, Convert] = {
    FieldType.ADDRESS: _address,
    FieldType.INTERFACE_ADDRESS: _with_length,
    FieldType.PREFIX: _with_length,
}
