"""Server-sent events: a part of a page again whenever it changed, by looking every second, for a few minutes.

The browser (htmx's ``sse`` extension) opens a new stream when one ends; that is when the session is checked
again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse

from netwright.web.state import state_of

EVERY_S = 1.0
STREAM_S = 240.0
_KEEP_ALIVE_S = 15.0


def stream(
    request: Request, make: Callable[[], tuple[str, bool]], *, every_s: float = EVERY_S
) -> StreamingResponse:
    """``make`` gives the part's HTML and whether it will never change again. It runs in a thread."""
    return StreamingResponse(
        _messages(request, make, every_s),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _messages(
    request: Request, make: Callable[[], tuple[str, bool]], every_s: float
) -> AsyncIterator[str]:
    state = state_of(request)
    monotonic = state.context.clock.monotonic
    begin = spoke = monotonic()
    last = ""
    while monotonic() - begin < STREAM_S and not await request.is_disconnected():
        text, over = await state.in_thread(make)
        if text != last:
            last, spoke = text, monotonic()
            yield message(text)
        if over:
            yield "event: over\ndata: over\n\n"
            return
        if monotonic() - spoke >= _KEEP_ALIVE_S:
            spoke = monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(every_s)


def message(text: str) -> str:
    """One event without a name."""
    return "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"
