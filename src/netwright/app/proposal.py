"""What was observed proposed as wanted: an import's source shown as the change set that it would be, or
opened as one for review. The merge is asked for elsewhere, with its own rights."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.app.access import Access, Verb
from netwright.app.access.narrowing import narrow
from netwright.app.access.telling import Telling
from netwright.app.context import Context
from netwright.base.errors import InputError, NotFoundError
from netwright.collect.adoption.adopt import Adoption, Difference
from netwright.collect.adoption.device import Wish
from netwright.collect.discovery.known import KnownDevice
from netwright.intent import rules
from netwright.intent.prepared import Prepared, prepare
from netwright.intent.source import Source
from netwright.inventory import KINDS
from netwright.store.check import all_of
from netwright.store.diff import ObjectDiff
from netwright.store.merging import MergePreview
from netwright.store.naming import HIDDEN
from netwright.store.problem import Problem, broken

MOST = 500
"""Devices at once."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``preview`` None: it can't be made, ``problems`` say why."""

    prepared: Prepared
    preview: MergePreview | None

    @property
    def problems(self) -> list[Problem]:
        return self.prepared.told(self.preview.problems if self.preview else ())

    @property
    def empty(self) -> bool:
        """What is observed is wanted already."""
        return self.preview is not None and not self.preview.diff


def rehearse(context: Context, access: Access, source: Source, changeset: int | None = None) -> Proposal:
    """What it would change, by itself or in an open change set; nothing is kept."""
    access.require(Verb.PROPOSE)
    prepared = prepare(context.database, source)
    if broken(prepared.problems):
        return Proposal(prepared, None)
    editor = context.changesets.editor()
    prepared.fill(editor)
    preview = context.changesets.rehearse(editor, all_of(access.check, rules.check), changeset)
    return Proposal(prepared, preview)


class NotEnoughError(InputError):
    """What was observed can't be made wanted. ``problems`` say what is missing."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("what was observed is not enough to make it wanted")


def propose(
    context: Context,
    access: Access,
    source: Source,
    title: str,
    reason: str = "",
    changeset: int | None = None,
) -> int | None:
    """A new open change set of it, or the open one that it was added to; None when nothing differs. Raises
    NotEnoughError."""
    access.require(Verb.PROPOSE)
    prepared = prepare(context.database, source)
    if broken(prepared.problems):
        raise NotEnoughError(prepared.told())
    if not prepared.edits:
        return None
    sets = context.changesets
    number = sets.open(title, access.name, reason).id if changeset is None else changeset
    filled = False
    try:
        with sets.edit(number, access.name if changeset is not None else "") as editor:
            prepared.fill(editor)
        filled = True
    finally:
        if not filled and changeset is None:
            sets.abandon(number)
    return number


def adoption(
    context: Context, access: Access, devices: Collection[str], wish: Wish, take: Collection[str] = ()
) -> Adoption:
    """Devices that were found as the source of a change set. Raises NotFoundError for one that is not known,
    or not seen by the caller: who sees one place only sees no device that is in no place yet."""
    access.require(Verb.OBSERVE)
    if not devices:
        raise InputError("no device is named", subject="devices", remedy="Name at least one.")
    if len(devices) > MOST:
        raise InputError(f"more than {MOST} devices at once", remedy="Do it in parts.")
    with context.database.read() as session:
        narrow(session, access)
        query = select(KnownDevice.device).where(KnownDevice.device.in_(sorted(set(devices))))
        seen = set(session.scalars(query))
    missing = sorted(set(devices) - seen)
    if missing:
        raise NotFoundError(
            "no such device was found", subject=missing[0][:80], remedy="See the list of discovered devices."
        )
    return Adoption(context.platforms, devices, wish, take)


def adoption_title(source: Adoption) -> str:
    names = source.files
    return f"Adopt {names[0] if len(names) == 1 else f'{len(names)} devices'}"


def told_diff(access: Access, session: Session, found: Sequence[ObjectDiff]) -> Sequence[ObjectDiff]:
    """What would change, as far as the caller may know: the far end of a cable may be out of sight."""
    if access.everything:
        return found
    told = []
    telling = Telling(access, session)
    for one in found:
        hidden = access.hidden(KINDS[one.kind])
        fields = {name: pair for name, pair in one.fields.items() if name not in hidden}
        words = [value if isinstance(value, str) else "" for pair in fields.values() for value in pair]
        texts = iter(telling.texts(words) if any(words) else words)
        fields = {
            name: tuple(next(texts) or value for value in pair)  # type: ignore[misc]
            for name, pair in fields.items()
        }
        told.append(replace(one, fields=fields))
    return told


def told_differences(access: Access, source: Adoption) -> list[Difference]:
    """What is wanted otherwise than observed, without the values of fields that are hidden."""
    hidden = {name: access.hidden(KINDS[name]) for name in {one.kind for one in source.differences}}
    return [
        replace(one, wanted=HIDDEN) if one.field in hidden[one.kind] else one for one in source.differences
    ]
