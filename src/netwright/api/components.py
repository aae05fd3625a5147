"""What the API's description says once and refers to: parameters, and bodies that are of no kind."""

from __future__ import annotations

from typing import Any

Part = dict[str, Any]


def query_parameter(name: str, description: str, schema: Part) -> Part:
    return {"name": name, "in": "query", "description": description, "schema": schema}


_TEXT: Part = {"type": "string"}
PARAMETERS: Part = {
    "name": {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "Id or natural key; id:17 and key:17 leave no doubt",
        "schema": {"type": "string", "minLength": 1},
    },
    "q": query_parameter("q", "Words to search for", _TEXT),
    "sort": query_parameter("sort", "Fields, as site,-name", _TEXT),
    "limit": query_parameter(
        "limit", "Objects on a page", {"type": "integer", "minimum": 1, "maximum": 1000}
    ),
    "after": query_parameter("after", "Cursor of the page before", _TEXT),
    "count": query_parameter("count", "Tell how many there are in all", {"type": "boolean"}),
    "fields": query_parameter("fields", "Fields to tell, as name,site.name", _TEXT),
    "expand": query_parameter("expand", "References and lists to unfold, as site.region,interfaces", _TEXT),
    "as_of": query_parameter("as_of", "As it was after this revision", {"type": "integer", "minimum": 0}),
    "state": query_parameter(
        "state", "Only those", {"type": "string", "enum": ["open", "merged", "abandoned"]}
    ),
    "changeset": query_parameter(
        "changeset", "An open change set to write into", {"type": "integer", "minimum": 1}
    ),
    "dry_run": query_parameter("dry_run", "Check everything, keep nothing", {"type": "boolean"}),
    "force": query_parameter(
        "force", "Take the name of what is deleted off what mentions it, as a tag", {"type": "boolean"}
    ),
    "on_error": query_parameter(
        "on_error", "continue: do the items that can be done", {"enum": ["stop", "continue"]}
    ),
    "message": query_parameter("message", "Title of the change set", _TEXT),
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Sent again with the same key, a request is answered and not repeated",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "ETag of the object as you know it; 412 when it changed since",
        "schema": {"type": "string", "examples": ['"17"']},
    },
}
_ANY: Part = {"type": "object", "additionalProperties": True}
SHARED: Part = {
    "AnyObject": _ANY,
    "Reference": {
        "type": "object",
        "description": "Another object; without an id, and with the key `hidden`, one that you may not see",
        "properties": {"id": {"type": ["integer", "null"]}, "kind": _TEXT, "key": _TEXT},
        "required": ["id"],
    },
    "WrittenReference": {
        "description": "An id, a natural key, or an object with id, key, or the fields of the key",
        "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1}, _ANY],
    },
    "Target": {
        "type": "object",
        "properties": {"id": {"type": "integer", "minimum": 1}, "key": {"type": "string", "minLength": 1}},
    },
    "Change": {
        "type": "object",
        "properties": {
            "op": {"enum": ["create", "update", "put", "delete"]},
            "kind": _TEXT,
            "target": {"$ref": "#/components/schemas/WrittenReference"},
            "fields": _ANY,
        },
        "required": ["op", "kind"],
    },
    "NextFree": {
        "type": "object",
        "properties": {
            "kind": {**_TEXT, "description": "What to create; else the kind in the path"},
            "field": {**_TEXT, "description": "Field to fill; else the last of its key"},
            "count": {"type": "integer", "minimum": 1, "maximum": 1000},
            "within": {**_TEXT, "description": "Prefix to take from"},
            "length": {"type": "integer", "minimum": 0, "maximum": 128},
            "from": {"type": "integer"},
            "to": {"type": "integer"},
            "pattern": {**_TEXT, "description": "Name with {n} or {n:02} in it"},
            "fields": _ANY,
        },
        "additionalProperties": False,
    },
    "Written": {
        "type": "object",
        "properties": {
            "revision": {"type": ["integer", "null"]},
            "change_set": {"type": ["integer", "null"]},
            "items": {"type": "array", "items": _ANY},
            "warnings": {"type": "array", "items": _ANY},
        },
        "required": ["items"],
    },
    "Problem": {
        "description": "RFC 9457",
        "type": "object",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "object": _TEXT,
            "remedy": _TEXT,
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "detail": _TEXT,
                        "object": _TEXT,
                        "field": {"type": ["string", "null"]},
                        "expected": _TEXT,
                        "item": {"type": "integer"},
                    },
                },
            },
        },
        "required": ["type", "title", "status", "detail"],
    },
}
