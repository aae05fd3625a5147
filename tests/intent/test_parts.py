"""What models bring: parts of devices, and of modules in bays, by design files and by programs alike."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from netwright.intent import rules
from netwright.intent.importer import ImportResult
from netwright.intent.objects import Item, ObjectEdits, Verb
from netwright.intent.parts import TOKEN, placed
from netwright.inventory import KINDS
from netwright.store.naming import natural_keys
from netwright.store.query import Sight, Unrestricted

from .conftest import CASES, Workshop

PLACE = """
regions: [{name: eu}]
sites: [{name: ams, region: eu, kind: core, latitude: 1, longitude: 2}]
manufacturers: [{name: Acme}]
"""
CHASSIS = """
models:
  - name: CH
    manufacturer: Acme
    interfaces:
      - {name: mgmt0, interface_type: 1000base-t, management: true}
    ports:
      - {port_class: power, name: PSU0, maximum_draw_w: 300}
      - {port_class: power-outlet, name: out1, power_port: PSU0}
      - {port_class: front, name: F1, rear_port: R1, rear_position: 2}
      - {port_class: rear, name: R1, positions: 2}
    bays:
      - {bay_class: module, name: Slot 1, position: "1"}
      - {bay_class: module, name: Slot 2, position: "2"}
    components:
      - {name: fan1, class: fan}
  - name: LC
    manufacturer: Acme
    form: module
    interfaces:
      - {name: "et-{module}/0", interface_type: 100gbase-x-qsfp28, label: "{module}"}
    ports:
      - {port_class: console, name: "con{module}"}
    bays:
      - {bay_class: module, name: "MIC {module}/0", position: "{module}-0"}
    components:
      - {name: "cpu{module}"}
  - name: MIC
    manufacturer: Acme
    form: module
    interfaces:
      - {name: "ge-{module}/0", interface_type: 1000base-x-sfp}
      - {name: "xe-{module}/{module}/0", interface_type: 10gbase-x-sfpp}
      - {name: aux}
"""
FITTED = """
devices:
  - name: r1
    site: ams
    model: CH
    role: edge
    components:
      - {name: lc1, model: LC, bay: Slot 1}
      - {name: mic1, model: MIC, bay: MIC 1/0}
"""
WHOLE = {
    "interface": {"r1/mgmt0", "r1/et-1/0", "r1/ge-1-0/0", "r1/xe-1/1-0/0", "r1/aux"},
    "port": {
        "r1/power/PSU0",
        "r1/power-outlet/out1",
        "r1/front/F1",
        "r1/rear/R1",
        "r1/console/con1",
    },
    "bay": {"r1/module/Slot 1", "r1/module/Slot 2", "r1/module/MIC 1/0"},
    "component": {"r1/fan1", "r1/lc1", "r1/mic1", "r1/cpu1"},
}


def _parts(workshop: Workshop) -> dict[str, set[str]]:
    return {kind: workshop.keys(kind) for kind in WHOLE}


def _good(result: ImportResult) -> ImportResult:
    assert [str(one) for one in result.problems] == []
    return result


@pytest.mark.parametrize("case", yaml.safe_load((CASES / "parts" / "placed.yaml").read_text()), ids=str)
def test_positions_in_names(case: dict[str, Any]) -> None:
    assert placed(case["text"], case["positions"]) == case["becomes"]


@given(
    st.lists(st.sampled_from(["a", "{", "/", TOKEN])).map("".join),
    st.lists(st.sampled_from(["1", "2-0", ""]), min_size=1, max_size=4),
)
def test_no_token_is_left_where_there_are_bays(text: str, positions: list[str]) -> None:
    name = placed(text, positions)
    assert len(name) >= len(text) - text.count(TOKEN) * len(TOKEN)
    assert (name == text) == (TOKEN not in text)


def test_a_design_with_modules_in_modules(workshop: Workshop) -> None:
    _good(workshop.load_text(PLACE + CHASSIS + FITTED))

    assert _parts(workshop) == WHOLE
    assert workshop.value("interface", "r1/et-1/0", "speed_bps") == 10**11
    assert workshop.value("interface", "r1/et-1/0", "label") == "1"
    assert workshop.value("bay", "r1/module/MIC 1/0", "position") == "1-0"
    assert _referred(workshop, "port", "r1/power-outlet/out1", "power_port_id") == "r1/power/PSU0"
    assert _referred(workshop, "port", "r1/front/F1", "rear_port_id") == "r1/rear/R1"
    assert _referred(workshop, "interface", "r1/xe-1/1-0/0", "component_id") == "r1/mic1"
    assert _referred(workshop, "bay", "r1/module/MIC 1/0", "carrier_id") == "r1/lc1"
    assert _referred(workshop, "bay", "r1/module/Slot 1", "component_id") == "r1/lc1"
    assert _referred(workshop, "component", "r1/cpu1", "carrier_id") == "r1/lc1"


def _referred(workshop: Workshop, kind: str, key: str, column: str) -> str | None:
    target = workshop.value(kind, key, column)
    spec = next(one for one in KINDS[kind].fields if one.column == column)
    with workshop.database.read() as session:
        return natural_keys(session, spec.reference or "", [int(str(target))]).get(int(str(target)))


def test_in_steps_it_becomes_the_same(workshop: Workshop) -> None:
    for text in (
        PLACE + CHASSIS,
        "devices: [{name: r1, site: ams, model: CH, role: edge}]",
        "components: [{device: r1, name: lc1, model: LC, bay: Slot 1}]",
        "components: [{device: r1, name: mic1, model: MIC}]",
        'bays: [{device: r1, name: "MIC 1/0", component: mic1}]',
    ):
        _good(workshop.load_text(text))

    assert _parts(workshop) == WHOLE
    assert workshop.load_text(FITTED).diff == ()


def test_what_is_there_is_kept_and_completed(workshop: Workshop) -> None:
    _good(workshop.load_text(PLACE + CHASSIS + FITTED))
    edit = 'interfaces: [{device: r1, name: "et-1/0", description: to fra, speed_bps: 40G}]'
    _good(workshop.load_text(edit))
    with workshop.database.read() as session:
        gone = session.scalar(select(KINDS["interface"].table.c.id).filter_by(name="aux"))
    changeset = workshop.changesets.open("Without aux", "tester").id
    workshop.changesets.delete(changeset, "interface", gone or 0)
    workshop.changesets.merge(changeset, "tester", rules.check)

    result = _good(workshop.load_text(FITTED))

    assert [(one.kind, one.key) for one in result.diff] == [("interface", "r1/aux")]
    assert workshop.value("interface", "r1/et-1/0", "description") == "to fra"
    assert workshop.value("interface", "r1/et-1/0", "speed_bps") == 40 * 10**9


def test_taking_a_module_out_takes_its_parts_out(workshop: Workshop) -> None:
    _good(workshop.load_text(PLACE + CHASSIS + FITTED))
    _write(workshop, Item(Verb.DELETE, KINDS["component"], target="r1/mic1"))
    assert workshop.keys("interface") == {"r1/mgmt0", "r1/et-1/0"}
    _write(workshop, Item(Verb.DELETE, KINDS["component"], target="r1/lc1"))
    assert workshop.keys("interface") == {"r1/mgmt0"}
    assert workshop.keys("component") == {"r1/fan1"}
    assert workshop.keys("bay") == {"r1/module/Slot 1", "r1/module/Slot 2"}
    _good(workshop.load_text(FITTED))
    assert _parts(workshop) == WHOLE


def _write(workshop: Workshop, *items: Item) -> None:
    with workshop.database.read() as session:
        editor = workshop.changesets.editor()
        outcomes = ObjectEdits(Sight(session, KINDS, Unrestricted()), editor).edit(items)
    assert [one.problems for one in outcomes if one.problems] == []
    workshop.changesets.commit(editor, "Items", "tester", rules.check)


DEVICE = {"name": "r1", "site": "ams", "model": "CH", "role": "edge"}
MODULES = (
    Item(Verb.CREATE, KINDS["component"], {"device": "r1", "name": "lc1", "model": "LC"}),
    Item(Verb.UPDATE, KINDS["bay"], {"component": "r1/lc1"}, target="r1/module/Slot 1"),
)
INNER = (
    Item(Verb.CREATE, KINDS["component"], {"device": "r1", "name": "mic1", "model": "MIC"}),
    Item(Verb.UPDATE, KINDS["bay"], {"component": "r1/mic1"}, target="r1/module/MIC 1/0"),
)


@pytest.mark.parametrize("together", [True, False])
def test_programs_get_the_same_parts(workshop: Workshop, together: bool) -> None:
    _good(workshop.load_text(PLACE + CHASSIS))
    _write(workshop, Item(Verb.CREATE, KINDS["device"], DEVICE))
    for batch in (MODULES, INNER) if together else [(one,) for one in MODULES + INNER]:
        _write(workshop, *batch)

    assert _parts(workshop) == WHOLE
    assert workshop.load_text(FITTED).diff == ()


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([0, 1, 2]), st.booleans())
def test_the_order_of_items_does_not_matter(workshop: Workshop, order: list[int], remake: bool) -> None:
    """Device, module and bay written in any grouping give one set of parts, and again nothing more."""
    if not workshop.keys("model"):
        _good(workshop.load_text(PLACE + CHASSIS))
    name = f"d{len(workshop.keys('device'))}"
    _write(workshop, Item(Verb.CREATE, KINDS["device"], {**DEVICE, "name": name}))
    steps = [
        Item(Verb.CREATE, KINDS["component"], {"device": name, "name": "lc1", "model": "LC"}),
        Item(Verb.CREATE, KINDS["component"], {"device": name, "name": "lc2", "model": "LC"}),
        Item(Verb.CREATE, KINDS["component"], {"device": name, "name": "lonely", "model": "MIC"}),
    ]
    _write(workshop, *(steps[at] for at in order))
    bays = [
        Item(
            Verb.UPDATE, KINDS["bay"], {"component": f"{name}/lc{slot}"}, target=f"{name}/module/Slot {slot}"
        )
        for slot in (1, 2)
    ]
    for _ in range(2 if remake else 1):
        _write(workshop, *bays)
    mine = {key.removeprefix(f"{name}/") for key in workshop.keys("interface") if key.startswith(f"{name}/")}
    assert mine == {"mgmt0", "et-1/0", "et-2/0", "aux"}
