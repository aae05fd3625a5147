"""A bay is empty when its module goes, whoever deletes it."""

from __future__ import annotations

import pytest

from netwright.store.delta import Op

from .stores import Store, no_rules

pytestmark = pytest.mark.slow


def made(inventory: Store) -> tuple[int, int, int]:
    """A device with two bays, a module in the first: the module, the bays."""
    region = inventory.make("region", name="europe")
    opened = inventory.open()
    fields = {"name": "ams", "kind": "core", "region_id": region, "latitude": 52.0, "longitude": 4.0}
    site = inventory.changesets.create(opened, "site", fields)
    inventory.merge(opened)
    manufacturer = inventory.make("manufacturer", name="M")
    model = inventory.make("model", name="chassis", manufacturer_id=manufacturer)
    device = inventory.make("device", name="r1", site_id=site, model_id=model, role="edge")
    module = inventory.make("component", name="card", device_id=device)
    first = inventory.make("bay", name="1", device_id=device, component_id=module)
    return module, first, inventory.make("bay", name="2", device_id=device)


def in_bay(inventory: Store, bay: int) -> int | None:
    held: int | None = inventory.dump()["bay"][bay]["component_id"]
    return held


def test_with_history_and_a_way_back(inventory: Store) -> None:
    module, bay, _ = made(inventory)
    changeset = inventory.open()
    inventory.changesets.delete(changeset, "component", module)
    found = {change.kind: change for change in inventory.changesets.changes(changeset)}
    assert found["bay"].op is Op.UPDATE
    assert found["bay"].before == {"component_id": module}
    inventory.merge(changeset)
    assert in_bay(inventory, bay) is None
    inventory.merge(inventory.changesets.revert(changeset, "eve"))
    assert in_bay(inventory, bay) == module


def test_in_one_transaction_too(inventory: Store) -> None:
    module, bay, _ = made(inventory)
    editor = inventory.changesets.editor()
    editor.delete("component", module)
    assert {change.kind for change in inventory.changesets.commit(editor, "t", "ada", no_rules).changes} == {
        "bay",
        "component",
    }
    assert in_bay(inventory, bay) is None


def test_a_bay_that_has_got_another_keeps_it(inventory: Store) -> None:
    module, bay, _ = made(inventory)
    device = inventory.dump()["bay"][bay]["device_id"]
    other = inventory.make("component", name="spare", device_id=device)
    changeset = inventory.open()
    inventory.changesets.update(changeset, "bay", bay, {"component_id": other})
    inventory.changesets.delete(changeset, "component", module)
    inventory.merge(changeset)
    assert in_bay(inventory, bay) == other


def test_a_device_goes_with_bays_and_modules(inventory: Store) -> None:
    _, bay, _ = made(inventory)
    inventory.drop("device", inventory.dump()["bay"][bay]["device_id"])
    assert not inventory.dump()["bay"]
    assert not inventory.dump()["component"]
