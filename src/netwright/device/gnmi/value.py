"""Typed values as Python's, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import orjson

from netwright.device.gnmi.proto.gnmi_pb2 import TypedValue, Update

Encoding = Literal["json", "bytes", "proto", "ascii", "json_ietf"]
Scalar = str | int | float | bool | bytes | None
Value = Scalar | list["Value"] | dict[str, "Value"]
_DIRECT = {
    "string_val", "int_val", "uint_val", "bool_val", "bytes_val", "float_val", "double_val", "ascii_val",
    "proto_bytes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ascii:
    """A value that is a device's own text (command lines, with the origin ``cli``)."""

    text: str


def read_value(value: TypedValue) -> Value:
    """Raises ValueError for JSON that is none."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind in _DIRECT:
        found: Scalar = getattr(value, kind)
        return found
    if kind in {"json_val", "json_ietf_val"}:
        return read_json(getattr(value, kind))
    if kind == "leaflist_val":
        return [read_value(item) for item in value.leaflist_val.element]
    if kind == "decimal_val":
        return float(value.decimal_val.digits / 10**value.decimal_val.precision)
    return value.any_val.value


def read_update(update: Update) -> Value:
    """The value of an update, also of gNMI before 0.4."""
    if not update.HasField("val") and update.HasField("value"):
        return read_json(update.value.value)
    return read_value(update.val)


def read_json(text: bytes) -> Value:
    """Raises ValueError. Numbers beyond 64 bits, which orjson refuses, are read by Python's own reader."""
    if not text:
        return None
    try:
        found: Value = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = json.loads(text)
    return found


def typed(value: Value | Ascii, encoding: Encoding = "json_ietf") -> TypedValue:
    """As Set sends it."""
    if isinstance(value, Ascii):
        return TypedValue(ascii_val=value.text)
    if encoding == "json_ietf":
        return TypedValue(json_ietf_val=orjson.dumps(value))
    if encoding == "json":
        return TypedValue(json_val=orjson.dumps(value))
    return _native(value)


def _native(value: Value) -> TypedValue:
    if isinstance(value, bool):
        return TypedValue(bool_val=value)
    if isinstance(value, int):
        return TypedValue(int_val=value) if value < 0 else TypedValue(uint_val=value)
    if isinstance(value, float):
        return TypedValue(double_val=value)
    if isinstance(value, bytes):
        return TypedValue(bytes_val=value)
    if isinstance(value, str):
        return TypedValue(string_val=value)
    if isinstance(value, list):
        made = TypedValue()
        made.leaflist_val.element.extend(_native(item) for item in value)
        return made
    return TypedValue(json_ietf_val=orjson.dumps(value))


def leaves(path: str, value: Value) -> Iterator[tuple[str, Value]]:
    """What stands in a JSON value, leaf by leaf below ``path``. Lists of objects keep their place as
    ``name[n]``: their keys are known to the schema only."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(f"{path}/{name}", inner)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for number, inner in enumerate(value):
            yield from leaves(f"{path}[{number}]", inner)
    else:
        yield path, value
