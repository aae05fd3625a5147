"""Lists and single objects as JSON, whole tables as lines, and what was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from netwright.api.problem import ApiError
from netwright.api.state import ApiState, Call, call_of, flag, in_thread
from netwright.app.access import Verb
from netwright.app.access.telling import Telling, namer_for
from netwright.base.errors import InputError, NotFoundError
from netwright.store.history import History, blame, current_revision, history_of
from netwright.store.kind import Kind
from netwright.store.naming import Namer
from netwright.store.past import as_of_revision
from netwright.store.query import ListQuery, Reader, parse_selection
from netwright.store.query.named import find

MOST_AT_ONCE = 1_000
MOST_DOCUMENTS = 100_000
_LINES = 500
JSON = "application/json"
NDJSON = "application/x-ndjson"
ABOUT = ("history", "blame")
"""What can be asked of an object behind its name."""
_ITS_OWN = frozenset(
    {"q", "sort", "limit", "after", "fields", "expand", "count", "as_of", "format", "changeset"}
)


async def list_objects(request: Request) -> Response:
    """GET a list."""
    call = await call_of(request)
    kind = call.kind()
    query, revision = list_query(call)
    wanted = request.query_params.get("format", "")
    if wanted == "ndjson" or NDJSON in request.headers.get("accept", ""):
        lines = _walk(call, kind, query, revision)
        first = await in_thread(next, lines, b"")  # errors of the query come before the answer begins
        return StreamingResponse(_after(first, lines), media_type=NDJSON)
    body, cursor = await in_thread(_page, call, kind, query, revision)
    headers = {}
    if cursor:
        others = [(name, value) for name, value in call.query if name != "after"]
        url = request.url.replace(query=urlencode([*others, ("after", cursor)]))
        headers["link"] = f'<{url.path}?{url.query}>; rel="next"'
    return Response(body, media_type=JSON, headers=headers)


async def get_object(request: Request) -> Response:
    """GET one object, its history or who wrote its fields."""
    call = await call_of(request)
    kind = call.kind()
    name, about = split_about(request.path_params["name"])
    if about == "history":
        body = await in_thread(_history, call, kind, name)
        return Response(body, media_type=JSON)
    if about == "blame":
        return Response(await in_thread(_blame, call, kind, name), media_type=JSON)
    body, tag = await in_thread(_one, call, kind, name)
    given = request.headers.get("if-none-match", "")
    if given.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in given.split(",")]:
        return Response(status_code=304, headers={"etag": tag})
    return Response(body, media_type=JSON, headers={"etag": tag})


def split_about(path: str) -> tuple[str, str]:
    """The object's name, and what is asked about it."""
    name, _, last = path.rpartition("/")
    return (name, last) if name and last in ABOUT else (path, "")


def list_query(call: Call) -> tuple[ListQuery, int | None]:
    """What the URL asks for. Raises InputError."""
    params = call.request.query_params
    limit = integer(params.get("limit"), "limit", 1, MOST_AT_ONCE, default=100)
    assert limit is not None
    query = ListQuery(
        filters=[(name, value) for name, value in call.query if name not in _ITS_OWN],
        q=params.get("q", "").strip(),
        sort=tuple(part for part in params.get("sort", "").split(",") if part),
        limit=limit,
        after=params.get("after", ""),
        selection=parse_selection(params.get("fields", ""), params.get("expand", "")),
        count="count" in params and flag(params["count"]),
    )
    return query, as_of(call)


def as_of(call: Call) -> int | None:
    return integer(call.request.query_params.get("as_of"), "as_of", 0, 1 << 62)


def integer(text: str | None, name: str, low: int, high: int, default: int | None = None) -> int | None:
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or not low <= int(text) <= high:
        raise InputError(
            f"expected a number from {low} to {high}, not {text[:40]!r}",
            subject=name,
            remedy="Give one, or leave it out.",
        )
    return int(text)


def moment(text: str, name: str, status: int = 422) -> float:
    """Seconds since the epoch of a time with its zone. Raises ApiError with that status."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ApiError(
            status, f"expected a time with its zone, as 2026-12-31T22:00:00Z, not {text[:40]!r}", subject=name
        )
    return at.timestamp()


@contextmanager
def reading(
    state: ApiState, call: Call, revision: int | None = None, *, piecemeal: bool = False
) -> Iterator[tuple[Session, Reader]]:
    """A reader of what the caller may see, now or as of a revision. ``piecemeal``: it alone reads there,
    so that of the past only that costs what is looked at."""
    with state.context.database.read() as session:
        reader = Reader(session, state.kinds, call.seen, most=MOST_DOCUMENTS)
        if revision is None:
            yield session, reader
        else:
            with as_of_revision(session, state.kinds, revision, piecemeal=piecemeal):
                yield session, reader


def entity_tag(session: Session, object_id: int) -> str:
    """The revision that last touched an object."""
    last = session.scalar(select(func.max(History.revision)).where(History.object_id == object_id))
    return f'"{last or 0}"'


def _page(call: Call, kind: Kind, query: ListQuery, revision: int | None) -> tuple[bytes, str]:
    with reading(call.state, call, revision) as (session, reader):
        now = current_revision(session) if revision is None else revision
        page = reader.page(kind, query)
    body: dict[str, Any] = {"items": page.documents, "next": page.next or None, "revision": now}
    if page.total is not None:
        body["total"] = page.total
    return orjson.dumps(body), page.next


def _walk(call: Call, kind: Kind, query: ListQuery, revision: int | None) -> Iterator[bytes]:
    with reading(call.state, call, revision) as (_, reader):
        lines: list[bytes] = []
        for doc in reader.walk(kind, query):
            lines.append(orjson.dumps(doc))
            if len(lines) == _LINES:
                yield b"\n".join([*lines, b""])
                lines = []
        yield b"\n".join([*lines, b""])


async def _after(first: bytes, lines: Iterator[bytes]) -> Any:
    yield first
    async for chunk in iterate_in_threadpool(lines):
        yield chunk


def _one(call: Call, kind: Kind, name: str) -> tuple[bytes, str]:
    params = call.request.query_params
    selection = parse_selection(params.get("fields", ""), params.get("expand", ""))
    with reading(call.state, call, as_of(call), piecemeal=True) as (session, reader):
        doc = reader.one(kind, name, selection)
        return orjson.dumps(doc), entity_tag(session, doc["id"])


def _history(call: Call, kind: Kind, name: str) -> bytes:
    with reading(call.state, call) as (session, reader):
        object_id = _once(session, reader, kind, name)
        namer = namer_for(call.access, session)
        shown = {spec.column: spec for spec in reader.sight.fields(kind)}
        found = history_of(session, kind, object_id)
        messages = Telling(call.access, session).texts([entry.message for entry in found])
        entries = [
            {
                "revision": entry.revision,
                "at": entry.at,
                "author": entry.author,
                "change_set": entry.changeset_id,
                "message": message,
                "op": str(entry.op),
                "fields": {
                    shown[column].name: [
                        namer.value(shown[column], before),
                        namer.value(shown[column], after),
                    ]
                    for column, (before, after) in entry.fields.items()
                    if column in shown
                },
            }
            for entry, message in zip(found, messages, strict=True)
        ]
    return orjson.dumps({"id": object_id, "items": entries})


def _blame(call: Call, kind: Kind, name: str) -> bytes:
    with reading(call.state, call) as (session, reader):
        object_id = find(reader.sight, kind, name)
        shown = {spec.column: spec.name for spec in reader.sight.fields(kind)}
        fields = {
            shown[column]: {"revision": one.revision, "author": one.author, "at": one.at}
            for column, one in blame(session, kind, object_id).items()
            if column in shown
        }
    return orjson.dumps({"id": object_id, "fields": fields})


def _once(session: Session, reader: Reader, kind: Kind, name: str) -> int:
    """An object that is there; by its id also one that was, for those who see all of the kind."""
    try:
        return find(reader.sight, kind, name)
    except NotFoundError:
        digits = name.removeprefix("id:")
        if not digits.isdecimal() or len(digits) > 18 or reader.sight.restriction.where(kind) is not None:
            raise
        object_id = int(digits)
        if session.scalar(select(kind.table.c.id).where(kind.table.c.id == object_id)) is not None:
            raise
        if Namer(session).keys(kind, [object_id])[object_id] is None:
            raise
        return object_id


async def index(request: Request) -> Response:
    """The kinds that the caller may see."""
    call = await call_of(request)
    kinds = {
        name: {"help": kind.help, "key": list(kind.key), "url": f"/api/v1/{name}"}
        for name, kind in call.state.kinds.items()
        if call.access.may(Verb.VIEW, name)
    }
    return Response(orjson.dumps({"kinds": kinds}), media_type=JSON)


def only_json(request: Request) -> None:
    """Raises ApiError 415 unless the body says to be JSON."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in {JSON, "application/merge-patch+json"}:
        raise ApiError(415, f"the body is {given or 'of no type'}", remedy=f"Send {JSON}.")
