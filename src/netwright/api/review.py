"""Reviewing change sets over the API: comments, approvals, bases, merges at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeAlias

from netwright.api.problem import ApiError
from netwright.api.reading import moment
from netwright.api.state import Call
from netwright.api.telling import told_review
from netwright.app.access import Verb as Right

Action: TypeAlias = Callable[[Call, int, dict[str, Any]], dict[str, Any]]
"""What a POST does with a change set: the caller, its number, the body; the answer."""


def _comment(call: Call, number: int, wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.PROPOSE)
    object_id = wanted.get("id")
    if object_id is not None and type(object_id) is not int:
        raise ApiError(422, "expected the id of an object that it changes", subject="id")
    made = call.state.context.changesets.review.comment(
        number,
        call.access.name,
        _text(wanted, "text", required=True),
        kind=_text(wanted, "kind", required=object_id is not None),
        object_id=object_id,
        field=_text(wanted, "field"),
    )
    return {"change_set": number, "comment": made}


def _approve(call: Call, number: int, wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.APPROVE)
    edition = wanted.get("edition")
    if edition is not None and type(edition) is not int:
        raise ApiError(422, "expected the number of the edition that was looked at", subject="edition")
    note = _text(wanted, "note")
    review = call.state.context.changesets.review
    review.approve(number, call.access.name, call.access.roles, note=note, edition=edition)
    return told_review(call, number)


def _withdraw(call: Call, number: int, _wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.APPROVE)
    call.state.context.changesets.review.withdraw(number, call.access.name)
    return told_review(call, number)


def _rebase(call: Call, number: int, _wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.PROPOSE)
    return {"change_set": number, **asdict(call.state.context.changesets.rebase(number))}


def _reopen(call: Call, number: int, _wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.PROPOSE)
    call.state.context.changesets.reopen(number, call.access.name)
    return {"change_set": number, "state": "open"}


def _schedule(call: Call, number: int, wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.MERGE)
    text = _text(wanted, "at", required=True)
    at = moment(text, "at")
    call.state.context.changesets.agenda.schedule(number, at, call.access.name)
    return {"change_set": number, "merge_at": at}


def _unschedule(call: Call, number: int, _wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.MERGE)
    call.state.context.changesets.agenda.unschedule(number)
    return {"change_set": number, "merge_at": None}


def _text(wanted: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = wanted.get(name, "")
    if not isinstance(value, str) or (required and not value):
        raise ApiError(422, f"expected {name} as text", subject=name)
    return value


REVIEWING: dict[str, Action] = {
    "comment": _comment,
    "approve": _approve,
    "withdraw": _withdraw,
    "rebase": _rebase,
    "reopen": _reopen,
    "schedule": _schedule,
    "unschedule": _unschedule,
}
