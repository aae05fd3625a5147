"""What people do about findings, with the rights of who does it: every face calls these.

To see findings takes the right ``observe`` and a device (or site) that one sees; to acknowledge them or to
make them tasks takes ``operate`` besides. What is wanted of an object that one doesn't see, or in a field
that is hidden, is told in no finding either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.app.access import Access, Verb
from netwright.app.access.narrowing import narrow
from netwright.app.access.telling import Telling
from netwright.app.context import Context
from netwright.base.errors import InputError, NotFoundError
from netwright.collect.adoption.accept import Acceptance, told_of
from netwright.collect.attention import (
    FindingTask,
    acknowledge,
    close_task,
    open_task,
    require_open,
    take_back,
)
from netwright.collect.findinglist import FindingLine
from netwright.collect.observed import Finding
from netwright.inventory import KINDS
from netwright.store.naming import HIDDEN

MOST = 1_000
"""Findings at once."""


def told_lines(access: Access, session: Session, lines: Sequence[FindingLine]) -> list[FindingLine]:
    """Findings as far as the caller may know of what they are about."""
    if access.everything or not lines:
        return list(lines)
    given = [text for one in lines for text in (one.message, one.wanted, one.observed, one.cause)]
    texts = iter(Telling(access, session).texts(given))
    told = []
    for one in lines:
        message, wanted, observed, cause = (next(texts) for _ in range(4))
        if _hides(access, one.kind):
            message, wanted, observed = one.kind.replace("-", " "), HIDDEN, HIDDEN
        told.append(replace(one, message=message, wanted=wanted, observed=observed, cause=cause))
    return told


def acknowledge_all(
    context: Context, access: Access, numbers: Sequence[int], why: str, until: float | None
) -> None:
    """All or none. Raises NotFoundError for one that is not open or not seen, InputError as
    ``acknowledge``."""
    access.require(Verb.OPERATE)
    now = context.clock.now()
    with context.database.write() as session:
        for finding in _seen(session, access, numbers):
            acknowledge(session, finding, access.name, why, now, until=until)


def withdraw_all(context: Context, access: Access, numbers: Sequence[int]) -> int:
    """Take acknowledgements back; how many there were."""
    access.require(Verb.OPERATE)
    with context.database.write() as session:
        return sum(take_back(session, finding) for finding in _seen(session, access, numbers))


def give_tasks(
    context: Context, access: Access, numbers: Sequence[int], *, assignee: str = "", note: str = ""
) -> list[FindingTask]:
    """A task for each finding, all or none. Raises InputError when one has an open task already."""
    access.require(Verb.OPERATE)
    now = context.clock.now()
    with context.database.write() as session:
        return [
            open_task(session, finding, access.name, now, assignee=assignee.strip(), note=note.strip())
            for finding in _seen(session, access, numbers)
        ]


def end_task(context: Context, access: Access, number: int) -> FindingTask:
    """Raises NotFoundError for one that is done, unknown or not seen."""
    access.require(Verb.OPERATE)
    with context.database.write() as session:
        narrow(session, access)
        if session.scalar(select(FindingTask.id).where(FindingTask.id == number)) is None:
            raise NotFoundError(
                "there is no open task of this number",
                subject=str(number),
                remedy="See the list of open tasks.",
            )
        return close_task(session, number, access.name, context.clock.now())


def acceptance(context: Context, access: Access, numbers: Sequence[int]) -> Acceptance:
    """What findings observed, as the source of a change set."""
    access.require(Verb.OBSERVE)
    with context.database.read() as session:
        return Acceptance(context.platforms, _seen(session, access, numbers))


def acceptance_title(source: Acceptance) -> str:
    """A title for its change set."""
    kinds, devices = source.kinds, source.files
    what = kinds[0] if len(kinds) == 1 else f"{source.number} findings"
    return f"Accept {what} of {devices[0] if len(devices) == 1 else f'{len(devices)} devices'}"


def _seen(session: Session, access: Access, numbers: Sequence[int]) -> list[Finding]:
    if not numbers:
        raise InputError("no finding is named", subject="ids", remedy="Name at least one.")
    if len(numbers) > MOST:
        raise InputError(f"more than {MOST} findings at once", remedy="Do it in parts.")
    narrow(session, access)
    wanted = list(dict.fromkeys(numbers))
    seen = set(session.scalars(select(Finding.id).where(Finding.id.in_(wanted))))
    missing = [number for number in wanted if number not in seen]
    if missing:
        raise NotFoundError(
            "there is no open finding of this number",
            subject=str(missing[0]),
            remedy="See the list of open findings.",
        )
    return [require_open(session, number) for number in wanted]


def _hides(access: Access, finding_kind: str) -> bool:
    truth = told_of(finding_kind)
    if truth is None:
        return False
    kind = KINDS[truth.kind]
    return not access.may(Verb.VIEW, kind.name) or not access.hidden(kind).isdisjoint(truth.fields)
