"""Observed devices as a source of an import: new objects whole, of others only what was chosen.

Of an object that is there, an empty field is filled; a field that has another value stays as it is and is
told as a ``Difference``, unless it was chosen. So nothing is overwritten that nobody saw, and a second
adoption finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.collect.adoption.cabling import draft_cables
from netwright.collect.adoption.device import DeviceDrafts, Wish
from netwright.collect.adoption.models import ModelIndex
from netwright.collect.adoption.picture import read_picture
from netwright.collect.adoption.put import Drafting
from netwright.collect.adoption.sessions import SessionDrafts
from netwright.intent.document import Scalar
from netwright.intent.draft import Draft, written
from netwright.intent.resolve import Names
from netwright.intent.source import Drafts
from netwright.inventory import KINDS, Device
from netwright.platforms.catalog import Catalog
from netwright.store.among import among
from netwright.store.history import documents
from netwright.store.naming import Namer
from netwright.store.value import codec

SEED_KINDS = ("manufacturer", "model", "software_version", "asn")
"""Drafted so that others can refer to them; one that is there stays as it is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of an object that is there: what is wanted of it, and what was observed. ``name`` is what it
    is chosen by. ``taken``: it goes into the change set."""

    device: str
    kind: str
    key: str
    field: str
    wanted: str
    observed: str
    taken: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.key}:{self.field}"


class Adoption:
    """``Source`` of an import. ``take``: names of differences, or ``kind:field``, or ``all``."""

    def __init__(
        self,
        catalog: Catalog,
        devices: Collection[str],
        wish: Wish,
        take: Collection[str] = (),
    ) -> None:
        self._catalog = catalog
        self._devices = sorted(set(devices))
        self._wish = wish
        self._take = frozenset(take)
        self.differences: list[Difference] = []

    @property
    def files(self) -> Sequence[str]:
        return self._devices

    def drafts(self, session: Session) -> Drafts:
        """Raises NotFoundError for a device that was never found, InputError for a choice of nothing."""
        drafting = Drafting()
        picture = read_picture(session, self._devices)
        for device in self._devices:
            if device not in picture.told or not picture.told[device].row.observed_at:
                raise NotFoundError(
                    "this device never told what it is",
                    subject=device,
                    remedy="See `netwright discover --known`, or discover it first.",
                )
        own = {told.name for told in picture.told.values()}
        inventory = set(session.scalars(select(Device.name).where(among(session, Device.name, own))))
        devices = DeviceDrafts(drafting, ModelIndex(session), self._catalog, self._wish, picture.length_of)
        ready = [
            told for told in picture.told.values() if devices.draft(told, new=told.name not in inventory)
        ]
        sessions = SessionDrafts(session, picture, drafting, self._wish)
        for told in ready:
            sessions.draft(told)
        if len(ready) == len(picture.told):
            draft_cables(session, picture, drafting)
        self.differences = []
        drafts = list(drafting.drafts.values())
        names, namer = Names(session, KINDS), Namer(session)
        for kind in {draft.kind.name: draft.kind for draft in drafts}.values():
            of_kind = [draft for draft in drafts if draft.kind is kind]
            ids = names.find(kind, [draft.key for draft in of_kind])
            docs = documents(session, kind, set(ids.values()))
            for draft in of_kind:
                if draft.key in ids:
                    self._keep_what_is_there(draft, docs[ids[draft.key]], namer)
        self._require_chosen()
        return Drafts(needed(drafts), drafting.problems, literal=True)

    def _keep_what_is_there(self, draft: Draft, doc: Mapping[str, Any], namer: Namer) -> None:
        """Take out of a draft what the object that is there says otherwise, unless it was chosen."""
        kind = draft.kind
        if kind.name in SEED_KINDS:
            draft.values = {name: draft.values[name] for name in kind.key if name in draft.values}
            return
        for name, value in list(draft.values.items()):
            spec = kind.field(name)
            before = doc[spec.column]
            if name in kind.key or not isinstance(value, Scalar) or before is None or before == "":
                continue
            told = namer.value(spec, before)
            if told == value.text or (spec.reference is None and _says(draft, name, before)):
                continue
            one = Difference(draft.file, kind.name, draft.key, name, str(told), value.text or "")
            if {"all", one.name, f"{kind.name}:{name}"} & self._take:
                self.differences.append(replace(one, taken=True))
            else:
                self.differences.append(one)
                del draft.values[name]

    def _require_chosen(self) -> None:
        known = {word for one in self.differences for word in (one.name, f"{one.kind}:{one.field}")}
        wrong = sorted(self._take - known - {"all"})
        if wrong:
            raise InputError(
                "there is no such difference",
                subject=wrong[0],
                remedy="Run it without --take: differences are listed with their names.",
            )


def _says(draft: Draft, name: str, before: object) -> bool:
    """Whether a draft's words mean the value that is there."""
    value = draft.values[name]
    assert isinstance(value, Scalar)
    spec, ways = draft.kind.field(name), codec(draft.kind)
    return ways.same(spec.column, before, ways.take({spec.column: written(spec, value)}, "")[spec.column])


def needed(drafts: Sequence[Draft]) -> list[Draft]:
    """Without models, makers, versions and numbers that nothing refers to any more."""
    kept = list(drafts)
    for kind in reversed(SEED_KINDS):
        referred = {
            (spec.reference, draft.text(spec.name))
            for draft in kept
            for spec in draft.kind.fields
            if spec.reference is not None
        }
        kept = [d for d in kept if d.kind.name != kind or (kind, d.key) in referred]
    return kept
