"""JSON Schemas of the kinds, for OpenAPI: what is read, and what may be written."""

from __future__ import annotations

from typing import Any

from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.value import codec

Schema = dict[str, Any]

_BIG = 1 << 63
_TYPES: dict[FieldType, Schema] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.INTEGER: {"type": "integer", "format": "int64", "minimum": -_BIG, "maximum": _BIG - 1},
    FieldType.NUMBER: {"type": "number", "format": "double"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.CHOICE: {"type": "string"},
    FieldType.LIST: {"type": "array", "items": {"type": "string"}},
    FieldType.JSON: {},
    FieldType.ADDRESS: {"type": "string", "examples": ["192.0.2.1", "2001:db8::1"]},
    FieldType.INTERFACE_ADDRESS: {"type": "string", "examples": ["192.0.2.1/31", "2001:db8::1/127"]},
    FieldType.PREFIX: {"type": "string", "examples": ["192.0.2.0/24", "2001:db8::/48"]},
}


def type_name(kind: Kind) -> str:
    return "".join(part.capitalize() for part in kind.name.split("_"))


def read_schema(kind: Kind) -> Schema:
    """An object as it is answered. With ``fields`` it has fewer, with ``expand`` references are whole."""
    properties: Schema = {
        "id": {"type": "integer", "format": "int64", "description": "Names it for ever"},
        "key": {"type": "string", "description": f"Natural key: {'/'.join(kind.key)}"},
    }
    for spec in kind.fields:
        properties[spec.name] = _described(spec, _read(spec), nullable=_nullable(kind, spec))
    return {"type": "object", "description": kind.help, "properties": properties, "required": ["id"]}


def write_schema(kind: Kind, *, partial: bool) -> Schema:
    """What may be sent: unknown fields are refused. ``partial``: no field is needed."""
    properties = {
        spec.name: _described(spec, _write(spec), nullable=_nullable(kind, spec)) for spec in kind.fields
    }
    schema: Schema = {"type": "object", "description": kind.help, "properties": properties}
    required = [spec.name for spec in kind.fields if spec.required]
    if required and not partial:
        schema["required"] = required
    return schema


def _read(spec: FieldSpec) -> Schema:
    if spec.reference is not None:
        return {"$ref": "#/components/schemas/Reference"}
    return _plain(spec)


def _write(spec: FieldSpec) -> Schema:
    if spec.reference is not None:
        return {"$ref": "#/components/schemas/WrittenReference"}
    schema = _plain(spec)
    if spec.max_length is not None:
        schema["maxLength"] = spec.max_length
    return schema


def _plain(spec: FieldSpec) -> Schema:
    schema = dict(_TYPES.get(spec.type, {"type": "string"}))
    if spec.choices:
        schema["enum"] = list(spec.choices)
    return schema


def _described(spec: FieldSpec, schema: Schema, *, nullable: bool) -> Schema:
    unit = f", in {spec.unit}" if spec.unit else ""
    refers = f" (a {spec.reference})" if spec.reference else ""
    if "$ref" in schema:
        schema = {"anyOf": [schema, {"type": "null"}]} if nullable else {"allOf": [schema]}
    elif nullable and "type" in schema:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return {**schema, "description": f"{spec.help}{unit}{refers}"}


def _nullable(kind: Kind, spec: FieldSpec) -> bool:
    return codec(kind).fields[spec.column].nullable
