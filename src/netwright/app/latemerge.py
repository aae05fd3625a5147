"""Scheduled merges: the worker merges what is due, under the rules and the rights of the day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from netwright.app.access import Access, Means, Verb, machine
from netwright.app.access.account import User
from netwright.app.access.actor import Actor
from netwright.app.access.login import access_of
from netwright.app.context import Context
from netwright.base.errors import ForbiddenError
from netwright.intent import rules
from netwright.store.agenda import Attempt
from netwright.store.check import all_of

_LOG = logging.getLogger(__name__)
LOOK_S = 5.0


def merge_due(context: Context) -> Sequence[Attempt]:
    """Merge the change sets whose time has come; what stands against one is written on it."""
    changesets = context.changesets

    def merge(changeset_id: int, author: str, edition: int) -> int:
        check = all_of(rules.check, _access(context, author).check)
        return changesets.merge(changeset_id, author, check, edition=edition)

    return changesets.agenda.run(merge)


def _access(context: Context, author: str) -> Access:
    """What the one who scheduled it may do today. Whoever has no account did it on this machine. Raises
    ForbiddenError."""
    with context.database.read() as session:
        user = session.get(User, author)
        if user is None:
            return machine(author)
        access = access_of(session, Actor(author, Means.SESSION))
    if user.disabled:
        raise ForbiddenError(author, Verb.MERGE, None)
    access.require(Verb.MERGE)
    return access


async def merge_on_time(context: Context, stop: asyncio.Event) -> None:
    """Look every few seconds until ``stop``."""
    while not stop.is_set():
        try:
            for attempt in await asyncio.to_thread(merge_due, context):
                said = attempt.failure or f"merged as revision {attempt.revision}"
                _LOG.info("change set %s, scheduled: %s", attempt.changeset_id, said)
        except (SQLAlchemyError, OSError):  # a full disk passes; a dead worker would miss every time
            _LOG.exception("the worker could not look at scheduled merges; it tries again")
        try:
            async with asyncio.timeout(LOOK_S):
                await stop.wait()
        except TimeoutError:
            continue
