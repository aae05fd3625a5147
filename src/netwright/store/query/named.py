"""Objects named by people in bulk: natural keys and ids to ids.

Digits are an id, but for a kind whose natural key is one number (an ASN): there they are the key.
``id:17`` and ``key:17`` leave no doubt.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from netwright.base.errors import NotFoundError
from netwright.store.history import chunks
from netwright.store.kind import FieldType, Kind
from netwright.store.naming import resolve
from netwright.store.query.sight import Sight

_LARGEST = 1 << 63


def split_name(kind: Kind, text: str) -> int | str:
    """An id, or the text of a natural key."""
    if text.startswith("key:"):
        return text.removeprefix("key:")
    if text.startswith("id:") and _is_id(text[3:]):
        return int(text[3:])
    if _is_id(text) and not numbered(kind):
        return int(text)
    return text


def numbered(kind: Kind) -> bool:
    """Whether people name its objects by one number."""
    specs = kind.key_fields
    return len(specs) == 1 and specs[0].type is FieldType.INTEGER


def find(sight: Sight, kind: Kind, text: str) -> int:
    """The id of the object that ``text`` names and that may be seen. Raises NotFoundError."""
    name = split_name(kind, text)
    object_id = resolve(sight.session, kind, name) if isinstance(name, str) else name
    if object_id not in present(sight, kind, [object_id]):
        raise NotFoundError(
            f"there is no {kind.name} {text!r}", remedy=f"List them: every {kind.name} has an id."
        )
    return object_id


def present(sight: Sight, kind: Kind, ids: Collection[int]) -> set[int]:
    """Those of ``ids`` that are there and may be seen."""
    table = kind.table
    found: set[int] = set()
    for part in chunks(ids):
        query = select(table.c.id).where(table.c.id.in_(part), *sight.seen(kind, table))
        found.update(sight.session.scalars(query))
    return found


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text or "0") < _LARGEST if len(text) < 20 else False
