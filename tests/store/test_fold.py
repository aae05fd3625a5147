"""What edits fold into is read by kind: many objects cost no more statements than two."""

from __future__ import annotations

import pytest

from .stores import Store, statements


def test_edits_of_objects_that_wait_in_another_change_set(store: Store) -> None:
    first = store.open()
    with store.changesets.edit(first) as edit:
        made = [edit.create("t_box", {"name": f"b{number}", "size": number}) for number in range(20)]

    def edited(boxes: list[int]) -> int:
        with statements(store) as seen, store.changesets.edit(store.open()) as edit:
            for box in boxes:
                edit.update("t_box", box, {"size": 99})
        return len(seen)

    assert edited(made) == edited(made[:2])
    [*_, last] = store.changesets.list()[:2]
    changes = store.changesets.changes(last.id)
    assert [(change.id, change.before, change.after) for change in changes] == [
        (box, {"size": number}, {"size": 99}) for number, box in enumerate(made)
    ]


@pytest.mark.slow
def test_fields_that_are_emptied(inventory: Store) -> None:
    region = inventory.make("region", name="europe")
    opened = inventory.open()
    fields = {"name": "ams", "kind": "core", "region_id": region, "latitude": 52.0, "longitude": 4.0}
    site = inventory.changesets.create(opened, "site", fields)
    inventory.merge(opened)
    manufacturer = inventory.make("manufacturer", name="M")
    model = inventory.make("model", name="chassis", manufacturer_id=manufacturer)
    device = inventory.make("device", name="r1", site_id=site, model_id=model, role="edge")
    opened = inventory.open()
    with inventory.changesets.edit(opened) as edit:
        modules = [edit.create("component", {"name": f"c{n}", "device_id": device}) for n in range(20)]
        for n, module in enumerate(modules):
            edit.create("bay", {"name": str(n), "device_id": device, "component_id": module})
    inventory.merge(opened)

    def deleted(gone: list[int]) -> int:
        changeset = inventory.open()
        with statements(inventory) as seen, inventory.changesets.edit(changeset) as edit:
            for module in gone:
                edit.delete("component", module)
        emptied = [one for one in inventory.changesets.changes(changeset) if one.kind == "bay"]
        assert [one.before for one in emptied] == [{"component_id": module} for module in gone]
        return len(seen)

    assert deleted(modules) == deleted(modules[:2])
