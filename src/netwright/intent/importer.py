"""Drafts into a change set: read, unfold, resolve names, write only what differs, check, merge.

Every format comes through here as a ``Source`` of drafts: design files, and the others in ``exchange``.
Everything that is wrong is found before anything is kept, and told together with file and line. What a file
does not say about an object stays as it is; objects that no file names stay too, unless pruned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from netwright.base.errors import ConflictError
from netwright.intent import rules
from netwright.intent.designfiles import DesignFiles
from netwright.intent.document import find_files
from netwright.intent.prepared import prepare
from netwright.intent.source import ListCount, Source
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.delta import Change, Op
from netwright.store.diff import ObjectDiff
from netwright.store.problem import ApprovalMissingError, Problem, RulesBrokenError, broken


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. ``changeset_id`` is None when nothing differs or something could not be read;
    ``revision`` None when nothing was merged. ``missing``: why not, besides problems."""

    files: int
    objects: int
    changeset_id: int | None = None
    revision: int | None = None
    diff: Sequence[ObjectDiff] = ()
    problems: Sequence[Problem] = ()
    missing: str = ""
    lists: Sequence[ListCount] = ()

    @property
    def ok(self) -> bool:
        return not broken(self.problems) and not self.missing

    @property
    def counts(self) -> dict[str, dict[Op, int]]:
        """How many objects of a kind are created, updated and deleted."""
        counted = Counter((one.kind, one.op) for one in self.diff)
        kinds = dict.fromkeys(one.kind for one in self.diff)
        return {kind: {op: counted[kind, op] for op in Op if counted[kind, op]} for kind in kinds}


def import_documents(
    database: Database,
    changesets: ChangeSets,
    paths: Sequence[Path],
    author: str,
    title: str,
    *,
    merge: bool = True,
    prune: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Import design files and merge them, or leave an open change set (``merge=False``), or only tell what
    would happen (``dry_run``). ``prune`` deletes objects of the imported kinds that no file names.

    What could not be read comes back as problems, and nothing is kept. What is wrong with the state that
    would be made comes back too, or the approvals that it wants; then the change set stays open, for it may
    hold a day's work. Raises InputError for paths that lead nowhere."""
    source = DesignFiles(find_files(paths))
    return import_source(
        database, changesets, source, author, title, merge=merge, prune=prune, dry_run=dry_run
    )


def import_source(
    database: Database,
    changesets: ChangeSets,
    source: Source,
    author: str,
    title: str,
    *,
    merge: bool = True,
    prune: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Import what any source says; see ``import_documents``."""
    prepared = prepare(database, source, prune=prune)
    made = _Made()
    if prepared.edits and not broken(prepared.problems):
        changeset_id = changesets.open(title, author).id
        kept = False
        try:
            with changesets.edit(changeset_id) as editor:
                prepared.fill(editor)
            if merge and not dry_run:
                made = _merged(changesets, changeset_id, author)
            else:
                made = _previewed(changesets, changeset_id)
            kept = not dry_run
        finally:
            if not kept:
                changesets.abandon(changeset_id)
        made.changeset_id = changeset_id if kept else None
    return ImportResult(
        files=len(source.files),
        objects=prepared.objects,
        changeset_id=made.changeset_id,
        revision=made.revision,
        diff=made.diff,
        problems=prepared.told(made.problems),
        missing=made.missing,
        lists=prepared.lists,
    )


@dataclass(slots=True)
class _Made:
    """What became of the change set; see :class:`ImportResult`."""

    diff: Sequence[ObjectDiff] = ()
    problems: Sequence[Problem] = ()
    changeset_id: int | None = None
    revision: int | None = None
    missing: str = ""


def _merged(changesets: ChangeSets, changeset_id: int, author: str) -> _Made:
    noted: list[Problem] = []

    def check(session: Session, changes: Sequence[Change]) -> list[Problem]:
        found = rules.check(session, changes)
        noted.extend(found)
        return found

    made = _Made(changesets.diff(changeset_id), noted)
    try:
        made.revision = changesets.merge(changeset_id, author, check)
    except RulesBrokenError as error:
        made.problems = error.problems
    except ApprovalMissingError as error:
        made.missing = error.what
    return made


def _previewed(changesets: ChangeSets, changeset_id: int) -> _Made:
    preview = changesets.preview(changeset_id, rules.check)
    if preview.conflicts:
        raise ConflictError(
            "others changed the same objects during the import", remedy="Run the import again."
        )
    return _Made(preview.diff, preview.problems)
