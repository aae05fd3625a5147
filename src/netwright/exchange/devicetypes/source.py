"""Files of the device-type library as drafts: models with all their parts.

A file is the whole model: what it leaves out has the library's default, and parts it doesn't name go. What a
file says beyond our fields, misspelt or odd, is told with the nearest right word and kept beside the model
(``library_extras``), so that nothing is lost on the way out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.exchange.devicetypes.layout import MODEL_KEYS, PARTS, SECTIONS, Key, Section, known_words
from netwright.exchange.devicetypes.naming import ModelNames
from netwright.intent.designfiles import read_files
from netwright.intent.document import Document, Listing, Mapping, Node, Scalar, data_of, find_files
from netwright.intent.draft import FILE, Draft, blank, key_of
from netwright.intent.source import Drafts
from netwright.inventory import KINDS
from netwright.inventory.hardware import ModelForm
from netwright.store.given import take_text
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.problem import Problem, Severity

FOLDERS = {"device-types": ModelForm.DEVICE, "module-types": ModelForm.MODULE}
SUFFIXES = (".yaml", ".yml")
_ABSENT = Scalar(None, 0)
_MODEL = KINDS["model"]
_DEVICE_WORDS = frozenset(("slug", "u_height", "is_full_depth", "subdevice_role", "device-bays"))
_WHOLE = {"model": PARTS}


def library_files(paths: Sequence[Path]) -> list[Path]:
    """The model files that ``paths`` name. Of a checkout of the library only its two folders are read.

    Raises InputError when there are none."""
    found: list[Path] = []
    for path in paths:
        folders = [path / name for name in FOLDERS if (path / name).is_dir()]
        found.extend(file for file in find_files(folders or [path]) if file.suffix in SUFFIXES)
    if not found:
        raise InputError("there are no YAML files here", subject=", ".join(map(str, paths)))
    return found


class DeviceTypes:
    """A library's files as a source."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = library_files(paths)

    @property
    def files(self) -> Sequence[str]:
        return [str(path) for path in self._paths]

    def drafts(self, session: Session) -> Drafts:
        documents, refused = read_files(self._paths)
        problems = [
            Problem(f"left out: {one.message}", FILE, "", source=one.source, severity=Severity.WARNING)
            for one in refused
        ]
        readings = [_FileReading(document) for document in documents]
        for reading in readings:
            reading.read()
            problems += reading.problems
        models = [reading for reading in readings if reading.model is not None]
        names = ModelNames(session)
        drafts: list[Draft] = []
        for reading in models:
            assert reading.model is not None
            if (name := names.take(reading.maker, reading.form, reading.plain)) is None:
                message = f"left out: another file gave {reading.maker} {reading.plain} before"
                problems.append(_warning(reading.model, message))
                continue
            drafts += reading.named(name)
        makers = _makers(drafts)
        return Drafts([*makers, *drafts], problems, whole=_WHOLE)


@dataclass(slots=True)
class _FileReading:
    """One file on its way to drafts. ``extras`` by section and part: what our fields don't hold."""

    document: Document
    form: ModelForm = ModelForm.DEVICE
    maker: str = ""
    plain: str = ""
    model: Draft | None = None
    parts: list[Draft] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> None:
        root = self.document.root
        self.form = _form(self.document)
        draft = Draft(_MODEL, self.document.file, root.line)
        self.maker, self.plain = (_text(root, word) for word in ("manufacturer", "model"))
        draft.key = self.plain
        missing = [word for word in ("manufacturer", "model") if not _text(root, word)]
        if missing:
            self.problems.append(_warning(draft, f"left out: {' and '.join(missing)} missing"))
            return
        self.model = draft
        sections = {section.word: section for section in SECTIONS}
        keys = {key.word: key for key in MODEL_KEYS[self.form]}
        unread = self._fields(draft, root, keys, {"manufacturer", "model", *sections})
        for word, section in sections.items():
            node = root.entries.get(word)
            if isinstance(node, Listing):
                self._section(section, node)
            elif node is not None and not (isinstance(node, Scalar) and node.text is None):
                self.problems.append(_warning(draft, f"{word} wants a list, each item after a dash", node))
                unread[word] = data_of(node)
        if unread:
            self.extras[""] = unread

    def named(self, name: str) -> Iterator[Draft]:
        """The drafts, once the name is known that the model has among all."""
        model = self.model
        assert model is not None
        line = model.line
        model.values["name"] = Scalar(name, line)
        model.values["reported_name"] = Scalar("" if name == self.plain else self.plain, line)
        model.values["form"] = Scalar(self.form, line)
        model.values["manufacturer"] = Scalar(self.maker, line)
        extras = orjson.dumps(self.extras).decode() if self.extras else None
        model.values["library_extras"] = Scalar(extras, line)
        model.key = name
        yield model
        for part in self.parts:
            part.key = key_of(part)
            yield part

    def _section(self, section: Section, items: Listing) -> None:
        assert self.model is not None
        kind = KINDS[section.kind]
        keys = {key.word: key for key in section.keys}
        seen: set[str] = set()
        for number, item in enumerate(items.items, start=1):
            draft = Draft(kind, self.model.file, item.line, {"model": self.model})
            name = _text(item, "name") if isinstance(item, Mapping) else ""
            draft.key = f"{self.plain}: {section.word} {name or number}"
            if not isinstance(item, Mapping) or not name or name in seen:
                why = f"{name} is given twice" if name in seen else "it has no name"
                self.problems.append(_warning(draft, f"not read: {why}", item))
                self.extras.setdefault(section.word, {})[f"#{number}"] = data_of(item)
                continue
            seen.add(name)
            unread = self._fields(draft, item, keys, frozenset())
            if unread:
                self.extras.setdefault(section.word, {})[name] = unread
            if section.fixed:
                draft.values[section.fixed[0]] = Scalar(section.fixed[1], item.line)
            self.parts.append(draft)

    def _fields(
        self, draft: Draft, node: Mapping, keys: dict[str, Key], others: Iterable[str]
    ) -> dict[str, Any]:
        """Read a mapping's fields into the draft; returns what could not be."""
        unread: dict[str, Any] = {}
        for word, value in node.entries.items():
            if word not in keys:
                if word not in others:
                    known = sorted({*keys, *others})
                    message = f"there is no field {word!r}{_near(word, known)}"
                    self.problems.append(_warning(draft, message, node.key_lines[word]))
                    unread[word] = data_of(value)
                continue
            written = self._value(draft, keys[word], value)
            if written is not None:
                draft.values[keys[word].field] = written
            if written is None or _rewritten(written, value):
                unread[word] = data_of(value)
        for key in keys.values():
            draft.values.setdefault(key.field, _default(draft.kind, key.field))
        return unread

    def _value(self, draft: Draft, key: Key, node: Node) -> Scalar | None:
        """A value for a field; None when the field can't hold it."""
        spec = _spec(draft.kind, key.field)
        if not isinstance(node, Scalar):
            self.problems.append(_warning(draft, f"{key.word} wants a single value", node))
            return None
        if node.text is None:
            return _default(draft.kind, key.field)
        text = _counted(node.text, key.times)
        if spec.type is FieldType.TEXT:
            text = tidied(text, multiline=spec.multiline)
        if spec.type is FieldType.CHOICE:
            text = _choice(spec, text)
        if spec.reference is None and take_text(spec, text) is None:
            words = f"one of {', '.join(spec.choices)}" if spec.choices else _wanted(spec)
            near = _near(node.text, spec.choices) if spec.choices else ""
            self.problems.append(
                _warning(draft, f"{key.word} is {_short(node.text)}, expected {words}{near}", node)
            )
            return None
        words_known = known_words(key.words)
        if words_known and text not in words_known and text:
            near = _near(text, sorted(words_known), known=False)
            self.problems.append(
                _warning(draft, f"{key.word} {text!r} is no word of the library{near}; taken as it is", node)
            )
        return node if text is node.text else Scalar(text, node.line, node.quoted)


def _makers(drafts: Iterable[Draft]) -> list[Draft]:
    """Manufacturers that the drafts name."""
    kind = KINDS["manufacturer"]
    found: dict[str, Draft] = {}
    for draft in drafts:
        name = draft.text("manufacturer")
        if name and name not in found:
            found[name] = Draft(kind, draft.file, draft.line, {"name": Scalar(name, draft.line)}, key=name)
    return list(found.values())


def _form(document: Document) -> ModelForm:
    """Device or module: by the library's folder, else by what the file says."""
    for part in reversed(Path(document.file).parts):
        if part in FOLDERS:
            return FOLDERS[part]
    return ModelForm.DEVICE if document.root.entries.keys() & _DEVICE_WORDS else ModelForm.MODULE


def _text(node: Mapping, word: str) -> str:
    value = node.entries.get(word)
    return value.text or "" if isinstance(value, Scalar) else ""


def _counted(text: str, times: int) -> str:
    return str(int(text) * times) if times != 1 and text.isdecimal() else text


def _rewritten(written: Scalar, node: Node) -> bool:
    """Whether text was taken otherwise than it stands there."""
    return (
        isinstance(node, Scalar)
        and "\n" in (node.text or "").replace("\r", "\n")
        and written.text != node.text
    )


def tidied(text: str, *, multiline: bool) -> str:
    """Text as we keep it: with one sort of newline, or none where there is one line only."""
    if "\n" not in text and "\r" not in text:
        return text
    lines = text.splitlines()
    return "\n".join([*lines, ""] if text.endswith("\n") else lines) if multiline else " ".join(lines).strip()


def _choice(spec: FieldSpec, text: str) -> str:
    """``Power supply`` is the word ``power-supply``."""
    word = text.strip().lower().replace(" ", "-").replace("_", "-")
    return word if text not in spec.choices and word in spec.choices else text


@cache
def _spec(kind: Kind, name: str) -> FieldSpec:
    return kind.field(name)


_default = cache(blank)


def _wanted(spec: FieldSpec) -> str:
    if spec.multiline:
        return "text without control characters"
    if spec.type is FieldType.TEXT:
        return f"{spec.type} in one line" + (
            f" of at most {spec.max_length} characters" if spec.max_length else ""
        )
    return f"{'an' if str(spec.type)[0] in 'aeiou' else 'a'} {spec.type}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _near(word: str, words: Sequence[str], *, known: bool = True) -> str:
    folded = {one.replace("-", "_").lower(): one for one in words}
    near = difflib.get_close_matches(word.replace("-", "_").lower(), folded, n=1)
    if near:
        return f" (did you mean {folded[near[0]]}?)"
    return f" (known: {', '.join(words)})" if known else ""


def _warning(draft: Draft, message: str, at: Node | int | None = None) -> Problem:
    line = at if isinstance(at, int) else at.line if at is not None else draft.line
    source = f"{draft.file}:{line}"
    return Problem(message, draft.kind.name, draft.key, source=source, severity=Severity.WARNING)
