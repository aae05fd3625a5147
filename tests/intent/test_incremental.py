"""Rendering what changed gives what rendering everything gives, whatever changed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.tables import create_tables

from netwright.base.errors import NetwrightError
from netwright.base.secret import Secret
from netwright.intent.ahead import look_ahead
from netwright.intent.impact import touched_by
from netwright.intent.incremental import Intended
from netwright.intent.ledger import RenderedConfig, RenderState, TemplateSetRow
from netwright.intent.overlay import read_folder
from netwright.intent.render import Renderer
from netwright.intent.view import build_views
from netwright.inventory import KINDS, Device
from netwright.inventory.place import Status
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.kind import FieldType, Kind
from netwright.store.sealed import SealedTexts

from .conftest import CASES, Workshop
from .test_render import POLICED

MORE = """
    vlan_groups: [{name: ams}]
    vlans: [{vlan_group: ams, number: 10, name: servers}, {vlan_group: ams, number: 20}]
    interfaces:
      - {device: par-r1, name: bond1, interface_type: lag}
      - {device: par-r1, name: swp2, lag: bond1}
      - {device: par-r1, name: bond1.10, parent: bond1, vlan: ams/10, addresses: [10.1.3.1/24]}
"""


class Secrets:
    """Secrets that can be changed."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {"md5": "one"}

    def get(self, name: str) -> Secret:
        return Secret(self.values[name])

    def versions(self) -> Mapping[str, str]:
        return dict(self.values)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workshop]:
    for table in (RenderedConfig, RenderState, TemplateSetRow):
        assert table.__tablename__ in RenderedConfig.metadata.tables
    if request.param == "sqlite":
        found: Workshop = request.getfixturevalue("base")
    else:
        database = Database(request.getfixturevalue("postgresql").new())
        create_tables(database)
        found = Workshop(database, ChangeSets(database, KINDS), tmp_path / "designs")
        assert found.said(found.load(CASES / "rules" / "base.yaml")) == []
    assert found.said(found.load_text(POLICED)) == []
    assert found.said(found.load_text(MORE)) == []
    yield found
    found.database.close()


def intent(workshop: Workshop, secrets: Secrets, overlay: Path | None = None) -> Intended:
    renderer = Renderer(read_folder(overlay) if overlay else None)
    texts = SealedTexts(workshop.database, b"key")
    return Intended(workshop.database, renderer, secrets, texts, secrets.versions)


def whole(workshop: Workshop, secrets: Secrets, overlay: Path | None = None) -> dict[str, str]:
    """Every device rendered from nothing."""
    renderer = Renderer(read_folder(overlay) if overlay else None)
    with workshop.database.read() as session:
        views = build_views(session, layers=renderer.overlay)
    found = {}
    for name, view in views.items():
        if renderer.renders(view.platform):
            try:
                found[name] = renderer.render(view, secrets)
            except NetwrightError as error:
                found[name] = str(error)
    return found


def kept(known: Intended, names: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = known.text(name)
        except NetwrightError as error:
            found[name] = str(error)
    return found


def do(workshop: Workshop, kind: str, key: str, **fields: Any) -> None:
    """One edit, merged at once."""
    (object_id,) = (one for one, name in keys(workshop, kind).items() if name == key)
    editor = workshop.changesets.editor()
    editor.update(kind, object_id, fields)
    workshop.changesets.commit(editor, "edit", "ann", lambda *_: [])


def keys(workshop: Workshop, kind: str) -> dict[int, str]:
    from netwright.store.naming import natural_keys  # noqa: PLC0415

    with workshop.database.read() as session:
        return natural_keys(session, kind)


def test_only_what_changed_is_rendered_and_the_reason_is_told(network: Workshop) -> None:
    secrets = Secrets()
    known = intent(network, secrets)
    first = known.refresh()
    assert {"ams-r1", "par-r1"} <= first.rendered.keys()
    assert set(first.rendered["par-r1"]) == {"never rendered before"}
    again = known.refresh()
    assert (again.examined, again.rendered) == (0, {})

    do(network, "interface", "par-r1/swp3", description="spare")
    assert known.refresh().rendered == {"par-r1": ("interfaces changed",)}
    do(network, "site", "ams", city="Amsterdam")
    assert known.refresh().examined == 0
    do(network, "community", "from-transit", value="65001:999")
    assert known.refresh().rendered == {"ams-r1": ("communities changed", "policies changed")}
    do(network, "bgp_group", "transit", max_prefixes=7)
    assert known.refresh().rendered == {"ams-r1": ("bgp.groups changed", "bgp.sessions changed")}
    secrets.values["md5"] = "two"
    assert known.refresh().rendered == {"ams-r1": ("a secret changed",)}
    assert "password two" in known.text("ams-r1")


def test_templates_and_context_files_count(network: Workshop, tmp_path: Path) -> None:
    secrets, overlay = Secrets(), tmp_path / "overlay"
    overlay.mkdir()
    intent(network, secrets, overlay).refresh()
    (overlay / "site" / "par" / "frr").mkdir(parents=True)
    (overlay / "site" / "par" / "frr" / "extra.j2").write_text("! of par\n")
    assert intent(network, secrets, overlay).refresh().rendered == {
        "par-r1": (f"template {overlay}/site/par/frr/extra.j2 added", "template frr/extra.j2 removed")
    }
    (overlay / "site" / "ams").mkdir()
    (overlay / "site" / "ams" / "context.yaml").write_text("bfd: {multiplier: 9}\n")
    done = intent(network, secrets, overlay).refresh()
    assert done.rendered["ams-r1"] == ("bfd changed", "context bfd changed")
    assert "par-r1" not in done.rendered
    assert "detect-multiplier 9" in intent(network, secrets, overlay).text("ams-r1")


def test_a_device_that_can_t_be_rendered_is_tried_again(network: Workshop) -> None:
    secrets = Secrets()
    known = intent(network, secrets)
    known.refresh()
    contexts = {name: one for one, name in keys(network, "config_context").items()}
    before = {"bfd": {"multiplier": 3}}
    do(network, "config_context", "everywhere", data={"bfd": {"multiplier": "many"}})
    assert "ams-r1" in known.refresh().rendered
    with pytest.raises(NetwrightError, match=r"bfd\.multiplier"):
        known.text("ams-r1")
    do(network, "config_context", "everywhere", data=before)
    assert known.refresh().rendered["ams-r1"] == ("could not be rendered before",)
    assert contexts
    assert kept(known, whole(network, secrets)) == whole(network, secrets)


def test_some_devices_only(network: Workshop) -> None:
    known = intent(network, Secrets())
    assert set(known.refresh(["par-r1"]).rendered) == {"par-r1"}
    assert "ams-r1" in known.refresh().rendered


READ = (
    "device",
    "interface",
    "interface_vlan",
    "address",
    "cable",
    "bgp_session",
    "bgp_group",
    "routing_policy",
    "routing_policy_term",
    "prefix_list",
    "prefix_list_entry",
    "community",
    "vlan",
    "vrf",
    "vrf_target",
    "asn",
    "isp",
    "prefix",
    "site",
    "region",
    "model",
    "appliance",
    "client_prefix",
    "config_context",
    "rack",
)


def random_edit(workshop: Workshop, rng: random.Random) -> None:
    """Changes, or deletes, an object of any kind in any way that the database takes."""
    kind = KINDS[rng.choice(READ)]
    with workshop.database.read() as session:
        ids = sorted(session.scalars(select(kind.table.c.id)))
    if not ids:
        return
    editor = workshop.changesets.editor()
    try:
        if rng.random() < 0.15:
            editor.delete(kind.name, rng.choice(ids))
        else:
            name, value = random_value(workshop, kind, rng)
            editor.update(kind.name, rng.choice(ids), {name: value})
        workshop.changesets.commit(editor, "random", "chaos", lambda *_: [])
    except NetwrightError:
        pass  # refused: nothing changed


def random_value(workshop: Workshop, kind: Kind, rng: random.Random) -> tuple[str, Any]:
    spec = rng.choice([one for one in kind.fields if one.name not in {"tags", "custom"}])
    if spec.reference is not None:
        with workshop.database.read() as session:
            ids = sorted(session.scalars(select(KINDS[spec.reference].table.c.id)))
        return spec.column, rng.choice([*ids, None])
    match spec.type:
        case FieldType.BOOLEAN:
            return spec.column, rng.random() < 0.5
        case FieldType.INTEGER:
            return spec.column, rng.choice([None, rng.randrange(1, 100)])
        case FieldType.CHOICE:
            return spec.column, rng.choice(list(spec.choices))
        case FieldType.TEXT:
            return spec.column, f"text{rng.randrange(20)}"
        case _:
            return spec.column, f"10.{rng.randrange(3)}.1.{rng.randrange(8)}"


@pytest.mark.slow
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_what_changed_is_what_everything_is(network: Workshop, seed: int) -> None:
    rng, secrets = random.Random(seed), Secrets()
    known = intent(network, secrets)
    known.refresh()
    for _ in range(4):
        for _ in range(rng.randrange(1, 4)):
            random_edit(network, rng)
        known.refresh()
        everything = whole(network, secrets)
        assert kept(known, everything) == everything
        with network.database.read() as session:
            active = set(session.scalars(select(Device.name).where(Device.status == Status.ACTIVE)))
            assert set(session.scalars(select(RenderedConfig.device))) <= active


def test_a_change_set_says_whom_it_would_touch(network: Workshop) -> None:
    ids = {name: one for one, name in keys(network, "device").items()}
    lists = {name: one for one, name in keys(network, "prefix_list").items()}
    opened = network.changesets.open("lists", "ann").id
    network.changesets.update(opened, "prefix_list", lists["ours"], {"name": "theirs"})
    changes = network.changesets.changes(opened)
    with network.changesets.applied(opened) as session:
        assert touched_by(session, changes).devices == frozenset((ids["ams-r1"],))


def test_a_change_set_shows_its_configurations_before_it_is_merged(network: Workshop) -> None:
    secrets = Secrets()
    intent(network, secrets).refresh()
    before = whole(network, secrets)
    lists = {name: one for one, name in keys(network, "prefix_list").items()}
    opened = network.changesets.open("lists", "ann").id
    network.changesets.update(opened, "prefix_list", lists["ours"], {"name": "theirs"})
    changes = network.changesets.changes(opened)
    with network.changesets.applied(opened) as session:
        ahead = look_ahead(session, changes, Renderer(), secrets)
    assert {name: one.reasons for name, one in ahead.items()} == {
        "ams-r1": ("policies changed", "prefix_lists changed")
    }
    assert whole(network, secrets) == before

    network.changesets.merge(opened, "ann", lambda *_: [])
    assert whole(network, secrets) == {**before, "ams-r1": ahead["ams-r1"].reveal()}
    known = intent(network, secrets)
    known.refresh()
    revision, reasons = known.why(["ams-r1"])["ams-r1"]
    assert (reasons, revision > 0) == (ahead["ams-r1"].reasons, True)
