"""Change sets over the API: open, read, try, merge, take back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from netwright.api.order import body_of, mapping, parsed
from netwright.api.problem import ApiError, problem_entry
from netwright.api.reading import JSON, integer
from netwright.api.review import REVIEWING, Action, review_of
from netwright.api.state import Call, call_of, in_thread
from netwright.app.access import Verb as Right
from netwright.intent import rules
from netwright.store.changeset import ChangeSetInfo, ChangeSetState, Keep
from netwright.store.delta import Change
from netwright.store.diff import ObjectDiff
from netwright.store.problem import Conflict, Problem, broken
from netwright.store.query.named import present
from netwright.store.query.sight import Sight


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
    return _json({"items": [_info(one) for one in found]})


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
    return _json(_info(opened), 201, {"location": f"/api/v1/change-sets/{opened.id}"})


async def get_change_set(request: Request) -> Response:
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    return _json(_info(await in_thread(call.state.context.changesets.get, number(request))))


async def diff_change_set(request: Request) -> Response:
    """What it changes, object by object; of kinds and fields that the caller may see."""
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    found = await in_thread(call.state.context.changesets.diff, number(request))
    return _json({"items": await in_thread(_diffs, call, found)})


async def preview_change_set(request: Request) -> Response:
    """What a merge would do and say now; nothing is kept."""
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    preview = await in_thread(call.state.context.changesets.preview, number(request), checks(call))
    return _json(
        {
            "mergeable": preview.mergeable,
            "items": await in_thread(_diffs, call, preview.diff),
            "conflicts": [_conflict(one) for one in preview.conflicts],
            "problems": [problem_entry(one) for one in preview.problems],
        }
    )


async def review_change_set(request: Request) -> Response:
    """Its comments and approvals."""
    call = await call_of(request)
    call.access.require(Right.OBSERVE)
    return _json(await in_thread(review_of, call, number(request)))


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
    revision = call.state.context.changesets.merge(changeset, call.access.name, checks(call))
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
    return _info(call.state.context.changesets.get(changeset))


def _resolve(call: Call, changeset: int, wanted: dict[str, Any]) -> dict[str, Any]:
    call.access.require(Right.PROPOSE)
    kind, object_id, keep = wanted.get("kind"), wanted.get("id"), wanted.get("keep")
    if not isinstance(kind, str) or type(object_id) is not int or keep not in set(Keep):
        raise ApiError(
            422, 'expected {"kind": "device", "id": 17, "keep": "ours"}, or "theirs"', subject="body"
        )
    call.state.context.changesets.resolve(changeset, kind, object_id, Keep(keep))
    return _info(call.state.context.changesets.get(changeset))


_ACTIONS: dict[str, Action] = {
    "merge": _merge,
    "revert": _revert,
    "abandon": _abandon,
    "resolve": _resolve,
    **REVIEWING,
}
ACTIONS = tuple(_ACTIONS)


def _diffs(call: Call, found: Sequence[ObjectDiff]) -> list[dict[str, Any]]:
    """Of objects that the caller may see; where it may see some of a kind only, what is in the tables."""
    by_kind: dict[str, set[int]] = {}
    for one in found:
        by_kind.setdefault(one.kind, set()).add(one.id)
    shown: list[dict[str, Any]] = []
    with call.state.context.database.read() as session:
        sight = Sight(session, call.state.kinds, call.seen)
        for name, ids in by_kind.items():
            kind = call.state.kinds[name]
            if call.seen.where(kind) is not None:
                by_kind[name] = present(sight, kind, ids)
    for one in found:
        if one.id in by_kind[one.kind]:
            hidden = call.seen.hidden(call.state.kinds[one.kind])
            fields = {name: list(pair) for name, pair in one.fields.items() if name not in hidden}
            shown.append(
                {"kind": one.kind, "id": one.id, "key": one.key, "op": str(one.op), "fields": fields}
            )
    return shown


def _conflict(one: Conflict) -> dict[str, Any]:
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


def _info(one: ChangeSetInfo) -> dict[str, Any]:
    return {name: str(value) if name == "state" else value for name, value in asdict(one).items()}


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body, default=str), status, headers=headers, media_type=JSON)
