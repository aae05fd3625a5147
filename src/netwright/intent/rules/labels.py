"""What people hang on objects: declared tags, custom fields of the declared type, files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from netwright.intent.rules.rule import Touched, records_in, rows_in
from netwright.inventory import KINDS, Attachment, CustomField, Tag
from netwright.inventory.people import CustomType
from netwright.store.problem import Problem
from netwright.store.record import Labelled

LABELLED = tuple(name for name, kind in KINDS.items() if issubclass(kind.record, Labelled))


def unknown_tag(touched: Touched) -> Iterator[Problem]:
    """A tag that nobody declared is a slip of the pen."""
    carried: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name in LABELLED:
        for object_id, words in touched.written(name, "tags"):
            for word in words or ():
                carried[word].append((name, object_id))
    known = {row[0] for row in rows_in(touched.session, select(Tag.name), Tag.name, carried)}
    for word in sorted(carried.keys() - known):
        for name, object_id in carried[word]:
            yield touched.problem(name, object_id, f"there is no tag {word!r}; add it first", "tags")


def custom_fields(touched: Touched) -> Iterator[Problem]:
    """Values of custom fields are of the declared type, and those that must be given are there."""
    kinds = [name for name in LABELLED if touched.ids(name)]
    declared: dict[str, dict[str, CustomField]] = defaultdict(dict)
    for one in records_in(touched.session, CustomField, CustomField.on_kind, kinds):
        declared[one.on_kind][one.name] = one
    for name in kinds:
        required = any(one.required for one in declared[name].values())
        for object_id, values in _customs(touched, name) if required else touched.written(name, "custom"):
            for message in _wrong(values, declared[name]) if required or values is not None else ():
                yield touched.problem(name, object_id, message, "custom")


def _customs(touched: Touched, kind: str) -> Iterator[tuple[int, Any]]:
    """The values that all touched objects of a kind have after the merge."""
    table = KINDS[kind].table
    yield from rows_in(touched.session, select(table.c.id, table.c.custom), table.c.id, touched.ids(kind))


def custom_field_of_no_kind(touched: Touched) -> Iterator[Problem]:
    """A custom field is for a kind that can have some."""
    query = select(CustomField.id, CustomField.on_kind).where(CustomField.on_kind.not_in(LABELLED))
    for object_id, kind in rows_in(touched.session, query, CustomField.id, touched.ids("custom_field")):
        message = f"on_kind: {kind!r} is no kind with custom fields (known: {', '.join(LABELLED)})"
        yield touched.problem("custom_field", object_id, message, "on_kind")


def attachment_of_one(touched: Touched) -> Iterator[Problem]:
    """A file hangs on one object."""
    owners = [spec for spec in KINDS["attachment"].fields if spec.owner]
    columns = [KINDS["attachment"].table.c[spec.column] for spec in owners]
    query = select(Attachment.id, *columns)
    for object_id, *found in rows_in(touched.session, query, Attachment.id, touched.ids("attachment")):
        count = sum(1 for one in found if one is not None)
        if count != 1:
            words = ", ".join(spec.name for spec in owners)
            message = f"belongs to {count or 'none'} of {words}; expected one"
            yield touched.problem("attachment", object_id, message)


def _wrong(values: object, declared: Mapping[str, CustomField]) -> Iterator[str]:
    given: Mapping[str, Any] = values if isinstance(values, dict) else {}
    if values is not None and not isinstance(values, dict):
        yield f"custom wants a mapping of names to values, not {values!r}"
    for name in sorted(given.keys() - declared.keys()):
        yield f"there is no custom field {name!r} (known: {', '.join(sorted(declared)) or 'none'})"
    for name, one in declared.items():
        value = given.get(name)
        if value is None:
            if one.required:
                yield f"custom field {name} is missing: {one.help or one.value_type}"
        elif (expected := _unfit(one, value)) is not None:
            yield f"custom field {name}: expected {expected}, not {value!r}"


@dataclass(frozen=True, slots=True)
class _Type:
    fits: Callable[[Any], bool]
    expected: str


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_url(value: Any) -> bool:
    return (
        isinstance(value, str)
        and urlsplit(value).scheme in {"http", "https"}
        and bool(urlsplit(value).netloc)
    )


_TYPES = {
    CustomType.TEXT: _Type(lambda value: isinstance(value, str), "text"),
    CustomType.INTEGER: _Type(lambda v: isinstance(v, int) and not isinstance(v, bool), "an integer"),
    CustomType.NUMBER: _Type(lambda v: isinstance(v, int | float) and not isinstance(v, bool), "a number"),
    CustomType.BOOLEAN: _Type(lambda value: isinstance(value, bool), "true or false"),
    CustomType.CHOICE: _Type(lambda value: isinstance(value, str), "a word"),
    CustomType.DATE: _Type(_is_day, "a day as 2026-12-31"),
    CustomType.URL: _Type(_is_url, "an http or https URL"),
}


def _unfit(one: CustomField, value: Any) -> str | None:
    """What was expected instead of ``value``; None when it fits."""
    kind = _TYPES[one.value_type]
    if not kind.fits(value):
        return kind.expected
    if one.value_type is CustomType.CHOICE and value not in (one.choices or ()):
        return f"one of {', '.join(one.choices or ())}"
    if isinstance(value, str):
        return f"text like {one.pattern}" if one.pattern and not re.fullmatch(one.pattern, value) else None
    if isinstance(value, bool):
        return None
    if one.minimum is not None and value < one.minimum:
        return f"at least {one.minimum:.15g}"
    return f"at most {one.maximum:.15g}" if one.maximum is not None and value > one.maximum else None
