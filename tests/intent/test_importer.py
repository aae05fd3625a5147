"""Imports: from design files to a merged revision, or to a list of everything that is wrong."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import event
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.intent.document import Scalar
from netwright.intent.draft import Draft
from netwright.intent.importer import ImportResult, import_source
from netwright.intent.rules import check
from netwright.intent.source import Drafts
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.delta import Op
from netwright.store.naming import resolve
from netwright.store.problem import Requirement
from netwright.store.proposal import ChangeSetState

from .conftest import DEMO, Workshop
from .test_rules import read_cases


@pytest.mark.parametrize("case", read_cases("import"))
def test_what_is_wrong_in_files(workshop: Workshop, case: dict[str, Any]) -> None:
    result = workshop.load_text(case["design"])

    assert workshop.said(result) == case["problems"]
    assert not result.ok
    assert workshop.changesets.list() == []


def test_the_demo_network_is_whole(workshop: Workshop) -> None:
    result = workshop.load(DEMO)

    assert workshop.said(result) == []
    assert result.revision == 1
    assert {kind: counts[Op.CREATE] for kind, counts in result.counts.items()} == {
        "region": 2,
        "site": 5,
        "rack": 5,
        "manufacturer": 1,
        "model": 5,
        "model_component": 28,
        "model_interface": 25,
        "asn": 9,
        "isp": 2,
        "client_prefix": 4,
        "device": 18,
        "component": 166,
        "interface": 89,
        "cable": 29,
        "prefix": 13,
        "address": 66,
        "bgp_session": 52,
        "appliance": 7,
    }
    assert workshop.value("model_component", "NW-9200/psu1", "part_number") == "NW-PSU-1100"
    assert workshop.value("component", "fra-core1/fan4", "part_number") == "NW-FAN-80"
    assert workshop.value("interface", "fra-core1/swp8", "speed_bps") == 10**10
    assert workshop.value("appliance", "ams-cache1", "storage_bytes") == 40_000_000


def test_importing_again_changes_nothing(demo: Workshop) -> None:
    result = demo.load(DEMO)

    assert result.ok
    assert result.objects > 500
    assert (result.changeset_id, result.revision, list(result.diff)) == (None, None, [])
    assert len(demo.changesets.list()) == 1


def test_the_order_of_files_and_objects_means_nothing(demo: Workshop, tmp_path: Path) -> None:
    """All documents in one file, objects in a random order: still the same network."""
    shuffled: dict[str, list[object]] = {}
    for file in sorted(DEMO.glob("*.yaml")):
        for kind, objects in yaml.load(file.read_text(), yaml.BaseLoader).items():
            shuffled.setdefault(kind, []).extend(objects)
    chance = random.Random(7)
    kinds = list(shuffled)
    chance.shuffle(kinds)
    for objects in shuffled.values():
        chance.shuffle(objects)
    text = yaml.safe_dump({kind: shuffled[kind] for kind in kinds}, sort_keys=False)

    assert list(demo.load_text(text).diff) == []


def test_only_what_is_said_changes(base: Workshop) -> None:
    result = base.load_text(
        "sites: [{name: ams, title: Amsterdam}]\ndevices: [{name: par-r1, loopback: null}]"
    )

    assert [(one.kind, one.key, one.op, one.fields) for one in result.diff] == [
        ("site", "ams", Op.UPDATE, {"title": ("", "Amsterdam")}),
        ("device", "par-r1", Op.UPDATE, {"loopback": ("10.255.0.2", None)}),
    ]
    assert base.value("site", "ams", "latitude") == 52.4


def test_objects_refer_to_stored_and_to_new_ones(base: Workshop) -> None:
    result = base.load_text(
        """
        regions:
          - {name: north, parent: world}
          - {name: world}
          - {name: far-north, parent: north}
        interfaces: [{device: ams-r1, name: Ethernet1/1, addresses: [10.1.1.201/31]}]
        devices:
          - {name: par-r2, site: par, rack: r1, position_u: 5, model: box, role: tor, platform: frr,
             management_address: 10.250.0.7}
        cables:
          - {a: ams-r1/Ethernet1/1, b: par-r2/swp1}
        addresses: [{address: 10.1.1.200/31, interface: par-r2/swp1}]
        """
    )

    assert base.said(result) == []
    assert base.value("region", "north", "parent_id") is not None
    assert {"par-r2/eth0", "par-r2/swp4", "ams-r1/Ethernet1/1"} <= base.keys("interface")
    assert "par-r2/psu1" in base.keys("component")
    assert "ams-r1/Ethernet1/1 -- par-r2/swp1" in base.keys("cable")


def test_an_existing_object_moves_to_a_new_one(base: Workshop) -> None:
    """A reference that is empty in the database and leads to an object of this very import."""
    result = base.load_text(
        """
        asns: [65009]
        racks: [{site: ams, name: r9}]
        devices: [{name: ams-c1, site: ams, rack: r9, position_u: 1, asn: 65009}]
        """
    )
    assert base.said(result) == []
    assert base.value("device", "ams-c1", "rack_id") is not None
    assert base.value("device", "ams-c1", "asn_id") is not None


def test_a_device_s_own_words_win_over_its_model_s(base: Workshop) -> None:
    result = base.load_text(
        """
        devices:
          - name: par-r2
            site: par
            model: box
            role: tor
            platform: frr
            management_address: 10.250.0.7
            interfaces: [{name: swp2, speed_bps: 25G, mtu: 9000}]
            components: [{name: psu1, serial: S1}, {name: psu2, class: power-supply}]
        """
    )
    assert base.said(result) == []
    assert base.value("interface", "par-r2/swp2", "speed_bps") == 25 * 10**9
    assert base.value("interface", "par-r2/swp1", "speed_bps") == 10**10
    assert base.value("interface", "par-r2/eth0", "management") is True
    assert base.value("component", "par-r2/psu1", "serial") == "S1"
    assert str(base.value("component", "par-r2/psu1", "component_class")) == "power-supply"


def test_pruning_deletes_what_no_file_names(base: Workshop) -> None:
    text = "isps: [{name: other, asn: 64511}]\nregions: [north, south]"

    kept = base.load_text(text)
    assert base.keys("isp") == {"aurora", "other"}
    assert {op for counts in kept.counts.values() for op in counts} == {Op.CREATE}

    refused = base.load(base.folder / "design.yaml", prune=True)
    assert base.said(refused) == [
        "isp aurora: can't be deleted, bgp_session ams-r1/10.1.1.101 refers to it",
    ]
    assert base.keys("isp") == {"aurora", "other"}


def test_pruning_takes_the_parts_along(base: Workshop) -> None:
    names = sorted(base.keys("device") - {"par-r1"})
    base.design("devices:\n" + "".join(f"  - name: {name}\n" for name in names) + "cables: []\n")
    text = (base.folder / "design.yaml").read_text()
    text += "bgp_sessions: [{device: ams-r1, remote_address: 10.1.1.101}]\n"
    text += "cables: [{a: ams-r1/swp2, b: ams-c1/swp1}]\n"
    result = base.load(base.design(text.replace("cables: []\n", "")), prune=True)

    assert base.said(result) == []
    assert base.keys("device") == set(names)
    assert not {key for key in base.keys("interface") | base.keys("address") if key.startswith("par-r1")}
    assert base.keys("cable") == {"ams-r1/swp2 -- ams-c1/swp1"}


def test_a_dry_run_shows_and_keeps_nothing(base: Workshop) -> None:
    file = base.design("sites: [{name: ams, title: New}]")
    result = base.load(file, dry_run=True)

    assert result.ok
    assert [one.key for one in result.diff] == ["ams"]
    assert (result.changeset_id, result.revision) == (None, None)
    assert base.value("site", "ams", "title") == ""
    assert base.changesets.list(ChangeSetState.OPEN) == []


def test_a_change_set_may_be_left_for_review(base: Workshop) -> None:
    result = base.load(base.design("sites: [{name: ams, title: New}]"), merge=False)

    assert result.changeset_id is not None
    assert result.revision is None
    assert base.changesets.get(result.changeset_id).state is ChangeSetState.OPEN
    assert base.value("site", "ams", "title") == ""


def test_what_breaks_a_rule_stays_in_an_open_change_set(base: Workshop) -> None:
    """Nobody's work is lost: it is mended there, and merged."""
    number = 0
    design = base.design("devices: [{name: par-r1, platform: nonsense, serial: S9}]")
    assert base.load(design, dry_run=True).changeset_id is None
    for merge in (True, False):
        result = base.load(design, merge=merge)
        assert not result.ok
        assert result.revision is None
        number = result.changeset_id or 0
        with base.database.read() as session:
            device = resolve(session, "device", "par-r1")
        base.changesets.update(number, "device", device, {"platform": "frr"})
        assert base.changesets.preview(number, check).mergeable
    base.changesets.merge(number, "tester", check)
    assert base.value("device", "par-r1", "serial") == "S9"


def test_what_wants_an_approval_stays_open_too(base: Workshop) -> None:
    changesets = ChangeSets(base.database, KINDS, policy=lambda *_: [Requirement("boss", 1, "to be sure")])
    base.changesets = changesets
    result = base.load(base.design("regions: [asia]"))
    assert (result.ok, result.revision) == (False, None)
    assert "an approval by boss" in result.missing
    assert result.changeset_id is not None
    assert changesets.get(result.changeset_id).state is ChangeSetState.OPEN


def test_partial_mappings_are_laid_over_what_is_there(base: Workshop) -> None:
    """What a source doesn't name in them stays; None takes a name out."""
    text = "custom_fields: [{on_kind: site, name: a}, {on_kind: site, name: b}, {on_kind: site, name: c}]"
    assert base.load_text(f"{text}\nsites: [{{name: ams, custom: {{a: '1', b: '2'}}}}]").ok
    assert _partly(base, "ams", '{"b":"3","a":null,"c":null}').ok
    assert base.value("site", "ams", "custom") == {"b": "3"}
    assert _partly(base, "ams", '{"b":"3","a":null}').diff == ()
    assert _partly(base, "ams", '{"b":null}').ok
    assert base.value("site", "ams", "custom") is None


def _partly(base: Workshop, site: str, custom: str) -> ImportResult:
    draft = Draft(KINDS["site"], "there", 1, {"name": Scalar(site, 1), "custom": Scalar(custom, 1)}, key=site)
    draft.partial = frozenset(("custom",))

    class One:
        files = ("there",)

        def drafts(self, _session: Session) -> Drafts:
            return Drafts([draft], literal=True)

    return import_source(base.database, base.changesets, One(), "tester", "Partly")


def test_one_bad_file_is_told_with_all_the_others_and_stops_everything(
    base: Workshop, tmp_path: Path
) -> None:
    base.design("sites: [{name: ams, title: New}]", "a.yaml")
    base.design("sites:\n\t- x", "b.yaml")
    base.design("sites: [{name: ams2}]\nnonsense: 1", "c.yaml")
    (base.folder / "d.yaml").write_bytes(b"\x80\x81")
    result = base.load(base.folder)

    assert [line.split(": ")[0] for line in base.said(result)] == [
        "b.yaml:2",
        *["c.yaml:1"] * 4,
        "c.yaml:2",
        "d.yaml:1",
    ]
    assert base.value("site", "ams", "title") == ""


def test_a_failure_half_way_leaves_nothing(base: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(base.changesets, "merge", fail)
    with pytest.raises(OSError, match="disk full"):
        base.load_text("sites: [{name: ams, title: New}]")
    assert base.changesets.list(ChangeSetState.OPEN) == []
    assert base.value("site", "ams", "title") == ""


def test_a_path_that_leads_nowhere(workshop: Workshop) -> None:
    with pytest.raises(InputError, match="no such file"):
        workshop.load(Path("nowhere.yaml"))


def test_every_statement_grows_with_kinds_not_with_objects(workshop: Workshop) -> None:
    counts: list[int] = []
    for size in (5, 200):
        said: list[str] = []

        def note(_c: Any, _u: Any, statement: str, *_rest: Any, said: list[str] = said) -> None:
            said.append(statement)

        event.listen(workshop.database.engine, "before_cursor_execute", note)
        result = workshop.load_text(f'regions: ["r{size}-[1-{size}]"]')
        event.remove(workshop.database.engine, "before_cursor_execute", note)
        assert result.ok
        counts.append(len(said))
    assert counts[1] <= counts[0] + 10  # ids come in blocks
