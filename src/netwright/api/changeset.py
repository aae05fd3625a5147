"""Change sets over the API: open, read, try, merge, take back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from netwright.api.order import body_of, mapping, parsed
from netwright.api.problem import ApiError, problem_entry
from netwright.api.reading import JSON, integer
from netwright.api.review import REVIEWING, Action
from netwright.api.state import Call, call_of, in_thread
from netwright.api.telling import (
    told_conflicts,
    told_diffs,
    told_error,
    told_infos,
    told_problems,
    told_review,
)
from netwright.app.access import Verb as Right
from netwright.intent import rules
from netwright.store.delta import Change
from netwright.store.problem import Conflict, MergeConflictError, Problem, RulesBrokenError, broken
from netwright.store.proposal import ChangeSetInfo, ChangeSetState
from netwright.store.settling import Keep


async def list_change_sets(request: Request) -> Response:
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    given = request.query_params.get("state")
    if given is not None and given not in set(ChangeSetState):
        raise ApiError(
            400, f"expected one of {', '.join(ChangeSetState)}, not {given[:40]!r}", subject="state"
        )
    limit = integer(request.query_params.get("limit"), "limit", 1, 1_000, default=100)
    state = ChangeSetState(given) if given else None
    found = await in_thread(call.state.context.changesets.list, state, limit or 100)
    return _json({"items": await in_thread(told_infos, call, found)})


async def open_change_set(request: Request) -> Response:
    call = await call_of(request)
    call.access.require(Right.PROPOSE)
    wanted = mapping(parsed(await body_of(call)), "body")
    title, reason = wanted.get("title"), wanted.get("reason", "")
    if not isinstance(title, str) or not isinstance(reason, str):
        raise ApiError(
            422, "expected title and reason as text", subject="title", remedy='Send {"title": "..."}.'
        )
    opened = await in_thread(call.state.context.changesets.open, title, call.access.name, reason)
    return _json(_info(call, opened), 201, {"location": f"/api/v1/change-sets/{opened.id}"})


async def get_change_set(request: Request) -> Response:
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    found = await in_thread(call.state.context.changesets.get, number(request))
    return _json(await in_thread(_info, call, found))


async def diff_change_set(request: Request) -> Response:
    """What it changes, object by object; of kinds and fields that the caller may see."""
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    return _json({"items": await in_thread(_diff, call, number(request))})


def _diff(call: Call, changeset: int) -> list[dict[str, Any]]:
    changesets = call.state.context.changesets
    changes = () if call.access.everything else changesets.changes(changeset)
    return told_diffs(call, changes, changesets.diff(changeset))


async def preview_change_set(request: Request) -> Response:
    """What a merge would do and say now; nothing is kept."""
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    return _json(await in_thread(_preview, call, number(request)))


def _preview(call: Call, changeset: int) -> dict[str, Any]:
    changesets = call.state.context.changesets
    preview = changesets.preview(changeset, checks(call))
    changes = () if call.access.everything else changesets.changes(changeset)
    return {
        "mergeable": preview.mergeable,
        "items": told_diffs(call, changes, preview.diff),
        "conflicts": [conflict_entry(one) for one in told_conflicts(call, preview.conflicts, changes)],
        "problems": [problem_entry(one) for one in told_problems(call, preview.problems, changes)],
    }


async def review_change_set(request: Request) -> Response:
    """Its comments and approvals."""
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    return _json(await in_thread(told_review, call, number(request)))


async def act_on_change_set(request: Request) -> Response:
    """POST merge, revert, abandon, resolve, or what reviewers do."""
    call = await call_of(request)
    action = _ACTIONS.get(request.path_params["action"])
    if action is None:
        raise ApiError(
            404,
            f"there is no action {request.path_params['action']!r}",
            remedy=f"There are: {', '.join(_ACTIONS)}.",
        )
    body = await request.body()
    wanted = mapping(parsed(body), "body") if body else {}
    return _json(await in_thread(action, call, number(request), wanted))


def checks(call: Call) -> Callable[[Session, Sequence[Change]], list[Problem]]:
    """What is asked of a merge by this caller: its rights, and the rules."""

    def check(session: Session, changes: Sequence[Change]) -> list[Problem]:
        problems = [*call.access.check(session, changes)]
        return problems if broken(problems) else [*problems, *rules.check(session, changes)]

    return check


def number(request: Request) -> int:
    """The change set in the path."""
    found = integer(request.path_params["number"], "change set", 1, 1 << 62)
    assert found is not None
    return found


def _merge(call: Call, changeset: int, _wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.MERGE)
    changesets = call.state.context.changesets
    try:
        revision = changesets.merge(changeset, call.access.name, checks(call))
    except (RulesBrokenError, MergeConflictError) as error:
        raise told_error(call, error, changesets.changes(changeset)) from error
    return {"change_set": changeset, "revision": revision}


def _revert(call: Call, changeset: int, _wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.PROPOSE)
    return {
        "change_set": call.state.context.changesets.revert(changeset, call.access.name),
        "reverts": changeset,
    }


def _abandon(call: Call, changeset: int, _wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.PROPOSE)
    call.state.context.changesets.abandon(changeset)
    return _info(call, call.state.context.changesets.get(changeset))


def _resolve(call: Call, changeset: int, wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.PROPOSE)
    kind, object_id, keep = wanted.get("kind"), wanted.get("id"), wanted.get("keep")
    if not isinstance(kind, str) or type(object_id) is not int or keep not in set(Keep):
        raise ApiError(
            422, 'expected {"kind": "device", "id": 17, "keep": "ours"}, or "theirs"', subject="body"
        )
    call.state.context.changesets.resolve(changeset, kind, object_id, Keep(keep))
    return _info(call, call.state.context.changesets.get(changeset))


_ACTIONS: dict[str, Action] = {
    "merge": _merge,
    "revert": _revert,
    "abandon": _abandon,
    "resolve": _resolve,
    **REVIEWING,
}
ACTIONS = tuple(_ACTIONS)


def conflict_entry(one: Conflict) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.object_id,
        "key": one.key,
        "reason": one.reason,
        "field": one.field,
        "base": one.base,
        "theirs": one.theirs,
        "ours": one.ours,
    }


def _info(call: Call, one: ChangeSetInfo) -> dict[str, Any]:
    return told_infos(call, [one])[0]


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body, default=str), status, headers=headers, media_type=JSON)
