"""Objects as the text of design files: always the same text for the same objects."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote, unquote

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.intent.draft import nested_parts, plural
from netwright.inventory import KINDS, Device
from netwright.store.kind import FieldSpec, Kind
from netwright.store.naming import Namer
from netwright.store.rows import chunks, documents, rows_of
from netwright.store.value import Doc, codec

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_DEVICES = 500
_DIGITS = re.compile(r"(\d+)")
_WIDE = 1 << 20


def _family(kind: Kind) -> set[str]:
    """The kinds whose objects stand inside an object of ``kind``, at any depth."""
    found: set[str] = set()
    for part, _, _ in _inside(kind):
        found |= {part.name} | _family(part)
    return found


def _inside(kind: Kind) -> list[tuple[Kind, FieldSpec, str]]:
    """Kinds of parts that stand in an object: the field that says in which, and the word they stand under."""
    parts = nested_parts(KINDS, kind)
    return [(part, spec, word) for word, part, spec in parts if spec.owner and spec.required]


_DEVICE = KINDS["device"]
FAMILY = {_DEVICE.name} | _family(_DEVICE)
"""Kinds that stand in the files of devices."""
SHARED = tuple(name for name in KINDS if name not in FAMILY)


def shared_path(kind: str) -> str:
    return f"shared/{plural(kind)}.yaml"


def device_path(site: str, device: str) -> str:
    return f"devices/{_fit(site)}/{_fit(device)}.yaml"


def kind_of_path(path: str) -> str | None:
    """The kind whose shared file this is."""
    return next((name for name in SHARED if shared_path(name) == path), None)


def device_of_path(path: str) -> str | None:
    """The device whose file this is."""
    parts = path.split("/")
    if len(parts) == 3 and parts[0] == "devices" and path.endswith(".yaml"):
        return unquote(parts[2].removesuffix(".yaml"))
    return None


def render_shared(session: Session, kind_name: str) -> str:
    """All objects of a kind; empty text when there are none."""
    kind = KINDS[kind_name]
    namer = Namer(session)
    docs = documents(session, kind)
    items = [(namer.key(kind, object_id), _mapping(kind, doc, namer, "")) for object_id, doc in docs.items()]
    return _dump({plural(kind_name): [item for _, item in sorted(items, key=_natural)]}) if items else ""


def render_devices(session: Session, names: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
    """Path and text of devices' files, all or those of ``names``, by name."""
    query = select(Device.name, Device.id).order_by(Device.name)
    if names is None:
        found = [(name, object_id) for name, object_id in session.execute(query)]
    else:
        found = [
            (name, object_id)
            for part in chunks(sorted(names), _DEVICES)
            for name, object_id in session.execute(query.where(Device.name.in_(part)))
        ]
    for part in chunks(found, _DEVICES):
        ids = [object_id for _, object_id in part]
        namer = Namer(session)
        docs = documents(session, _DEVICE, ids)
        namer.keys(KINDS["site"], {doc["site_id"] for doc in docs.values()})
        trees = _trees(session, _DEVICE, docs, namer, "")
        for name, object_id in part:
            site = namer.key("site", docs[object_id]["site_id"])
            yield device_path(site, name), _dump({plural("device"): [trees[object_id]]})


def _trees(
    session: Session, kind: Kind, docs: dict[int, Doc], namer: Namer, left_out: str
) -> dict[int, dict[str, Any]]:
    """Objects with their parts inside, by id."""
    for spec in kind.fields:
        if spec.reference:
            namer.keys(KINDS[spec.reference], {doc[spec.column] for doc in docs.values() if doc[spec.column]})
    trees = {object_id: _mapping(kind, doc, namer, left_out) for object_id, doc in docs.items()}
    connection = session.connection()
    for part, spec, word in _inside(kind):
        owners = dict(rows_of(part, connection).referring(connection, spec.column, docs))
        inside = _trees(session, part, documents(session, part, owners), namer, spec.name)
        namer.keys(part, inside)
        lists: defaultdict[int, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        for object_id, tree in inside.items():
            lists[owners[object_id]].append((namer.key(part, object_id), tree))
        single = word == part.name
        for owner, items in lists.items():
            ordered = [item for _, item in sorted(items, key=_natural)]
            trees[owner][word] = ordered[0] if single else ordered
    return trees


def _mapping(kind: Kind, doc: Doc, namer: Namer, left_out: str) -> dict[str, Any]:
    """The fields that name the object, that must be there, or that have another value than the default."""
    ways = codec(kind)
    found: dict[str, Any] = {}
    for spec in kind.fields:
        value = doc[spec.column]
        if spec.name == left_out:
            continue
        if ways.same(spec.column, value, ways.missing(spec.column)) and not (
            spec.required and value is not None
        ):
            continue
        found[spec.name] = namer.value(spec, value)
    return found


def _dump(document: dict[str, Any]) -> str:
    return yaml.dump(
        document,
        Dumper=_DUMPER,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDE,
    )


def _natural(item: tuple[str, Any]) -> list[tuple[int, int, str]]:
    """Order in which eth2 comes before eth10."""
    pieces = _DIGITS.split(item[0])
    return [(1, int(piece), piece) if at % 2 else (0, 0, piece) for at, piece in enumerate(pieces)]


def _fit(name: str) -> str:
    fit = quote(name, safe=" ")
    return f"%2E{fit[1:]}" if fit.startswith(".") else fit
