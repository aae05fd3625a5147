"""The part of the API's description that is about what was observed: findings, tasks, known devices,
reports. Their answers are described from the rows that every face tells."""

from __future__ import annotations

from typing import Any, Protocol

from netwright.api import finding, known
from netwright.api.components import Part, query_parameter
from netwright.api.report import COLUMNS
from netwright.app.report import MOST_DAYS
from netwright.collect.document import FINDING_COLUMNS, KNOWN_COLUMNS
from netwright.collect.findinglist import FindingState
from netwright.collect.findings import Severity
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import Status


class Operation(Protocol):
    """Makes an operation: name, tags, summary, responses, parameters, schema of the body."""

    def __call__(
        self,
        name: str,
        tags: list[str],
        summary: str,
        responses: Part,
        parameters: Any = (),
        body: Part | None = None,
    ) -> Part: ...


_TEXT: Part = {"type": "string"}
_NONE: Part = {"type": ["string", "null"]}
_NUMBER: Part = {"type": "integer"}
_TIME: Part = {"type": "string", "format": "date-time"}
_NO_TIME: Part = {"type": ["string", "null"], "format": "date-time"}
_IDS: Part = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1},
    "minItems": 1,
    "maxItems": 1000,
    "description": "Numbers of findings",
}
_TITLES: Part = {
    "title": {**_TEXT, "maxLength": 255, "description": "Title of the change set"},
    "reason": {**_TEXT, "maxLength": 2000},
}
_OF_A_FINDING: Part = {
    "id": _NUMBER,
    "severity": {"enum": [str(one) for one in Severity]},
    "cause": {**_NONE, "description": "Why it follows from something else"},
    "first_seen": _TIME,
    "last_seen": _TIME,
    "cleared_at": _NO_TIME,
    "acknowledged_by": _NONE,
    "acknowledged_why": _NONE,
    "acknowledged_until": _NO_TIME,
    "task": {"type": ["integer", "null"], "description": "Number of its open task"},
    "acceptable": {"type": "boolean", "description": "What was observed can be made wanted"},
}
_OF_A_KNOWN: Part = {
    "record": _NUMBER,
    "first_seen": _TIME,
    "last_seen": _TIME,
    "wanted": {"type": "boolean", "description": "It is in the inventory"},
    "site": _NONE,
    "library_model": {**_NONE, "description": "The model of the library that it is"},
    "library_models": {
        "type": "array",
        "items": _TEXT,
        "description": "Models that it may be, when several fit",
    },
    "likely": {"type": "array", "items": _TEXT, "description": "Wanted devices of its serial number or name"},
}
_OF_A_TASK: Part = {
    "id": _NUMBER,
    **dict.fromkeys(("kind", "device", "object", "site", "title", "assignee", "note", "opened_by"), _TEXT),
    "opened_at": _TIME,
    "done_by": _NONE,
    "done_at": _NO_TIME,
}
SCHEMAS: Part = {
    "Finding": {
        "type": "object",
        "properties": {name: _OF_A_FINDING.get(name, _TEXT) for name in FINDING_COLUMNS},
        "required": list(FINDING_COLUMNS),
    },
    "FindingTask": {"type": "object", "properties": _OF_A_TASK, "required": list(_OF_A_TASK)},
    "KnownDevice": {
        "type": "object",
        "properties": {name: _OF_A_KNOWN.get(name, _TEXT) for name in KNOWN_COLUMNS},
        "required": list(KNOWN_COLUMNS),
    },
    "Proposed": {
        "description": "A change set made of what was observed, or what it would be",
        "type": "object",
        "properties": {
            "change_set": {
                "type": ["object", "null"],
                "description": "null: nothing differs, or it was only tried",
            },
            "mergeable": {"type": "boolean"},
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/AnyObject"}},
            "conflicts": {"type": "array", "items": {"$ref": "#/components/schemas/AnyObject"}},
            "problems": {"type": "array", "items": {"$ref": "#/components/schemas/AnyObject"}},
            "differences": {
                "type": "array",
                "description": "What is wanted otherwise than observed; by `name` one is chosen in `take`",
                "items": {"$ref": "#/components/schemas/AnyObject"},
            },
        },
        "required": ["change_set"],
    },
}


def _many(name: str, description: str, schema: Part) -> Part:
    return query_parameter(name, description, {"type": "array", "items": schema})


_FORMAT = query_parameter("format", "csv: all that fit as a table", {"enum": ["json", "csv"]})
_TRIED = [
    query_parameter("dry_run", "Only tell what it would be", {"type": "boolean"}),
    query_parameter("changeset", "An open change set to add it to", {"type": "integer", "minimum": 1}),
]
_COUNT = query_parameter("count", "Tell how many fit in all", {"type": "boolean"})
_AFTER = query_parameter("after", "Cursor of the page before", _TEXT)
_LIMIT = query_parameter("limit", "On a page", {"type": "integer", "minimum": 1, "maximum": 1000})
_WORST: Part = {"enum": [str(one) for one in Severity]}
_NUMBERED: Part = {
    "name": "number",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}


def observing(operation: Operation) -> Part:
    """The paths. ``operation`` makes one as the rest of the description does."""
    listed = [
        query_parameter("q", "Words of the message, or a part of the device's name", _TEXT),
        _many("site", "Of these sites", _TEXT),
        _many("device", "Of these devices", _TEXT),
        _many("kind", "Of these kinds, as wrong-serial", _TEXT),
        _many("severity", "Of these severities", _WORST),
        query_parameter("at_least", "This bad or worse", _WORST),
        query_parameter(
            "state",
            "open (default): needs someone; held: follows from a cause; standing: these and acknowledged",
            {"enum": [str(one) for one in FindingState]},
        ),
        query_parameter("sort", "A field, after a minus downwards", {"enum": list(finding.ORDERS)}),
        _AFTER,
        _LIMIT,
        _COUNT,
        _FORMAT,
    ]
    found = [
        query_parameter("q", "A part of a name, address, serial number, maker or model", _TEXT),
        query_parameter("wanted", "false: not in the inventory yet", {"type": "boolean"}),
        _many("vendor", "Of these makers", _TEXT),
        _many("way", "How it was found last", {"enum": list(known.WAYS)}),
        query_parameter("sort", "A field, after a minus downwards", {"enum": list(known.ORDERS)}),
        _AFTER,
        _LIMIT,
        _COUNT,
        _FORMAT,
    ]
    names, done = ["findings"], {"200": _json({"type": "object"}, "Done")}
    proposed = {
        "200": _json(_ref("Proposed"), "Tried, added, or nothing differs"),
        "201": _json(_ref("Proposed"), "Opened"),
    }
    task = _ref("FindingTask")
    report = {"name": "name", "in": "path", "required": True, "schema": {"enum": list(COLUMNS)}}
    within = query_parameter(
        "within", "Of endings: within so many days", {"type": "integer", "minimum": 0, "maximum": MOST_DAYS}
    )
    site = query_parameter("site", "Of this site", _TEXT)
    return {
        "/v1/findings": {
            "get": operation("list_findings", names, "Findings, the worst first", _listed("Finding"), listed)
        },
        "/v1/findings/{number}": {
            "get": operation("get_finding", names, "One", {"200": _json(_ref("Finding"), "It")}, [_NUMBERED])
        },
        "/v1/findings/acknowledge": {
            "post": operation(
                "acknowledge_findings",
                names,
                "Say that they are known, why, and until when",
                done,
                (),
                _body(
                    {"ids": _IDS, "why": {**_TEXT, "minLength": 1, "maxLength": 2000}, "until": _TIME},
                    "ids",
                    "why",
                ),
            )
        },
        "/v1/findings/withdraw": {
            "post": operation(
                "withdraw_findings",
                names,
                "Take acknowledgements back",
                done,
                (),
                _body({"ids": _IDS}, "ids"),
            )
        },
        "/v1/findings/accept": {
            "post": operation(
                "accept_findings",
                names,
                "What they observed becomes wanted: a change set",
                proposed,
                _TRIED,
                _body({"ids": _IDS, **_TITLES}, "ids"),
            )
        },
        "/v1/findings/{number}/task": {
            "post": operation(
                "open_finding_task",
                names,
                "Make it somebody's work",
                {"201": _json(task, "Opened")},
                [_NUMBERED],
                _body({"assignee": {**_TEXT, "maxLength": 255}, "note": {**_TEXT, "maxLength": 2000}}),
            )
        },
        "/v1/tasks": {
            "get": operation("list_tasks", names, "Open tasks", _listed("FindingTask"), [site, _FORMAT])
        },
        "/v1/tasks/{number}/done": {
            "post": operation("close_task", names, "It is done", {"200": _json(task, "Closed")}, [_NUMBERED])
        },
        "/v1/known-devices": {
            "get": operation(
                "list_known_devices", ["discovery"], "Devices that were found", _listed("KnownDevice"), found
            )
        },
        "/v1/known-devices/adopt": {
            "post": operation(
                "adopt_devices",
                ["discovery"],
                "Found devices become wanted: a change set",
                proposed,
                _TRIED,
                _body(_wish(), "devices"),
            )
        },
        "/v1/reports/{name}": {
            "get": operation(
                "report",
                ["reports"],
                "Counts by model, what makers give up, power",
                _listed("AnyObject"),
                [report, site, within, _FORMAT],
            )
        },
    }


def _wish() -> Part:
    many = {"type": "array", "items": {"type": "string", "minLength": 1}}
    return {
        "devices": {**many, "minItems": 1, "maxItems": 500, "description": "Names of known devices"},
        "site": {**_TEXT, "maxLength": 255, "description": "Where new ones stand"},
        "role": {"enum": [str(one) for one in DeviceRole], "description": "What new ones are for"},
        "model": {**_TEXT, "maxLength": 255, "description": "Of those that tell none, or fit several"},
        "asn": {**_TEXT, "maxLength": 20, "description": "AS of new ones that no neighbour names"},
        "status": {"enum": [str(one) for one in Status]},
        "take": {
            **many,
            "description": "Differences in which the device is right: their names, kind:field, all",
        },
        **_TITLES,
    }


def _listed(name: str) -> Part:
    schema = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": _ref(name)},
            "next": {"type": ["string", "null"]},
            "total": {"type": "integer"},
        },
        "required": ["items", "next"],
    }
    content = {"application/json": {"schema": schema}, "text/csv": {"schema": _TEXT}}
    return {"200": {"description": "A page, or all as CSV", "content": content}}


def _body(properties: Part, *required: str) -> Part:
    body: Part = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**body, "required": list(required)} if required else body


def _json(schema: Part, description: str) -> Part:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Part:
    return {"$ref": f"#/components/schemas/{name}"}
