"""The verbs on designs: apply, remove, and telling what either would do."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.design.catalog import Catalog
from netwright.design.difference import Difference, difference
from netwright.design.instance import Request
from netwright.design.work import KeptEdit, Work, moved
from netwright.inventory import DesignInstance, DesignPart
from netwright.store.changeset import ChangeSets
from netwright.store.check import Check
from netwright.store.database import Database
from netwright.store.diff import ObjectDiff
from netwright.store.history import current_revision
from netwright.store.kind import Kinds
from netwright.store.problem import Problem

_SPARE_IDS = 1_000
_MANY = 2_000


@dataclass(frozen=True, slots=True)
class InstanceInfo:
    """An instance as lists show it. ``parts`` counts the objects that have a place in the design."""

    id: int
    design: str
    name: str
    version: int
    newest: int | None
    parameters: Mapping[str, Any]
    parts: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What an application did or would do. ``changeset_id`` is None when nothing differs, ``revision`` when
    nothing was merged."""

    changeset_id: int | None = None
    revision: int | None = None
    diff: Sequence[ObjectDiff] = ()
    problems: Sequence[Problem] = ()
    kept: Sequence[KeptEdit] = ()
    missing: Sequence[tuple[str, str]] = ()
    objects: int = 0
    """Objects created, updated and deleted."""


class Designs:
    """The verbs, over one database."""

    def __init__(self, database: Database, changesets: ChangeSets, kinds: Kinds, catalog: Catalog) -> None:
        self._database = database
        self._changesets = changesets
        self._kinds = kinds
        self.catalog = catalog

    def request(
        self,
        design: str,
        name: str,
        parameters: Mapping[str, Any],
        *,
        unset: Sequence[str] = (),
        restore: bool = False,
        description: str | None = None,
    ) -> Request:
        """An instance with some parameters, laid over those that it has. ``unset``: back to the default."""
        with self._database.read() as session:
            query = select(DesignInstance.parameters).where(
                DesignInstance.design == design, DesignInstance.name == name
            )
            known = session.scalar(query) or {}
        wanted = {key: value for key, value in {**known, **parameters}.items() if key not in unset}
        return Request(self.catalog.get(design), name, wanted, description, restore)

    def apply(self, requests: Sequence[Request], author: str, check: Check, *, title: str = "") -> Applied:
        """Make the instances what is asked for and merge it. What is given out from pools is given out behind
        the lock of merges, so that nobody else is given the same.

        Raises RulesBrokenError, and InputError for what does not work out."""
        title = title or _title("Apply", requests)
        return self._commit(lambda session: difference(session, self._kinds, requests), author, check, title)

    def remove(self, instance_id: int, author: str, check: Check) -> Applied:
        """Delete an instance with all that it made; what it was given goes back to the pools."""
        with self._database.read() as session:
            row = self._row(session, instance_id)
            title = f"Remove {row.design} {row.name}"
        return self._commit(lambda session: self._removal(session, instance_id), author, check, title)

    def open(self, requests: Sequence[Request], author: str, *, title: str = "") -> Applied:
        """The same as ``apply``, left in an open change set for review."""
        return self._open(
            lambda session: difference(session, self._kinds, requests),
            author,
            title or _title("Apply", requests),
        )

    def open_removal(self, instance_id: int, author: str) -> Applied:
        """The same as ``remove``, left in an open change set for review."""
        return self._open(lambda session: self._removal(session, instance_id), author, "Remove a design")

    def preview(self, requests: Sequence[Request], author: str, check: Check) -> Applied:
        """What ``apply`` would do and the rules say; nothing is kept."""
        return self._preview(self.open(requests, author), check)

    def preview_removal(self, instance_id: int, author: str, check: Check) -> Applied:
        """What ``remove`` would do and the rules say; nothing is kept."""
        return self._preview(self.open_removal(instance_id, author), check)

    def instances(self, design: str | None = None) -> list[InstanceInfo]:
        """All instances, by design and name."""
        query = select(DesignInstance).order_by(DesignInstance.design, DesignInstance.name)
        if design is not None:
            query = query.where(DesignInstance.design == design)
        with self._database.read() as session:
            rows = list(session.scalars(query))
            counted = select(DesignPart.design_instance_id, func.count()).group_by(
                DesignPart.design_instance_id
            )
            counts = {row[0]: row[1] for row in session.execute(counted)}
        return [
            InstanceInfo(
                id=row.id,
                design=row.design,
                name=row.name,
                version=row.version,
                newest=self.catalog.get(row.design).version if row.design in set(self.catalog) else None,
                parameters=row.parameters or {},
                parts=counts.get(row.id, 0),
            )
            for row in rows
        ]

    def find(self, design: str, name: str) -> InstanceInfo:
        """Raises NotFoundError."""
        for one in self.instances(design):
            if one.name == name:
                return one
        raise NotFoundError(
            f"there is no instance {name!r} of {design}",
            remedy="List them with `netwright design instances`.",
        )

    def _commit(self, work_of: Callable[[Session], Work], author: str, check: Check, title: str) -> Applied:
        with self._database.read() as session, _collector_resting(_MANY):
            work = work_of(session)
        if not work:
            return Applied(kept=work.kept, missing=work.missing)
        reserved = work.size + _SPARE_IDS
        editor = self._changesets.editor()
        editor.reserve(reserved)
        done = work

        def prepare(session: Session) -> None:
            nonlocal done
            if current_revision(session) != done.revision:  # others merged since: what is free may not be
                done = work_of(session)
                if done.size > reserved:
                    raise moved()
            done.write(editor, self._kinds)

        with _collector_resting(work.size):
            made = self._changesets.commit(editor, title, author, check, prepare=prepare)
        return Applied(
            changeset_id=made.changeset_id,
            revision=made.revision if made.changeset_id else None,
            problems=made.problems,
            kept=done.kept,
            missing=done.missing,
            objects=len(made.changes),
        )

    def _open(self, work_of: Callable[[Session], Work], author: str, title: str) -> Applied:
        with self._database.read() as session:
            work = work_of(session)
        if not work:
            return Applied(kept=work.kept, missing=work.missing)
        changeset_id = self._changesets.open(title, author).id
        try:
            with self._changesets.edit(changeset_id) as editor:
                editor.reserve(max(work.size, 1))
                work.write(editor, self._kinds)
        except BaseException:
            self._changesets.abandon(changeset_id)
            raise
        diff = self._changesets.diff(changeset_id)
        return Applied(changeset_id, None, diff, (), work.kept, work.missing, len(diff))

    def _preview(self, opened: Applied, check: Check) -> Applied:
        if opened.changeset_id is None:
            return opened
        try:
            preview = self._changesets.preview(opened.changeset_id, check)
        finally:
            self._changesets.abandon(opened.changeset_id)
        return Applied(
            None, None, preview.diff, preview.problems, opened.kept, opened.missing, len(preview.diff)
        )

    def _removal(self, session: Session, instance_id: int) -> Work:
        self._row(session, instance_id)
        return Difference(session, self._kinds).removal(instance_id)

    def _row(self, session: Session, instance_id: int) -> DesignInstance:
        row = session.get(DesignInstance, instance_id)
        if row is None:
            raise NotFoundError(f"there is no design instance {instance_id}")
        return row


@contextmanager
def _collector_resting(size: int) -> Iterator[None]:
    """No cycles are made of these objects, and looking for some among hundreds of thousands that live costs
    a fifth of the time."""
    if size < _MANY or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _title(verb: str, requests: Sequence[Request]) -> str:
    names = ", ".join(f"{one.design.name} {one.name}" for one in requests[:3])
    more = f" and {len(requests) - 3} more" if len(requests) > 3 else ""
    return f"{verb} {names}{more}"
