"""Files on objects: put on, taken out again."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import FileResponse, Response

from netwright.app.access import Verb
from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import KINDS, Attachment
from netwright.store.editor import Editor
from netwright.store.naming import Namer
from netwright.store.query.named import present
from netwright.web.caller import access_of, sight_of
from netwright.web.desk import Desk
from netwright.web.read.attachment import OWNERS
from netwright.web.read.value import object_url
from netwright.web.state import state_of

router = APIRouter()
_PART = 1024 * 1024
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"})
"""What a browser may show by itself; anything else is saved, so that no file acts as a page of ours."""


@router.post("/attachments/{kind_name}/{object_id:int}")
def add(
    request: Request,
    kind_name: str,
    object_id: int,
    file: Annotated[UploadFile | None, File()] = None,
    description: str = Form("", max_length=200),
) -> Response:
    """Keep the bytes, then the object that names them in a change set like any edit."""
    state = state_of(request)
    owner = OWNERS.get(kind_name)
    if owner is None:
        raise NotFoundError(f"a {kind_name} has no files", remedy=f"These have: {', '.join(OWNERS)}.")
    desk = Desk(request)
    desk.access.require(Verb.CREATE, "attachment")
    with state.reading() as session:
        if not present(sight_of(request, session), KINDS[kind_name], [object_id]):
            raise NotFoundError(f"there is no {kind_name} with id {object_id}")
        key = Namer(session).key(kind_name, object_id)
    name = "" if file is None else PurePath(file.filename or "").name.strip()
    if file is None or not name:
        raise InputError("no file was chosen", remedy="Choose one, then upload it.")
    stored = state.context.attachments.keep(_parts(file))

    def fill(editor: Editor) -> None:
        editor.create(
            "attachment",
            {
                "name": name,
                "media_type": mimetypes.guess_type(name)[0] or "application/octet-stream",
                "size_bytes": stored.size_bytes,
                "sha256": stored.sha256,
                "description": description.strip(),
                owner.column: object_id,
            },
        )

    return desk.save(fill, f"Attach {name} to {kind_name} {key}"[:255]).back(_back(kind_name, object_id, key))


def _parts(file: UploadFile) -> Iterator[bytes]:
    while part := file.file.read(_PART):
        yield part


def _back(kind: str, object_id: int, key: str) -> str:
    url = object_url(kind, object_id, key)
    return f"{url}/data" if kind == "device" else f"/inventory/{kind}/{object_id}"


@router.get("/attachments/{object_id:int}")
def take(request: Request, object_id: int) -> Response:
    """The bytes of a file."""
    state = state_of(request)
    access_of(request).require(Verb.VIEW, "attachment")
    with state.reading() as session:
        row = session.get(Attachment, object_id)
        if row is None or not present(sight_of(request, session), KINDS["attachment"], [object_id]):
            raise NotFoundError(f"there is no file with id {object_id}", remedy="Look in the list of files.")
        name, media, digest = row.name, row.media_type, row.sha256
    way = "inline" if media in _SHOWN else "attachment"
    headers = {"content-disposition": f"{way}; filename*=UTF-8''{quote(name)}"}
    path = state.context.attachments.path(digest)
    kind = media if media in _SHOWN else "application/octet-stream"
    return FileResponse(path, media_type=kind, headers=headers)
