"""Models as documents of the device-type library, and as a folder of its files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from sqlalchemy.orm import Session

from netwright.exchange.devicetypes.layout import MODEL_KEYS, REQUIRED, SECTIONS, Key, Section
from netwright.exchange.devicetypes.source import FOLDERS, tidied
from netwright.inventory import KINDS
from netwright.inventory.hardware import ModelForm
from netwright.store.kind import Kind
from netwright.store.naming import natural_keys
from netwright.store.rows import documents, rows_of
from netwright.store.value import Doc, codec

LibraryDocument: TypeAlias = dict[str, Any]
"""A model as the library writes it."""

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_FOLDER_OF = {form: folder for folder, form in FOLDERS.items()}
_UNFIT = re.compile(r"[/\\:*?\"<>|\x00-\x1f]+")


def library_documents(session: Session, ids: Collection[int] | None = None) -> dict[int, LibraryDocument]:
    """Models, all or those of ``ids``, as documents by id."""
    models = documents(session, KINDS["model"], ids)
    makers = natural_keys(session, "manufacturer")
    parts = {section.kind: _parts(session, KINDS[section.kind], models) for section in SECTIONS}
    return {
        model_id: _document(doc, makers, {kind: found[model_id] for kind, found in parts.items()})
        for model_id, doc in models.items()
    }


def write_library(session: Session, folder: Path, ids: Collection[int] | None = None) -> list[Path]:
    """One file a model below ``folder``, in the library's folders; returns their paths in order."""
    written: dict[Path, LibraryDocument] = {}
    found = library_documents(session, ids)
    forms = {object_id: doc["form"] for object_id, doc in documents(session, KINDS["model"], ids).items()}
    for object_id, document in sorted(found.items()):
        place = folder / _FOLDER_OF[ModelForm(forms[object_id])] / _fit(document["manufacturer"])
        path = place / f"{_fit(document['model'])}.yaml"
        if path in written:
            path = path.with_stem(f"{path.stem} {object_id}")
        written[path] = document
    for path, document in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump(document))
    return sorted(written)


def dump(document: LibraryDocument) -> str:
    """A document as a file of the library."""
    return "---\n" + yaml.dump(document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100)


def _parts(session: Session, kind: Kind, models: Collection[int]) -> dict[int, list[Doc]]:
    """The parts of a kind, by model, in the order in which they came."""
    connection = session.connection()
    ids = [object_id for object_id, _ in rows_of(kind, connection).referring(connection, "model_id", models)]
    found: dict[int, list[Doc]] = defaultdict(list)
    for _, doc in sorted(documents(session, kind, ids).items()):
        found[doc["model_id"]].append(doc)
    return found


def _document(model: Doc, makers: dict[int, str], parts: dict[str, list[Doc]]) -> LibraryDocument:
    kind = KINDS["model"]
    form = ModelForm(model["form"])
    extras: dict[str, Any] = model["library_extras"] or {}
    document: LibraryDocument = {
        "manufacturer": makers[model["manufacturer_id"]],
        "model": model["reported_name"] or model["name"],
    }
    aside = extras.get("", {})
    always = [word for word in REQUIRED if word not in aside] if form is ModelForm.DEVICE else []
    document.update(_fields(kind, MODEL_KEYS[form], model, makers, always))
    _keep(document, aside)
    for section in SECTIONS:
        items = list(_items(section, parts[section.kind], makers, extras.get(section.word, {})))
        if items:
            document[section.word] = items
    return document


def _items(
    section: Section, parts: list[Doc], makers: dict[int, str], extras: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    kind = KINDS[section.kind]
    for part in parts:
        if section.fixed and part[section.fixed[0]] != section.fixed[1]:
            continue
        item = _fields(kind, section.keys, part, makers)
        _keep(item, extras.get(part["name"], {}))
        yield item
    yield from (item for name, item in extras.items() if name.startswith("#"))


def _keep(document: LibraryDocument, extras: dict[str, Any]) -> None:
    """Put back what our fields don't hold, and text as its file has it while it says the same."""
    for word, value in extras.items():
        known = document.setdefault(word, value)
        if isinstance(value, str) and known in (tidied(value, multiline=one) for one in (True, False)):
            document[word] = value


def _fields(
    kind: Kind, keys: tuple[Key, ...], doc: Doc, makers: dict[int, str], always: Sequence[str] = ()
) -> dict[str, Any]:
    """Fields that have another value than the default, and those of ``always``, in the library's words."""
    ways = codec(kind)
    found: dict[str, Any] = {}
    for key in keys:
        spec = kind.field(key.field)
        value = doc[spec.column]
        if spec.reference is not None:
            value = None if value is None else makers[value]
        if value is not None and (key.word in always or value != ways.missing(spec.column)):
            found[key.word] = _shown(value, key)
    return found


def _shown(value: Any, key: Key) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if key.word == "profile":
        return str(value).replace("-", " ").capitalize()
    if key.times != 1:
        whole, rest = divmod(value, key.times)
        return value / key.times if rest else whole
    return value


def _fit(name: str) -> str:
    """A name that file systems take."""
    return _UNFIT.sub("-", name).strip(" .") or "unnamed"
