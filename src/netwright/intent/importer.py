"""Drafts into a change set: read, unfold, resolve names, write only what differs, check, merge.

Every format comes through here as a ``Source`` of drafts: design files below, the others in ``exchange``.
Everything that is wrong is found before anything is kept, and told together with file and line. What a file
does not say about an object stays as it is; objects that no file names stay too, unless pruned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import ConflictError, InputError
from netwright.intent import rules
from netwright.intent.document import Document, Scalar, find_files, read_file
from netwright.intent.draft import FILE, Draft, DraftReader, written
from netwright.intent.resolve import Names, Resolver
from netwright.intent.shorthand import Shorthand
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.delta import Change, Op, Ref
from netwright.store.diff import ObjectDiff
from netwright.store.editor import Editor
from netwright.store.history import documents
from netwright.store.kind import Kind, Kinds
from netwright.store.problem import ApprovalMissingError, Problem, RulesBrokenError, broken
from netwright.store.rows import rows_of
from netwright.store.value import Doc, codec

_PENDING = 0
"""Stands for the id of an object that is still to be created."""

Values: TypeAlias = dict[int, Doc]
"""Plain values by column, by ``id()`` of the draft."""


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


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many objects of a list of theirs were read, and how many of them have a home here."""

    name: str
    read: int
    taken: int


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a source says. ``whole``: kinds by kinds of their parts that the source gives completely (owner ->
    parts): those of its objects that it doesn't name are deleted. ``gone``: kind and key of objects to
    delete. ``literal``: nothing follows from what it says, no parts from models. ``lists``: what was read of
    a source that has lists."""

    drafts: Sequence[Draft]
    problems: Sequence[Problem] = ()
    whole: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gone: Sequence[tuple[str, str]] = ()
    literal: bool = False
    lists: Sequence[ListCount] = ()


class Source(Protocol):
    """Something to import. ``files`` as people named them, in order."""

    @property
    def files(self) -> Sequence[str]: ...

    def drafts(self, session: Session) -> Drafts:
        """What it says, read once; the session is for what its words mean here. What it can't read it puts
        among the problems: a warning when the rest can be taken without it."""
        ...


@dataclass(slots=True)
class _Edits:
    """What differs. A create knows its draft, for others may refer to it."""

    creates: list[Draft] = field(default_factory=list)
    updates: list[tuple[Draft, int, Doc]] = field(default_factory=list)
    deletes: list[Ref] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.creates or self.updates or self.deletes)


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
    if not prepared.edits or broken(prepared.problems):
        return ImportResult(
            len(source.files), prepared.objects, problems=prepared.in_order(()), lists=prepared.lists
        )
    changeset_id = changesets.open(title, author).id
    kept = False
    try:
        with changesets.edit(changeset_id) as editor:
            prepared.fill(editor)
        result = _finish(changesets, changeset_id, author, prepared.written, merge=merge and not dry_run)
        kept = not dry_run
    finally:
        if not kept:
            changesets.abandon(changeset_id)
    return replace(
        result,
        files=len(source.files),
        objects=prepared.objects,
        changeset_id=changeset_id if kept else None,
        problems=prepared.in_order(result.problems),
        lists=prepared.lists,
    )


class Prepared:
    """What a source makes different from the state that was read; for whoever has a change set of their own.

    ``problems``: what could not be read. ``fill`` gives the edits to an editor; then ``sourced`` knows which
    line each object came from."""

    def __init__(
        self,
        source: Source,
        reading: _Reading,
        edits: _Edits,
        problems: Sequence[Problem],
        lists: Sequence[ListCount],
    ) -> None:
        self._source = source
        self.lists = lists
        self._reading = reading
        self.edits = edits
        self.problems = problems
        self.objects = len(reading.drafts)
        self.written: dict[int, Draft] = {}

    def fill(self, editor: Editor) -> None:
        self.written = self._reading.write(self.edits, editor)

    def sourced(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems with the lines that their objects came from."""
        return [_sourced(one, self.written) for one in problems]

    def in_order(self, more: Iterable[Problem]) -> list[Problem]:
        """All problems as the files have them."""
        return _in_order([*self.problems, *more], self._source.files)


def prepare(database: Database, source: Source, *, prune: bool = False) -> Prepared:
    """Read a source and hold it against what is there; nothing is written."""
    with database.read() as session:
        said = source.drafts(session)
        reading = _Reading(session, KINDS, prune=prune)
        edits = reading.edits(said)
    return Prepared(source, reading, edits, [*said.problems, *reading.problems], said.lists)


class DesignFiles:
    """Design files (YAML, JSON) as a source."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    @property
    def files(self) -> Sequence[str]:
        return [str(path) for path in self._paths]

    def drafts(self, session: Session) -> Drafts:
        found, problems = read_files(self._paths)
        reader = DraftReader(KINDS)
        return Drafts(reader.read(found), [*problems, *reader.problems])


def read_files(files: Iterable[Path]) -> tuple[list[Document], list[Problem]]:
    """The documents of all files that can be read, and what is wrong with the others."""
    documents_: list[Document] = []
    problems: list[Problem] = []
    for file in files:
        try:
            documents_.extend(read_file(file))
        except InputError as error:
            problems.append(Problem(error.what, FILE, "", source=error.subject))
    return documents_, problems


def _in_order(problems: Sequence[Problem], files: Sequence[str]) -> list[Problem]:
    """Problems as the files have them, those of no file last; what several objects of one line say alike
    (a cable, and the addresses it unfolds into) once."""
    rank = {file: number for number, file in enumerate(files)}

    def place(problem: Problem) -> tuple[int, int]:
        file, _, line = (problem.source or "").rpartition(":")
        return (rank.get(file, len(rank)), int(line) if line.isdecimal() else 0)

    once: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        once.setdefault((problem.source or problem.key, problem.message), problem)
    return sorted(once.values(), key=place)


def _finish(
    changesets: ChangeSets, changeset_id: int, author: str, written: dict[int, Draft], *, merge: bool
) -> ImportResult:
    noted: list[Problem] = []

    def check(session: Session, changes: Sequence[Change]) -> list[Problem]:
        found = rules.check(session, changes)
        noted.extend(found)
        return found

    revision = None
    missing = ""
    if merge:
        diff = changesets.diff(changeset_id)
        try:
            revision = changesets.merge(changeset_id, author, check)
        except RulesBrokenError as error:
            noted = list(error.problems)
        except ApprovalMissingError as error:
            missing = error.what
    else:
        preview = changesets.preview(changeset_id, check)
        diff, noted = preview.diff, preview.problems
        if preview.conflicts:
            raise ConflictError(
                "others changed the same objects during the import", remedy="Run the import again."
            )
    problems = [_sourced(one, written) for one in noted]
    return ImportResult(0, 0, changeset_id, revision, diff, problems, missing)


def _sourced(problem: Problem, written: dict[int, Draft]) -> Problem:
    """The problem with the line of the file that its object, or its field, came from."""
    draft = written.get(problem.object_id or 0)
    if draft is None or problem.source:
        return problem
    return replace(problem, source=draft.problem("", field=problem.field).source)


def _joined(there: Any, wanted: Any) -> Any:
    """A mapping with what is wanted laid over what is there; None takes a name out."""
    joined = {**(there or {}), **(wanted or {})}
    return {name: value for name, value in joined.items() if value is not None} or None


class _Reading:
    """Drafts read against one state of the database."""

    def __init__(self, session: Session, kinds: Kinds, *, prune: bool) -> None:
        self._session = session
        self._kinds = kinds
        self._prune = prune
        self._targets: dict[tuple[int, str], int | Draft] = {}
        self._values: Values = {}
        self._ids: dict[int, int] = {}
        self.drafts: Sequence[Draft] = ()
        self.problems: list[Problem] = []

    def edits(self, said: Drafts) -> _Edits:
        names = Names(self._session, self._kinds)
        shorthand = Shorthand(self._session, self._kinds, names)
        self.drafts = said.drafts if said.literal else shorthand.unfold(said.drafts)
        resolver = Resolver(names, self._kinds, self.drafts)
        resolver.existing()
        self._ids = resolver.ids
        self._targets = resolver.references()
        self.problems = [*shorthand.problems, *resolver.problems]
        for draft in self.drafts:
            self._take(draft)
        if broken(self.problems) or broken(said.problems):
            return _Edits()
        edits = _Edits(deletes=list(self._unnamed()) if self._prune else [])
        for owner, parts in said.whole.items():
            edits.deletes.extend(self._missing(owner, parts))
        for name, kind in self._kinds.items():
            keys = [key for of, key in said.gone if of == name]
            edits.deletes.extend((name, one) for one in names.find(kind, keys).values())
        by_kind: dict[str, list[Draft]] = {}
        for (name, _), draft in resolver.index.items():
            by_kind.setdefault(name, []).append(draft)
        for name, kind in self._kinds.items():
            self._compare(kind, by_kind.get(name, []), edits)
        return edits

    def write(self, edits: _Edits, editor: Editor) -> dict[int, Draft]:
        """Give the edits to a change set; the drafts by the ids of their objects."""
        written: dict[int, Draft] = {}
        later: list[tuple[Draft, Doc]] = []
        for draft in edits.creates:
            references = self._references(draft)
            waiting = {column for column, target in references.items() if target == _PENDING}
            doc = {**self._values[id(draft)], **references}
            doc.update((name, _joined(None, doc[name])) for name in draft.partial & doc.keys())
            object_id = editor.create(draft.kind.name, {k: v for k, v in doc.items() if k not in waiting})
            self._ids[id(draft)] = object_id
            written[object_id] = draft
            if waiting:
                later.append((draft, {}))
        for draft, _ in later:  # references inside one kind, to an object created after
            editor.update(draft.kind.name, self._ids[id(draft)], self._references(draft))
        for draft, object_id, doc in edits.updates:
            fresh = {column: target for column, target in self._references(draft).items() if column in doc}
            editor.update(draft.kind.name, object_id, {**doc, **fresh})
            written[object_id] = draft
        for kind_name, object_id in edits.deletes:
            editor.delete(kind_name, object_id)
        return written

    def _take(self, draft: Draft) -> None:
        """The plain values of a draft's fields."""
        ways = codec(draft.kind)
        doc: Doc = {}
        for spec in draft.kind.fields:
            value = draft.values.get(spec.name)
            if value is None:
                if spec.required and id(draft) not in self._ids:
                    self.problems.append(draft.problem(f"{spec.name} is missing", field=spec.name))
            elif isinstance(value, Scalar) and (spec.reference is None or not value.text):
                try:
                    doc.update(ways.take({spec.column: written(spec, value)}, draft.source))
                except InputError as error:
                    what = error.what.removeprefix("field ")
                    self.problems.append(draft.problem(what, field=spec.name))
        self._values[id(draft)] = doc

    def _compare(self, kind: Kind, drafts: list[Draft], edits: _Edits) -> None:
        ways = codec(kind)
        there = documents(self._session, kind, {self._ids[id(one)] for one in drafts if id(one) in self._ids})
        for draft in drafts:
            object_id = self._ids.get(id(draft))
            if object_id is None:
                edits.creates.append(draft)
                continue
            wanted = {**self._values[id(draft)], **self._references(draft)}
            for name in draft.partial & wanted.keys():
                wanted[name] = _joined(there[object_id][name], wanted[name])
            doc = {
                column: value
                for column, value in wanted.items()
                if not ways.same(column, there[object_id][column], value)
            }
            if doc:
                edits.updates.append((draft, object_id, doc))

    def _references(self, draft: Draft) -> Doc:
        """Ids that a draft's references lead to."""
        doc: Doc = {}
        for spec in draft.kind.fields:
            target = self._targets.get((id(draft), spec.name))
            if target is not None:
                doc[spec.column] = (
                    self._ids.get(id(target), _PENDING) if isinstance(target, Draft) else target
                )
        return doc

    def _unnamed(self) -> Iterator[Ref]:
        """Objects of the imported kinds that no draft names; the last kinds first."""
        named = set(self._ids.values())
        imported = {draft.kind.name for draft in self.drafts}
        for name in reversed(list(self._kinds)):
            if name in imported:
                ids = self._session.scalars(select(self._kinds[name].table.c.id))
                yield from ((name, object_id) for object_id in ids if object_id not in named)

    def _missing(self, owner: str, parts: Iterable[str]) -> Iterator[Ref]:
        """Parts of the drafted objects of kind ``owner`` that no draft names."""
        named = set(self._ids.values())
        owners = [
            self._ids[id(draft)]
            for draft in self.drafts
            if draft.kind.name == owner and id(draft) in self._ids
        ]
        connection = self._session.connection()
        for name in parts:
            kind = self._kinds[name]
            spec = next(one for one in kind.fields if one.owner and one.reference == owner)
            for object_id, _ in rows_of(kind, connection).referring(connection, spec.column, owners):
                if object_id not in named:
                    yield name, object_id
