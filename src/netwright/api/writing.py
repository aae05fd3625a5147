"""Writes as requests: what they ask for as items, of one kind or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from netwright.api.commit import write
from netwright.api.order import body_of, items_of, mapping, order_of, parsed
from netwright.api.problem import ApiError
from netwright.api.state import Call, call_of, in_thread
from netwright.api.written import answer
from netwright.intent.objects import Item, Verb
from netwright.store.kind import Kind

_WORDS = {Verb.CREATE: "Create", Verb.UPDATE: "Update", Verb.PUT: "Put", Verb.DELETE: "Delete"}


async def write_list(request: Request) -> Response:
    """POST one object or a list; PUT, PATCH and DELETE a list."""
    call = await call_of(request)
    kind = call.kind()
    verb = {"POST": Verb.CREATE, "PUT": Verb.PUT, "PATCH": Verb.UPDATE, "DELETE": Verb.DELETE}[request.method]
    body = await body_of(call)
    value = parsed(body)
    single = verb is Verb.CREATE and not isinstance(value, list)
    items = [_item(verb, kind, one, place) for place, one in enumerate(items_of(value))]
    return await _answer(call, items, body, single=single)


async def write_one(request: Request) -> Response:
    """PUT, PATCH or DELETE the object in the path."""
    call = await call_of(request)
    kind = call.kind()
    name = request.path_params["name"]
    verb = {"PUT": Verb.PUT, "PATCH": Verb.UPDATE, "DELETE": Verb.DELETE}[request.method]
    body = b"" if verb is Verb.DELETE else await body_of(call)
    fields = {} if verb is Verb.DELETE else mapping(parsed(body), kind.name)
    return await _answer(call, [Item(verb, kind, fields, name)], body, single=True)


async def write_batch(request: Request) -> Response:
    """POST a list of changes to objects of any kinds, all or nothing."""
    call = await call_of(request)
    body = await body_of(call)
    items = []
    for place, one in enumerate(items_of(mapping(parsed(body), "body").get("changes"))):
        change = mapping(one, f"change {place}")
        verb = change.get("op")
        if verb not in set(Verb):
            raise ApiError(422, f"change {place}: expected op to be one of {', '.join(Verb)}, not {verb!r}")
        kind = call.state.kinds[str(change.get("kind"))]
        fields = mapping(change.get("fields", {}), f"change {place}")
        items.append(Item(Verb(verb), kind, fields, change.get("target")))
    return await _answer(call, items, body, single=False)


def _item(verb: Verb, kind: Kind, value: Any, place: int) -> Item:
    if verb is Verb.DELETE:
        return Item(verb, kind, {}, value)
    fields = mapping(value, f"item {place}")
    if verb is Verb.CREATE:
        return Item(verb, kind, {name: one for name, one in fields.items() if name not in {"id", "key"}})
    target = fields.get("id", fields.get("key"))
    return Item(verb, kind, {name: one for name, one in fields.items() if name not in {"id", "key"}}, target)


async def _answer(call: Call, items: list[Item], body: bytes, *, single: bool) -> Response:
    order = order_of(call, body, title_of(items))
    written = await in_thread(write, call, items, order)
    return await in_thread(answer, call, items, written, single=single)


def title_of(items: Sequence[Item]) -> str:
    """What a change set of these items is called when nobody says."""
    counts = Counter((item.verb, item.kind.name) for item in items)
    parts = [f"{_WORDS[verb]} {count} {kind}" for (verb, kind), count in counts.most_common(3)]
    return f"{', '.join(parts)}{', …' if len(counts) > 3 else ''} over the API" if parts else "Nothing"
