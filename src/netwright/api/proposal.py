"""The answer to a POST that makes a change set of what was observed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from netwright.api import table
from netwright.api.changeset import conflict_entry
from netwright.api.problem import ApiError, problem_entry
from netwright.api.reading import integer
from netwright.api.state import Call, flag
from netwright.api.telling import diff_entries, told_conflicts, told_infos, told_problems
from netwright.app.proposal import NotEnoughError, Proposal, propose, rehearse, told_diff
from netwright.intent.source import Source
from netwright.store.problem import Problem


def proposed(
    call: Call,
    source: Source,
    wanted: Mapping[str, Any],
    title: str,
    more: Callable[[], Mapping[str, Any]] = dict,
) -> Response:
    """201 with the new change set; 200 with the open one that it was added to (``?changeset=7``), with what
    it would be (``?dry_run=true``), or without any when nothing differs. ``more``: what else is told, asked
    for when the source was read. Raises ApiError 422."""
    params = call.request.query_params
    opened = integer(params.get("changeset"), "changeset", 1, 1 << 62)
    context = call.state.context
    if "dry_run" in params and flag(params["dry_run"]):
        found = previewed(call, rehearse(context, call.access, source, opened))
        return table.answer({"change_set": None, **found, **more()})
    given, reason = table.text_in(wanted, "title", 255), table.text_in(wanted, "reason")
    try:
        number = propose(context, call.access, source, given or title, reason, opened)
    except NotEnoughError as error:
        raise ApiError(422, error.what, errors=entries(call, error.problems)) from error
    if number is None:
        return table.answer({"change_set": None, **more()})
    told = told_infos(call, [context.changesets.get(number)])[0]
    headers = {"location": f"/api/v1/change-sets/{number}"}
    return table.answer({"change_set": told, **more()}, 200 if opened else 201, headers)


def previewed(call: Call, found: Proposal) -> dict[str, Any]:
    """What it would change, and what stands against it."""
    if found.preview is None:
        return {"mergeable": False, "items": [], "conflicts": [], "problems": entries(call, found.problems)}
    with call.state.context.database.read() as session:
        diffs = told_diff(call.access, session, found.preview.diff)
    return {
        "mergeable": found.preview.mergeable,
        "items": diff_entries(diffs),
        "conflicts": [conflict_entry(one) for one in told_conflicts(call, found.preview.conflicts)],
        "problems": entries(call, found.problems),
    }


def entries(call: Call, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [problem_entry(one) for one in told_problems(call, problems)]
