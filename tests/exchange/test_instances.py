"""Every sample of the device-type library, made into a device or a module, has just the listed parts."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from netwright.exchange.devicetypes.layout import SECTIONS
from netwright.intent import rules
from netwright.intent.objects import Item, ObjectEdits, Verb
from netwright.inventory import KINDS
from netwright.store.query import Sight, Unrestricted

from .conftest import Workshop, load_paths, samples

pytestmark = pytest.mark.slow

PLACE = """
regions: [{name: eu}]
sites: [{name: ams, region: eu, kind: core, latitude: 1, longitude: 2}]
manufacturers: [{name: Ours}]
models:
  - name: Carrier
    manufacturer: Ours
    bays: [{bay_class: module, name: "Bay [1-3]", position: "9"}]
"""
_PART = {section.kind: section.kind.removeprefix("model_") for section in SECTIONS}


def _files(folder: Path) -> list[dict[str, Any]]:
    return [yaml.load(file.read_text(), Loader=yaml.CSafeLoader) for file in sorted(folder.rglob("*.y*ml"))]


def _listed(document: dict[str, Any]) -> set[tuple[str, str]]:
    """(kind of part, name within the device) of what a file lists."""
    found = set()
    for section in SECTIONS:
        for item in document.get(section.word, ()):
            fixed = f"{section.fixed[1]}/" if section.fixed else ""
            found.add((_PART[section.kind], f"{fixed}{item['name']}"))
    return found


def _write(workshop: Workshop, items: list[Item]) -> None:
    with workshop.database.read() as session:
        editor = workshop.changesets.editor()
        outcomes = ObjectEdits(Sight(session, KINDS, Unrestricted()), editor).edit(items)
    assert [one.problems for one in outcomes if one.problems] == []
    workshop.changesets.commit(editor, "Items", "tester", rules.check)


def _there(workshop: Workshop) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for kind in set(_PART.values()):
        for key in workshop.keys(kind):
            device, _, name = key.partition("/")
            found[device].add((kind, name))
    return found


def test_devices_of_all_samples(workshop: Workshop) -> None:
    folder = samples("devicetypes") / "device-types"
    load_paths(workshop, folder)
    assert workshop.load_text(PLACE).ok
    documents = _files(folder)
    items = [
        Item(
            Verb.CREATE,
            KINDS["device"],
            {"name": f"d{number}", "site": "ams", "role": "edge", "model": f"key:{document['model']}"},
        )
        for number, document in enumerate(documents)
    ]

    _write(workshop, items)

    there = _there(workshop)
    for number, document in enumerate(documents):
        assert there.get(f"d{number}", set()) == _listed(document), document["model"]


def test_modules_of_all_samples(workshop: Workshop) -> None:
    folder = samples("devicetypes") / "module-types"
    load_paths(workshop, folder)
    assert workshop.load_text(PLACE).ok
    documents = _files(folder)
    devices = [
        {"name": f"d{number}", "site": "ams", "role": "edge", "model": "Carrier"}
        for number in range(len(documents))
    ]
    _write(workshop, [Item(Verb.CREATE, KINDS["device"], fields) for fields in devices])
    before = _there(workshop)

    items = []
    for number, document in enumerate(documents):
        module = {"device": f"d{number}", "name": "module", "model": f"key:{document['model']}"}
        items.append(Item(Verb.CREATE, KINDS["component"], module))
        fitted = {"component": f"d{number}/module"}
        items.append(Item(Verb.UPDATE, KINDS["bay"], fitted, target=f"d{number}/module/Bay 1"))
    _write(workshop, items)

    there = _there(workshop)
    for number, document in enumerate(documents):
        new = there[f"d{number}"] - before[f"d{number}"] - {("component", "module")}
        wanted = {(kind, name.replace("{module}", "9")) for kind, name in _listed(document)}
        assert new == wanted, document["model"]
