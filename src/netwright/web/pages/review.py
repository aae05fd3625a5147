"""What people do with a change set: comment, approve, settle conflicts, bring it to now, merge, revert."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Verb
from netwright.base.errors import InputError
from netwright.intent.document import Scalar
from netwright.intent.draft import written
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.query.named import find
from netwright.store.settling import Keep
from netwright.web.caller import access_of, sight_of
from netwright.web.desk import Desk
from netwright.web.security import requires
from netwright.web.state import state_of

router = APIRouter(prefix="/changes/{changeset_id:int}")
_PROPOSE = [Depends(requires(Verb.PROPOSE))]
_MERGE = [Depends(requires(Verb.MERGE))]
_APPROVE = [Depends(requires(Verb.APPROVE))]


def _sets(request: Request) -> ChangeSets:
    return state_of(request).context.changesets


def _to(changeset_id: int, told: str = "") -> Response:
    mark = f"?told={told}" if told else ""
    return RedirectResponse(f"/changes/{changeset_id}{mark}", status_code=303)


@router.post("/merge", dependencies=_MERGE)
def merge(request: Request, changeset_id: int, edition: int | None = Form(None)) -> Response:
    """``edition``: the one that was looked at."""
    _sets(request).merge(changeset_id, access_of(request).name, Desk(request).check, edition=edition)
    return _to(changeset_id)


@router.post("/schedule", dependencies=_MERGE)
def schedule(request: Request, changeset_id: int, at: str = Form(max_length=40)) -> Response:
    """``at`` in UTC, as a browser's field for a moment writes it."""
    try:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise InputError(
            f"{at!r} is no moment", subject="at", remedy="Give it as 2026-12-31T23:00."
        ) from None
    _sets(request).agenda.schedule(changeset_id, moment, access_of(request).name)
    return _to(changeset_id)


@router.post("/unschedule", dependencies=_MERGE)
def unschedule(request: Request, changeset_id: int) -> Response:
    _sets(request).agenda.unschedule(changeset_id)
    return _to(changeset_id)


@router.post("/abandon", dependencies=_PROPOSE)
def abandon(request: Request, changeset_id: int) -> Response:
    _sets(request).abandon(changeset_id, access_of(request).name)
    return _to(changeset_id)


@router.post("/reopen", dependencies=_PROPOSE)
def reopen(request: Request, changeset_id: int) -> Response:
    _sets(request).reopen(changeset_id, access_of(request).name)
    return _to(changeset_id)


@router.post("/rename", dependencies=_PROPOSE)
def rename(
    request: Request,
    changeset_id: int,
    title: str = Form(max_length=255),
    reason: str = Form("", max_length=2000),
) -> Response:
    _sets(request).rename(changeset_id, title=title.strip(), reason=reason.strip())
    return _to(changeset_id)


@router.post("/revert", dependencies=_PROPOSE)
def revert(request: Request, changeset_id: int) -> Response:
    return _to(_sets(request).revert(changeset_id, access_of(request).name))


@router.post("/rebase", dependencies=_PROPOSE)
def rebase(request: Request, changeset_id: int) -> Response:
    _sets(request).rebase(changeset_id)
    return _to(changeset_id, "rebased")


@router.post("/resolve", dependencies=_PROPOSE)
def resolve(
    request: Request,
    changeset_id: int,
    kind: str = Form(max_length=64),
    object_id: int = Form(),
    keep: str = Form(max_length=16),
    field: str = Form("", max_length=64),
    value: str = Form("", max_length=10_000),
) -> Response:
    """Settle the conflicts over an object, or over one ``field``; with ``other`` by a third ``value``."""
    if keep not in list(Keep):
        raise InputError(f"{keep!r} is no way to settle a conflict", remedy="Keep ours, theirs or another.")
    given = _value(request, kind, field, value) if keep == Keep.OTHER else None
    _sets(request).resolve(
        changeset_id, kind, object_id, Keep(keep), field=field, value=given, by=access_of(request).name
    )
    return _to(changeset_id)


def _value(request: Request, kind: str, field: str, text: str) -> object:
    """A person's text as a value of the field: a reference by name."""
    spec = KINDS[kind].field(field)
    if spec.reference is None:
        return written(spec, Scalar(text.strip() or None, 0))
    if not text.strip():
        return None
    with state_of(request).reading() as session:
        return find(sight_of(request, session), KINDS[spec.reference], text.strip())


@router.post("/drop", dependencies=_PROPOSE)
def drop(
    request: Request,
    changeset_id: int,
    kind: str = Form(max_length=64),
    object_id: int = Form(),
    field: str = Form("", max_length=64),
) -> Response:
    """Take an object's change out, or one field of it."""
    fields = [field] if field else []
    _sets(request).drop(changeset_id, kind, object_id, fields, by=access_of(request).name)
    return _to(changeset_id)


@router.post("/comment", dependencies=_PROPOSE)
def comment(
    request: Request,
    changeset_id: int,
    text: str = Form(max_length=10_000),
    kind: str = Form("", max_length=64),
    object_id: int | None = Form(None),
) -> Response:
    _sets(request).review.comment(
        changeset_id, access_of(request).name, text.strip(), kind=kind, object_id=object_id
    )
    return _to(changeset_id)


@router.post("/comments/{comment_id:int}/resolve", dependencies=_PROPOSE)
def resolve_comment(
    request: Request, changeset_id: int, comment_id: int, open_again: str = Form("")
) -> Response:
    _sets(request).review.resolve_comment(comment_id, access_of(request).name, resolved=not open_again)
    return _to(changeset_id)


@router.post("/approve", dependencies=_APPROVE)
def approve(
    request: Request, changeset_id: int, edition: int = Form(), note: str = Form("", max_length=2000)
) -> Response:
    access = access_of(request)
    _sets(request).review.approve(changeset_id, access.name, access.roles, note=note.strip(), edition=edition)
    return _to(changeset_id)


@router.post("/withdraw", dependencies=_APPROVE)
def withdraw(request: Request, changeset_id: int) -> Response:
    _sets(request).review.withdraw(changeset_id, access_of(request).name)
    return _to(changeset_id)
