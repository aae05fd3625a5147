"""CSV, a file a kind: the header names fields, references are natural keys.

An empty cell leaves what is there; ``\\N`` or ``null`` clears it. Excel's ways are taken: a byte order mark,
semicolons or tabs, UTF-16, and Windows-1252 (with a word about it).
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.intent.document import Scalar
from netwright.intent.draft import FILE, MAX_DRAFTS, SHORT_FIELDS, Draft, key_of, plural
from netwright.intent.source import Drafts
from netwright.inventory import KINDS
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.naming import Namer
from netwright.store.problem import Problem, Severity
from netwright.store.rows import chunks, documents

MAX_BYTES = 1 << 30
_NULLS = frozenset((r"\N", "null"))
_DELIMITERS = (",", ";", "\t")
_PAGE = 2_000


def kind_of_file(path: Path) -> Kind:
    """The kind that a file's name says: ``devices.csv``. Raises InputError."""
    stem = path.stem.lower().replace("-", "_").replace(" ", "_")
    names = {plural(name): kind for name, kind in KINDS.items()} | dict(KINDS)
    if stem in names:
        return names[stem]
    near = difflib.get_close_matches(stem, names, n=1)
    hint = f"Did you mean {near[0]}.csv? " if near else ""
    raise InputError(
        "its name says no kind", subject=str(path), remedy=f"{hint}Say the kind by --kind, as --kind device."
    )


class CsvFiles:
    """CSV files as a source; ``kind`` goes before what their names say. ``literal``: nothing follows from
    what they say, no parts from models and no speed from a type: for files that ``write_csv`` wrote."""

    def __init__(self, paths: Sequence[Path], kind: Kind | None = None, *, literal: bool = False) -> None:
        self._literal = literal
        self._paths = [(path, kind or kind_of_file(path)) for path in paths]
        self._problems: list[Problem] = []

    @property
    def files(self) -> Sequence[str]:
        return [str(path) for path, _ in self._paths]

    def drafts(self, session: Session) -> Drafts:
        found = [draft for path, kind in self._paths for draft in self._file(path, kind)]
        return Drafts(found, self._problems, literal=self._literal)

    def _file(self, path: Path, kind: Kind) -> Iterator[Draft]:
        with self._text(path) as text:
            head = text.readline()
            text.seek(0)
            delimiter = max(_DELIMITERS, key=head.count)
            rows = csv.reader(text, delimiter=delimiter, strict=True)
            try:
                yield from self._rows(str(path), kind, rows)
            except csv.Error as error:
                self._say(f"not CSV: {error}", f"{path}:{rows.line_num}")
            except UnicodeDecodeError as error:
                self._say(f"not text in {text.encoding} ({error.reason})", f"{path}:{rows.line_num + 1}")

    def _rows(self, file: str, kind: Kind, rows: Any) -> Iterator[Draft]:
        header = next(rows, None)
        if header is None:
            self._say("is empty: the first line names fields", f"{file}:1")
            return
        columns = self._columns(file, kind, header)
        line = rows.line_num + 1
        for number, row in enumerate(rows):
            if number >= MAX_DRAFTS:
                raise InputError(f"more than {MAX_DRAFTS:,} rows", subject=file, remedy="Split the file.")
            if any(row):
                if len(row) > len(columns) and any(row[len(columns) :]):
                    self._say(f"{len(row)} cells under {len(columns)} names of columns", f"{file}:{line}")
                yield self._draft(file, kind, columns, row, line)
            line = rows.line_num + 1

    def _columns(self, file: str, kind: Kind, header: Sequence[str]) -> list[FieldSpec | None]:
        known = {spec.name: spec for spec in kind.fields}
        short = SHORT_FIELDS.get(kind.name, {})
        found: list[FieldSpec | None] = []
        for number, word in enumerate(header, start=1):
            name = word.strip()
            spec = known.get(short.get(name, name))
            if spec is None and name:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
                self._say(f"column {number}: {kind.name} has no field {name!r} ({hint})", f"{file}:1")
            elif spec is not None and spec in found:
                self._say(f"column {number}: {name} is there twice", f"{file}:1")
            found.append(spec)
        return found

    def _draft(
        self, file: str, kind: Kind, columns: Sequence[FieldSpec | None], row: Sequence[str], line: int
    ) -> Draft:
        draft = Draft(kind, file, line)
        for spec, cell in zip(columns, row, strict=False):
            if spec is not None and cell != "":
                draft.values[spec.name] = Scalar(None if cell in _NULLS else cell, line)
        draft.key = key_of(draft)
        if not draft.key:
            missing = ", ".join(spec.name for spec in kind.key_fields if not draft.text(spec.name))
            self._problems.append(draft.problem(f"which {kind.name} it is can't be told: {missing} missing"))
        return draft

    def _text(self, path: Path) -> TextIO:
        """The file as text, read as it goes."""
        try:
            if path.stat().st_size > MAX_BYTES:
                raise InputError("larger than 1 GiB", subject=str(path), remedy="Split the file.")
            with path.open("rb") as stream:
                head = stream.read(4)
            encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
            if encoding == "utf-8-sig" and not _decodes(path):
                encoding = "cp1252"
                message = "not UTF-8, read as Windows-1252; look at letters with accents"
                self._problems.append(
                    Problem(message, FILE, "", source=f"{path}:1", severity=Severity.WARNING)
                )
            return path.open(encoding=encoding, newline="")
        except OSError as error:
            raise InputError(f"can't be read ({error.strerror})", subject=str(path)) from None

    def _say(self, message: str, source: str) -> None:
        self._problems.append(Problem(message, FILE, "", source=source))


class CsvText(CsvFiles):
    """A table that someone pasted; ``name`` stands before the line in problems."""

    def __init__(self, kind: Kind, text: str, name: str = "line") -> None:
        super().__init__([Path(name)], kind)
        self._content = text

    def _text(self, path: Path) -> TextIO:
        return io.StringIO(self._content.lstrip("\ufeff"), newline="")


def write_csv(session: Session, kind: Kind, out: TextIO) -> int:
    """All objects of a kind, page by page; how many. The same as ``import`` reads."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(spec.name for spec in kind.fields)
    ids = session.scalars(select(kind.table.c.id).order_by(kind.table.c.id)).all()
    for part in chunks(ids, _PAGE):
        namer = Namer(session)
        docs = documents(session, kind, part)
        for spec in kind.fields:
            if spec.reference:
                targets = {doc[spec.column] for doc in docs.values() if doc[spec.column] is not None}
                namer.keys(KINDS[spec.reference], targets)
        for object_id in part:
            doc = docs[object_id]
            writer.writerow(_cell(spec, namer.value(spec, doc[spec.column])) for spec in kind.fields)
    return len(ids)


def _cell(spec: FieldSpec, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if spec.type is FieldType.LIST:
        return ",".join(value)
    if spec.type is FieldType.JSON:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)


def _decodes(path: Path) -> bool:
    with io.TextIOWrapper(path.open("rb"), encoding="utf-8") as text:
        try:
            while text.read(1 << 20):
                pass
        except UnicodeDecodeError:
            return False
    return True
