"""A small product in two versions, for one process each: a field is renamed, one dropped, one new."""

from __future__ import annotations

import json
import sys
from typing import Any

from sqlalchemy.orm import Mapped

from netwright.app.upgrade import upgrade
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.history import blame, current_revision, documents_as_of
from netwright.store.kind import Kinds
from netwright.store.record import Record, field

VERSION, URL = sys.argv[1], sys.argv[2]

if VERSION == "old":

    class Lamp(Record):
        """A lamp."""

        __tablename__ = "t_lamp"
        name: Mapped[str] = field("Name", unique=True)
        watts: Mapped[int] = field("Power", default=60)
        shape: Mapped[str] = field("Shape", default="bulb")
        state: Mapped[str] = field("State", default="on")
else:

    class Lamp(Record):  # type: ignore[no-redef]
        """A lamp, of the next version."""

        __tablename__ = "t_lamp"
        name: Mapped[str] = field("Name", unique=True)
        power: Mapped[int] = field("Power", default=60)
        state: Mapped[str] = field("State", default="ON")
        socket: Mapped[str] = field("Socket", default="E27")


def old(database: Database, changesets: ChangeSets) -> dict[str, Any]:
    upgrade(database)
    Lamp.__table__.create(database.writer, checkfirst=True)  # type: ignore[attr-defined]
    made = changesets.open("lamps", "ada").id
    desk = changesets.create(made, "t_lamp", {"name": "desk"})
    changesets.create(made, "t_lamp", {"name": "gone"})
    merge(changesets, made)
    edits: tuple[dict[str, Any], ...] = ({"watts": 40, "shape": "tube"}, {"state": "off"})
    for number, fields in enumerate(edits):
        changed = changesets.open(f"change {number}", "eve").id
        changesets.update(changed, "t_lamp", desk, fields)
        merge(changesets, changed)
    dropped = changesets.open("drop", "bob").id
    changesets.delete(dropped, "t_lamp", desk + 1)
    merge(changesets, dropped)
    waiting = changesets.open("waiting", "ada").id
    changesets.update(waiting, "t_lamp", desk, {"watts": 11, "shape": "spiral", "state": "on"})
    changesets.create(waiting, "t_lamp", {"name": "new", "watts": 5, "shape": "dot"})
    contested = changesets.open("contested", "ada").id
    changesets.update(contested, "t_lamp", desk, {"watts": 99})
    return {"waiting": waiting, "contested": contested, "desk": desk}


def new(database: Database, changesets: ChangeSets, kinds: Kinds) -> dict[str, Any]:
    desk = int(sys.argv[3])
    waiting, contested = (int(word) for word in sys.argv[4:6])
    with database.read() as session:
        states = [
            documents_as_of(session, kinds["t_lamp"], number)
            for number in range(current_revision(session) + 1)
        ]
        blamed = blame(session, "t_lamp", desk)["power"]
    revision = merge(changesets, waiting)
    conflicts = changesets.preview(contested, lambda session, changes: []).conflicts
    with database.read() as session:
        now = documents_as_of(session, kinds["t_lamp"], revision)
    undo = changesets.revert(waiting, "eve")
    diff = {one.key: one.op.value for one in changesets.diff(undo)}
    return {
        "states": states,
        "blame": [blamed.revision, blamed.author],
        "now": now,
        "conflicts": [[one.field, one.base, one.theirs, one.ours] for one in conflicts],
        "undo": diff,
    }


def merge(changesets: ChangeSets, changeset: int) -> int:
    return changesets.merge(changeset, "bob", lambda session, changes: [])


def main() -> None:
    database = Database(URL)
    kinds = Kinds((Lamp,))
    changesets = ChangeSets(database, kinds)
    print(json.dumps(old(database, changesets) if VERSION == "old" else new(database, changesets, kinds)))
    database.close()


main()
