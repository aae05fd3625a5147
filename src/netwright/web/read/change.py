"""What becomes of objects, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from netwright.inventory import KINDS
from netwright.store.diff import ObjectDiff
from netwright.web.read.value import object_url, shown


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object of a change set; ``fields`` as (name, before, after) in people's words."""

    kind: str
    id: int
    key: str
    op: str
    url: str
    fields: list[tuple[str, str, str]]


def object_change(item: ObjectDiff) -> ObjectChange:
    specs = {spec.name: spec for spec in KINDS[item.kind].fields}
    fields = []
    for name, (before, after) in item.fields.items():
        unit = specs[name].unit if name in specs else ""
        old, new = shown(before, unit), shown(after, unit)
        if old or new:
            fields.append((name, old, new))
    url = object_url(item.kind, item.id, item.key)
    return ObjectChange(item.kind, item.id, item.key, item.op.value, url, fields)
