"""An error that a face met, as a refusal for the audit log."""

from __future__ import annotations

from netwright.app.access.actor import Actor
from netwright.app.access.audit import note_refusal
from netwright.app.access.writes import Refusal
from netwright.base.clock import Clock
from netwright.base.errors import ForbiddenError, NetwrightError
from netwright.store.database import Database
from netwright.store.problem import RulesBrokenError

_SHOWN = 5


def is_refusal(error: NetwrightError) -> bool:
    """Whether the caller lacked a right: 403 at a face. A merge may be refused for other reasons besides."""
    if isinstance(error, ForbiddenError):
        return True
    return isinstance(error, RulesBrokenError) and any(isinstance(one, Refusal) for one in error.problems)


def note_error(database: Database, clock: Clock, by: Actor, error: NetwrightError, subject: str) -> None:
    """Write a refusal down; other errors are none of the audit log's business."""
    if isinstance(error, ForbiddenError):
        note_refusal(database, clock, by, error.verb, subject, error.what)
    elif isinstance(error, RulesBrokenError):
        refused = [one for one in error.problems if isinstance(one, Refusal)]
        if refused:
            detail = "; ".join(f"{one.kind} {one.key}: {one.message}" for one in refused[:_SHOWN])
            note_refusal(database, clock, by, "merge", subject, detail)
