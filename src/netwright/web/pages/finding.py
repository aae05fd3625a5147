"""Findings: the list with its filters, one with its past, what becomes of them; tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Verb
from netwright.app.proposal import propose, rehearse, told_diff
from netwright.app.tending import (
    acceptance,
    acceptance_title,
    acknowledge_all,
    end_task,
    give_tasks,
    withdraw_all,
)
from netwright.base.errors import InputError, NotFoundError
from netwright.collect.attention import open_tasks, until_of
from netwright.collect.document import FINDING_COLUMNS, finding_row
from netwright.collect.findinglist import (
    FindingFilter,
    FindingState,
    earlier_ones,
    finding_line,
    finding_page,
    finding_walk,
    kinds_seen,
    numbers_by_state,
)
from netwright.collect.findings import Severity
from netwright.web.caller import access_of, told_findings
from netwright.web.desk import Desk
from netwright.web.download import csv_file
from netwright.web.read.change import object_change
from netwright.web.read.listing import PAGE, Listing
from netwright.web.record import last_of, sent
from netwright.web.security import requires
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter(dependencies=[Depends(requires(Verb.OBSERVE))])
Sent = Annotated[dict[str, list[str]], Depends(sent)]
FILTERS = ("q", "site", "device", "kind", "severity", "state")
TABS = (
    (FindingState.OPEN, "Open"),
    (FindingState.HELD, "Held back by a cause"),
    (FindingState.ACKNOWLEDGED, "Acknowledged"),
    (FindingState.CLEARED, "Cleared"),
)
UNTIL = (
    ("", "until it clears"),
    ("8h", "for 8 hours"),
    ("1d", "for a day"),
    ("3d", "for 3 days"),
    ("1w", "for a week"),
    ("30d", "for 30 days"),
    ("90d", "for 90 days"),
)


@router.get("/findings")
def show_list(request: Request, sort: str = "", after: str = "") -> Response:
    asked = _asked(request.query_params)
    wanted = _filter(request, asked)
    state = state_of(request)
    now = state.context.clock.now()
    with state.reading() as session:
        found = finding_page(session, wanted, now, sort=sort, after=after, limit=PAGE, count=True)
        kinds = kinds_seen(session)
        numbers = numbers_by_state(session, wanted, now)
        tasks = len(open_tasks(session))
    listing = Listing(
        "/findings",
        asked,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        after=after,
        next_after=found.cursor,
        shown=len(found.lines),
        total=found.total,
        noun=("finding", "findings"),
    )
    return page(
        request,
        "findings.html",
        rows=told_findings(request, found.lines),
        listing=listing,
        asked=asked,
        wanted=wanted,
        tabs=[(one, label, numbers.get(one, 0)) for one, label in TABS],
        tasks=tasks,
        kinds=kinds,
        severities=list(Severity),
        until=UNTIL,
        csv=f"/findings/csv?{urlencode({name: value for name, value in asked.items() if value})}",
        back=listing.url(),
        done=request.query_params.get("done", ""),
    )


@router.get("/findings/csv")
def download(request: Request) -> Response:
    """All that fit."""
    asked = _asked(request.query_params)
    state = state_of(request)
    with state.reading() as session:
        lines = list(finding_walk(session, _filter(request, asked), state.context.clock.now()))
    return csv_file(FINDING_COLUMNS, map(finding_row, told_findings(request, lines)), "findings")


@router.get("/findings/tasks")
def show_tasks(request: Request) -> Response:
    state = state_of(request)
    with state.reading() as session:
        found = open_tasks(session)
        numbers = numbers_by_state(session, FindingFilter(), state.context.clock.now())
    tabs = [(one, label, numbers.get(one, 0)) for one, label in TABS]
    return page(request, "tasks.html", tasks=found, tabs=tabs)


@router.post("/findings/tasks/{number:int}/done")
def close_task(request: Request, number: int) -> Response:
    end_task(state_of(request).context, access_of(request), number)
    return RedirectResponse("/findings/tasks", status_code=303)


@router.get("/findings/{number:int}")
def show(request: Request, number: int) -> Response:
    """One, with what accepting it would change."""
    state = state_of(request)
    now = state.context.clock.now()
    with state.reading() as session:
        line = finding_line(session, number, now)
        earlier = earlier_ones(session, line)
    access, context = access_of(request), state.context
    changes, problem = [], ""
    if line.acceptable and access.may(Verb.PROPOSE):
        try:
            found = rehearse(context, access, acceptance(context, access, [number]))
            diff = found.preview.diff if found.preview else ()
            with context.database.read() as session:
                changes = [object_change(one) for one in told_diff(access, session, diff)]
            problem = "; ".join(one.message for one in found.problems if found.preview is None)
        except (InputError, NotFoundError) as error:
            problem = str(error)
    (told,) = told_findings(request, [line])
    return page(
        request,
        "finding.html",
        finding=told,
        earlier=earlier,
        changes=changes,
        problem=problem,
        until=UNTIL,
        back=f"/findings/{number}",
    )


@router.post("/findings")
def act(request: Request, given: Sent) -> Response:
    """What becomes of the ticked ones."""
    state = state_of(request)
    access, context = access_of(request), state.context
    if not access.may(Verb.PROPOSE):
        access.require(Verb.OPERATE)
    ids = [int(one) for one in given.get("id", []) if one.isascii() and one.isdecimal() and len(one) < 19]
    if not ids:
        raise InputError("no finding is ticked", remedy="Go back and tick the ones you mean.")
    match last_of(given, "action"):
        case "acknowledge":
            until = until_of(last_of(given, "until"), context.clock.now())
            acknowledge_all(context, access, ids, last_of(given, "why"), until)
            done = f"acknowledged.{len(ids)}"
        case "withdraw":
            withdraw_all(context, access, ids)
            done = f"withdrawn.{len(ids)}"
        case "task":
            give_tasks(context, access, ids, assignee=last_of(given, "assignee"), note=last_of(given, "note"))
            return RedirectResponse("/findings/tasks", status_code=303)
        case "accept":
            return _accept(request, ids)
        case other:
            raise InputError(f"there is no {other[:40]!r} here", subject="action")
    return RedirectResponse(_back(last_of(given, "back"), done), status_code=303)


def _accept(request: Request, ids: list[int]) -> Response:
    """To the change set that makes it wanted: the one that the user works in, or a new one to be reviewed."""
    access, context = access_of(request), state_of(request).context
    chosen = Desk(request).chosen
    source = acceptance(context, access, ids)
    number = propose(
        context, access, source, acceptance_title(source), changeset=chosen.id if chosen else None
    )
    if number is None:
        raise InputError(
            "what was observed is wanted already", remedy="The finding clears with the next audit."
        )
    return RedirectResponse(f"/changes/{number}", status_code=303)


def _asked(params: Mapping[str, str]) -> dict[str, str]:
    return {name: params.get(name, "").strip() for name in FILTERS}


def _filter(request: Request, asked: Mapping[str, str]) -> FindingFilter:
    def one(name: str) -> tuple[str, ...]:
        return (asked[name],) if asked[name] else ()

    state = asked["state"]
    return FindingFilter(
        state=FindingState(state) if state in set(FindingState) else FindingState.OPEN,
        q=asked["q"],
        sites=one("site"),
        devices=one("device"),
        kinds=one("kind"),
        severities=[Severity(word) for word in one("severity") if word in set(Severity)],
        words=access_of(request).everything,
    )


def _back(url: str, done: str) -> str:
    """The list or the finding that the form came from, and what was done."""
    path, _, query = url.partition("?")
    if path.removeprefix("/findings/").isdecimal():
        return path
    kept = {name: values for name, values in parse_qs(query).items() if name in (*FILTERS, "sort")}
    return f"/findings?{urlencode({**kept, 'done': done}, doseq=True)}"
