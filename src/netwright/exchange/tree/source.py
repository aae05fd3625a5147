"""An export that was edited, as drafts: what people changed against the revision it was made of.

Three states meet: the export's (base), the files (wanted), and what is there now. What the files don't change
stays as it is now; what both changed differently is a conflict, and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.exchange.tree.export import digest, read_manifest
from netwright.exchange.tree.render import (
    FAMILY,
    SHARED,
    device_of_path,
    kind_of_path,
    render_devices,
    render_shared,
)
from netwright.intent.designfiles import read_files
from netwright.intent.document import Scalar, find_files, parse
from netwright.intent.draft import FILE, Draft, DraftReader, blank, written
from netwright.intent.source import Drafts
from netwright.inventory import KINDS
from netwright.store.history import current_revision
from netwright.store.kind import FieldSpec
from netwright.store.past import as_of_revision
from netwright.store.problem import Problem, Severity
from netwright.store.value import codec

State = Mapping[tuple[str, str], Draft]
"""Drafts by kind and key."""


class EditedTree:
    """An export's folder as a source. ``key``: of the home, which signed it."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        self._manifest = read_manifest(folder)
        there = {str(path.relative_to(folder)): path for path in find_files([folder])}
        there.pop("manifest.json", None)
        known = self._manifest.files
        self._edited = [path for name, path in there.items() if known.get(name) != digest(path.read_bytes())]
        self._all = list(there.values())
        self._touched = {str(path.relative_to(folder)) for path in self._edited} | (
            known.keys() - there.keys()
        )

    @property
    def files(self) -> Sequence[str]:
        return [str(path) for path in self._all]

    def drafts(self, session: Session) -> Drafts:
        revision = self._manifest.revision
        if not self._manifest.is_signed_by(self._key) or revision > current_revision(session):
            why = "not signed by this home: read as it stands, without what was there when it was written"
            note = Problem(why, FILE, "", source=f"{self._folder}/manifest.json:1", severity=Severity.WARNING)
            wanted, problems = _read(self._all)
            return Drafts(wanted, [note, *problems], literal=True)
        if not self._touched:
            return Drafts([])
        wanted, problems = _read(self._edited)
        if problems:
            return Drafts([], problems)
        with as_of_revision(session, KINDS, revision):
            base = self._state(session, [])
        now = self._state(session, wanted)
        merge = _Merge(base, {(one.kind.name, one.key): one for one in wanted}, now)
        merge.run()
        return Drafts(merge.drafts, merge.problems, gone=merge.gone, literal=True)

    def _state(self, session: Session, wanted: Sequence[Draft]) -> State:
        """Objects of the touched files, and those that ``wanted`` names, as they are in ``session``."""
        devices = {name for path in self._touched if (name := device_of_path(path))}
        kinds = {name for path in self._touched if (name := kind_of_path(path))}
        devices |= {one.key for one in wanted if one.kind.name == "device"}
        devices |= {_device_of(one) for one in wanted if one.kind.name in FAMILY} - {""}
        kinds |= {one.kind.name for one in wanted if one.kind.name in SHARED}
        texts = [render_shared(session, kind) for kind in sorted(kinds)]
        texts += [text for _, text in render_devices(session, devices)]
        reader = DraftReader(KINDS, counting=False)
        drafts = reader.read(document for text in texts for document in parse(text.encode(), "export"))
        return {(one.kind.name, one.key): one for one in drafts}


class _Merge:
    """What is left to do of an edited export."""

    def __init__(self, base: State, wanted: State, now: State) -> None:
        self._base, self._wanted, self._now = base, wanted, now
        self.drafts: list[Draft] = []
        self.gone: list[tuple[str, str]] = []
        self.problems: list[Problem] = []

    def run(self) -> None:
        for ref, draft in self._wanted.items():
            if not draft.key:
                self.drafts.append(draft)  # the importer says what its name lacks
                continue
            changed = dict(self._changed(draft, self._base.get(ref), self._now.get(ref)))
            if changed or ref not in self._base:
                self.drafts.append(_only(draft, changed))
        for ref, old in self._base.items():
            now = self._now.get(ref)
            if ref in self._wanted or now is None:
                continue
            others = [spec.name for spec in old.kind.fields if _plain(old, spec) != _plain(now, spec)]
            if others:
                message = f"is taken out, but others changed {', '.join(others)} since"
                self.problems.append(Problem(message, old.kind.name, old.key))
            self.gone.append(ref)

    def _changed(self, draft: Draft, base: Draft | None, now: Draft | None) -> Iterator[tuple[str, Scalar]]:
        """Fields that people changed, with the value they want."""
        lost = base is not None and now is None
        for spec in draft.kind.fields:
            wanted, old = _plain(draft, spec), _plain(base, spec)
            if wanted == old or (base is None and spec.name not in draft.values):
                continue
            present = _plain(now, spec)
            if lost:
                self.problems.append(draft.problem("was deleted by others since", field=spec.name))
                return
            if now is not None and present not in (old, wanted):
                since = f"{spec.name} was {_shown(old)}, is now {_shown(present)}"
                message = f"{since}, the file wants {_shown(wanted)}"
                self.problems.append(draft.problem(message, field=spec.name))
            value = draft.values.get(spec.name)
            text = value.key if isinstance(value, Draft) else None
            if isinstance(value, Scalar):
                yield spec.name, value
            else:
                yield spec.name, Scalar(text, draft.line) if text else blank(draft.kind, spec.name)


def _read(files: Sequence[Path]) -> tuple[list[Draft], list[Problem]]:
    found, problems = read_files(files)
    reader = DraftReader(KINDS, counting=False)
    drafts = reader.read(found)
    return drafts, [*problems, *reader.problems]


def _only(draft: Draft, changed: Mapping[str, Scalar]) -> Draft:
    """The draft with its name and what changed."""
    values: dict[str, Scalar | Draft] = {}
    for spec in draft.kind.key_fields:
        value = draft.values.get(spec.name)
        if value is not None:
            values[spec.name] = Scalar(value.key, draft.line) if isinstance(value, Draft) else value
    return Draft(draft.kind, draft.file, draft.line, {**values, **changed}, key=draft.key)


def _plain(draft: Draft | None, spec: FieldSpec) -> Any:
    """A field in one form for comparison, whatever way it is written."""
    missing = codec_missing(draft, spec)
    if draft is None or spec.name not in draft.values:
        return missing
    value = draft.values[spec.name]
    if isinstance(value, Draft) or spec.reference:
        return draft.text(spec.name)
    try:
        return codec(draft.kind).take({spec.column: written(spec, value)}, "")[spec.column]
    except InputError:
        return value.text


def codec_missing(draft: Draft | None, spec: FieldSpec) -> Any:
    """What a field is that nothing is said of."""
    return None if draft is None or spec.reference else codec(draft.kind).missing(spec.column)


def _device_of(draft: Draft) -> str:
    """The device in whose file an object stands."""
    at: Scalar | Draft | None = draft
    while isinstance(at, Draft) and at.kind.name != "device":
        at = next((at.values.get(spec.name) for spec in at.kind.fields if spec.owner and spec.required), None)
    if isinstance(at, Draft):
        return at.key
    return (at.text or "").split("/", 1)[0] if at else ""


def _shown(value: Any) -> str:
    return "empty" if value in (None, "") else str(value)
