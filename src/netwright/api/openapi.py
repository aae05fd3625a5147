"""The OpenAPI 3.1 description, made from the kinds."""

from __future__ import annotations

from typing import Any

from netwright import __version__
from netwright.api.attachment import OWNERS
from netwright.api.changeset import ACTIONS
from netwright.api.components import PARAMETERS, SHARED, Part, query_parameter
from netwright.api.observing import SCHEMAS, observing
from netwright.api.schema import read_schema, type_name, write_schema
from netwright.api.targets import FORMS, GROUPS
from netwright.app.access.audit import Event
from netwright.store.kind import Kind, Kinds
from netwright.store.query.lookup import lookups
from netwright.store.query.relation import relations

_PROBLEM = {
    "description": "What is wrong",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_REFUSALS = ("400", "401", "403", "404", "409", "412", "413", "415", "422")


def openapi(kinds: Kinds) -> Part:
    """The whole document."""
    schemas = {**SHARED, **SCHEMAS}
    paths: Part = {}
    for kind in kinds.values():
        name = type_name(kind)
        schemas[name] = read_schema(kind)
        schemas[f"{name}Create"] = write_schema(kind, partial=False)
        schemas[f"{name}Update"] = write_schema(kind, partial=True)
        paths.update(_paths(kinds, kind, name))
    paths.update(_others())
    paths.update(observing(_operation))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Netwright", "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/api"}],
        "security": [{"token": []}],
        "tags": [{"name": kind.name, "description": kind.help} for kind in kinds.values()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": PARAMETERS,
        },
    }


_ABOUT = (
    "Wanted objects of every kind. Each write is a change set, checked and merged at once, or added to an "
    "open one (`changeset`). Filters are `field=value` or `field__lookup=value`, across references too: "
    "`site.region=eu`. Several values: any of them."
)


def _paths(kinds: Kinds, kind: Kind, name: str) -> Part:
    item, write, update = (_ref(f"{name}{more}") for more in ("", "Create", "Update"))
    listed = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "description": "Cursor of the next page, to give as after"},
            "revision": {"type": "integer"},
            "total": {"type": "integer"},
        },
        "required": ["items", "next", "revision"],
    }
    written = _ref("Written")
    many = {"type": "array", "items": {"allOf": [update, _ref("Target")]}, "maxItems": 20000}
    one_or_many = {"anyOf": [write, {"type": "array", "items": write, "maxItems": 20000}]}
    targets = {"type": "array", "items": _ref("WrittenReference"), "maxItems": 20000}
    tag, shared = [kind.name], _parameters("changeset", "dry_run", "on_error", "message", "Idempotency-Key")
    named = [_parameter("name"), *shared, *_parameters("If-Match")]
    look = _parameters("fields", "expand", "as_of")
    return {
        f"/v1/{kind.name}": {
            "get": _operation(
                f"list_{kind.name}",
                tag,
                f"List: {kind.help}",
                {"200": _json(listed, "A page")},
                [*_parameters("q", "sort", "limit", "after", "count"), *look, *_filters(kinds, kind)],
            ),
            "post": _operation(
                f"create_{kind.name}",
                tag,
                "Create one, or a list",
                _answers(item, written, "201"),
                shared,
                one_or_many,
            ),
            "put": _operation(
                f"put_{kind.name}_list",
                tag,
                "Create or replace, by id or natural key",
                _answers(written, written, "200"),
                shared,
                many,
            ),
            "patch": _operation(
                f"update_{kind.name}_list",
                tag,
                "Change fields of several",
                _answers(written, written, "200"),
                shared,
                many,
            ),
            "delete": _operation(
                f"delete_{kind.name}_list",
                tag,
                "Delete several, with all they own",
                _answers(written, written, "200"),
                [*shared, *_parameters("force")],
                targets,
            ),
        },
        f"/v1/{kind.name}/{{name}}": {
            "get": _operation(
                f"get_{kind.name}",
                tag,
                "One object",
                {"200": _json(item, "It"), "304": {"description": "It is as If-None-Match knows it"}},
                [_parameter("name"), *look],
            ),
            "put": _operation(
                f"put_{kind.name}",
                tag,
                "Create or replace",
                _answers(item, written, "200", "201"),
                named,
                write,
            ),
            "patch": _operation(
                f"update_{kind.name}", tag, "Change fields", _answers(item, written, "200"), named, update
            ),
            "delete": _operation(
                f"delete_{kind.name}",
                tag,
                "Delete it with all it owns",
                {**_answers(written, written, "200"), "204": {"description": "It is gone"}},
                [*named, *_parameters("force")],
            ),
        },
        f"/v1/{kind.name}/{{name}}/history": {
            "get": _operation(
                f"history_of_{kind.name}",
                tag,
                "What changed, by whom, newest first",
                {"200": _json({"type": "object"}, "Its history")},
                [_parameter("name")],
            )
        },
        f"/v1/{kind.name}/{{name}}/blame": {
            "get": _operation(
                f"blame_{kind.name}",
                tag,
                "Who gave each field its value",
                {"200": _json({"type": "object"}, "Authors by field")},
                [_parameter("name")],
            )
        },
        f"/v1/{kind.name}/next-free": {
            "post": _operation(
                f"next_{kind.name}",
                tag,
                "Create what is free next",
                _answers(item, written, "201", "200"),
                shared,
                _ref("NextFree"),
            )
        },
        f"/v1/{kind.name}/{{name}}/next-free": {
            "post": _operation(
                f"next_from_{kind.name}",
                tag,
                "Create what is free next in this pool",
                _answers(_ref("AnyObject"), written, "201", "200"),
                [_parameter("name"), *shared],
                _ref("NextFree"),
            )
        },
    }


def _others() -> Part:
    number = [{"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}]
    change_set = _json(_ref("AnyObject"), "The change set")
    anything = {"200": _json({"type": "object"}, "It")}
    sets = ["change sets"]
    opening = {
        "type": "object",
        "properties": {"title": {"type": "string", "minLength": 1}, "reason": {"type": "string"}},
        "required": ["title"],
    }
    batch = {
        "type": "object",
        "properties": {"changes": {"type": "array", "items": _ref("Change"), "maxItems": 20000}},
        "required": ["changes"],
    }
    query = {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "variables": {"type": ["object", "null"]},
            "operationName": {"type": ["string", "null"]},
        },
        "required": ["query"],
    }
    paths: Part = {
        "/v1": {"get": _operation("kinds", ["api"], "The kinds", anything)},
        "/v1/batch": {
            "post": _operation(
                "batch",
                ["api"],
                "Changes to objects of any kinds, all or nothing",
                _answers(_ref("Written"), _ref("Written"), "200", "201"),
                _parameters("changeset", "dry_run", "on_error", "message", "Idempotency-Key"),
                batch,
            )
        },
        "/graphql": {
            "post": _operation("graphql", ["api"], "Read by GraphQL", anything, (), query),
        },
        "/v1/change-sets": {
            "get": _operation("list_change_sets", sets, "The newest first", anything, _parameters("state")),
            "post": _operation("open_change_set", sets, "Open one", {"201": change_set}, (), opening),
        },
        "/v1/change-sets/{number}": {
            "get": _operation("get_change_set", sets, "One", {"200": change_set}, number)
        },
    }
    paths.update(_feeds())
    views = {
        "diff": "What it changes",
        "preview": "What a merge would do and say now",
        "review": "Comments and approvals",
    }
    for view, what in views.items():
        operation = _operation(f"{view}_change_set", sets, what, anything, number)
        paths[f"/v1/change-sets/{{number}}/{view}"] = {"get": operation}
    for action in ACTIONS:
        operation = _operation(f"{action}_change_set", sets, action.capitalize(), anything, number)
        paths[f"/v1/change-sets/{{number}}/{action}"] = {"post": operation}
    return paths


_NUMBER: Part = {"type": "integer", "minimum": 0}


def _feeds() -> Part:
    """What is read beside objects and change sets: the audit log, lists for other tools, files."""
    text, page = {"type": "string"}, _ref("AnyObject")
    audit = [
        query_parameter("who", "Only this user", text),
        query_parameter("event", "Only this", {"enum": [str(one) for one in Event]}),
        query_parameter("since", "Not before this time", {"type": "string", "format": "date-time"}),
        *_parameters("limit", "after"),
    ]
    groups = [query_parameter(name, f"Only of this {name}", text) for name in GROUPS]
    port = query_parameter("port", "Port of the targets", {"type": "integer", "minimum": 1, "maximum": 65535})
    every = query_parameter("every", "Also devices that are not active", {"type": "boolean"})
    form = {"name": "form", "in": "path", "required": True, "schema": {"enum": list(FORMS)}}
    owners = [query_parameter(name, f"The {name} it belongs to", text) for name in OWNERS]
    whole = {"schema": {"type": "string", "format": "binary"}}
    file = {"description": "The file", "content": {"*/*": whole}}
    upload = _operation(
        "put_attachment_bytes",
        ["attachment"],
        "Make an attachment of a file, or give it other bytes",
        _answers(_ref("Attachment"), _ref("Written"), "200", "201"),
        [
            _parameter("name"),
            *owners,
            query_parameter("description", "What it shows", text),
            *_parameters("changeset", "dry_run", "message", "Idempotency-Key", "If-Match"),
        ],
    )
    upload["requestBody"] = {"required": True, "content": {"application/octet-stream": whole}}
    listed = {"200": _json({"type": ["array", "object"]}, "As the tool takes them")}
    following = {"200": {"description": "Events as they come", "content": {"text/event-stream": {}}}}
    begin = [
        query_parameter("after", "Begin after this event; default: only what comes", _NUMBER),
        {"name": "Last-Event-ID", "in": "header", "description": "The same; goes before", "schema": _NUMBER},
    ]
    return {
        "/v1/events": {
            "get": _operation(
                "follow_events", ["api"], "Merges and change sets, as they come", following, begin
            )
        },
        "/v1/audit": {
            "get": _operation("audit", ["api"], "The audit log", {"200": _json(page, "A page")}, audit)
        },
        "/v1/targets/{form}": {
            "get": _operation(
                "targets", ["api"], "Devices for other tools", listed, [form, port, every, *groups]
            )
        },
        "/v1/attachment/{name}/bytes": {
            "get": _operation(
                "get_attachment_bytes",
                ["attachment"],
                "The file",
                {"200": file, "304": {"description": "It is the one of If-None-Match"}},
                [_parameter("name")],
            ),
            "put": upload,
        },
    }


def _filters(kinds: Kinds, kind: Kind) -> list[Part]:
    """A parameter a field; which lookups and paths there are beside is said in its description."""
    found = []
    for spec in kind.fields:
        if spec.reference is not None:
            names = "n, in, isnull"
            more = f". Also fields of the {spec.reference}, as `{spec.name}.id`"
        else:
            names, more = ", ".join(one.name for one in lookups(spec) if one.name != "eq"), ""
        found.append(
            {
                "name": spec.name,
                "in": "query",
                "description": f"{spec.help}. Lookups: {names}{more}",
                "schema": {"type": "array", "items": {"type": "string"}},
            }
        )
    for name in relations(kinds, kind):
        description = f"Has no {name}, or some; its fields filter too, as `{name}.id`"
        found += [query_parameter(f"{name}__isnull", description, {"type": "boolean"})]
    return found


def _operation(
    name: str,
    tags: list[str],
    summary: str,
    responses: Part,
    parameters: Any = (),
    body: Part | None = None,
) -> Part:
    operation: Part = {
        "operationId": name,
        "tags": tags,
        "summary": summary,
        "responses": {**responses, **dict.fromkeys(_REFUSALS, _PROBLEM)},
    }
    if parameters:
        operation["parameters"] = list(parameters)
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _answers(single: Part, many: Part, *statuses: str) -> Part:
    either = single if single == many else {"anyOf": [single, many]}
    found = {status: _json(either, "Done") for status in statuses}
    found.setdefault("200", _json(_ref("AnyObject"), "Tried: nothing was changed"))
    found["202"] = _json(_ref("AnyObject"), "Added to the change set")
    found["207"] = _json(_ref("Written"), "Some items were done, others not")
    return found


def _json(schema: Part, description: str) -> Part:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Part:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(name: str) -> Part:
    return {"$ref": f"#/components/parameters/{name}"}


def _parameters(*names: str) -> list[Part]:
    return [_parameter(name) for name in names]
