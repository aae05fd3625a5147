"""Server-sent events: what is merged and proposed, as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from netwright.api.reading import integer
from netwright.api.state import Call, call_of, in_thread
from netwright.api.telling import told_texts
from netwright.app.access import Verb
from netwright.app.access.telling import seen_summary
from netwright.app.eventstream import EventSource, message
from netwright.base.errors import NotFoundError
from netwright.store.event import Event
from netwright.store.history import changes_of

_LOOKED_AT = 20_000
"""Changes of one merge that are looked at for a caller who sees a part; a larger one is not counted."""


async def follow_events(request: Request) -> Response:
    """GET the stream, from ``Last-Event-ID`` on."""
    call = await call_of(request)
    call.access.require(Verb.OBSERVE)
    source = EventSource(call.state.context.database)
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    last = integer(given, "Last-Event-ID", 0, 1 << 62)
    if last is None:
        last = await in_thread(source.newest)

    async def stream() -> AsyncIterator[bytes]:
        yield b": following\n\n"
        async for event in source.follow(last):
            if await request.is_disconnected():
                return
            told = event if event is None else await in_thread(told_event, call, event)
            if told is not None or event is None:
                yield message(told)

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


def told_event(call: Call, event: Event) -> Event | None:
    """The event as far as the caller may know of it; None for a merge of nothing that it sees."""
    if call.access.everything:
        return event
    (title,) = told_texts(call, [event.title])
    if event.revision is None:
        return replace(event, title=title)
    with call.state.context.database.read() as session:
        try:
            changes = changes_of(session, event.revision, limit=_LOOKED_AT + 1)
        except NotFoundError:  # let go meanwhile
            changes = []
        if not changes or len(changes) > _LOOKED_AT:
            return replace(event, title=title, summary={})
        summary = seen_summary(call.access, session, changes)
    return replace(event, title=title, summary=summary) if summary else None
