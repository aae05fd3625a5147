"""Values of fields as people read them, and where a reference leads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from netwright.store.kind import FieldSpec, FieldType, Kind

_MONO = frozenset({FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS, FieldType.PREFIX})
_WHOLE = frozenset({FieldType.CHOICE, FieldType.REFERENCE})
_SCALED = {"bit/s": "bit/s", "byte": "B"}
_STEPS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


@dataclass(frozen=True, slots=True)
class Cell:
    """A field's value as shown; ``link`` leads to what a reference refers to."""

    spec: FieldSpec
    text: str
    link: str = ""

    @property
    def mono(self) -> bool:
        return self.spec.type in _MONO

    @property
    def whole(self) -> bool:
        """A word or a name, not to be broken into lines."""
        return self.spec.type in _WHOLE


def object_url(kind: str, object_id: int, key: str) -> str:
    """Where an object is shown; devices, sites and racks have pages of their own."""
    if kind == "device":
        return f"/devices/{key}"
    if kind == "site":
        return f"/sites/{key}"
    if kind == "rack":
        return f"/racks/{object_id}"
    return f"/inventory/{kind}/{object_id}"


@cache
def name_field(kind: Kind) -> str:
    """Of the fields of the key the one that leads to the object in a list: the last of its own, for a
    reference leads to what it refers to, and may be empty (the VRF of a prefix)."""
    own = [spec.name for spec in kind.key_fields if spec.reference is None]
    return (own or kind.key)[-1]


def list_url(kind: str) -> str:
    """Where the objects of a kind are listed."""
    return _LISTS.get(kind, f"/inventory/{kind}")


_LISTS = {"device": "/devices", "site": "/sites"}


def cell_of(spec: FieldSpec, value: Any) -> Cell:
    """A cell of a document's value."""
    if spec.reference and value is not None:
        if value["id"] is None:  # what it leads to is hidden from the reader
            return Cell(spec, value["key"])
        return Cell(spec, value["key"], object_url(spec.reference, value["id"], value["key"]))
    return Cell(spec, shown(value, spec.unit))


def shown(value: Any, unit: str = "") -> str:
    """A value in people's words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    if isinstance(value, int) and unit:
        return _number(value, unit)
    text = f"{value:.15g}" if isinstance(value, float) else str(getattr(value, "value", value))
    return f"{text} {unit}" if unit and unit != "°" else text + unit


def _number(value: int, unit: str) -> str:
    """Round multiples short, as ``10 Gbit/s``; anything else to the last digit."""
    if unit in _SCALED:
        for size, letter in _STEPS:
            if value and value % (size // 10 or 1) == 0 and value >= size:
                return f"{value / size:g} {letter}{_SCALED[unit]}"
    return f"{value:,} {unit}".replace(",", "\u202f")
