"""Events as they come, for whoever holds a connection open (server-sent events, a follower on a terminal)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import orjson

from netwright.base.clock import iso
from netwright.store.database import Database
from netwright.store.event import Event, events_after, last_event


class EventSource:
    """Follows the line of events of one database. Every reader asks by number, so none is missed between a
    lost connection and the next: its client says the last number it saw (``Last-Event-ID``)."""

    def __init__(self, database: Database, *, look_s: float = 0.5, quiet_s: float = 15.0) -> None:
        self._database = database
        self._look_s = look_s
        self._quiet_s = quiet_s

    def newest(self) -> int:
        """The number to begin after when only what comes is wanted."""
        with self._database.read() as session:
            return last_event(session)

    def after(self, last: int, limit: int = 500) -> Sequence[Event]:
        with self._database.read() as session:
            return events_after(session, last, limit)

    async def follow(self, last: int) -> AsyncIterator[Event | None]:
        """Events after ``last``, for ever; None after a while of silence, so that a connection that is gone
        is noticed. Cancel it to end it."""
        silent_s = 0.0
        while True:
            found = await asyncio.to_thread(self.after, last)
            for event in found:
                yield event
                last = event.id
            if found:
                silent_s = 0.0
                continue
            await asyncio.sleep(self._look_s)
            silent_s += self._look_s
            if silent_s >= self._quiet_s:
                silent_s = 0.0
                yield None


def document(event: Event) -> dict[str, object]:
    """An event for programs."""
    return {
        "id": event.id,
        "type": event.type,
        "at": iso(event.at),
        "author": event.author,
        "changeset": event.changeset_id,
        "title": event.title,
        "revision": event.revision,
        "summary": event.summary,
    }


def message(event: Event | None) -> bytes:
    """An event in the format of server-sent events (WHATWG HTML, 9.2.6); None as a comment."""
    if event is None:
        return b": quiet\n\n"
    head = f"id: {event.id}\nevent: {event.type}\n".encode()
    return head + b"data: " + orjson.dumps(document(event)) + b"\n\n"
