"""Lists of objects of any kind as their address asks for them: filters, order, columns, page.

``/inventory/interface?device.site=ams&speed_bps__gte=1000000000&sort=-mtu&columns=name,device.site``: every
name but a handful of our own is a filter of the query layer, so whoever can read an address can write one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias
from urllib.parse import urlencode

import orjson
from sqlalchemy import ColumnElement

from netwright.base.errors import InputError
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.query import ListQuery, Reader
from netwright.store.query.relation import plural
from netwright.store.query.selection import Selection, parse_selection
from netwright.store.value import Doc
from netwright.web.read.beside import Beside, Told, ToldColumn
from netwright.web.read.listing import PAGE
from netwright.web.read.value import Cell, cell_of, shown
from netwright.web.words import count, spoken

RESERVED = frozenset({"q", "sort", "columns", "column", "more", "after", "as_of", "saved"})
COUNTED = 10_000
"""Counting stops here: nobody needs the last digit of a million."""
_COLUMNS = 8
_DEEPEST = 3
_BATCH = 1_000
_PLAIN_ORDER = frozenset({FieldType.JSON, FieldType.LIST})


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list. ``sort`` and ``columns`` are empty when it leaves them to us."""

    kind: Kind
    path: str
    filters: tuple[tuple[str, str], ...] = ()
    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    after: str = ""
    as_of: str = ""

    def url(self, **changes: Any) -> str:
        """The same list with something else; a change of anything but the page begins at the first page."""
        if "after" not in changes:
            changes["after"] = ""
        return f"{changes.pop('path', self.path)}{self.query(**changes)}"

    def query(self, **changes: Any) -> str:
        other = replace(self, **changes)
        pairs = [
            *other.filters,
            ("q", other.q),
            ("sort", other.sort),
            ("columns", ",".join(other.columns)),
            ("as_of", other.as_of),
            ("after", other.after),
        ]
        text = urlencode([(name, value) for name, value in pairs if value])
        return f"?{text}" if text else ""

    @property
    def narrowed(self) -> bool:
        return bool(self.filters or self.q)

    def values(self, name: str) -> list[str]:
        return [value for given, value in self.filters if given == name]

    def without(self, name: str, value: str) -> str:
        """The list with one filter taken away."""
        return self.url(filters=tuple(one for one in self.filters if one != (name, value)))


def asked_of(kind: Kind, path: str, params: Iterable[tuple[str, str]]) -> Asked:
    """From the parts of an address. Whether they make sense is seen when the list is read."""
    own: dict[str, str] = {}
    filters = []
    chosen: list[str] = []
    for name, value in params:
        if name in {"column", "more", "columns"}:  # ticked one by one, or in one text
            chosen += [part.strip() for part in value.split(",")]
        elif name in RESERVED:
            own[name] = value.strip()
        elif value.strip():
            filters.append((name, value.strip()))
    columns = tuple(dict.fromkeys(part for part in chosen if part))
    return Asked(
        kind,
        path,
        tuple(filters),
        own.get("q", ""),
        own.get("sort", ""),
        columns,
        own.get("after", ""),
        own.get("as_of", ""),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: a field, or one across references (``device.site``), or one of people's own."""

    path: str
    label: str
    spec: FieldSpec
    custom: bool = False
    told: bool = False

    @property
    def help(self) -> str:
        return self.spec.help

    @property
    def sortable(self) -> bool:
        return not self.custom and self.spec.type not in _PLAIN_ORDER

    @property
    def right(self) -> bool:
        return self.spec.type in {FieldType.INTEGER, FieldType.NUMBER} and not self.custom

    @property
    def own(self) -> bool:
        """Whether it is a plain field of the object itself."""
        return "." not in self.path


AnyColumn: TypeAlias = Column | ToldColumn


@dataclass(frozen=True, slots=True)
class Row:
    """An object in a list."""

    id: int
    key: str
    cells: list[Cell | Told]


@dataclass(frozen=True, slots=True)
class Table:
    """A page of a list. ``total``: how many fit, at most ``COUNTED``."""

    asked: Asked
    columns: list[AnyColumn]
    rows: list[Row]
    next_after: str
    total: int
    sort: str

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def next_url(self) -> str:
        return self.asked.url(after=self.next_after) if self.next_after else ""

    @property
    def first_url(self) -> str:
        return self.asked.url() if self.asked.after else ""

    @property
    def shown_text(self) -> str:
        if self.total >= COUNTED:
            return f"{count(len(self.rows))} of more than {count(COUNTED)} shown"
        name = self.asked.kind.name
        noun = spoken(name if self.total == 1 else plural(name))
        noun = noun if noun[:2].isupper() else noun.lower()
        if len(self.rows) == self.total:
            return f"{count(self.total)} {noun}"
        return f"{count(len(self.rows))} of {count(self.total)} {noun} shown"

    def sort_url(self, path: str) -> str:
        on = self.sort.removeprefix("-") == path
        return self.asked.url(sort=f"-{path}" if on and not self.descending else path)


def read_table(
    reader: Reader,
    asked: Asked,
    few: Callable[[Kind], bool],
    limit: int = PAGE,
    beside: Beside | None = None,
    also: tuple[ColumnElement[bool], ...] = (),
) -> Table:
    """Raises InputError for what can't be asked. ``also``: conditions of the page's own."""
    columns = columns_of(reader, asked.kind, asked.columns, beside)
    query = query_of(asked, columns, few, limit, beside)
    query = replace(query, also=(*query.also, *also))
    found = reader.page(asked.kind, query)
    rows = _rows(columns, found.documents, beside)
    whole = not asked.after and not found.next
    total = len(rows) if whole else reader.count(asked.kind, query, COUNTED)
    return Table(asked, columns, rows, found.next, total, ",".join(query.sort))


def query_of(
    asked: Asked,
    columns: Sequence[AnyColumn],
    few: Callable[[Kind], bool],
    limit: int,
    beside: Beside | None = None,
) -> ListQuery:
    """What the query layer is asked; answers to the list's own questions become conditions."""
    sort = tuple(part for part in asked.sort.split(",") if part) or usual_sort(asked.kind, few)
    own = {question.name for question in beside.questions} if beside else set()
    return ListQuery(
        filters=tuple(pair for pair in asked.filters if pair[0] not in own),
        q=asked.q,
        sort=sort,
        limit=limit,
        after=asked.after,
        selection=selection_of(columns),
        also=tuple(beside.where(*pair) for pair in asked.filters if beside and pair[0] in own),
    )


def usual_sort(kind: Kind, few: Callable[[Kind], bool]) -> tuple[str, ...]:
    """By name where that costs little: a name of one part has an index, others are sorted if they are few."""
    first, *rest = kind.key_fields
    if not rest and first.reference is None:
        return (first.name,)
    return ("key",) if few(kind) else ()


def usual_columns(kind: Kind) -> list[str]:
    """Those of the key first, remarks and data last, a handful in all."""
    plain = [spec for spec in kind.fields if not spec.multiline and spec.type is not FieldType.JSON]
    late = {"description", "label", "tags"}
    order = sorted(plain, key=lambda spec: (spec.name not in kind.key, spec.name in late))
    return [spec.name for spec in order[:_COLUMNS]]


def columns_of(
    reader: Reader, kind: Kind, wanted: Sequence[str], beside: Beside | None = None
) -> list[AnyColumn]:
    """Raises InputError for a column that is not there."""
    hidden = reader.sight.restriction.hidden(kind)
    told = {column.path: column for column in beside.columns} if beside else {}
    usual = beside.usual if beside else usual_columns(kind)
    names = wanted or [name for name in usual if name not in hidden]
    return [told.get(path) or _column(reader, kind, path) for path in names]


def _column(reader: Reader, kind: Kind, path: str) -> Column:
    *steps, last = path.split(".")
    if len(steps) >= _DEEPEST:
        raise InputError(f"{path!r} follows more than {_DEEPEST} references", subject="columns")
    at = kind
    labels = []
    for number, step in enumerate(steps):
        spec = reader.sight.field(at, step)
        if spec is not None and spec.type is FieldType.JSON and number == len(steps) - 1:
            return Column(path, spoken(last), spec, custom=True)
        if spec is None or spec.reference is None:
            raise InputError(f"{kind.name} has no column {path!r}", subject="columns")
        labels.append(spoken(step))
        at = reader.sight.kinds[spec.reference]
    spec = reader.sight.field(at, last)
    if spec is None:
        raise reader.sight.unknown(at, last, what="column")
    return Column(path, " / ".join([*labels, spoken(spec.name)]), spec)


def selection_of(columns: Sequence[AnyColumn]) -> Selection:
    paths = ["key"]
    for column in columns:
        if isinstance(column, ToldColumn):
            continue
        *steps, _ = column.path.split(".")
        if column.custom:
            paths.append(".".join(steps))
            continue
        paths += [".".join([*steps[: depth + 1], "key"]) for depth in range(len(steps))]
        paths.append(column.path)
    return parse_selection(fields=",".join(dict.fromkeys(paths)))


def _rows(columns: Sequence[AnyColumn], docs: Sequence[Doc], beside: Beside | None) -> list[Row]:
    told = _told(columns, docs, beside)
    return [
        Row(
            doc["id"],
            doc["key"],
            [
                _said(told, doc, column) if isinstance(column, ToldColumn) else _cell(column, doc)
                for column in columns
            ],
        )
        for doc in docs
    ]


def _told(
    columns: Sequence[AnyColumn], docs: Sequence[Doc], beside: Beside | None
) -> Mapping[int, Mapping[str, Told]]:
    if beside is None or not docs or not any(isinstance(column, ToldColumn) for column in columns):
        return {}
    return beside.told([doc["id"] for doc in docs])


def _said(told: Mapping[int, Mapping[str, Told]], doc: Doc, column: ToldColumn) -> Told:
    """Nothing is told of an object of the past that is gone."""
    return told.get(doc["id"], {}).get(column.path, Told())


def _cell(column: Column, doc: Doc) -> Cell:
    value: Any = doc
    for step in column.path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if column.custom:
        return Cell(column.spec, shown(value))
    return cell_of(column.spec, value)


def lines_of(
    reader: Reader, asked: Asked, few: Callable[[Kind], bool], beside: Beside | None = None
) -> Iterator[list[str]]:
    """The whole list as rows of plain text, names of columns first: for CSV."""
    columns = columns_of(reader, asked.kind, asked.columns or _all_columns(reader, asked.kind), beside)
    yield [column.path for column in columns]
    query = replace(query_of(asked, columns, few, PAGE, beside), after="")
    for docs in _batched(reader.walk(asked.kind, query), _BATCH):
        told = _told(columns, docs, beside)
        for doc in docs:
            yield [
                _said(told, doc, column).plain if isinstance(column, ToldColumn) else _plain(column, doc)
                for column in columns
            ]


def _batched(docs: Iterator[Doc], size: int) -> Iterator[list[Doc]]:
    while some := list(islice(docs, size)):
        yield some


def _all_columns(reader: Reader, kind: Kind) -> list[str]:
    return [spec.name for spec in reader.sight.fields(kind)]


def _plain(column: Column, doc: Doc) -> str:
    value: Any = doc
    for step in column.path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return plain_text(None if column.custom else column.spec, value)


def plain_text(spec: FieldSpec | None, value: Any) -> str:
    """A value as an import reads it back."""
    if value is None:
        return ""
    if spec is not None and spec.reference is not None:
        return str(value["key"])
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and spec is not None and spec.type is FieldType.LIST:
        return ",".join(value)
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return str(value)
