"""One wanted object of any kind: its fields, history and past; forms to create, edit, clone and delete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from netwright.app.access import Verb
from netwright.app.access.telling import namer_for
from netwright.base.errors import InputError, NotFoundError
from netwright.intent.objects import Item, ObjectEdits
from netwright.intent.objects import Verb as ItemVerb
from netwright.intent.shorthand import cable_name
from netwright.intent.trace import ENDS
from netwright.inventory import KINDS
from netwright.store.delta import Op
from netwright.store.editor import Editor
from netwright.store.history import blame, history_of
from netwright.store.kind import Kind
from netwright.store.merging import MergePreview
from netwright.store.past import as_of_revision
from netwright.store.problem import Problem, RulesBrokenError
from netwright.store.query import Reader
from netwright.web.caller import access_of, reader_of, sight_of
from netwright.web.desk import Desk
from netwright.web.form import Filled, beside
from netwright.web.pages.inventory import writes
from netwright.web.read.inside import Inside, inside_of
from netwright.web.read.object import FieldLine, get_object, history_lines, referring
from netwright.web.read.value import cell_of, list_url, object_url
from netwright.web.record import Desktop, desktop, last_of, sent, texts_of
from netwright.web.state import state_of
from netwright.web.templating import page, text_of
from netwright.web.words import spoken

router = APIRouter()
Sent = Annotated[dict[str, list[str]], Depends(sent)]
_SHOWN_GONE = 200


@router.get("/inventory/{kind_name}/{object_id:int}")
def show(request: Request, kind_name: str, object_id: int, as_of: str = "") -> Response:
    kind = KINDS[kind_name]
    access = access_of(request)
    access.require(Verb.VIEW, kind_name)
    with state_of(request).reading() as session:
        reader = reader_of(request, session)
        key, cells = get_object(reader, kind, object_id)
        known = {} if as_of else blame(session, kind, object_id)
        namer = namer_for(access, session)
        entries = history_lines(namer, kind, history_of(session, kind, object_id), access.hidden(kind))
        users = referring(reader, kind, object_id) if not as_of else []
        inside = _inside(reader, kind, object_id) if cells and not as_of else None
        if as_of:
            cells = []
            with as_of_revision(session, KINDS, _revision(as_of)):
                doc = reader.by_id(kind, [object_id]).get(object_id)
                if doc is not None:
                    key = doc["key"]
                    cells = [cell_of(spec, doc[spec.name]) for spec in reader.sight.fields(kind)]
    url = object_url(kind_name, object_id, key)
    return page(
        request,
        "object.html",
        kind=kind,
        object_id=object_id,
        key=key,
        lines=[FieldLine(cell, known.get(cell.spec.column)) for cell in cells],
        entries=entries,
        users=users,
        as_of=as_of,
        inside=inside,
        traced=("cable", *ENDS),
        own_page=url if cells and not url.startswith("/inventory/") else "",
        may_update=writes(request, kind, Verb.UPDATE),
        may_create=writes(request, kind, Verb.CREATE),
        may_delete=writes(request, kind, Verb.DELETE),
    )


def _inside(reader: Reader, kind: Kind, object_id: int) -> Inside | None:
    """What lies in it, of a prefix."""
    if kind.name != "prefix":
        return None
    doc = reader.by_id(kind, [object_id]).get(object_id)
    if doc is None or "prefix" not in doc:
        return None
    vrf = doc.get("vrf")
    return inside_of(reader, doc["prefix"], vrf["id"] if vrf else None, doc.get("role", ""))


def _revision(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise InputError(f"{text!r} is no revision", subject="as_of", remedy="Give its number.")
    return int(text)


@router.get("/inventory/{kind_name}/new")
def new(request: Request, kind_name: str, clone: int | None = None) -> Response:
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.desk.access.require(Verb.CREATE, kind_name)
        form = table.form(Verb.CREATE)
        texts = form.blank()
        if clone is not None:
            unique = {spec.name for spec in table.kind.fields if table.kind.table.c[spec.column].unique}
            copied = form.texts(table.doc(clone), table.name_of)
            texts |= {name: "" if name in unique else text for name, text in copied.items()}
        given = request.query_params
        texts |= {spec.name: given[spec.name] for spec in form.specs if spec.name in given}
        return _form_page(request, table.kind, form.inputs(texts))


@router.post("/inventory/{kind_name}/new")
def create(request: Request, kind_name: str, given: Sent) -> Response:
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.desk.access.require(Verb.CREATE, kind_name)
        form = table.form(Verb.CREATE)
        texts = texts_of(table.kind, given)
        if kind_name == "cable" and not texts.get("name", "").strip():
            texts["name"] = cable_name(
                {spec.name: texts.get(spec.name, "") for spec in form.specs if spec.owner}
            )
        filled = form.read(texts, table.find)
    made: list[int] = []
    given_fields = {
        spec.name: filled.fields[spec.column] for spec in form.specs if spec.column in filled.fields
    }

    def fill(editor: Editor) -> None:
        with state_of(request).reading() as session:  # a device brings its model's parts along
            edits = ObjectEdits(sight_of(request, session), editor)
            outcome = edits.edit([Item(ItemVerb.CREATE, table.kind, given_fields)])[0]
        if outcome.object_id is None:
            raise RulesBrokenError(None, outcome.problems)
        made.append(outcome.object_id)

    title = f"New {spoken(kind_name).lower()} {texts.get(table.kind.key[-1], '')}".strip()
    tried = _save(table.desk, table.kind, fill, filled, made, title, _reason(given))
    if isinstance(tried, Response):
        return tried
    return _form_page(request, table.kind, form.inputs(texts, tried.errors), problems=tried.rest, status=400)


@router.get("/inventory/{kind_name}/{object_id:int}/edit")
def edit(request: Request, kind_name: str, object_id: int) -> Response:
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.desk.access.require(Verb.UPDATE, kind_name)
        form = table.form(Verb.UPDATE)
        inputs = form.inputs(form.texts(table.doc(object_id), table.name_of))
        return _form_page(request, table.kind, inputs, object_id, table.key(object_id))


@router.post("/inventory/{kind_name}/{object_id:int}/edit")
def update(request: Request, kind_name: str, object_id: int, given: Sent) -> Response:
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.desk.access.require(Verb.UPDATE, kind_name)
        form = table.form(Verb.UPDATE)
        texts = texts_of(table.kind, given)
        filled = form.read(texts, table.find, table.doc(object_id))
        key = table.key(object_id)
    title = f"Edit {spoken(kind_name).lower()} {key}"
    tried = _save(
        table.desk,
        table.kind,
        _updating(kind_name, object_id, filled),
        filled,
        [object_id],
        title,
        _reason(given),
    )
    if isinstance(tried, Response):
        return tried
    inputs = form.inputs(texts, tried.errors)
    return _form_page(request, table.kind, inputs, object_id, key, problems=tried.rest, status=400)


@router.get("/inventory/{kind_name}/{object_id:int}/delete")
def ask_to_delete(request: Request, kind_name: str, object_id: int, force: str = "") -> Response:
    """What goes with it, and what stands against it. ``force``: its name is taken off what mentions it."""
    kind = KINDS[kind_name]
    desk = Desk(request)
    desk.access.require(Verb.DELETE, kind_name)
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.doc(object_id)
        key = table.key(object_id)
    preview = desk.rehearse(lambda editor: editor.delete(kind_name, object_id, force=bool(force)))
    counts: dict[str, int] = {}
    for item in preview.diff:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    return page(
        request,
        "delete.html",
        kind=kind,
        object_id=object_id,
        key=key,
        counts=counts,
        gone=[item for item in preview.diff if item.id != object_id][:_SHOWN_GONE],
        preview=preview,
        desk=desk,
        forced=bool(force),
        forcible=forcible(kind, preview, forced=bool(force)),
    )


def forcible(kind: Kind, preview: MergePreview | None, *, forced: bool) -> bool:
    """Whether a deletion that is refused can be asked for with the names taken off what mentions them."""
    return bool(KINDS.mentioners(kind.name)) and not forced and preview is not None and not preview.mergeable


@router.post("/inventory/{kind_name}/{object_id:int}/delete")
def delete(request: Request, kind_name: str, object_id: int, given: Sent) -> Response:
    desk = Desk(request)
    desk.access.require(Verb.DELETE, kind_name)
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.doc(object_id)
        key = table.key(object_id)
    title = f"Delete {spoken(kind_name).lower()} {key}"
    force = "force" in given
    saved = desk.save(lambda editor: editor.delete(kind_name, object_id, force=force), title, _reason(given))
    return saved.back(list_url(kind_name))


@router.post("/inventory/{kind_name}/{object_id:int}/undo/{number:int}")
def undo(request: Request, kind_name: str, object_id: int, number: int) -> Response:
    """Give an object the values it had before one revision; what others changed since stays."""
    desk = Desk(request)
    desk.access.require(Verb.UPDATE, kind_name)
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.doc(object_id)
        key = table.key(object_id)
        entries = history_of(session, table.kind, object_id)
    entry = next((one for one in entries if one.revision == number and one.op is Op.UPDATE), None)
    if entry is None:
        raise NotFoundError(f"revision {number} did not edit it", subject=f"{kind_name} {key}")
    before = {column: old for column, (old, _) in entry.fields.items()}
    title = f"Undo revision {number} of {spoken(kind_name).lower()} {key}"
    saved = desk.save(lambda editor: editor.update(kind_name, object_id, before), title[:255])
    return saved.back(f"/inventory/{kind_name}/{object_id}")


@router.get("/inventory/{kind_name}/{object_id:int}/cell/{name}")
def edit_cell(request: Request, kind_name: str, object_id: int, name: str) -> Response:
    """A field's input, to stand in a list's cell."""
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.desk.access.require(Verb.UPDATE, kind_name)
        form = table.form(Verb.UPDATE)
        texts = form.texts(table.doc(object_id), table.name_of)
        one = _cell_input(form.inputs(texts), table.kind, name)
        return _cell_form(request, table, object_id, one)


@router.post("/inventory/{kind_name}/{object_id:int}/cell/{name}")
def save_cell(request: Request, kind_name: str, object_id: int, name: str, given: Sent) -> Response:
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        table.desk.access.require(Verb.UPDATE, kind_name)
        form = table.form(Verb.UPDATE)
        texts = {key: text for key, text in texts_of(table.kind, given).items() if key == name}
        filled = form.read(texts, table.find, table.doc(object_id))
        key = table.key(object_id)
    fill = _updating(kind_name, object_id, filled)
    tried = _save(
        table.desk, table.kind, fill, filled, [object_id], f"Edit {spoken(name).lower()} of {key}", ""
    )
    if not isinstance(tried, Response):
        problems = {one.field or "": str(one) for one in tried.rest}
        errors = tried.errors or {name: " ".join(problems.values())}
        one = _cell_input(form.inputs(texts, errors), table.kind, name)
        return _cell_form(request, table, object_id, one)
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        spec = table.kind.field(name)
        value = table.doc(object_id)[spec.column]
        if spec.reference is not None and value is not None:
            value = {"id": value, "key": table.name_of(spec, value)}
        return HTMLResponse(
            text_of(
                request,
                "list_cell_saved.html",
                kind=table.kind,
                cell=cell_of(spec, value),
                column=_Column(name),
                row=_Row(object_id, table.key(object_id)),
                waits=table.desk.chosen is not None or not table.desk.may_merge,
            )
        )


@dataclass(frozen=True, slots=True)
class _Column:
    path: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    key: str


@dataclass(frozen=True, slots=True)
class _Tried:
    """Why nothing was saved: errors by input, and problems that belong to none."""

    errors: dict[str, str]
    rest: list[Problem]


def _save(
    desk: Desk,
    kind: Kind,
    fill: Any,
    filled: Filled,
    ids: list[int],
    title: str,
    reason: str,
) -> Response | _Tried:
    """To the saved object, or why not. ``ids``: the object's, known at the latest after ``fill``."""
    if filled.errors:
        return _Tried(filled.errors, [])
    try:
        saved = desk.save(fill, title[:255], reason)
    except RulesBrokenError as error:
        errors, rest = beside(error.problems, kind, ids)
        return _Tried(errors, rest)
    except (InputError, NotFoundError) as error:
        return _Tried({}, [Problem(f"{error.what}. {error.remedy or ''}".strip().rstrip("."), kind.name, "")])
    if saved.revision is None and saved.changeset_id is not None:
        return saved.back(f"/changes/{saved.changeset_id}")
    return saved.back(f"/inventory/{kind.name}/{ids[-1]}")


def _updating(kind_name: str, object_id: int, filled: Filled) -> Any:
    def fill(editor: Editor) -> None:
        editor.update(kind_name, object_id, filled.fields)

    return fill


def _reason(given: Mapping[str, list[str]]) -> str:
    return last_of(given, "change_reason")[:2000]


def _form_page(
    request: Request,
    kind: Kind,
    inputs: Any,
    object_id: int | None = None,
    key: str = "",
    *,
    problems: Any = (),
    status: int = 200,
) -> Response:
    return page(
        request,
        "form.html",
        status,
        kind=kind,
        inputs=inputs,
        object_id=object_id,
        key=key,
        problems=problems,
        desk=Desk(request),
    )


def _cell_input(inputs: Any, kind: Kind, name: str) -> Any:
    for one in inputs:
        if one.name == name:
            return one
    raise NotFoundError(
        f"field {name} of {kind.name} can't be edited here", remedy="Open the object's own form."
    )


def _cell_form(request: Request, table: Desktop, object_id: int, one: Any) -> Response:
    url = f"/inventory/{table.kind.name}/{object_id}/cell/{one.name}"
    return HTMLResponse(text_of(request, "list_cell_form.html", one=one, url=url, object_id=object_id))
