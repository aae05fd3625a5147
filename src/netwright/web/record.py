"""One object between the database and a form: as it is, with what the user's open change set makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from netwright.app.access import Verb
from netwright.base.errors import NotFoundError
from netwright.inventory import KINDS
from netwright.store.delta import Change, Op, Ref
from netwright.store.kind import FieldSpec, Kind
from netwright.store.naming import Namer
from netwright.store.query.named import find, present
from netwright.store.query.sight import Sight
from netwright.store.rows import documents
from netwright.store.value import Doc
from netwright.web.caller import sight_of
from netwright.web.desk import Desk
from netwright.web.form import CUSTOM, Form
from netwright.web.read.custom import custom_fields, tag_words
from netwright.web.state import state_of


async def sent(request: Request) -> dict[str, list[str]]:
    """What a form sent, every value of a name."""
    data = await request.form()
    found: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def last_of(given: Mapping[str, Sequence[str]], name: str) -> str:
    """What was sent last under a name, or nothing."""
    return given.get(name, [""])[-1].strip()


def texts_of(kind: Kind, given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The texts of a form's inputs: of a box that is ticked the last value, of words all."""
    lists = {spec.name for spec in kind.fields if spec.type.value == "list of words"}
    names = {spec.name for spec in kind.fields}
    return {
        name: ",".join(value for value in values if value) if name in lists else values[-1]
        for name, values in given.items()
        if name in names or name.startswith(CUSTOM)
    }


@dataclass(frozen=True, slots=True)
class Desktop:
    """The objects of one kind as a user's edits see them."""

    session: Session
    sight: Sight
    kind: Kind
    desk: Desk
    waiting: dict[Ref, Change]
    """Changes of the open change set that the user works in."""

    def doc(self, object_id: int) -> Doc:
        """Plain values by column. Raises NotFoundError."""
        change = self.waiting.get((self.kind.name, object_id))
        if change is not None and change.op is Op.CREATE:
            return dict(change.after or {})
        there = documents(self.session, self.kind, [object_id]).get(object_id)
        seen = there is not None and object_id in present(self.sight, self.kind, [object_id])
        if there is None or not seen or (change is not None and change.op is Op.DELETE):
            raise NotFoundError(
                f"there is no {self.kind.name} with id {object_id}", remedy="Look for it in its list."
            )
        return {**there, **((change.after or {}) if change else {})}

    def key(self, object_id: int) -> str:
        return self._namer().key(self.kind, object_id)

    def name_of(self, spec: FieldSpec, object_id: int) -> str:
        """What a reference refers to."""
        return self._namer().key(spec.reference or "", object_id)

    def find(self, kind: Kind, text: str) -> int:
        """An object by name: one that is there, or one that the open change set makes."""
        try:
            return find(self.sight, kind, text)
        except NotFoundError:
            made = [
                change.id
                for change in self.waiting.values()
                if change.kind == kind.name and change.op is Op.CREATE
            ]
            namer = self._namer()
            for object_id in made:
                if namer.key(kind, object_id) == text:
                    return object_id
            raise

    def form(self, verb: Verb) -> Form:
        """The fields that the user may write."""
        access = self.desk.access
        names = access.writable(self.kind, verb) - access.hidden(self.kind)
        custom = custom_fields(self.session, self.kind.name)
        return Form(self.kind, names, custom, tag_words(self.session))

    def _namer(self) -> Namer:
        made = {ref: change.after for ref, change in self.waiting.items() if change.op is Op.CREATE}
        return Namer(self.session, made)


def desktop(request: Request, session: Session, kind_name: str) -> Desktop:
    """The kind as the one who asks may edit it."""
    desk = Desk(request)
    waiting: dict[Ref, Change] = {}
    if desk.chosen is not None:
        changes = state_of(request).context.changesets.changes(desk.chosen.id)
        waiting = {change.ref: change for change in changes}
    return Desktop(session, sight_of(request, session), KINDS[kind_name], desk, waiting)
