"""Change sets: the list; one with its difference, its problems and conflicts; merge, revert, abandon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Verb
from netwright.base.errors import InputError
from netwright.intent.rules import check
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSetState, Keep, MergePreview
from netwright.store.history import Revision
from netwright.web.read.object import object_url, shown
from netwright.web.security import requires
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()
_PROPOSE = [Depends(requires(Verb.PROPOSE))]
_MERGE = [Depends(requires(Verb.MERGE))]
_LIST = 200
_OBJECTS = 100


@router.get("/changes")
def show_list(request: Request, state: str = "") -> Response:
    wanted = ChangeSetState(state) if state in list(ChangeSetState) else None
    sets = state_of(request).context.changesets.list(wanted, limit=_LIST)
    return page(request, "changes.html", sets=sets, wanted=wanted, states=list(ChangeSetState), limit=_LIST)


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object of a change set as shown."""

    kind: str
    id: int
    key: str
    op: str
    url: str
    fields: list[tuple[str, str, str]]


@router.get("/changes/{changeset_id}")
def show(request: Request, changeset_id: int, kind: str = "", start: int = 0) -> Response:
    context = state_of(request).context
    info = context.changesets.get(changeset_id)
    preview: MergePreview | None = None
    if info.state is ChangeSetState.OPEN:
        preview = context.changesets.preview(changeset_id, check)
        diff = preview.diff
    else:
        diff = context.changesets.diff(changeset_id)
    counts: dict[str, dict[str, int]] = {}
    for item in diff:
        ops = counts.setdefault(item.kind, {})
        ops[item.op.value] = ops.get(item.op.value, 0) + 1
    chosen = [item for item in diff if not kind or item.kind == kind]
    merged = None
    if info.merged_revision is not None:
        with context.database.read() as session:
            merged = session.get(Revision, info.merged_revision)
    return page(
        request,
        "change.html",
        info=info,
        preview=preview,
        counts=counts,
        kind=kind,
        objects=[_object(item) for item in chosen[max(start, 0) : max(start, 0) + _OBJECTS]],
        start=max(start, 0),
        step=_OBJECTS,
        chosen=len(chosen),
        merged=merged,
        total=len(diff),
    )


@router.post("/changes/{changeset_id}/merge", dependencies=_MERGE)
def merge(request: Request, changeset_id: int) -> Response:
    state = state_of(request)
    state.context.changesets.merge(changeset_id, request.state.identity.name, check)
    return _to(changeset_id)


@router.post("/changes/{changeset_id}/abandon", dependencies=_PROPOSE)
def abandon(request: Request, changeset_id: int) -> Response:
    state_of(request).context.changesets.abandon(changeset_id)
    return _to(changeset_id)


@router.post("/changes/{changeset_id}/revert", dependencies=_PROPOSE)
def revert(request: Request, changeset_id: int) -> Response:
    made = state_of(request).context.changesets.revert(changeset_id, request.state.identity.name)
    return _to(made)


@router.post("/changes/{changeset_id}/resolve", dependencies=_PROPOSE)
def resolve(
    request: Request,
    changeset_id: int,
    kind: str = Form(max_length=64),
    object_id: int = Form(),
    keep: str = Form(max_length=16),
) -> Response:
    if keep not in list(Keep):
        raise InputError(f"{keep!r} is no way to settle a conflict", remedy="Keep ours or theirs.")
    state_of(request).context.changesets.resolve(changeset_id, kind, object_id, Keep(keep))
    return _to(changeset_id)


def _to(changeset_id: int) -> Response:
    return RedirectResponse(f"/changes/{changeset_id}", status_code=303)


def _object(item: Any) -> ObjectChange:
    specs = {spec.name: spec for spec in KINDS[item.kind].fields}
    fields = []
    for name, (before, after) in item.fields.items():
        unit = specs[name].unit if name in specs else ""
        old, new = shown(before, unit), shown(after, unit)
        if old or new:
            fields.append((name, old, new))
    url = object_url(item.kind, item.id, item.key)
    return ObjectChange(item.kind, item.id, item.key, item.op.value, url, fields)
