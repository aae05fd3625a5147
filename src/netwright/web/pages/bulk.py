"""Many objects of a kind at once: ticked rows edited or deleted, a pasted table taken in. Each shows the
difference it would make before it makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from netwright.app.access import Verb
from netwright.base.errors import InputError
from netwright.exchange.csvfile import CsvText
from netwright.intent.prepared import Prepared, prepare
from netwright.inventory import KINDS
from netwright.store.delta import Op
from netwright.store.editor import Editor
from netwright.store.merging import MergePreview
from netwright.store.problem import RulesBrokenError, broken
from netwright.store.query import Reader
from netwright.store.query.selection import Selection
from netwright.store.value import Doc
from netwright.web.caller import reader_of
from netwright.web.desk import Desk
from netwright.web.form import Form
from netwright.web.pages.inventory import beside_of
from netwright.web.pages.record import forcible
from netwright.web.read.change import object_change
from netwright.web.read.table import asked_of, query_of
from netwright.web.read.value import list_url
from netwright.web.record import desktop, last_of, sent, texts_of
from netwright.web.state import state_of
from netwright.web.templating import page
from netwright.web.words import plural, spoken

router = APIRouter()
Sent = Annotated[dict[str, list[str]], Depends(sent)]
MOST = 10_000
_SHOWN = 100
_PASTED = 2_000_000


@router.post("/inventory/{kind_name}/bulk")
def bulk(request: Request, kind_name: str, given: Sent) -> Response:
    """Steps of one page: ``edit`` asks for values, ``preview`` shows what they would do, ``save`` does it;
    ``delete`` shows, ``remove`` does. ``edit-all`` and ``delete-all`` begin with all that fits the list's
    question, as it stands when they are pressed. With ``force`` the names of what goes are taken off what
    mentions them."""
    step, _, every = last_of(given, "action").partition("-")
    desk = Desk(request)
    deletes = step in {"delete", "remove"}
    desk.access.require(Verb.DELETE if deletes else Verb.UPDATE, kind_name)
    with state_of(request).reading() as session:
        table = desktop(request, session, kind_name)
        reader = reader_of(request, session)
        texts_of_ids = _fitting(request, reader, kind_name, given) if every else given.get("id", [])
        keys = _chosen(reader, kind_name, texts_of_ids)
        form = table.form(Verb.UPDATE)
        wanted = [name.removeprefix("set.") for name in given if name.startswith("set.")]
        texts = {name: text for name, text in texts_of(table.kind, given).items() if name in wanted}
        filled = form.read(texts, table.find) if not deletes else None
    ids, force = list(keys), "force" in given

    def fill(editor: Editor) -> None:
        for object_id in ids:
            if filled is None:
                editor.delete(kind_name, object_id, force=force)
            else:
                editor.update(kind_name, object_id, filled.fields)

    shown: dict[str, Any] = {
        "keys": keys,
        "ids": ids,
        "form": form,
        "texts": texts,
        "wanted": wanted,
        "desk": desk,
        "forced": force,
    }
    if not deletes and (step == "edit" or filled is None or filled.errors or not wanted):
        errors = filled.errors if filled is not None and step != "edit" else {}
        told = "" if step == "edit" or wanted else "Tick the fields to change."
        return _page(
            request, kind_name, shown, errors=errors, told=told, status=400 if errors or told else 200
        )
    noun = plural(len(ids), spoken(kind_name).lower())
    if step in {"save", "remove"}:
        try:
            title = f"{'Delete' if deletes else 'Edit'} {noun}"
            saved = desk.save(fill, title, last_of(given, "change_reason")[:2000])
        except RulesBrokenError as error:
            return _page(
                request, kind_name, shown, MergePreview((), [], list(error.problems)), step, status=400
            )
        return saved.back(list_url(kind_name))
    return _page(request, kind_name, shown, desk.rehearse(fill), step)


def _page(
    request: Request,
    kind_name: str,
    shown: dict[str, Any],
    preview: MergePreview | None = None,
    step: str = "edit",
    *,
    errors: dict[str, str] | None = None,
    told: str = "",
    status: int = 200,
) -> Response:
    form: Form = shown.pop("form")
    texts: dict[str, str] = shown["texts"]
    deletes = step in {"delete", "remove"}
    return page(
        request,
        "bulk.html",
        status,
        kind=KINDS[kind_name],
        inputs=form.inputs(texts, errors or {}),
        preview=preview,
        deletes=deletes,
        forcible=deletes and forcible(KINDS[kind_name], preview, forced=shown["forced"]),
        told=told,
        changes=[object_change(item) for item in preview.diff[:_SHOWN]] if preview else [],
        total=len(preview.diff) if preview else 0,
        gone=sum(one.op is Op.DELETE for one in preview.diff) if preview else 0,
        **shown,
    )


def _fitting(request: Request, reader: Reader, kind_name: str, given: Mapping[str, list[str]]) -> list[str]:
    """Ids of all that a list asks for. Raises InputError when they are too many."""
    state = state_of(request)
    kind = KINDS[kind_name]
    pairs = parse_qsl(last_of(given, "query").removeprefix("?"))
    asked = replace(asked_of(kind, list_url(kind_name), pairs), after="", sort="", columns=())
    if asked.as_of:
        raise InputError("the past can't be edited", subject="as_of", remedy="Show the present first.")
    beside = beside_of(state, reader.sight.session, kind)
    query = replace(query_of(asked, (), state.few, MOST, beside), selection=Selection(("id",)))
    if reader.count(kind, query, MOST + 1) > MOST:
        raise InputError(f"more than {MOST} objects fit", remedy="Narrow the list, or import a table.")
    return [str(doc["id"]) for doc in reader.walk(kind, query)]


def _chosen(reader: Any, kind_name: str, texts: Sequence[str]) -> dict[int, str]:
    """Ticked objects by id that are there and may be seen. Raises InputError without any."""
    ids = [int(part) for text in texts for part in text.split(",") if part.isascii() and part.isdecimal()]
    if len(ids) > MOST:
        raise InputError(f"more than {MOST} objects at once", remedy="Do it in parts, or import a table.")
    found: dict[int, Doc] = reader.by_id(KINDS[kind_name], ids, Selection(("key",)))
    if not found:
        raise InputError("no object is ticked", remedy="Go back and tick the rows you mean.")
    return dict(sorted(((one, doc["key"]) for one, doc in found.items()), key=lambda pair: pair[1]))


@router.get("/inventory/{kind_name}/import")
def ask_to_paste(request: Request, kind_name: str) -> Response:
    return _pasted_page(request, kind_name, "")


@router.post("/inventory/{kind_name}/import")
def paste(request: Request, kind_name: str, given: Sent) -> Response:
    """A table from a spreadsheet: first line the fields, then an object a line."""
    text = given.get("table", [""])[-1]
    desk = Desk(request)
    desk.access.require(Verb.CREATE, kind_name)
    if len(text) > _PASTED:
        raise InputError("the table is too long to be pasted", remedy="Import it as a file.")
    context = state_of(request).context
    pasted = prepare(context.database, CsvText(KINDS[kind_name], text))
    if broken(pasted.problems):
        return _pasted_page(request, kind_name, text, pasted, status=400)
    if last_of(given, "action") != "save":
        return _pasted_page(request, kind_name, text, pasted, desk.rehearse(pasted.fill))
    try:
        saved = desk.save(
            pasted.fill, f"Import of {plural(pasted.objects, spoken(kind_name).lower())} pasted"
        )
    except RulesBrokenError as error:
        preview = MergePreview((), [], list(error.problems))
        return _pasted_page(request, kind_name, text, pasted, preview, status=400)
    return saved.back(list_url(kind_name))


def _pasted_page(
    request: Request,
    kind_name: str,
    text: str,
    pasted: Prepared | None = None,
    preview: MergePreview | None = None,
    *,
    status: int = 200,
) -> Response:
    desk = Desk(request)
    desk.access.require(Verb.CREATE, kind_name)
    if preview is not None and pasted is not None:
        problems = pasted.told(preview.problems)
        preview = MergePreview(preview.diff, preview.conflicts, problems)
    elif pasted is not None:
        preview = MergePreview((), [], pasted.told())
    return page(
        request,
        "paste.html",
        status,
        kind=KINDS[kind_name],
        text=text,
        preview=preview,
        changes=[object_change(item) for item in preview.diff[:_SHOWN]] if preview else [],
        total=len(preview.diff) if preview else 0,
        desk=desk,
    )
