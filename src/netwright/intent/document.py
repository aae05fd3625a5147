"""Design files as trees in which every value knows its line. YAML, and JSON as far as it is YAML.

Scalars stay text: what ``no``, ``010`` or ``10:30`` mean is decided by the field they are for, so that a
country NO or a serial 00123 arrives as it was written. Aliases count as if written out, so that a file
of a few lines can't unfold into millions of values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from netwright.base.errors import InputError

SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 2_000_000

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {word: value for value in (True, False) for word in (str(value), str(value).lower())}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]{1,3})?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value. ``text`` is None for an unquoted null."""

    text: str | None
    line: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of values."""

    items: list[Node]
    line: int
    size: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Named values, in written order. ``key_lines`` tells where each name stands."""

    entries: dict[str, Node]
    key_lines: dict[str, int]
    line: int
    size: int


Node: TypeAlias = Scalar | Listing | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file; ``file`` as people named it."""

    file: str
    root: Mapping

    def at(self, line: int) -> str:
        return f"{self.file}:{line}"


def data_of(node: Node) -> Any:
    """A node as plain data, for fields that hold any: here an unquoted ``no`` or ``10`` is what YAML 1.2's
    core schema says it is (text, and the number ten)."""
    if isinstance(node, Listing):
        return [data_of(item) for item in node.items]
    if isinstance(node, Mapping):
        return {name: data_of(value) for name, value in node.entries.items()}
    if node.text is None or node.quoted:
        return node.text
    if node.text in _WORDS:
        return _WORDS[node.text]
    for kind, form in ((int, _INTEGER), (float, _NUMBER)):
        if form.fullmatch(node.text):
            return kind(node.text)
    return node.text


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The design files that ``paths`` name: files as they are, folders with all below them, by name.

    Raises InputError for a path that leads nowhere and for a folder without design files."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if _is_design(file, path))
            if not files:
                raise InputError(
                    "there are no design files in this folder",
                    subject=str(path),
                    remedy=f"They end in {', '.join(SUFFIXES)}.",
                )
            found.update(dict.fromkeys(files))
        elif path.exists():
            found[path] = None
        else:
            raise InputError("there is no such file or folder", subject=str(path))
    return list(found)


def read_file(file: Path) -> list[Document]:
    """The documents in ``file``. Raises InputError with file and line."""
    try:
        if file.stat().st_size > MAX_BYTES:
            what = f"larger than {MAX_BYTES // 2**20} MiB"
            raise InputError(what, subject=str(file), remedy="Split it into several files.")
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"can't be read ({error.strerror})", subject=str(file)) from None
    return parse(data, str(file))


def parse(data: bytes, file: str) -> list[Document]:
    """The documents in ``data``; ``file`` names it in errors. Empty documents are left out."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"not UTF-8 text (byte 0x{data[error.start]:02x})",
            subject=f"{file}:{line}",
            remedy="Design files are YAML or JSON in UTF-8.",
        ) from None
    documents = []
    for root in _Composer(text, file).roots():
        if isinstance(root, Scalar) and root.text is None:
            continue
        if not isinstance(root, Mapping):
            raise InputError(
                "the top of a design file is not a list or a single value",
                subject=f"{file}:{root.line}",
                remedy="Begin with a kind, as `devices:`.",
            )
        documents.append(Document(file, root))
    return documents


class _Composer:
    """Builds trees from the parser's events. Depth is held by a counter, not by the interpreter's stack."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._text = text
        self._events: Iterator[Event] = iter(())
        self._anchors: dict[str, Node] = {}
        self._nodes = 0

    def roots(self) -> Iterator[Node]:
        try:
            self._events = iter(yaml.parse(self._text, Loader=_LOADER))
            for event in self._events:
                if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent | AliasEvent):
                    yield self._node(event, 0)
                    self._anchors.clear()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            what = "a tab where YAML wants spaces" if self._tabbed(line) else _plain(error)
            raise self._error(what, line) from None
        except yaml.reader.ReaderError as error:
            position = error.position if isinstance(error.position, int) else 0
            line = self._text.count("\n", 0, position) + 1
            raise self._error(f"a character that YAML does not allow ({error.reason})", line) from None

    def _node(self, event: Event, depth: int) -> Node:
        assert isinstance(event, NodeEvent)
        self._count(1, event)
        if isinstance(event, ScalarEvent):
            text = None if event.implicit[0] and event.value in _NULLS else event.value
            node: Node = Scalar(text, _line(event), not event.implicit[0])
        elif isinstance(event, AliasEvent):
            return self._alias(event)
        elif depth >= MAX_DEPTH:
            raise self._error(f"nested deeper than {MAX_DEPTH} levels", _line(event))
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(event, depth)
        else:
            node = self._listing(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _listing(self, start: Event, depth: int) -> Listing:
        before = self._nodes
        items = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Listing(items, _line(start), self._nodes - before)

    def _mapping(self, start: Event, depth: int) -> Mapping:
        before = self._nodes
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key, line = self._key(event), _line(event)
            if key in entries:
                raise self._error(f"{key!r} is given twice here, first in line {lines[key]}", line)
            entries[key] = self._node(next(self._events), depth + 1)
            lines[key] = line
        return Mapping(entries, lines, _line(start), self._nodes - before)

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            raise self._error("a name must be a single word, not a list or a mapping", _line(event))
        if event.value == "<<" and event.implicit[0]:
            raise self._error("merge keys (<<) are not taken; write the fields out", _line(event))
        return event.value

    def _alias(self, event: AliasEvent) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise self._error(f"the alias *{event.anchor} has no anchor before it", _line(event))
        self._count(0 if isinstance(node, Scalar) else node.size, event)
        return node

    def _count(self, nodes: int, event: Event) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise self._error(f"more than {MAX_NODES:,} values, aliases written out", _line(event))

    def _tabbed(self, line: int) -> bool:
        """Whether a tab is among the blanks that a line begins with."""
        text = next(islice(self._text.split("\n"), line - 1, line), "")
        return "\t" in text[: len(text) - len(text.lstrip())]

    def _error(self, what: str, line: int) -> InputError:
        return InputError(what, subject=f"{self._file}:{line}")


def _line(event: Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 1


def _is_design(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return file.suffix in SUFFIXES and not hidden and file.is_file()


def _plain(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "not valid YAML"
    context = f" {error.context}" if error.context else ""
    return f"not valid YAML: {problem}{context}"
