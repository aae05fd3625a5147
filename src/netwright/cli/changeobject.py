"""Objects of a change set by what people type, and values by what a kind's fields take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from netwright.app.context import Context
from netwright.base.errors import InputError, NotFoundError
from netwright.cli.kindname import find_kind
from netwright.store.delta import Op
from netwright.store.kind import Kind
from netwright.store.naming import resolve


def object_names(context: Context, number: int) -> dict[tuple[str, int], str]:
    """The objects of a change set by kind and id, as people call them."""
    return {(one.kind, one.id): one.key for one in context.changesets.diff(number)}


def find_object(context: Context, number: int, kind_text: str, key: str) -> tuple[Kind, int]:
    """The object that someone means: ``#17``, the name of one that the change set holds, or of any other."""
    kind = find_kind(context.kinds, kind_text)
    if key.startswith("#") and key[1:].isdecimal():
        return kind, int(key[1:])
    diff = [one for one in context.changesets.diff(number) if one.kind == kind.name]
    ids = {one.id for one in diff if one.key == key}
    if len(ids) > 1:
        raise InputError(
            f"more than one {kind.name} has that name", subject=key, remedy="Give its id as #17."
        )
    if ids:
        return kind, ids.pop()
    with context.database.read() as session:
        return kind, resolve(session, kind, key)


def given_fields(context: Context, number: int, kind: Kind, pairs: Iterable[str]) -> dict[str, Any]:
    """``FIELD=VALUE`` as values by column: references by name, nothing after ``=`` for an empty value."""
    created = {(one.kind, one.key): one.id for one in context.changesets.diff(number) if one.op is Op.CREATE}
    fields: dict[str, Any] = {}
    with context.database.read() as session:
        for pair in pairs:
            name, equals, value = pair.partition("=")
            if not equals:
                raise InputError(
                    "a field is given as FIELD=VALUE", subject=pair, remedy="Write role=edge, say."
                )
            spec = kind.field(name.strip())
            fields[spec.column] = (
                _target(session, created, spec.reference, value.strip())
                if spec.reference is not None and value.strip()
                else (value if value or not kind.table.c[spec.column].nullable else None)
            )
    return fields


def _target(session: Session, created: dict[tuple[str, str], int], kind: str, text: str) -> int:
    if text.startswith("#") and text[1:].isdecimal():
        return int(text[1:])
    if (kind, text) in created:
        return created[kind, text]
    try:
        return resolve(session, kind, text)
    except NotFoundError as error:
        raise NotFoundError(error.what, subject=f"{kind} {text}", remedy=error.remedy) from None
