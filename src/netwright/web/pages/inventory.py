"""Wanted objects of every kind, by what the kind declares: nothing here names a field."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from netwright.inventory import KINDS
from netwright.store.history import history_of
from netwright.web.read.listing import Listing
from netwright.web.read.object import (
    get_object,
    history_lines,
    list_columns,
    list_objects,
    object_url,
    referring,
)
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()


@router.get("/inventory")
def show_kinds(request: Request) -> Response:
    with state_of(request).reading() as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(kind.table)) or 0
            for name, kind in KINDS.items()
        }
    return page(request, "inventory.html", kinds=KINDS, counts=counts)


@router.get("/inventory/{kind_name}")
def show_list(request: Request, kind_name: str, q: str = "", after: str = "") -> Response:
    kind = KINDS[kind_name]
    with state_of(request).reading() as session:
        rows, cursor, total = list_objects(session, KINDS, kind, q=q.strip(), after=after)
    listing = Listing(
        f"/inventory/{kind_name}",
        {"q": q.strip()},
        "",
        after=after,
        next_after=cursor,
        shown=len(rows),
        total=total,
        noun=("object", "objects"),
    )
    columns = list_columns(kind)
    return page(request, "kind.html", kind=kind, rows=rows, columns=columns, listing=listing, q=q.strip())


@router.get("/inventory/{kind_name}/{object_id}")
def show(request: Request, kind_name: str, object_id: int) -> Response:
    kind = KINDS[kind_name]
    with state_of(request).reading() as session:
        key, cells = get_object(session, KINDS, kind, object_id)
        entries = history_lines(session, kind, history_of(session, kind, object_id))
        users = referring(session, KINDS, kind, object_id)
    url = object_url(kind_name, object_id, key)
    return page(
        request,
        "object.html",
        kind=kind,
        key=key,
        cells=cells,
        entries=entries,
        users=users,
        own_page=url if cells and not url.startswith("/inventory/") else "",
    )
