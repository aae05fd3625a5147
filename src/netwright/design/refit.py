"""A device that becomes one of another model: parts of the old one go, those of the new one come."""

from __future__ import annotations

from collections import defaultdict

from netwright.design.present import Present
from netwright.design.work import New, Work
from netwright.store.value import Doc


def refit(present: Present, work: Work, device: int, models: tuple[int, int], where: str) -> None:
    """Add to the work what turns a device of the first model into one of the second. Of parts that both have,
    what the first model said and nobody changed since becomes what the second says."""
    old, new = models
    kits = present.kits(models)
    before, after = kits[old].parts, kits[new].parts
    there = present.parts_in(device)
    for key in before.keys() - after.keys():
        if key in there:
            work.deletes.append((key[0], there[key]))
    shared: dict[str, list[int]] = defaultdict(list)
    for key in after.keys() & there.keys():
        shared[key[0]].append(there[key])
    docs = {kind: present.documents(kind, ids) for kind, ids in shared.items()}
    for key, part in after.items():
        if key not in there:
            work.creates.append(New(key[0], {**part.doc, "device_id": device}, where))
            continue
        doc = docs[key[0]][there[key]]
        template: Doc = before[key].doc if key in before else {}
        changed = {
            column: value
            for column, value in part.doc.items()
            if column in template and doc[column] == template[column] and doc[column] != value
        }
        if changed:
            work.updates.append((key[0], there[key], changed, where))
