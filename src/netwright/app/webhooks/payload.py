"""What a webhook is told of an event: a body that stands alone, the same at each attempt."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy.orm import Session

from netwright.app.webhooks.hook import Hook
from netwright.base.clock import iso
from netwright.store.diff import object_diffs
from netwright.store.event import Event
from netwright.store.history import changes_of, horizon
from netwright.store.kind import Kinds

LIMIT = 200
"""Objects in one body; of a larger merge the rest is left out and said to be."""


def body_of(session: Session, kinds: Kinds, hook: Hook, event: Event) -> bytes:
    """The event with the changes that the webhook wants: objects by name, fields before and after."""
    data: dict[str, Any] = {
        "id": event.id,
        "author": event.author,
        "changeset": event.changeset_id,
        "title": event.title,
        "revision": event.revision,
        "summary": event.summary,
    }
    if event.revision is not None and event.revision <= horizon(session):  # let go meanwhile
        data["changes"], data["truncated"] = [], True
    elif event.revision is not None:
        wanted = {
            name for name in event.summary if any(hook.wants_change(name, op) for op in event.summary[name])
        }
        found = changes_of(session, event.revision, kinds=wanted, limit=LIMIT + 1)
        changes = [one for one in found if one.kind in kinds and hook.wants_change(one.kind, one.op.value)]
        data["changes"] = [
            {
                "kind": one.kind,
                "id": one.id,
                "key": one.key,
                "op": one.op.value,
                "fields": {name: {"before": a, "after": b} for name, (a, b) in one.fields.items()},
            }
            for one in object_diffs(session, kinds, changes[:LIMIT])
        ]
        data["truncated"] = len(found) > LIMIT
    return orjson.dumps({"type": event.type, "timestamp": iso(event.at), "data": data})


def probe_body(hook: Hook, at: float) -> bytes:
    """What ``netwright webhook test`` sends."""
    return orjson.dumps({"type": "webhook.test", "timestamp": iso(at), "data": {"webhook": hook.name}})
