"""What is kept of an instance: what was asked for, which object each path is, what pools gave it."""

from __future__ import annotations

from netwright.design.expansion import Wanted
from netwright.design.instance import Instance
from netwright.design.pools import Pools
from netwright.design.present import Made
from netwright.design.work import Handle, New, Work, differing
from netwright.store.kind import Kinds
from netwright.store.value import Doc


class Record:
    """Adds to the work what is to be kept of instances, in the order of these methods."""

    def __init__(self, kinds: Kinds, work: Work, pools: Pools) -> None:
        self._kind = kinds["design_instance"]
        self._work = work
        self._pools = pools

    def begin(self, one: Instance) -> None:
        """A new instance gets its own object, which others refer to."""
        if one.id:
            return
        design = one.request.design
        doc = {
            "design": design.name,
            "name": one.request.name,
            "version": design.version,
            "parameters": one.request.stored(),
        }
        one.new = New("design_instance", doc, design.file)
        self._work.creates.append(one.new)

    def made(self, one: Instance, wanted: Wanted, handle: Handle, before: Doc | None) -> None:
        """Which object a path is. ``before``: what it had without the design; None for a new object."""
        one.moved = True
        what = {"made_kind": wanted.kind, "made_id": handle, "before": before}
        former = one.made.get(wanted.path)
        if former is None:
            doc = {"design_instance_id": one.new or one.id, "path": wanted.path, **what}
            self._work.creates.append(New("design_part", doc, wanted.where))
        else:
            self._work.updates.append(("design_part", former.id, {**what, "kept": None}, wanted.where))

    def gone(self, one: Instance, made: Made) -> None:
        """A path that the design has no more."""
        one.moved = True
        self._work.deletes.append(("design_part", made.id))

    def allocations(self, one: Instance) -> None:
        """What was given out newly, and what goes back."""
        given, released = self._pools.outcome(one.request.label)
        for grant in given:
            doc = {
                "pool_id": grant.pool_id,
                "identifier": grant.identifier,
                "value": grant.value,
                "prefix": grant.prefix,
                "design_instance_id": one.new or one.id,
            }
            self._work.creates.append(New("allocation", doc, one.request.label))
        self._work.deletes.extend(("allocation", grant.id or 0) for grant in released)
        one.moved = one.moved or bool(given or released)

    def finish(self, one: Instance) -> None:
        """The next generation of an instance of which anything differs, and the values of people it keeps."""
        request = one.request
        choices: Doc | None = dict(one.ground.choices) or None
        if one.new is not None:
            one.new.doc["choices"] = choices
            if request.description:
                one.new.doc["description"] = request.description
            return
        assert one.row is not None
        wanted: Doc = {
            "version": request.design.version,
            "parameters": request.stored(),
            "choices": choices,
        }
        if request.description is not None:
            wanted["description"] = request.description
        doc = differing(self._kind, one.row, wanted)
        if not doc and not one.moved:
            return
        doc["generation"] = one.row["generation"] + 1
        self._work.updates.append(("design_instance", one.id, doc, request.label))
        for part_id, kept in one.keeps.items():
            self._work.updates.append(("design_part", part_id, {"kept": kept or None}, request.label))
