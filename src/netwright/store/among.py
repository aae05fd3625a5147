"""``column IN (many ids)`` with one parameter, whatever their number: thousands of parameters cost more to
send than the rows to find."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, any_, bindparam, func, select
from sqlalchemy.orm import Session

_FEW = 50


def among(session: Session, column: ColumnElement[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """A condition: ``column`` is one of ``ids``."""
    if len(ids) <= _FEW:
        return column.in_(ids)
    if session.get_bind().dialect.name == "sqlite":
        listed = bindparam(None, orjson.dumps(list(ids)).decode(), Text)
        return column.in_(select(func.json_each(listed).table_valued("value").c.value))
    return column == any_(bindparam(None, list(ids), ARRAY(BigInteger)))
