"""Findings over the API: lists of them, and what people make of them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from netwright.api import table
from netwright.api.proposal import proposed
from netwright.api.reading import integer
from netwright.api.state import Call, call_of, flag, in_thread
from netwright.app.access import Verb
from netwright.app.access.narrowing import narrow
from netwright.app.tending import (
    acceptance,
    acceptance_title,
    acknowledge_all,
    end_task,
    give_tasks,
    told_lines,
    withdraw_all,
)
from netwright.collect.attention import open_tasks
from netwright.collect.document import FINDING_COLUMNS, finding_row, task_row
from netwright.collect.findinglist import (
    SORTS,
    FindingFilter,
    FindingLine,
    FindingState,
    finding_line,
    finding_page,
    finding_walk,
)
from netwright.collect.findings import Severity

FILTERS = ("q", "site", "device", "kind", "severity", "at_least", "state")
PARAMETERS = (*FILTERS, "sort", "after", "limit", "count", "format")


async def list_findings(request: Request) -> Response:
    """GET a page, or all that fit as CSV."""
    call = await call_of(request)
    call.access.require(Verb.OBSERVE)
    table.only(call, PARAMETERS)
    wanted = _filter(call)
    if table.wants_csv(call):
        return table.table(FINDING_COLUMNS, map(finding_row, await in_thread(_all, call, wanted)), "findings")
    return await in_thread(_page, call, wanted)


async def get_finding(request: Request) -> Response:
    """GET one, cleared or not."""
    call = await call_of(request)
    call.access.require(Verb.OBSERVE)
    table.only(call, ())
    return table.answer(await in_thread(_one, call, _number(request)))


async def acknowledge_findings(request: Request) -> Response:
    """POST ids, the reason, and until when."""
    call = await call_of(request)
    table.only(call, ())
    wanted = await table.wish_of(call, ("ids", "why", "until"))
    ids, why = table.numbers_in(wanted, "ids"), table.text_in(wanted, "why")
    until = table.time_in(wanted, "until")
    await in_thread(acknowledge_all, call.state.context, call.access, ids, why, until)
    return table.answer({"acknowledged": len(set(ids))})


async def withdraw_findings(request: Request) -> Response:
    """POST ids whose acknowledgements are taken back."""
    call = await call_of(request)
    table.only(call, ())
    ids = table.numbers_in(await table.wish_of(call, ("ids",)), "ids")
    return table.answer({"withdrawn": await in_thread(withdraw_all, call.state.context, call.access, ids)})


async def accept_findings(request: Request) -> Response:
    """POST ids whose observed side becomes wanted: answers with the change set, or what it would be."""
    call = await call_of(request)
    table.only(call, ("dry_run", "changeset"))
    wanted = await table.wish_of(call, ("ids", "title", "reason"))
    ids = table.numbers_in(wanted, "ids")

    def run() -> Response:
        source = acceptance(call.state.context, call.access, ids)
        return proposed(call, source, wanted, acceptance_title(source))

    return await in_thread(run)


async def open_finding_task(request: Request) -> Response:
    """POST: a finding becomes somebody's work."""
    call = await call_of(request)
    table.only(call, ())
    wanted = await table.wish_of(call, ("assignee", "note"))
    (task,) = await in_thread(
        give_tasks,
        call.state.context,
        call.access,
        [_number(request)],
        assignee=table.text_in(wanted, "assignee", 255),
        note=table.text_in(wanted, "note"),
    )
    return table.answer(task_row(task), 201)


async def list_tasks(request: Request) -> Response:
    """GET the open tasks, the oldest first."""
    call = await call_of(request)
    call.access.require(Verb.OBSERVE)
    table.only(call, ("site", "format"))
    rows = await in_thread(_tasks, call, table.word(call, "site"))
    if table.wants_csv(call):
        names = ("id", "kind", "device", "object", "site", "title", "assignee", "note", "opened_by")
        return table.table((*names, "opened_at"), rows, "tasks")
    return table.page(rows, "", None)


async def close_finding_task(request: Request) -> Response:
    """POST: a task is done."""
    call = await call_of(request)
    table.only(call, ())
    await table.wish_of(call, ())
    return table.answer(
        task_row(await in_thread(end_task, call.state.context, call.access, _number(request)))
    )


def _number(request: Request) -> int:
    found = integer(request.path_params["number"], "number", 1, (1 << 63) - 1)
    assert found is not None
    return found


def _filter(call: Call) -> FindingFilter:
    state = table.word(call, "state", FindingState)
    at_least = table.word(call, "at_least", Severity)
    return FindingFilter(
        state=FindingState(state) if state else FindingState.OPEN,
        q=table.word(call, "q").strip(),
        sites=table.words(call, "site"),
        devices=table.words(call, "device"),
        kinds=table.words(call, "kind"),
        severities=[Severity(one) for one in table.words(call, "severity", Severity)],
        at_least=Severity(at_least) if at_least else None,
        words=call.access.everything,
    )


def _page(call: Call, wanted: FindingFilter) -> Response:
    params = call.request.query_params
    context = call.state.context
    with context.database.read() as session:
        narrow(session, call.access)
        found = finding_page(
            session,
            wanted,
            context.clock.now(),
            sort=params.get("sort", ""),
            after=params.get("after", ""),
            limit=table.limit_of(call),
            count="count" in params and flag(params["count"]),
        )
    return table.page([finding_row(one) for one in _told(call, found.lines)], found.cursor, found.total)


def _all(call: Call, wanted: FindingFilter) -> list[FindingLine]:
    context = call.state.context
    with context.database.read() as session:
        narrow(session, call.access)
        lines = list(finding_walk(session, wanted, context.clock.now()))
    return _told(call, lines)


def _one(call: Call, number: int) -> dict[str, Any]:
    context = call.state.context
    with context.database.read() as session:
        narrow(session, call.access)
        found = finding_line(session, number, context.clock.now())
    return finding_row(_told(call, [found])[0])


def _told(call: Call, lines: list[FindingLine]) -> list[FindingLine]:
    """In a session that is not narrowed: names that are hidden must be known to be taken out."""
    with call.state.context.database.read() as session:
        return told_lines(call.access, session, lines)


def _tasks(call: Call, site: str) -> list[dict[str, object]]:
    with call.state.context.database.read() as session:
        narrow(session, call.access)
        return [task_row(one) for one in open_tasks(session, site=site or None)]


ORDERS = tuple(word for name in SORTS for word in (name, f"-{name}"))
