"""The network as a folder: out and in again, edited, against what others did since."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intent.conftest import DEMO, _workshop
from tests.intent.test_parts import CHASSIS, FITTED

from netwright.base.errors import InputError
from netwright.exchange.formats import Format, guess_format
from netwright.exchange.tree.export import Manifest, read_manifest, write_tree
from netwright.exchange.tree.source import EditedTree
from netwright.intent.importer import ImportResult
from netwright.store.delta import Op

from .conftest import Workshop, load

KEY = b"k" * 32


@pytest.fixture
def other(_empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A second home, without objects."""
    yield from _workshop(_empty, tmp_path_factory.mktemp("other"))


@pytest.fixture
def network(workshop: Workshop) -> Workshop:
    assert workshop.load(DEMO).ok
    assert workshop.load_text(CHASSIS.replace("models:", "manufacturers: [{name: Acme}]\nmodels:")).ok
    assert workshop.load_text(FITTED).ok
    return workshop


def _export(workshop: Workshop, folder: Path) -> Manifest:
    with workshop.database.read() as session:
        return write_tree(session, folder, KEY)


def _import(workshop: Workshop, folder: Path) -> ImportResult:
    return load(workshop, EditedTree(folder, KEY))


def _edit(folder: Path, path: str, old: str, new: str) -> None:
    file = folder / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.yaml")}


def test_into_an_empty_home_and_out_gives_the_same_bytes(
    network: Workshop, other: Workshop, tmp_path: Path
) -> None:
    manifest = _export(network, tmp_path / "one")
    assert guess_format([tmp_path / "one"]) is Format.EXPORT
    assert {"devices/ams/r1.yaml", "shared/cables.yaml"} <= manifest.files.keys()
    result = load(other, EditedTree(tmp_path / "one", b"another home"))
    assert [str(one.severity) for one in result.problems] == ["warning"]
    assert result.ok

    _export(other, tmp_path / "two")

    assert _bytes(tmp_path / "two") == _bytes(tmp_path / "one")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), max_size=20)


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(TEXT.filter(str.strip), min_size=1, max_size=4, unique=True),
    st.sampled_from(
        ["no", "null", "~", "1e3", "010", "[1-2]", "a: b", "- x", "'", '"', "#", "10G", "&a", "*a"]
    ),
    st.dictionaries(
        st.text("ab", min_size=1), st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1, 1) | TEXT
    ),
)
def test_any_words_come_back(
    _empty: Path,  # noqa: PT019 (a file to copy)
    tmp_path_factory: pytest.TempPathFactory,
    names: list[str],
    word: str,
    data: dict[str, object],
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    for workshop in _workshop(_empty, folder / "a"):
        edit = workshop.changesets.editor()
        for name in dict.fromkeys([*names, word]):
            edit.create("contact", {"name": name, "role": word, "description": names[0]})
        edit.create("config_context", {"name": word, "data": data})
        workshop.changesets.commit(edit, "Words", "tester", lambda _session, _changes: [])
        _export(workshop, folder / "one")
    for workshop in _workshop(_empty, folder / "b"):
        assert [str(one) for one in load(workshop, EditedTree(folder / "one", b"x")).problems[1:]] == []
        _export(workshop, folder / "two")
    assert _bytes(folder / "two") == _bytes(folder / "one")


def test_an_untouched_export_changes_nothing_also_later(network: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    _export(network, folder)
    assert network.load_text("regions: [{name: asia}]\nsites: [{name: ams, title: New}]").ok

    assert _import(network, folder).diff == ()
    assert network.value("site", "ams", "title") == "New"
    again = _export(network, folder)
    assert again.revision == read_manifest(folder).revision


def test_edits_are_a_change_set_on_what_is_there_now(network: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    _export(network, folder)
    assert network.load_text("sites: [{name: ams, title: New}]\ntags: [{name: t}]").ok  # others meanwhile
    _edit(folder, "shared/sites.yaml", "city: Amsterdam", "city: Haarlem")
    _edit(folder, "devices/ams/r1.yaml", "- name: et-1/0\n", "- name: et-1/0\n    description: to fra\n")
    _edit(folder, "devices/ams/r1.yaml", "  - name: aux\n    component: r1/mic1\n", "")
    (folder / "devices/ams/ams-cache1.yaml").unlink()

    result = _import(network, folder)

    assert [str(one) for one in result.problems] == []
    said = {(one.kind, one.key, one.op) for one in result.diff if one.key.startswith(("ams", "r1"))}
    assert {
        ("site", "ams", Op.UPDATE),
        ("interface", "r1/et-1/0", Op.UPDATE),
        ("interface", "r1/aux", Op.DELETE),
        ("device", "ams-cache1", Op.DELETE),
    } <= said
    assert network.value("site", "ams", "title") == "New"
    assert network.value("site", "ams", "city") == "Haarlem"
    assert _import(network, folder).diff == ()


def test_what_both_changed_is_a_conflict(network: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    _export(network, folder)
    assert network.load_text(
        "sites: [{name: ams, city: Utrecht}]\ncomponents: [{device: r1, name: fan1, serial: X}]"
    ).ok
    _edit(folder, "shared/sites.yaml", "city: Amsterdam", "city: Haarlem")
    text = yaml.safe_load((folder / "devices/ams/r1.yaml").read_text())
    text["devices"][0]["components"] = [
        one for one in text["devices"][0]["components"] if one["name"] != "fan1"
    ]
    (folder / "devices/ams/r1.yaml").write_text(yaml.safe_dump(text))

    result = _import(network, folder)

    assert result.revision is None
    said = [str(one) for one in result.problems]
    assert any("city was Amsterdam, is now Utrecht, the file wants Haarlem" in one for one in said)
    assert any("component r1/fan1: is taken out, but others changed serial since" in one for one in said)
    assert network.value("site", "ams", "city") == "Utrecht"


def test_a_field_taken_out_gets_its_default(network: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    _export(network, folder)
    _edit(folder, "shared/sites.yaml", "  city: Amsterdam\n", "")
    assert _import(network, folder).ok
    assert network.value("site", "ams", "city") == ""


def test_a_manifest_that_was_tampered_with_is_not_trusted(network: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    _export(network, folder)
    manifest = read_manifest(folder)
    (folder / "manifest.json").write_bytes(
        Manifest(manifest.revision - 1, manifest.files, manifest.signature).data()
    )
    result = _import(network, folder)
    assert [str(one.severity) for one in result.problems] == ["warning"]
    assert result.diff == ()


def test_only_an_empty_folder_or_an_older_export_is_written_over(network: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    _export(network, folder)
    shutil.move(folder / "devices/ams/r1.yaml", tmp_path / "kept")
    _export(network, folder)
    assert (folder / "devices/ams/r1.yaml").read_bytes() == (tmp_path / "kept").read_bytes()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(InputError, match="no export"):
        _export(network, tmp_path / "mine")
