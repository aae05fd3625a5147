"""``column IN (many values)`` with one parameter, whatever their number: thousands of parameters cost more to
send than the rows to find."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    LargeBinary,
    Text,
    any_,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from netwright.store.types import AddressColumn, InterfaceAddressColumn, PrefixColumn

_FEW = 50


def among(
    session: Session, column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """A condition: ``column`` is one of ``values`` (ids, texts, addresses, prefixes, or keys of these)."""
    if len(values) <= _FEW:
        return column.in_(values)
    dialect = session.get_bind().dialect
    kind: Any = column.type
    keyed = isinstance(kind, AddressColumn | InterfaceAddressColumn | PrefixColumn)
    keys: list[Any] = [kind.process_bind_param(value, dialect) for value in values] if keyed else list(values)
    binary = isinstance(keys[0], bytes)
    if dialect.name == "sqlite":
        words = orjson.dumps([key.hex() for key in keys] if binary else keys).decode()
        value = func.json_each(bindparam(None, words, Text)).table_valued("value").c.value
        if binary:
            return type_coerce(column, LargeBinary).in_(select(func.unhex(value)))
        return column.in_(select(value))
    if binary:
        return type_coerce(column, LargeBinary) == any_(bindparam(None, keys, ARRAY(LargeBinary)))
    texts = isinstance(keys[0], str)
    return column == any_(bindparam(None, keys, ARRAY(Text if texts else BigInteger)))
