"""``q=``: objects in whose words something occurs."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, or_, select

from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.query.lookup import escaped
from netwright.store.query.sight import Sight

_ADDRESSED: dict[FieldType, Callable[[str], Any]] = {
    FieldType.ADDRESS: ipaddress.ip_address,
    FieldType.INTERFACE_ADDRESS: ipaddress.ip_interface,
    FieldType.PREFIX: ipaddress.ip_network,
}


def matches(sight: Sight, kind: Kind, q: str) -> ColumnElement[bool]:
    """Text that holds the words, numbers and addresses that are them, and references to what is named so."""
    found = [one for spec in sight.fields(kind) if (one := _matches(sight, kind, spec, q)) is not None]
    return or_(*found) if found else false()


def _matches(sight: Sight, kind: Kind, spec: FieldSpec, q: str) -> ColumnElement[bool] | None:
    column = kind.table.c[spec.column]
    pattern = f"%{escaped(q)}%"
    if spec.type in {FieldType.TEXT, FieldType.CHOICE}:
        return cast(column, String).ilike(pattern, escape="\\")
    if spec.type is FieldType.INTEGER:
        return column == int(q) if q.isascii() and q.isdecimal() and len(q) < 19 else None
    if spec.reference is not None:
        target = sight.kinds[spec.reference]
        named = [one for one in target.key_fields if one.type is FieldType.TEXT]
        if not named or any(one.name in sight.restriction.hidden(target) for one in named):
            return None
        table = target.table.alias()
        texts = or_(*(table.c[one.column].ilike(pattern, escape="\\") for one in named))
        return column.in_(select(table.c.id).where(texts, *sight.seen(target, table)))
    value = _parsed(spec.type, q)
    return None if value is None else column == value


def _parsed(kind: FieldType, text: str) -> Any:
    parse = _ADDRESSED.get(kind)
    try:
        return parse(text) if parse else None
    except ValueError:
        return None
