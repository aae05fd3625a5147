"""Random networks of every kind that is declared, made from the declarations alone."""

from __future__ import annotations

import ipaddress
import random
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Enum, insert
from sqlalchemy.orm import Session

from netwright.inventory import KINDS
from netwright.store.history import chunks
from netwright.store.integrity import unique_sets
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.value import Doc


@dataclass
class World:
    """Documents by kind and id: what the tables hold."""

    docs: dict[str, dict[int, Doc]] = field(default_factory=dict)

    def write(self, session: Session) -> None:
        for kind in KINDS.values():
            rows = [{"id": one, **doc} for one, doc in self.docs[kind.name].items()]
            for part in chunks(rows, 500):
                session.execute(insert(kind.table), part)


def random_world(seed: int, most: int = 4) -> World:
    """Up to ``most`` objects of each kind; references lead anywhere that they may."""
    dice = random.Random(seed)
    world = World()
    numbers = iter(range(1, 1 << 30))
    for kind in KINDS.values():
        docs: dict[int, Doc] = {}
        world.docs[kind.name] = docs
        for _ in range(dice.randint(0, most)):
            doc = _document(kind, world, dice, next(numbers))
            if doc is not None and _new(kind, docs, doc):
                docs[next(numbers)] = doc
    return world


def _document(kind: Kind, world: World, dice: random.Random, number: int) -> Doc | None:
    doc: Doc = {}
    for spec in kind.fields:
        column = kind.table.c[spec.column]
        if spec.reference is not None:
            known = sorted(world.docs.get(spec.reference, {}))
            if column.unique:
                known = [one for one in known if one not in _used(world, kind, spec)]
            if column.nullable and (not known or dice.random() < 0.4):
                doc[spec.column] = None
            elif known:
                doc[spec.column] = dice.choice(known)
            else:
                return None  # what it must refer to is not there
            continue
        doc[spec.column] = value(kind, spec, number, dice)
    return doc


def _new(kind: Kind, docs: dict[int, Doc], doc: Doc) -> bool:
    """Whether nothing that must be unique is taken."""
    for columns in unique_sets(kind.table):
        mine = [doc[column] for column in columns]
        if None not in mine and any(mine == [other[column] for column in columns] for other in docs.values()):
            return False
    return True


def _used(world: World, kind: Kind, spec: FieldSpec) -> set[Any]:
    return {doc[spec.column] for doc in world.docs[kind.name].values()}


def value(kind: Kind, spec: FieldSpec, number: int, dice: random.Random) -> Any:
    """A plain value of the field, another one for each ``number``."""
    column = kind.table.c[spec.column]
    if isinstance(column.type, Enum):
        return dice.choice(spec.choices)
    if isinstance(column.type, Boolean):
        return dice.random() < 0.5
    made: dict[FieldType, Any] = {
        FieldType.TEXT: f"n{number}",
        FieldType.INTEGER: number,
        FieldType.NUMBER: float(number),
        FieldType.JSON: [],
        FieldType.LIST: [f"n{number}"],
        FieldType.ADDRESS: str(ipaddress.ip_address(0x0A000000 + number)),
        FieldType.INTERFACE_ADDRESS: f"{ipaddress.ip_address(0x0A000000 + number)}/32",
        FieldType.PREFIX: f"{ipaddress.ip_address(0x0A000000 + number)}/32",
    }
    return made[spec.type]
