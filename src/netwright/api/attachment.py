"""The bytes of attachments: one request uploads them and makes or changes the object; downloads are files.

Who may see the object may have its bytes. They are never shown as a page of ours: a file that someone
uploaded could hold a script (CWE-79, CWE-434).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from netwright.api.commit import write
from netwright.api.order import order_of
from netwright.api.problem import ApiError
from netwright.api.reading import reading
from netwright.api.state import Call, call_of, in_thread
from netwright.api.written import answer
from netwright.app.access import Verb as Right
from netwright.app.attachments import MAX_BYTES
from netwright.base.errors import ForbiddenError, InputError, NotFoundError
from netwright.intent.objects import Item, Verb
from netwright.store.query.named import find
from netwright.store.query.sight import Sight

_KIND = "attachment"
_ASKED = ("changeset", "dry_run", "on_error", "message", "reason")
_PART = 1 << 20
_IN_MEMORY = 4 << 20
OWNERS = ("site", "rack", "device", "model", "circuit")
_SHOWN = frozenset({"application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp", "text/plain"})
"""Media types that are told as they are; others could run as part of our pages."""
_PLAIN = "application/octet-stream"
_GUARDS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-cache",
}


async def get_bytes(request: Request) -> Response:
    """GET the file of the attachment in the path."""
    call = await call_of(request)
    kind = call.state.kinds[_KIND]
    call.access.require(Right.VIEW, _KIND)
    for name in ("sha256", "media_type"):
        if name in call.access.hidden(kind):
            raise ForbiddenError(call.access.name, Right.VIEW, f"{_KIND}.{name}")
    doc = await in_thread(_document, call, request.path_params["name"])
    path = call.state.context.attachments.path(doc["sha256"])
    tag = f'"{doc["sha256"]}"'
    headers = {**_GUARDS, "etag": tag}
    given = request.headers.get("if-none-match", "")
    if given.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in given.split(",")]:
        return Response(status_code=304, headers=headers)
    media_type = doc["media_type"].partition(";")[0].strip().lower()
    return FileResponse(
        path,
        media_type=media_type if media_type in _SHOWN else _PLAIN,
        filename=doc["name"],
        content_disposition_type="attachment",
        headers=headers,
    )


def _document(call: Call, name: str) -> dict[str, Any]:
    with reading(call.state, call) as (_, reader):
        return reader.one(call.state.kinds[_KIND], name)


async def put_bytes(request: Request) -> Response:
    """PUT a file: the attachment in the path is made, or has these bytes from now on. What it belongs to is
    said in the URL, as ``?device=ams-edge1``."""
    call = await call_of(request)
    if not any(call.access.may(verb, _KIND) for verb in (Right.CREATE, Right.UPDATE)):
        raise ForbiddenError(call.access.name, Right.CREATE, _KIND)
    unknown = sorted(set(request.query_params) - {*OWNERS, "description", *_ASKED})
    if unknown:
        raise InputError(
            f"there is no {unknown[0][:40]!r} here",
            remedy=f"There are: {', '.join((*OWNERS, 'description', *_ASKED))}.",
        )
    name = request.path_params["name"]
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        await _receive(request, file)
        file.seek(0)
        stored = await in_thread(call.state.context.attachments.keep, _parts(file))
    fields: dict[str, Any] = {"sha256": stored.sha256, "size_bytes": stored.size_bytes}
    if request.headers.get("content-type"):
        fields["media_type"] = request.headers["content-type"]
    fields.update(
        (one, request.query_params[one]) for one in (*OWNERS, "description") if one in request.query_params
    )
    item = await in_thread(_item, call, name, fields)
    order = order_of(call, stored.sha256.encode(), f"Attach {fields['size_bytes']} bytes over the API")
    written = await in_thread(write, call, [item], order)
    return await in_thread(answer, call, [item], written, single=True)


def _item(call: Call, name: str, fields: dict[str, Any]) -> Item:
    kind = call.state.kinds[_KIND]
    with call.state.context.database.read() as session:
        try:
            found = find(Sight(session, call.state.kinds, call.seen), kind, name)
        except NotFoundError:
            if name.startswith("id:"):
                raise
            return Item(Verb.CREATE, kind, {"name": name.removeprefix("key:"), **fields})
    return Item(Verb.UPDATE, kind, fields, found)


async def _receive(request: Request, file: IO[bytes]) -> None:
    """Raises ApiError 413; as soon as it is known."""
    said = request.headers.get("content-length", "")
    too_large = ApiError(
        413, f"the file is larger than {MAX_BYTES >> 20} MiB", remedy="Keep it elsewhere and attach a link."
    )
    if said.isdecimal() and int(said) > MAX_BYTES:
        raise too_large
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            raise too_large
        await in_thread(file.write, part)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(_PART):
        yield part
