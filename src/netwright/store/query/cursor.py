"""Where a page of a list ended, as a text to hand out: the values it was sorted by, and the last object's id.

A cursor stays right when rows come and go, and page 200 costs what page 1 costs."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import orjson

from netwright.base.errors import InputError


def encode_cursor(values: Sequence[str | int | float | None]) -> str:
    return urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def decode_cursor(text: str, *types: type | tuple[type, ...]) -> list[Any]:
    """Raises InputError for a cursor that is not ours: it must hold values of these types."""
    try:
        values = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        values = None
    fits = isinstance(values, list) and len(values) == len(types)
    if not fits or not all(isinstance(value, wanted) for value, wanted in zip(values, types, strict=True)):
        raise InputError("this page of the list can't be found", remedy="Begin at the first page.")
    return list(values)
