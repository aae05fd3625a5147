"""The editor of templates: a text, tried on a device and a change set before it is saved."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Verb
from netwright.app.templates import SCOPES, OwnTemplates, Place
from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.store.proposal import ChangeSetState
from netwright.web.caller import access_of
from netwright.web.diff import by_section
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()


@router.get("/templates")
def show(request: Request, device: str = "", template: str = "", own: str = "") -> Response:
    """``device`` chosen: its templates; ``template`` chosen too: its text; ``own``: a file of the folder."""
    access_of(request).require(Verb.OBSERVE)
    desk = OwnTemplates(state_of(request).context)
    values: dict[str, Any] = {"device": device, "chosen": template}
    if own:
        values |= _own(desk, own)
    elif device and template:
        _seen(request, device)
        text, shown = desk.source(device, template)
        values |= {"text": text, "shown": shown}
    return _page(request, desk, **values)


def _own(desk: OwnTemplates, path: str) -> dict[str, Any]:
    saved = desk.saved()
    if path not in saved:
        raise NotFoundError("there is no such file among the own templates", subject=path)
    parts = path.split("/")
    scope, name = (parts[0], parts[1]) if len(parts) > 2 else (SCOPES[0], "")
    return {
        "scope": scope,
        "name": name,
        "template": "/".join(parts[-2:]),
        "text": saved[path],
        "shown": path,
    }


@router.post("/templates")
def act(
    request: Request,
    scope: str = Form("everywhere", max_length=20),
    name: str = Form("", max_length=120),
    template: str = Form("", max_length=120),
    text: str = Form("", max_length=300_000),
    device: str = Form("", max_length=255),
    change: str = Form("", max_length=15),
    action: str = Form("preview", max_length=20),
) -> Response:
    """``preview`` shows and writes nothing; ``save`` writes what renders for the device."""
    access = access_of(request)
    access.require(Verb.OBSERVE)
    desk = OwnTemplates(state_of(request).context)
    place = Place(scope, name.strip(), template.strip())
    values: dict[str, Any] = {
        "scope": scope,
        "name": place.name,
        "chosen": place.template,
        "text": text,
        "device": device,
        "change": change,
    }
    if action == "save":
        access.require(Verb.DEPLOY)
    try:
        if action == "save" and not text.strip():
            desk.save(place, "")
            return RedirectResponse("/templates", status_code=303)
        _seen(request, device)
        tried = desk.preview(place, text, device, _number(change))
        if action == "save":
            desk.save(place, text)
            return RedirectResponse(f"/templates?own={place.path}", status_code=303)
    except NetwrightError as error:
        return _page(request, desk, status=400, problem=error, **values)
    sections = by_section(tried.before, tried.after)
    same = tried.before == tried.after
    return _page(request, desk, sections=sections, same=same, omissions=tried.omissions, **values)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal():
        raise InputError(f"{text!r} is no change set", subject="change", remedy="Give its number.")
    return int(text)


def _seen(request: Request, device: str) -> None:
    if not device or not state_of(request).sees_device(device):
        raise NotFoundError("there is no such device", subject=device or "device", remedy="Choose one.")


def _page(request: Request, desk: OwnTemplates, status: int = 200, **values: Any) -> Response:
    shown: dict[str, Any] = {
        "scope": SCOPES[0],
        "name": "",
        "chosen": "",
        "text": "",
        "shown": "",
        "device": "",
        "change": "",
        "problem": None,
        "sections": None,
        "same": False,
        "omissions": (),
    }
    shown |= values
    names: list[str] = []
    if shown["device"] and shown["problem"] is None:
        try:
            names = desk.names(shown["device"])
        except NotFoundError as error:
            shown["problem"] = error
    return page(
        request,
        "template.html",
        status,
        names=names,
        scopes=SCOPES,
        own=sorted(desk.saved()),
        open_sets=state_of(request).context.changesets.list(ChangeSetState.OPEN),
        **shown,
    )
