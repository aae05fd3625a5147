"""The device-type library: read whole, told what is odd, written back with the same meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.intent.test_rules import read_cases

from netwright.base.errors import InputError
from netwright.exchange.catalogue import Catalogue, open_catalogue
from netwright.exchange.devicetypes.library import library_documents, write_library
from netwright.exchange.formats import Format, guess_format
from netwright.store.delta import Op

from .conftest import Workshop, load, load_paths, samples

SWITCH = """
manufacturer: Acme
model: X1
slug: acme-x1
part_number: 010
u_height: 1.5
is_full_depth: false
weight: 2.27
weight_unit: kg
comments: "[datasheet](https://example.com)"
interfaces:
  - {name: Port 1, type: 10gbase-x-sfpp, label: "1"}
  - {name: mgmt0, type: 1000base-t, mgmt_only: true, speed: 100000}
power-ports:
  - {name: PSU0, type: iec-60320-c14, maximum_draw: 300}
power-outlets:
  - {name: out1, type: iec-60320-c13, power_port: PSU0, feed_leg: B}
module-bays:
  - {name: Slot 1, position: "1"}
"""


def _file(folder: Path, text: str, name: str = "x.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def _written(workshop: Workshop) -> dict[tuple[str, str], dict[str, Any]]:
    with workshop.database.read() as session:
        found = library_documents(session)
    return {(doc["manufacturer"], doc["model"]): doc for doc in found.values()}


_SAYS_NOTHING = {
    "enabled": True,
    "is_powered": True,
    "mgmt_only": False,
    "front_image": False,
    "rear_image": False,
}


def _meaning(value: Any) -> Any:
    """A document without what says nothing: defaults, empty values, how numbers and names are quoted."""
    if isinstance(value, dict):
        said = {
            word: one
            for word, one in value.items()
            if one not in ("", None, []) and one is not _SAYS_NOTHING.get(word)
        }
        return {str(word): _meaning(one) for word, one in said.items()}
    if isinstance(value, list):
        return [_meaning(one) for one in value]
    return str(value) if isinstance(value, bool | str) else str(float(value))


def test_a_model_with_its_parts(workshop: Workshop, tmp_path: Path) -> None:
    result = load_paths(workshop, _file(tmp_path, SWITCH))

    assert result.ok
    assert result.problems == []
    assert workshop.value("model", "X1", "part_number") == "010"
    assert workshop.value("model", "X1", "height_u") == 1.5
    assert workshop.value("model_interface", "X1/mgmt0", "speed_bps") == 10**8
    assert workshop.value("model_port", "X1/power-outlet/out1", "power_port") == "PSU0"
    assert workshop.value("model_bay", "X1/module/Slot 1", "position") == "1"


def test_a_second_import_changes_nothing_and_a_changed_file_is_a_small_diff(
    workshop: Workshop, tmp_path: Path
) -> None:
    load_paths(workshop, _file(tmp_path, SWITCH))
    assert load_paths(workshop, tmp_path / "x.yaml").diff == ()

    changed = (
        SWITCH.replace("300", "350")
        .replace("weight: 2.27\n", "")
        .replace('- {name: Slot 1, position: "1"}', "")
    )
    changed += "device-bays:\n  - {name: Bay 1}\n"
    result = load_paths(workshop, _file(tmp_path, changed))

    said = {(one.kind, one.key, one.op) for one in result.diff}
    assert said == {
        ("model", "X1", Op.UPDATE),
        ("model_port", "X1/power/PSU0", Op.UPDATE),
        ("model_bay", "X1/module/Slot 1", Op.DELETE),
        ("model_bay", "X1/device/Bay 1", Op.CREATE),
    }
    assert workshop.value("model", "X1", "weight") is None


@pytest.mark.parametrize("case", read_cases("devicetypes"))
def test_odd_files_are_told_and_come_back_whole(
    workshop: Workshop, tmp_path: Path, case: dict[str, Any]
) -> None:
    result = load_paths(workshop, _file(tmp_path, case["file"]))

    assert [str(one).replace(f"{tmp_path}/", "") for one in result.problems] == case["problems"]
    assert result.ok
    assert result.revision == 1
    (document,) = _written(workshop).values()
    wanted = yaml.safe_load(case["file"])
    if case["name"].startswith("parts without"):  # unread ones come after the others
        wanted["interfaces"] = sorted(wanted["interfaces"], key=str)
        document["interfaces"] = sorted(document["interfaces"], key=str)
    assert _meaning(document) == _meaning(wanted)
    assert load_paths(workshop, tmp_path / "x.yaml").diff == ()


def test_a_broken_file_is_left_out_and_the_others_taken(workshop: Workshop, tmp_path: Path) -> None:
    _file(tmp_path, "manufacturer: Acme\nmodel: [\n", "module-types/a.yaml")
    _file(tmp_path, "manufacturer: Acme\n", "module-types/b.yaml")
    _file(tmp_path, "manufacturer: Acme\nmodel: M1\n", "module-types/c.yaml")
    _file(tmp_path, "manufacturer: Acme\nmodel: M1\n", "module-types/d.yaml")

    result = load_paths(workshop, tmp_path)

    assert [str(one).replace(f"{tmp_path}/module-types/", "").split(":")[0] for one in result.problems] == [
        "a.yaml",
        "b.yaml",
        "d.yaml",
    ]
    assert all("left out" in str(one) for one in result.problems)
    assert workshop.keys("model") == {"M1"}
    assert str(workshop.value("model", "M1", "form")) == "module"


def test_models_of_one_name_keep_apart_and_stay_so(workshop: Workshop, tmp_path: Path) -> None:
    for maker in ("Acme", "Bolt"):
        _file(tmp_path, f"manufacturer: {maker}\nmodel: M1\n", f"module-types/{maker}/m1.yaml")
    _file(tmp_path, SWITCH.replace("X1", "M1").replace("Acme", "Bolt"), "device-types/Bolt/m1.yaml")

    load_paths(workshop, tmp_path)

    # device types come first
    assert workshop.keys("model") == {"M1", "Acme M1", "Bolt M1"}
    assert workshop.value("model", "Bolt M1", "reported_name") == "M1"
    assert load_paths(workshop, tmp_path).diff == ()
    assert load_paths(workshop, tmp_path / "module-types" / "Bolt" / "m1.yaml").diff == ()
    with workshop.database.read() as session:
        assert sorted(doc["model"] for doc in library_documents(session).values()) == ["M1", "M1", "M1"]
        written = write_library(session, tmp_path / "out")
    assert [str(path.relative_to(tmp_path / "out")) for path in written] == [
        "device-types/Bolt/M1.yaml",
        "module-types/Acme/M1.yaml",
        "module-types/Bolt/M1.yaml",
    ]


@pytest.mark.slow
def test_every_sample_comes_back_equal_in_meaning(workshop: Workshop, tmp_path: Path) -> None:
    folder = samples("devicetypes")
    result = load_paths(workshop, folder)

    assert result.ok
    assert not [one for one in result.problems if "left out" in one.message]
    written = _written(workshop)
    files = [
        file for kind in ("device-types", "module-types") for file in sorted((folder / kind).rglob("*.y*ml"))
    ]
    assert len(files) == len(written) == result.files
    for file in files:
        wanted = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
        document = written[str(wanted["manufacturer"]), str(wanted["model"])]
        assert _meaning(document) == _meaning(wanted), file.name
    with workshop.database.read() as session:
        write_library(session, tmp_path / "out")
    assert load_paths(workshop, tmp_path / "out").diff == ()


def test_our_transceivers_are_read_without_a_word(workshop: Workshop) -> None:
    result = load(workshop, open_catalogue(Catalogue.TRANSCEIVERS))

    assert result.ok
    assert result.problems == []
    assert str(workshop.value("model", "100GBASE-LR4 QSFP28", "component_class")) == "transceiver"
    assert load(workshop, open_catalogue(Catalogue.TRANSCEIVERS)).diff == ()


def test_the_format_is_guessed(tmp_path: Path) -> None:
    design = _file(tmp_path, "models:\n  - {name: X, manufacturer: Y, model: Z}\n", "design.yaml")
    single = _file(tmp_path, SWITCH, "lone/x.yaml")
    _file(tmp_path, SWITCH, "library/module-types/x.yaml")

    assert guess_format([design]) is Format.DESIGN
    assert guess_format([single]) is Format.DEVICETYPES
    assert guess_format([tmp_path / "library"]) is Format.DEVICETYPES
    with pytest.raises(InputError):
        guess_format([tmp_path / "nowhere"])
