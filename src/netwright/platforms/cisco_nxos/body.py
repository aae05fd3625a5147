"""NX-OS's JSON: rows stand in ``TABLE_x``/``ROW_x``, as a list, or alone where there is one.

Keys differ between releases and families; a value is looked for under several.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwright.platforms.records import listed, mapping, tree


def rows(said: Any, name: str) -> list[dict[str, Any]]:
    """The rows of ``TABLE_name`` in an object; none where it is absent."""
    found: list[dict[str, Any]] = []
    for table in listed(mapping(said).get(f"TABLE_{name}")):
        found += [row for row in listed(mapping(table).get(f"ROW_{name}")) if isinstance(row, dict)]
    return found


def first(said: dict[str, Any], *keys: str) -> Any:
    """The first value that is told."""
    return next((said[key] for key in keys if said.get(key) not in (None, "", {}, [])), None)


def body(answer: str) -> dict[str, Any]:
    """The object, also out of NX-API's envelopes."""
    said = tree(answer)
    outer = said.get("ins_api")
    if isinstance(outer, dict):
        output = mapping(mapping(outer.get("outputs")).get("output"))
        return mapping(output.get("body"))
    result = said.get("result")
    return mapping(result.get("body")) if isinstance(result, dict) and "body" in result else said


def walk(said: Any, name: str) -> Iterator[dict[str, Any]]:
    """Rows of a table wherever it stands below an object."""
    if isinstance(said, dict):
        yield from rows(said, name)
        for key, value in said.items():
            if key != f"TABLE_{name}":
                yield from walk(value, name)
    elif isinstance(said, list):
        for one in said:
            yield from walk(one, name)
