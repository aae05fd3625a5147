"""The audit log over the API, for those who may read it: who logged in, what was refused, whose rights were
changed. Only read; the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from netwright.api.problem import ApiError
from netwright.api.reading import JSON, MOST_AT_ONCE, integer
from netwright.api.state import call_of, in_thread
from netwright.app.access import Verb
from netwright.app.access.audit import AuditEntry, Event, entries
from netwright.base.clock import iso
from netwright.base.errors import InputError

PARAMETERS = ("who", "event", "since", "after", "limit")


async def list_audit(request: Request) -> Response:
    """GET a page."""
    call = await call_of(request)
    call.access.require(Verb.AUDIT)
    params = request.query_params
    unknown = sorted(set(params) - set(PARAMETERS))
    if unknown:
        raise InputError(
            f"there is no {unknown[0][:40]!r} here", remedy=f"There are: {', '.join(PARAMETERS)}."
        )
    what = params.get("event")
    if what and what not in set(Event):
        raise ApiError(400, f"expected one of {', '.join(Event)}, not {what[:40]!r}", subject="event")
    limit = integer(params.get("limit"), "limit", 1, MOST_AT_ONCE, default=100) or 100
    found = await in_thread(
        entries,
        call.state.context.database,
        who=params.get("who", ""),
        what=Event(what) if what else None,
        since=_since(params.get("since", "")),
        before=integer(params.get("after"), "after", 1, 1 << 62),
        limit=limit + 1,
    )
    page, more = found[:limit], len(found) > limit
    body = {"items": [_entry(one) for one in page], "next": str(page[-1].id) if more else None}
    return Response(orjson.dumps(body), media_type=JSON, headers={"cache-control": "no-store"})


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


def _since(text: str) -> float | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ApiError(
            400, f"expected a time with its zone, as 2026-12-31T22:00:00Z, not {text[:40]!r}", subject="since"
        )
    return at.timestamp()
