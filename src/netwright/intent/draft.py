"""Design files read as drafts: one a wanted object, with the text of its fields and where it stands.

The top of a file is plural kind names (``devices:``) over lists. Inside an object, the plural of any kind
that is part of it by one field, or else refers to it exactly once, nests its parts: ``racks`` in a site,
``components`` and ``interfaces`` in a device or a model, ``addresses`` in an interface. A part with one
field may be that value alone
(``addresses: [192.0.2.0/31]``), and ``[1-4]`` in a name counts.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import orjson

from netwright.base.errors import InputError
from netwright.intent.document import Document, Listing, Mapping, Node, Scalar, data_of
from netwright.store.given import take_text
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.naming import SEPARATOR
from netwright.store.problem import Problem
from netwright.store.value import codec

FILE = "file"
"""What a problem is about when there is no object yet."""

MAX_COUNT = 4096
MAX_DRAFTS = 1_000_000

SHORT_FIELDS = {
    "cable": {"a": "a_interface", "b": "b_interface"},
    "component": {"class": "component_class"},
    "model_component": {"class": "component_class"},
}
"""Shorter words for fields in design files."""

EXTRAS = {"cable": ("subnet", "bgp", "bfd"), "component": ("bay",)}
"""What may be written at an object and unfolds into others; see ``shorthand``."""

_SCALES = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SCALED_UNITS = ("bit/s", "byte")
_RANGE = re.compile(r"\[(\d{1,9})-(\d{1,9})\]")


@dataclass(slots=True)
class Draft:
    """A wanted object as written. ``values`` by field name; the object it is nested in stands there as its
    Draft. ``fills``: what a new object has besides; one that is there keeps what it has. ``partial``:
    fields that hold a mapping of which only what is named changes, None takes a name out. ``key`` is the
    natural key, empty while it can't be told."""

    kind: Kind
    file: str
    line: int
    values: dict[str, Scalar | Draft] = field(default_factory=dict)
    extras: dict[str, Node] = field(default_factory=dict)
    fills: dict[str, Scalar] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()
    key: str = ""

    @property
    def source(self) -> str:
        return f"{self.file}:{self.line}"

    def text(self, name: str) -> str | None:
        """A field's text; of a reference, the natural key of what it refers to."""
        value = self.values.get(name)
        return value.key if isinstance(value, Draft) else value.text if value else None

    def problem(self, message: str, *, field: str | None = None, line: int | None = None) -> Problem:
        at = line
        if at is None and field is not None and isinstance(value := self.values.get(field), Scalar):
            at = value.line
        source = f"{self.file}:{at or self.line}"
        return Problem(message, self.kind.name, self.key, None, field, source)


def key_of(draft: Draft) -> str:
    """The natural key that a draft's values give, in the form ``store.naming`` has it; empty when one of
    its parts is missing or can't be read."""
    parts = []
    for spec in draft.kind.key_fields:
        text = draft.text(spec.name)
        if text and spec.reference is None:
            text = take_text(spec, text)
        elif text is None and spec.name not in draft.values:
            text = codec(draft.kind).missing(spec.column)
        if text is None or text == "":
            if spec == draft.kind.optional_key:
                continue
            return ""
        parts.append(str(text))
    return SEPARATOR.join(parts)


def written(spec: FieldSpec, value: Scalar) -> object:
    """A field's text, with ``10G`` counted out for bytes and bit/s; an empty text field is empty text."""
    text = value.text
    if text is None:
        return "" if spec.type is FieldType.TEXT else None
    if spec.type is FieldType.INTEGER and spec.unit in _SCALED_UNITS and text[-1:] in _SCALES:
        head = text[:-1].strip()
        return int(head) * _SCALES[text[-1]] if head.isdecimal() else text
    return text


def blank(kind: Kind, name: str) -> Scalar:
    """What is written for a field to have its default."""
    value = codec(kind).missing(kind.field(name).column)
    if value is None:
        return Scalar(None, 0)
    return Scalar(str(value).lower() if isinstance(value, bool) else str(value), 0)


def nested_parts(kinds: Kinds, kind: Kind) -> list[tuple[str, Kind, FieldSpec]]:
    """The words under which parts may stand in an object of ``kind``, their kinds, and the fields by which
    they are parts of it."""
    return [(word, one.kind, one.reference) for word, one in _nested(kinds, kind).items()]


def plural(name: str) -> str:
    """The word for many, as in `prefixes`, `policies`, `bays`."""
    if name.endswith("y") and name[-2] not in "aeou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch")) else f"{name}s"


@dataclass(frozen=True, slots=True)
class _Nested:
    """Parts of an object under a name in its mapping. ``single``: one at most, without a list."""

    kind: Kind
    reference: FieldSpec
    single: bool


class DraftReader:
    """Reads documents of the given kinds. ``problems`` collects what could not be read; ``counting``:
    ``[1-4]`` in a name counts."""

    def __init__(self, kinds: Kinds, *, counting: bool = True) -> None:
        self._counting = counting
        self._top = {plural(name): kind for name, kind in kinds.items()}
        self._nested = {name: _nested(kinds, kind) for name, kind in kinds.items()}
        self.problems: list[Problem] = []
        self._made = 0

    def read(self, documents: Iterable[Document]) -> list[Draft]:
        drafts: list[Draft] = []
        for document in documents:
            for name, node in document.root.entries.items():
                kind = self._top.get(name)
                if kind is None:
                    line = document.root.key_lines[name]
                    self._say(f"there is no kind {name!r}{_near(name, self._top)}", document.at(line))
                else:
                    drafts.extend(self._list(kind, node, document.file, None))
        return drafts

    def _list(self, kind: Kind, node: Node, file: str, parent: tuple[str, Draft] | None) -> Iterator[Draft]:
        if isinstance(node, Scalar) and node.text is None:
            return
        if not isinstance(node, Listing):
            self._say(f"{plural(kind.name)} want a list, each item after a dash", f"{file}:{node.line}")
            return
        for item in node.items:
            yield from self._object(kind, item, file, parent)

    def _object(self, kind: Kind, node: Node, file: str, parent: tuple[str, Draft] | None) -> Iterator[Draft]:
        draft = Draft(kind, file, node.line)
        if parent:
            draft.values[parent[0]] = parent[1]
        parts: list[tuple[_Nested, Node]] = []
        if isinstance(node, Mapping):
            for name, value in node.entries.items():
                self._entry(draft, name, value, node.key_lines[name], parts)
        elif isinstance(node, Scalar) and (alone := _alone(kind, parent)):
            draft.values[alone] = node
        else:
            self._say(f"a {kind.name} wants fields, as `name: value`", draft.source)
            return
        for one in self._counted(draft):
            one.key = key_of(one)
            self._made += 1
            if self._made > MAX_DRAFTS:
                raise InputError(
                    f"more than {MAX_DRAFTS:,} objects",
                    subject=one.source,
                    remedy="Import them in several parts.",
                )
            yield one
            for nested, value in parts:
                yield from self._parts(one, nested, value)

    def _entry(
        self, draft: Draft, name: str, node: Node, line: int, parts: list[tuple[_Nested, Node]]
    ) -> None:
        kind = draft.kind
        known = {spec.name for spec in kind.fields}
        nested = self._nested[kind.name]
        name = SHORT_FIELDS.get(kind.name, {}).get(name, name)
        if name in EXTRAS.get(kind.name, ()):
            draft.extras[name] = node
        elif name in nested:
            parts.append((nested[name], node))
        elif name not in known:
            draft.key = key_of(draft)
            self.problems.append(
                draft.problem(f"there is no field {name!r}{_near(name, known | nested.keys())}", line=line)
            )
        elif name in draft.values:
            self.problems.append(draft.problem(f"{name} is given twice", line=line))
        elif (value := _value(kind.field(name), node)) is not None:
            draft.values[name] = value
        else:
            self.problems.append(
                draft.problem(f"{name} wants a single value, not a list or a mapping", line=line)
            )

    def _parts(self, draft: Draft, nested: _Nested, node: Node) -> Iterator[Draft]:
        parent = (nested.reference.name, draft)
        if nested.single and isinstance(node, Mapping):
            yield from self._object(nested.kind, node, draft.file, parent)
        else:
            yield from self._list(nested.kind, node, draft.file, parent)

    def _counted(self, draft: Draft) -> Iterator[Draft]:
        """The drafts that a name with ``[1-4]`` stands for; else the draft itself."""
        name = draft.values.get("name")
        if (
            not self._counting
            or not isinstance(name, Scalar)
            or not (match := _RANGE.search(name.text or ""))
        ):
            yield draft
            return
        low, high = int(match[1]), int(match[2])
        if not low <= high < low + MAX_COUNT:
            self._say(f"[{match[1]}-{match[2]}] counts nothing, or more than {MAX_COUNT}", draft.source)
            return
        text = name.text or ""
        for number in range(low, high + 1):
            counted = text[: match.start()] + str(number) + text[match.end() :]
            values = {**draft.values, "name": Scalar(counted, name.line)}
            yield from self._counted(replace(draft, values=values, fills={}))

    def _say(self, message: str, source: str) -> None:
        self.problems.append(Problem(message, FILE, "", source=source))


def _value(spec: FieldSpec, node: Node) -> Scalar | None:
    """What is written for a field as one text; None when the field can't hold it."""
    if spec.type is FieldType.JSON and not (isinstance(node, Scalar) and node.text is None):
        return Scalar(orjson.dumps(data_of(node)).decode(), node.line)
    if isinstance(node, Scalar):
        return node
    if spec.type is FieldType.LIST and isinstance(node, Listing):
        words = [item.text or "" for item in node.items if isinstance(item, Scalar)]
        return Scalar(",".join(words), node.line) if len(words) == len(node.items) else None
    return None


def _alone(kind: Kind, parent: tuple[str, Draft] | None) -> str | None:
    """The field that a bare value stands for: the one that is left of the kind's key."""
    left = [spec.name for spec in kind.sure_key_fields if not parent or spec.name != parent[0]]
    return left[0] if len(left) == 1 else None


def _nested(kinds: Kinds, kind: Kind) -> dict[str, _Nested]:
    """Names under which parts may stand in an object of ``kind``."""
    found: dict[str, _Nested] = {}
    referrers = kinds.referrers(kind.name)
    taken = {spec.name for spec in kind.fields}
    for child, reference in _single(referrers):
        single = bool(child.table.c[reference.column].unique)
        word = child.name.removeprefix(f"{kind.name}_")
        name = word if single else plural(word)
        if name not in taken:
            found.setdefault(name, _Nested(child, reference, single))
    return found


def _single(referrers: Iterable[tuple[Kind, FieldSpec]]) -> list[tuple[Kind, FieldSpec]]:
    """The one field by which each kind is part of another, or else refers to it; parts first. Kinds that
    have several of the sort are left out."""
    fields: dict[str, list[tuple[Kind, FieldSpec]]] = defaultdict(list)
    for kind, spec in referrers:
        fields[kind.name].append((kind, spec))
    chosen = (
        [one for one in found if one[1].owner and one[1].required] or found for found in fields.values()
    )
    single = [found[0] for found in chosen if len(found) == 1]
    return sorted(single, key=lambda one: not one[1].owner)


def _near(name: str, known: Iterable[str]) -> str:
    words = sorted(known)
    near = difflib.get_close_matches(name, words, n=1)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(words)})"
