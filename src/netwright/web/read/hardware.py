"""The hardware of a device as a tree: bays, what sits in them, what that carries; held against what the
device reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.inventory import Bay, Component, Device, Model
from netwright.web.read.part import ComponentLine, components, natural

DEEPEST = 6


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A row: a bay with what is in it, or a component that is in none. ``line`` None: the bay is empty, or
    holds a device (``occupant``)."""

    depth: int
    bay: str
    bay_id: int | None
    line: ComponentLine | None
    component_id: int | None
    model: str
    occupant: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    id: int
    name: str
    carrier_id: int | None
    model: str


@dataclass(frozen=True, slots=True)
class _Bay:
    id: int
    name: str
    component_id: int | None
    occupant: str


def hardware(session: Session, device: str, device_id: int | None) -> list[TreeLine]:
    """Bays and components in natural order, the children after what carries them. Reported components that
    nobody wants stand at the end. Five statements."""
    lines = {line.name: line for line in components(session, device, device_id)}
    query = (
        select(Component.id, Component.name, Component.carrier_id, Model.name)
        .outerjoin(Model, Component.model_id == Model.id)
        .where(Component.device_id == device_id)
    )
    wanted = {row[0]: _Wanted(row[0], row[1], row[2], row[3] or "") for row in session.execute(query)}
    bays = _bays(session, device_id)
    placed = {bay.component_id for some in bays.values() for bay in some if bay.component_id}
    loose: defaultdict[int | None, list[_Wanted]] = defaultdict(list)
    for one in wanted.values():
        if one.id not in placed:
            loose[one.carrier_id].append(one)
    tree = _Tree(lines, wanted, bays, loose)
    found = list(tree.below(None, 0))
    known = {one.name for one in wanted.values()}
    extra = [TreeLine(0, "", None, line, None, "") for name, line in lines.items() if name not in known]
    return found + extra


def _bays(session: Session, device_id: int | None) -> dict[int | None, list[_Bay]]:
    found: defaultdict[int | None, list[_Bay]] = defaultdict(list)
    query = (
        select(Bay.id, Bay.name, Bay.component_id, Bay.carrier_id, Device.name)
        .outerjoin(Device, Bay.occupant_id == Device.id)
        .where(Bay.device_id == device_id)
    )
    for bay, name, component, carrier, occupant in session.execute(query):
        found[carrier].append(_Bay(bay, name, component, occupant or ""))
    return found


@dataclass(frozen=True, slots=True)
class _Tree:
    lines: dict[str, ComponentLine]
    wanted: dict[int, _Wanted]
    bays: dict[int | None, list[_Bay]]
    loose: dict[int | None, list[_Wanted]]

    def below(self, carrier: int | None, depth: int) -> Iterator[TreeLine]:
        if depth > DEEPEST:
            return
        for bay in sorted(self.bays.get(carrier, ()), key=lambda one: natural(one.name)):
            sits = self.wanted.get(bay.component_id or 0)
            yield self._row(depth, bay, sits)
            if sits is not None:
                yield from self.below(sits.id, depth + 1)
        for one in sorted(self.loose.get(carrier, ()), key=lambda one: natural(one.name)):
            yield self._row(depth, None, one)
            yield from self.below(one.id, depth + 1)

    def _row(self, depth: int, bay: _Bay | None, sits: _Wanted | None) -> TreeLine:
        return TreeLine(
            depth,
            bay.name if bay else "",
            bay.id if bay else None,
            self.lines.get(sits.name) if sits else None,
            sits.id if sits else None,
            sits.model if sits else "",
            bay.occupant if bay else "",
        )
