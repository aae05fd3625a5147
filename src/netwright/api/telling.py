"""What a caller is told of change sets, and of what stands against a write."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from netwright.api.state import Call
from netwright.app.access.telling import Telling, seen_diffs
from netwright.base.errors import NetwrightError
from netwright.store.delta import Change
from netwright.store.diff import ObjectDiff
from netwright.store.problem import Conflict, MergeConflictError, Problem, RulesBrokenError
from netwright.store.proposal import ChangeSetInfo


def told_problems(
    call: Call, problems: Sequence[Problem], changes: Sequence[Change] = (), own: Collection[int] = ()
) -> Sequence[Problem]:
    """``own``: ids of what the caller itself just made."""
    if call.access.everything or not problems:
        return problems
    with call.state.context.database.read() as session:
        return Telling(call.access, session, changes, own).problems(problems)


def told_error(
    call: Call, error: NetwrightError, changes: Sequence[Change] = (), own: Collection[int] = ()
) -> NetwrightError:
    """The error without what the caller may not see. Raise it from the error itself: the audit log wants
    that."""
    if call.access.everything:
        return error
    told: NetwrightError = error
    if isinstance(error, RulesBrokenError):
        told = RulesBrokenError(None, told_problems(call, error.problems, changes, own))
    elif isinstance(error, MergeConflictError):
        told = MergeConflictError(None, told_conflicts(call, error.conflicts, changes))
    if told is not error:
        told.subject = error.subject
    return told


def told_conflicts(
    call: Call, conflicts: Sequence[Conflict], changes: Sequence[Change] = ()
) -> Sequence[Conflict]:
    if call.access.everything or not conflicts:
        return conflicts
    with call.state.context.database.read() as session:
        return Telling(call.access, session, changes).conflicts(conflicts)


def told_diffs(call: Call, changes: Sequence[Change], diffs: Sequence[ObjectDiff]) -> list[dict[str, Any]]:
    """What objects become, as far as the caller may see them."""
    if not call.access.everything:
        with call.state.context.database.read() as session:
            diffs = seen_diffs(call.access, session, changes, diffs)
    return diff_entries(diffs)


def diff_entries(diffs: Sequence[ObjectDiff]) -> list[dict[str, Any]]:
    """What objects become, as programs read it."""
    return [
        {
            "kind": one.kind,
            "id": one.id,
            "key": one.key,
            "op": str(one.op),
            "fields": {name: list(pair) for name, pair in one.fields.items()},
        }
        for one in diffs
    ]


def told_infos(call: Call, infos: Sequence[ChangeSetInfo]) -> list[dict[str, Any]]:
    """Change sets; in the words of others the names of what the caller may not see are left out."""
    if not call.access.everything:
        given = [text for one in infos for text in (one.title, one.reason, one.merge_failure)]
        words = iter(told_texts(call, given))
        infos = [
            replace(one, merge_failure=failure)
            if one.author == call.access.name
            else replace(one, title=title, reason=reason, merge_failure=failure)
            for one, title, reason, failure in zip(infos, words, words, words, strict=True)
        ]
    return [
        {name: str(value) if name == "state" else value for name, value in asdict(one).items()}
        for one in infos
    ]


def told_texts(call: Call, texts: Sequence[str]) -> Sequence[str]:
    if call.access.everything or not any(texts):
        return texts
    with call.state.context.database.read() as session:
        return Telling(call.access, session).texts(texts)


def told_review(call: Call, number: int) -> dict[str, Any]:
    """Comments and approvals of a change set, the oldest first; comments on objects that the caller may not
    see are left out."""
    changesets = call.state.context.changesets
    comments, approvals = changesets.review.comments(number), changesets.review.approvals(number)
    if not call.access.everything:
        seen = {(one["kind"], one["id"]) for one in told_diffs(call, changesets.changes(number), ())}
        comments = [one for one in comments if one.object_id is None or (one.kind, one.object_id) in seen]
        words = told_texts(call, [one.text for one in comments])
        comments = [
            one if one.author == call.access.name else replace(one, text=text)
            for one, text in zip(comments, words, strict=True)
        ]
        notes = told_texts(call, [one.note for one in approvals])
        approvals = [replace(one, note=text) for one, text in zip(approvals, notes, strict=True)]
    return {
        "comments": [asdict(one) for one in comments],
        "approvals": [asdict(one) for one in approvals],
    }
