"""Hardware reports with the rights of who asks: of the objects that it sees; not at all where a field that a
report is made of is hidden, for a count would tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from netwright.app.access import Access, Verb
from netwright.app.access.narrowing import narrow
from netwright.app.context import Context
from netwright.base.errors import ForbiddenError
from netwright.intent import hardwarereport
from netwright.intent.hardwarereport import Ending, FeedLoad, ModelCount
from netwright.inventory import KINDS

WITHIN_DAYS = 365
MOST_DAYS = 36_500
_MODELS: Mapping[str, Sequence[str]] = {
    "device": ("model", "site", "status"),
    "component": ("model",),
    "asset": ("model", "site", "status"),
    "model": ("end_of_sale", "end_of_security_fixes", "end_of_support"),
}
_POWER: Mapping[str, Sequence[str]] = {
    "power_feed": ("voltage_v", "amperage_a", "share_percent", "phase"),
    "port": ("allocated_draw_w", "maximum_draw_w"),
    "device": ("status",),
}


def model_counts(context: Context, access: Access, site: str = "") -> list[ModelCount]:
    """Raises ForbiddenError, and NotFoundError for a site that is not there or not seen."""
    with _reading(context, access, _MODELS) as session:
        return hardwarereport.model_counts(session, site or None)


def endings(context: Context, access: Access, days: int = WITHIN_DAYS, site: str = "") -> list[Ending]:
    """What ends within so many days, or has ended."""
    with _reading(context, access, _MODELS) as session:
        return hardwarereport.endings(session, today(context), timedelta(days=days), site or None)


def feed_loads(context: Context, access: Access, site: str = "") -> list[FeedLoad]:
    with _reading(context, access, _POWER) as session:
        return hardwarereport.feed_loads(session, site or None)


def today(context: Context) -> date:
    return datetime.fromtimestamp(context.clock.now(), UTC).date()


@contextmanager
def _reading(context: Context, access: Access, made_of: Mapping[str, Sequence[str]]) -> Iterator[Session]:
    for kind, fields in made_of.items():
        access.require(Verb.VIEW, kind)
        if not access.hidden(KINDS[kind]).isdisjoint(fields):
            raise ForbiddenError(access.name, Verb.VIEW, f"{kind}: {', '.join(fields)}")
    with context.database.read() as session:
        narrow(session, access)
        yield session
