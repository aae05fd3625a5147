"""The next free prefix, address, number or name, given out and made an object in one transaction."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from netwright.api.commit import write
from netwright.api.order import body_of, mapping, order_of, parsed
from netwright.api.problem import ApiError, problem_entry
from netwright.api.state import call_of, in_thread
from netwright.api.written import answer
from netwright.app.access import Verb as Right
from netwright.base import address
from netwright.base.errors import InputError
from netwright.intent.allocation import MOST, Wish, allocate
from netwright.intent.objects import Item, ObjectEdits, Outcome, Verb
from netwright.store.editor import Editor
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.query.named import find
from netwright.store.query.sight import Sight
from netwright.store.value import codec

_KNOWN = ("kind", "field", "count", "within", "length", "from", "to", "pattern", "fields")
_ADDRESSED = {FieldType.PREFIX, FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS}


async def next_free(request: Request) -> Response:
    """POST: the object in the path is the pool, or the kind in the path is what to make."""
    call = await call_of(request)
    kind = call.kind()
    body = await body_of(call)
    wanted = mapping(parsed(body), "body")
    unknown = sorted(set(wanted) - set(_KNOWN))
    if unknown:
        raise ApiError(422, f"there is no {unknown[0]!r} here", remedy=f"There are: {', '.join(_KNOWN)}.")
    pool_name = request.path_params.get("name")
    made = call.state.kinds[str(wanted.get("kind", kind.name))]
    call.access.require(Right.CREATE, made.name)
    order = order_of(call, body, f"Next free {made.name} over the API")
    fields = mapping(wanted.get("fields", {}), "fields")
    count = _number(wanted, "count", 1)
    if not isinstance(count, int) or not 1 <= count <= MOST:
        raise ApiError(422, f"count: expected a number from 1 to {MOST}, not {wanted.get('count')!r}")

    def prepare(session: Session, editor: Editor) -> list[Outcome]:
        sight = Sight(session, call.state.kinds, call.seen)
        wish, more = _wish(sight, made, wanted, kind, pool_name)
        scope, given = _scope(sight, wish, {**more, **fields})
        values = allocate(session, call.state.kinds, replace(wish, count=count, scope=scope))
        items = [Item(Verb.CREATE, made, {**given, wish.spec.name: value}) for value in values]
        outcomes = ObjectEdits(sight, editor).edit(items)
        _refuse(outcomes)
        return outcomes

    written = await in_thread(write, call, [], order, prepare)
    item = Item(Verb.CREATE, made)
    return await in_thread(answer, call, [item], written, single="count" not in wanted)


def _refuse(outcomes: Sequence[Outcome]) -> None:
    entries = [problem_entry(problem) for one in outcomes for problem in one.problems]
    if entries:
        raise ApiError(422, entries[0]["detail"], subject=entries[0]["object"], errors=entries[:20])


def _wish(
    sight: Sight, made: Kind, wanted: dict[str, Any], kind: Kind, pool_name: str | None
) -> tuple[Wish, dict[str, Any]]:
    """What to allocate, and the fields that follow from the pool."""
    spec = _spec(sight, made, wanted)
    wish = Wish(
        made,
        spec,
        length=_number(wanted, "length", None),
        lowest=_number(wanted, "from", None),
        highest=_number(wanted, "to", None),
        pattern=str(wanted.get("pattern", "")),
    )
    if pool_name is not None:
        return _from_pool(sight, wish, kind, find(sight, kind, pool_name))
    if spec.type in _ADDRESSED:
        wish = replace(wish, within=_network(wanted.get("within")))
    return wish, {}


def _from_pool(sight: Sight, wish: Wish, kind: Kind, pool: int) -> tuple[Wish, dict[str, Any]]:
    """A prefix gives what lies in it; anything else gives numbers between its two integers, to objects that
    refer to it."""
    if wish.spec.type in _ADDRESSED:
        spec = next((one for one in kind.fields if one.type is FieldType.PREFIX), None)
        if spec is None:
            raise InputError(f"a {kind.name} holds no prefixes or addresses", subject=f"{kind.name} #{pool}")
        within = sight.session.scalar(select(kind.table.c[spec.column]).where(kind.table.c.id == pool))
        return replace(wish, within=within), _same_table(sight, wish.kind, kind, pool)
    reference = next((one for one in wish.kind.fields if one.reference == kind.name), None)
    if reference is None:
        raise InputError(
            f"a {wish.kind.name} does not refer to a {kind.name}", subject=f"{kind.name} #{pool}"
        )
    bounds = [one.column for one in kind.fields if one.type is FieldType.INTEGER]
    if wish.spec.type is FieldType.INTEGER and wish.lowest is None and len(bounds) == 2:
        row = sight.session.execute(
            select(*(kind.table.c[column] for column in bounds)).where(kind.table.c.id == pool)
        ).one()
        wish = replace(wish, lowest=row[0], highest=row[1] if wish.highest is None else wish.highest)
    return wish, {reference.name: pool}


def _same_table(sight: Sight, made: Kind, kind: Kind, pool: int) -> dict[str, Any]:
    """References that name both (the routing table of a prefix): as the pool has them."""
    shared = [one for one in made.key_fields if one.reference and one in kind.key_fields]
    if made is not kind or not shared:
        return {}
    columns = [kind.table.c[one.column] for one in shared]
    row = sight.session.execute(select(*columns).where(kind.table.c.id == pool)).one()
    return {one.name: value for one, value in zip(shared, row, strict=True) if value is not None}


def _scope(sight: Sight, wish: Wish, fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Among which objects a number or name is to be unique: those with the same other parts of the key."""
    scope: dict[str, Any] = {}
    given = dict(fields)
    for spec in wish.kind.key_fields:
        if spec is wish.spec:
            continue
        if given.get(spec.name) is None:
            if spec == wish.kind.optional_key:
                scope[spec.column] = None
            continue
        value = given[spec.name]
        if spec.reference is not None:
            target = sight.kinds[spec.reference]
            value = find(sight, target, f"id:{value}" if isinstance(value, int) else str(value))
            given[spec.name] = {"id": value}
            scope[spec.column] = value
        else:
            scope[spec.column] = codec(wish.kind).take({spec.column: value}, wish.kind.name)[spec.column]
    return scope, given


def _spec(sight: Sight, made: Kind, wanted: dict[str, Any]) -> FieldSpec:
    if "field" not in wanted:
        plain = [spec for spec in made.key_fields if spec.reference is None]
        if not plain:
            raise InputError(
                f"a {made.name} is named by what it refers to, nothing of it can be given out",
                subject="kind",
                remedy="Say which field is meant.",
            )
        return plain[-1]
    spec = sight.field(made, str(wanted["field"]))
    if spec is None:
        raise sight.unknown(made, str(wanted["field"]))
    return spec


def _network(value: Any) -> address.Prefix | None:
    if value is None:
        return None
    try:
        return ipaddress.ip_network(str(value))
    except ValueError:
        raise ApiError(422, f"within: expected a prefix, as 192.0.2.0/24, not {str(value)[:80]!r}") from None


def _number(wanted: dict[str, Any], name: str, default: int | None) -> int | None:
    value = wanted.get(name, default)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 62):
        raise ApiError(422, f"{name}: expected a number, not {str(value)[:80]!r}")
    return value
