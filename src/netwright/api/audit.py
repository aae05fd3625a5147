"""The audit log over the API, for those who may read it: who logged in, what was refused, whose rights were
changed. Only read; the newest first."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from netwright.api import table
from netwright.api.reading import integer, moment
from netwright.api.state import call_of, in_thread
from netwright.app.access import Verb
from netwright.app.access.audit import AuditEntry, Event, entries
from netwright.base.clock import iso

PARAMETERS = ("who", "event", "since", "after", "limit")


async def list_audit(request: Request) -> Response:
    """GET a page."""
    call = await call_of(request)
    call.access.require(Verb.AUDIT)
    table.only(call, PARAMETERS)
    what, since = table.word(call, "event", Event), table.word(call, "since")
    limit = table.limit_of(call)
    found = await in_thread(
        entries,
        call.state.context.database,
        who=table.word(call, "who"),
        what=Event(what) if what else None,
        since=moment(since, "since", 400) if since else None,
        before=integer(request.query_params.get("after"), "after", 1, 1 << 62),
        limit=limit + 1,
    )
    page, more = found[:limit], len(found) > limit
    return table.page([_entry(one) for one in page], str(page[-1].id) if more else "", None)


def _entry(one: AuditEntry) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": iso(one.at),
        "event": str(one.event),
        "who": one.who,
        "means": str(one.means),
        "label": one.label,
        "address": one.address,
        "verb": one.verb,
        "subject": one.subject,
        "detail": one.detail,
    }
