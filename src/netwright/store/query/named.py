"""Objects named by people in bulk: natural keys and ids to ids.

Digits are an id, but for a kind whose natural key is one number (an ASN): there they are the key.
``id:17`` and ``key:17`` leave no doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, islice, pairwise
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.store.among import among
from netwright.store.given import take_text
from netwright.store.history import chunks
from netwright.store.holding import holding
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.naming import SEPARATOR, resolve
from netwright.store.query.sight import Sight

_LARGEST = 1 << 63
_READINGS = 64

Names: TypeAlias = dict[str, int]
"""Id by the text of a natural key."""


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
    """The id of the object that ``text`` names and that may be seen. Raises NotFoundError; to one who may not
    see all without near misses, the same whether there is such an object or not."""
    name = split_name(kind, text)
    nothing = NotFoundError(
        f"there is no {kind.name} {text!r}", remedy=f"List them: every {kind.name} has an id."
    )
    try:
        object_id = resolve(sight.session, kind, name) if isinstance(name, str) else name
    except (NotFoundError, InputError):
        if sight.limited(kind):
            raise nothing from None
        raise
    found = present(sight, kind, [object_id])
    if object_id not in (spoken(sight, kind, found) if isinstance(name, str) else found):
        raise nothing
    return object_id


def spoken(sight: Sight, kind: Kind, ids: Collection[int]) -> set[int]:
    """Those of ``ids`` with nothing in their names that may not be seen: who may see an interface and not its
    device can't ask for it by the device's name."""
    table = kind.table
    found = set(ids)
    for spec in kind.key_fields:
        target = sight.kinds[spec.reference] if spec.reference else None
        if target is None or not found or not sight.limited(target):
            continue
        column = table.c[spec.column]
        rows = [
            (object_id, other)
            for part in chunks(found)
            for object_id, other in sight.session.execute(
                select(table.c.id, column).where(table.c.id.in_(part))
            )
        ]
        known = spoken(
            sight, target, present(sight, target, {other for _, other in rows if other is not None})
        )
        found = {object_id for object_id, other in rows if other is None or other in known}
    return found


def present(sight: Sight, kind: Kind, ids: Collection[int]) -> set[int]:
    """Those of ``ids`` that are there and may be seen."""
    table = kind.table
    found: set[int] = set()
    for part in chunks([one for one in ids if 0 < one < _LARGEST]):  # no database holds others
        query = select(table.c.id).where(among(sight.session, table.c.id, part), *sight.seen(kind, table))
        found.update(sight.session.scalars(query))
    return found


def find_all(session: Session, kinds: Kinds, kind: Kind, texts: Collection[str]) -> Names:
    """The ids of the objects that these natural keys name, as far as there are any.

    A few statements a kind on the way, however many names. A name that holds the separator is read in every
    way; one that fits two objects leads to one of them."""
    found = _found(session, kinds, kind, texts, kind.key_fields)
    if kind.optional_key is not None:
        found.update(_found(session, kinds, kind, texts, kind.sure_key_fields))
    return found


def _found(
    session: Session, kinds: Kinds, kind: Kind, texts: Collection[str], fields: Sequence[FieldSpec]
) -> Names:
    """Objects named by these fields of the key, and having no value in the others."""
    widths = [_leaves(kinds, spec.reference) for spec in fields]
    readings = {text: list(islice(_readings(text, widths), _READINGS)) for text in texts}
    parts = [_parts(session, kinds, spec, at, readings) for at, spec in enumerate(fields)]
    wanted: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for text, ways in readings.items():
        for way in ways:
            values = tuple(part.get(one) for part, one in zip(parts, way, strict=True))
            if None not in values:
                wanted[values].append(text)
    found: Names = {}
    columns = [spec.column for spec in kind.key_fields]
    nothing = (None,) * (len(columns) - len(fields))
    for object_id, row in holding(session, kind, columns, [(*values, *nothing) for values in wanted]):
        found.update(dict.fromkeys(wanted[row[: len(fields)]], object_id))
    return found


def _parts(
    session: Session, kinds: Kinds, spec: FieldSpec, at: int, readings: dict[str, list[tuple[str, ...]]]
) -> dict[str, Any]:
    """Texts of one field of a key as its values."""
    texts = {way[at] for ways in readings.values() for way in ways}
    if spec.reference is not None:
        return dict(find_all(session, kinds, kinds[spec.reference], texts))
    return {text: take_text(spec, text) for text in texts}


def _readings(text: str, widths: list[int]) -> Iterator[tuple[str, ...]]:
    """The texts of a key's fields, ``widths`` being the least parts of each."""
    parts = text.split(SEPARATOR)
    for cuts in combinations(range(1, len(parts)), len(widths) - 1):
        edges = (0, *cuts, len(parts))
        if all(high - low >= width for (low, high), width in zip(pairwise(edges), widths, strict=True)):
            yield tuple(SEPARATOR.join(parts[low:high]) for low, high in pairwise(edges))


def _leaves(kinds: Kinds, reference: str | None) -> int:
    if reference is None:
        return 1
    return sum(_leaves(kinds, spec.reference) for spec in kinds[reference].key_fields)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text or "0") < _LARGEST if len(text) < 20 else False
