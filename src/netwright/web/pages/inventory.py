"""Lists of wanted objects of every kind, by what the kind declares: nothing here names a field."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy.orm import Session

from netwright.app.access import Verb
from netwright.app.savedview import SavedViews
from netwright.base.errors import InputError
from netwright.collect.health import HealthReport
from netwright.inventory import KINDS
from netwright.store.kind import Kind
from netwright.store.past import as_of_revision
from netwright.store.query.reader import ListQuery
from netwright.web.caller import access_of, reader_of
from netwright.web.desk import Desk
from netwright.web.read.beside import Beside, DevicesBeside, SitesBeside
from netwright.web.read.control import bar_of
from netwright.web.read.custom import custom_fields, custom_specs, tag_words
from netwright.web.read.table import COUNTED, Asked, asked_of, columns_of, lines_of, read_table
from netwright.web.read.value import list_url
from netwright.web.state import WebState, state_of
from netwright.web.templating import page

router = APIRouter()


@router.get("/inventory")
def show_kinds(request: Request) -> Response:
    with state_of(request).reading() as session:
        reader = reader_of(request, session)
        access = access_of(request)
        kinds = {name: kind for name, kind in KINDS.items() if access.may(Verb.VIEW, name)}
        counts = {name: reader.count(kind, ListQuery(), COUNTED) for name, kind in kinds.items()}
    return page(request, "inventory.html", kinds=kinds, counts=counts, counted=COUNTED)


@router.get("/inventory/{kind_name}")
def show_list(request: Request, kind_name: str) -> Response:
    path = list_url(KINDS[kind_name].name)
    if path != request.url.path:
        query = request.url.query
        return RedirectResponse(f"{path}{'?' if query else ''}{query}", status_code=307)
    return list_page(request, kind_name)


def list_page(request: Request, kind_name: str) -> Response:
    """The list of a kind, whole or only its table."""
    state = state_of(request)
    kind = KINDS[kind_name]
    access_of(request).require(Verb.VIEW, kind_name)
    asked = asked_of(kind, list_url(kind_name), request.query_params.multi_items())
    problem = None
    with state.reading() as session, past(session, asked):
        reader = reader_of(request, session)
        beside = beside_of(state, session, kind)
        custom = custom_specs(custom_fields(session, kind_name))
        bar = bar_of(reader, asked, custom, tag_words(session), beside.questions if beside else ())
        try:
            table = read_table(reader, asked, state.few, beside=beside)
        except InputError as error:
            problem = error
            table = read_table(reader, Asked(kind, asked.path), state.few, limit=0, beside=beside)
        offered = columns_of(reader, kind, [spec.name for spec in reader.sight.fields(kind)])
    part_only = request.headers.get("hx-target") == "div#objects"
    access = access_of(request)
    response = page(
        request,
        "list_table.html" if part_only else "list.html",
        kind=kind,
        asked=asked,
        table=table,
        bar=bar,
        problem=problem,
        offered=[*(beside.columns if beside else ()), *offered],
        custom=custom,
        views=views(request).of(kind_name, access.name),
        owner=access.name,
        may_create=writes(request, kind, Verb.CREATE),
        may_update=writes(request, kind, Verb.UPDATE),
        may_delete=writes(request, kind, Verb.DELETE),
    )
    if part_only:
        response.headers["hx-push-url"] = asked.url(after=asked.after)
    return response


def beside_of(state: WebState, session: Session, kind: Kind) -> Beside | None:
    """What the list of a kind tells beside its fields."""
    made = _BESIDE.get(kind.name)
    return made(session, state.health()) if made else None


_BESIDE: Mapping[str, Callable[[Session, HealthReport], Beside]] = {
    "device": DevicesBeside,
    "site": SitesBeside,
}


@router.get("/inventory/{kind_name}/csv")
def download(request: Request, kind_name: str) -> Response:
    """The whole list as the filters and columns have it; read as it is sent."""
    state = state_of(request)
    kind = KINDS[kind_name]
    access_of(request).require(Verb.VIEW, kind_name)
    asked = asked_of(kind, list_url(kind_name), request.query_params.multi_items())
    # what can't be asked is told before anything is sent
    with state.reading() as session, past(session, asked):
        beside = beside_of(state, session, kind)
        read_table(reader_of(request, session), asked, state.few, limit=1, beside=beside)

    def parts() -> Iterator[str]:
        with state.reading() as session, past(session, asked):
            beside = beside_of(state, session, kind)
            yield from _csv(lines_of(reader_of(request, session), asked, state.few, beside))

    name = f'attachment; filename="{kind_name}.csv"'
    return StreamingResponse(parts(), media_type="text/csv", headers={"content-disposition": name})


def _csv(lines: Iterable[list[str]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, line in enumerate(lines):
        writer.writerow(line)
        if number % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


@router.post("/inventory/{kind_name}/views")
def save_view(
    request: Request,
    kind_name: str,
    name: str = Form(max_length=200),
    query: str = Form("", max_length=5000),
    shared: str = Form("", max_length=8),
) -> Response:
    kind = KINDS[kind_name]
    kept = views(request).keep(
        kind.name, access_of(request).name, name, query.removeprefix("?"), shared=bool(shared)
    )
    return _to_list(kind.name, kept.query)


@router.post("/inventory/{kind_name}/views/{view_id}/remove")
def remove_view(request: Request, kind_name: str, view_id: int) -> Response:
    access = access_of(request)
    removed = views(request).remove(view_id, access.name, anyone=access.may(Verb.USERS))
    return _to_list(KINDS[kind_name].name, removed.query)


def _to_list(kind_name: str, query: str) -> Response:
    return RedirectResponse(f"{list_url(kind_name)}{'?' if query else ''}{query}", status_code=303)


def views(request: Request) -> SavedViews:
    context = state_of(request).context
    return SavedViews(context.database, context.clock)


def past(session: Session, asked: Asked) -> AbstractContextManager[None]:
    """The state that a list asks for: as of a revision, or the present."""
    if not asked.as_of:
        return nullcontext()
    if not asked.as_of.isdecimal():
        raise InputError(f"{asked.as_of!r} is no revision", subject="as_of", remedy="Give its number.")
    return as_of_revision(session, KINDS, int(asked.as_of))


def writes(request: Request, kind: Kind, verb: Verb) -> bool:
    """Whether the one who asks may do this to objects of the kind, at once or by a proposal."""
    desk = Desk(request)
    return desk.access.may(verb, kind.name) and (desk.may_merge or desk.may_propose)
