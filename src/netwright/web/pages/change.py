"""Change sets: the list, one with its difference, problems, conflicts and review; which one to work in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Access, Verb
from netwright.app.access.telling import Telling, seen_diffs
from netwright.base.errors import InputError
from netwright.store.diff import ObjectDiff
from netwright.store.history import Revision
from netwright.store.merging import MergePreview
from netwright.store.proposal import ChangeSetState
from netwright.store.review import Comment
from netwright.web.desk import COOKIE, Desk
from netwright.web.read.change import object_change
from netwright.web.security import requires, safe_next
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()
_PROPOSE = [Depends(requires(Verb.PROPOSE))]
_LIST = 200
_WORK_S = 30 * 86_400
_OBJECTS = 100


@router.get("/changes")
def show_list(request: Request, state: str = "") -> Response:
    wanted = ChangeSetState(state) if state in list(ChangeSetState) else None
    sets = state_of(request).context.changesets.list(wanted, limit=_LIST)
    return page(request, "changes.html", sets=sets, wanted=wanted, states=list(ChangeSetState), limit=_LIST)


@router.get("/changes/{changeset_id}")
def show(request: Request, changeset_id: int, kind: str = "", start: int = 0) -> Response:
    context = state_of(request).context
    info = context.changesets.get(changeset_id)
    preview: MergePreview | None = None
    if info.state is ChangeSetState.OPEN:
        preview = context.changesets.preview(changeset_id, Desk(request).check)
        diff = preview.diff
    else:
        diff = context.changesets.diff(changeset_id)
    access: Access = request.state.identity
    if not access.everything:
        with context.database.read() as session:
            changes = context.changesets.changes(changeset_id)
            diff = seen_diffs(access, session, changes, diff)
            preview = preview and _told(preview, diff, Telling(access, session, changes))
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
        objects=[object_change(item) for item in chosen[max(start, 0) : max(start, 0) + _OBJECTS]],
        start=max(start, 0),
        step=_OBJECTS,
        chosen=len(chosen),
        merged=merged,
        total=len(diff),
        comments=_comments(context.changesets.review.comments(changeset_id)),
        approvals=context.changesets.review.approvals(changeset_id),
        relations=context.changesets.relations(changeset_id) if preview else [],
        working=_works_in(request, changeset_id),
        saved=request.query_params.get("told", ""),
    )


def _comments(found: Sequence[Comment]) -> dict[int | None, list[Comment]]:
    """By the object that they are about; None: the change set as a whole."""
    grouped: dict[int | None, list[Comment]] = {None: []}
    for one in found:
        grouped.setdefault(one.object_id, []).append(one)
    return grouped


def _told(preview: MergePreview, diff: Sequence[ObjectDiff], telling: Telling) -> MergePreview:
    """A preview for one who may not see everything."""
    conflicts, problems = telling.conflicts(preview.conflicts), telling.problems(preview.problems)
    return replace(preview, diff=diff, conflicts=conflicts, problems=problems)


def _works_in(request: Request, changeset_id: int) -> bool:
    chosen = Desk(request).chosen
    return chosen is not None and chosen.id == changeset_id


@router.post("/changes/leave", dependencies=_PROPOSE)
def leave(request: Request) -> Response:
    """Edits go into change sets of their own again."""
    response = RedirectResponse(_back(request), status_code=303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.post("/changes/new", dependencies=_PROPOSE)
def open_new(
    request: Request, title: str = Form(max_length=255), reason: str = Form("", max_length=2000)
) -> Response:
    """A new change set, and the user works in it."""
    made = state_of(request).context.changesets.open(title, request.state.identity.name, reason.strip())
    return _working(made.id)


@router.post("/changes/{changeset_id}/work", dependencies=_PROPOSE)
def work(request: Request, changeset_id: int) -> Response:
    """Edits go into this change set from here."""
    info = state_of(request).context.changesets.get(changeset_id)
    if info.state is not ChangeSetState.OPEN:
        raise InputError(f"is {info.state}, not open", subject=f"change set {changeset_id}")
    return _working(changeset_id)


def _working(changeset_id: int) -> Response:
    response = RedirectResponse(f"/changes/{changeset_id}", status_code=303)
    response.set_cookie(COOKIE, str(changeset_id), httponly=True, samesite="lax", path="/", max_age=_WORK_S)
    return response


def _back(request: Request) -> str:
    return safe_next(urlsplit(request.headers.get("referer", "")).path or "/changes")
