"""Lists as addresses, forms of any kind, edits in change sets, pasted tables, search."""

from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select
from tests.web.conftest import BrowserMaker
from tests.web.seed import Seeded

from netwright.inventory import Component, CustomField, Device, Interface, InterfaceAddress, Rack, Site, Tag
from netwright.store.proposal import ChangeSetState


def keys_in(text: str) -> list[str]:
    return re.findall(r'aria-label="Record of ([^"]+)"', text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("device?site=ams&role=edge", ["ams-edge1", "ams-edge2"]),
        ("device?name__ic=EDGE&site=ams&sort=-name", ["ams-edge2", "ams-edge1"]),
        ("device?q=ams-tor", ["ams-tor1"]),
        ("device?management_address__within=10.250.0.21/32", ["ams-edge1"]),
        ("interface?device=ams-tor1&name=swp1", ["ams-tor1/swp1"]),
        ("interface?device.site=ams&device.role=tor&name=swp1", ["ams-tor1/swp1"]),
        ("device?site=ams&role=origin", []),
    ],
)
async def test_an_address_is_a_list(
    full: Seeded, browser_of: BrowserMaker, query: str, keys: list[str]
) -> None:
    browser = await browser_of(full, "vera")
    response = await browser.listed(f"/inventory/{query}")
    assert response.status_code == 200
    assert keys_in(response.text) == keys


async def test_a_wrong_question_is_answered_with_what_can_be_asked(
    full: Seeded, browser_of: BrowserMaker
) -> None:
    browser = await browser_of(full, "vera")
    response = await browser.listed("/inventory/device?sit=ams")
    assert response.status_code == 200
    assert "Did you mean site?" in response.text


async def test_csv_has_the_whole_list_and_comes_back_as_no_change(
    own_full: Seeded, browser_of: BrowserMaker
) -> None:
    browser = await browser_of(own_full, "otto")
    text = (await browser.get("/inventory/device/csv?site=ams&columns=name,serial,site.region")).text
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["name", "serial", "site.region"]
    assert len(rows) == 6
    whole = (await browser.get("/inventory/rack/csv")).text
    answer = await browser.post("/inventory/rack/import", table=whole, action="preview")
    assert "Nothing differs" in answer.text


async def test_views_are_kept_by_their_owner_and_shared(own: Seeded, browser_of: BrowserMaker) -> None:
    vera, otto = await browser_of(own, "vera"), await browser_of(own, "otto")
    saved = await vera.post("/inventory/device/views", name="Edges", query="?role=edge")
    assert saved.headers["location"] == "/devices?role=edge"
    assert "Edges" in (await vera.listed("/inventory/device")).text
    assert "Edges" not in (await otto.listed("/inventory/device")).text
    await vera.post("/inventory/device/views", name="Edges", query="role=edge", shared="yes")
    text = (await otto.listed("/inventory/device")).text
    assert "shared by vera" in text
    view = re.search(r"views/(\d+)/remove", (await vera.listed("/inventory/device")).text)
    assert view is not None
    assert (await otto.post(f"/inventory/device/views/{view[1]}/remove")).status_code == 404
    assert (await vera.post(f"/inventory/device/views/{view[1]}/remove")).status_code == 303
    assert "Edges" not in (await otto.listed("/inventory/device")).text


async def test_a_form_creates_edits_undoes_and_deletes(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    made = await browser.post(
        "/inventory/rack/new", site="ams", name="r9", height_u="47", change_reason="more room"
    )
    assert made.status_code == 303, made.text[-3000:]
    path = made.headers["location"].partition("?")[0]
    assert "Saved as revision" in (await browser.get(made.headers["location"])).text
    same = await browser.post(f"{path}/edit", site="ams", name="r9", height_u="47")
    assert "Nothing differs" in (await browser.get(same.headers["location"])).text
    await browser.post(f"{path}/edit", site="ams", name="r9", height_u="42")
    shown = (await browser.get(path)).text
    revision = re.search(r"/undo/(\d+)", shown)
    assert revision is not None
    assert "42\u202fU" in shown or "42 U" in shown
    assert (await browser.post(f"{path}/undo/{revision[1]}")).status_code == 303
    with own_full.context.database.read() as session:
        assert session.scalar(select(Rack.height_u).where(Rack.name == "r9")) == 47
    past = (await browser.get(f"{path}?as_of={revision[1]}")).text
    assert "As it was after revision" in past
    assert (await browser.post(f"{path}/delete")).status_code == 303
    assert "This object is gone" in (await browser.get(path)).text


async def test_errors_stand_beside_their_fields(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    answer = await browser.post("/inventory/rack/new", site="amss", name="", height_u="tall")
    assert answer.status_code == 400
    text = answer.text
    for name in ("site", "name", "height_u"):
        assert f'id="field-{name}-error"' in text
    assert "Expected an integer" in text
    assert "Did you mean ams" in text
    with own_full.context.database.read() as session:
        device = session.scalars(select(Device).where(Device.name == "ams-edge2")).one()
    taken = await browser.post(f"/inventory/device/{device.id}/edit", name="ams-edge1")
    assert taken.status_code == 400
    assert "ams-edge1" in taken.text


async def test_custom_fields_and_tags_are_inputs(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    assert (await browser.post("/inventory/tag/new", name="spare")).status_code == 303
    field = await browser.post(
        "/inventory/custom_field/new", on_kind="rack", name="owner_year", value_type="integer", help="Since"
    )
    assert field.status_code == 303, field.text[-2000:]
    with own_full.context.database.read() as session:
        assert session.scalars(select(CustomField.name)).all() == ["owner_year"]
        rack = session.scalars(select(Rack).limit(1)).one()
    form = (await browser.get(f"/inventory/rack/{rack.id}/edit")).text
    assert 'name="custom.owner_year"' in form
    assert 'value="spare"' in form
    saved = await browser.post(
        f"/inventory/rack/{rack.id}/edit", **{"tags": "spare", "custom.owner_year": "2024"}
    )
    assert saved.status_code == 303, saved.text[-2000:]
    with own_full.context.database.read() as session:
        found = session.get_one(Rack, rack.id)
    assert found.tags == ["spare"]
    assert found.custom == {"owner_year": 2024}
    for query in ("tags__has=spare", "custom.owner_year=2024", "custom.owner_year__gte=2000"):
        assert len(keys_in((await browser.get(f"/inventory/rack?{query}")).text)) == 1, query
    assert keys_in((await browser.get("/inventory/rack?custom.owner_year__gte=2030")).text) == []


async def test_a_carried_tag_is_taken_off_when_asked(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    await browser.post("/inventory/tag/new", name="spare")
    with own_full.context.database.read() as session:
        rack = session.scalars(select(Rack).limit(1)).one()
        tag = session.scalars(select(Tag)).one()
    await browser.post(f"/inventory/rack/{rack.id}/edit", tags="spare")
    path = f"/inventory/tag/{tag.id}/delete"
    asked = (await browser.get(path)).text
    assert "carries it" in asked
    assert "btn-danger" not in asked
    assert 'href="?force=yes"' in asked
    forced = (await browser.get(f"{path}?force=yes")).text
    assert "carries it" not in forced
    assert rack.name in forced
    assert (await browser.post(path)).status_code == 409
    assert (await browser.post(path, force="yes")).status_code == 303
    with own_full.context.database.read() as session:
        assert session.get_one(Rack, rack.id).tags is None
        assert session.scalars(select(Tag)).all() == []


async def test_carried_tags_are_taken_off_many_at_once(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    for name in ("spare", "loud"):
        await browser.post("/inventory/tag/new", name=name)
    with own_full.context.database.read() as session:
        rack = session.scalars(select(Rack).limit(1)).one()
        ids = ",".join(str(one) for one in session.scalars(select(Tag.id)))
    await browser.post(f"/inventory/rack/{rack.id}/edit", tags="spare,loud")
    path = "/inventory/tag/bulk"
    asked = (await browser.post(path, id=ids, action="delete")).text
    assert "carries it" in asked
    assert "btn-danger" not in asked
    assert 'name="force" value="yes">Take them off' in asked
    forced = (await browser.post(path, id=ids, action="delete", force="yes")).text
    assert "carries it" not in forced
    assert rack.name in forced
    assert "Delete 2" in forced
    assert 'type="hidden" name="force" value="yes"' in forced
    refused = await browser.post(path, id=ids, action="remove")
    assert refused.status_code == 400
    assert (await browser.post(path, id=ids, action="remove", force="yes")).status_code == 303
    with own_full.context.database.read() as session:
        assert not session.get_one(Rack, rack.id).tags
        assert session.scalars(select(Tag)).all() == []


async def test_a_prefix_is_linked_by_itself(own_full: Seeded, browser_of: BrowserMaker) -> None:
    """Not by the last part of its key, a VRF that most have none of."""
    browser = await browser_of(own_full, "otto")
    shown = (await browser.get("/inventory/prefix")).text
    named = re.findall(r'<a href="/inventory/prefix/[0-9]+">([^<]+)</a>', shown)
    assert named.count("198.18.0.0/16") == 1
    cell = re.search(
        r'<a href="/inventory/prefix/[0-9]+">198.18.0.0/16</a></td>\s*<td[^>]*>(.*?)</td>', shown
    )
    assert cell is not None
    assert cell[1] == '<span class="quiet">–</span>'


async def test_a_device_brings_the_parts_of_its_model(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    made = await browser.post(
        "/inventory/device/new", name="ams-new1", site="ams", model="NW-3048", role="tor"
    )
    assert made.status_code == 303, made.text[-3000:]
    with own_full.context.database.read() as session:
        new = session.scalars(select(Device).where(Device.name == "ams-new1")).one()
        old = session.scalars(select(Device).where(Device.name == "ams-tor1")).one()
        names = [
            {*session.scalars(select(Component.name).where(Component.device_id == one.id))}
            for one in (new, old)
        ]
    assert names[0]
    assert names[0] <= names[1]


async def test_edits_wait_in_the_chosen_change_set(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    opened = await browser.post("/changes/new", title="New racks")
    number = int(opened.headers["location"].rpartition("/")[2])
    assert f"change set {number}" in (await browser.get("/inventory/rack")).text
    made = await browser.post("/inventory/rack/new", site="ams", name="r9")
    assert made.headers["location"].startswith(f"/changes/{number}")
    with own_full.context.database.read() as session:
        assert session.scalar(select(Rack.id).where(Rack.name == "r9")) is None
    change = own_full.context.changesets.changes(number)[0]
    form = await browser.get(f"/inventory/rack/{change.id}/edit")
    assert 'value="r9"' in form.text, "an object of the open change set can be edited on"
    device = await browser.post(
        "/inventory/device/new", name="ams-new1", site="ams", rack="ams/r9", model="NW-3048", role="tor"
    )
    assert device.headers["location"].startswith(f"/changes/{number}"), device.text[-2000:]
    assert (await browser.post(f"/changes/{number}/merge")).status_code == 303
    with own_full.context.database.read() as session:
        assert session.scalar(select(Rack.id).where(Rack.name == "r9")) == change.id
    assert "You are editing" not in (await browser.get("/inventory/rack")).text


async def test_ticked_rows_are_edited_after_a_look(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    with own_full.context.database.read() as session:
        ids = list(session.scalars(select(Interface.id).order_by(Interface.id).limit(3)))
    ticked = ",".join(str(one) for one in ids)
    form = await browser.post("/inventory/interface/bulk", id=ticked, action="edit")
    assert "Edit 3 interfaces" in form.text
    none = await browser.post("/inventory/interface/bulk", id=ticked, action="preview")
    assert none.status_code == 400
    wished = {"set.description": "on", "description": "looked at"}
    preview = await browser.post("/inventory/interface/bulk", id=ticked, action="preview", **wished)
    assert "3 objects would change" in preview.text
    with own_full.context.database.read() as session:
        assert session.scalar(select(Interface.id).where(Interface.description == "looked at")) is None
    saved = await browser.post("/inventory/interface/bulk", id=ticked, action="save", **wished)
    assert saved.status_code == 303
    with own_full.context.database.read() as session:
        assert set(session.scalars(select(Interface.id).where(Interface.description == "looked at"))) == set(
            ids
        )


async def test_a_pasted_table_is_told_by_line_then_taken(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    wrong = await browser.post(
        "/inventory/rack/import", table="site,name,hight_u\nams,r8,42\n", action="preview"
    )
    assert wrong.status_code == 400
    assert "did you mean height_u" in wrong.text
    table = "site\tname\theight_u\nams\tr8\t42\nnowhere\tr9\t42\nams\tr7\ttall\n"
    answer = await browser.post("/inventory/rack/import", table=table, action="preview")
    assert answer.status_code == 400
    assert "line:3" in answer.text
    assert "line:4" in answer.text
    good = "site\tname\theight_u\nams\tr8\t42\nams\tr9\t47\n"
    preview = await browser.post("/inventory/rack/import", table=good, action="preview")
    assert "2 objects would change" in preview.text
    assert (await browser.post("/inventory/rack/import", table=good, action="save")).status_code == 303
    with own_full.context.database.read() as session:
        assert session.scalar(select(Rack.height_u).where(Rack.name == "r9")) == 47


@pytest.mark.parametrize(
    ("q", "keys"),
    [
        ("ams-edge1", {"ams-edge1"}),
        ("ams-edge1/swp1", {"ams-edge1/swp1"}),
        ("nwamstor101", {"ams-tor1"}),
        ("Amsterdam", {"ams"}),
    ],
)
async def test_search_finds(full: Seeded, browser_of: BrowserMaker, q: str, keys: set[str]) -> None:
    browser = await browser_of(full, "vera")
    text = (await browser.get(f"/search/results?q={q}")).text
    assert keys <= set(re.findall(r'class="mono">([^<]+)</span>', text))


async def test_an_address_finds_what_holds_it(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "vera")
    with full.context.database.read() as session:
        query = select(InterfaceAddress.address, Interface.name, Device.name, Site.name)
        query = query.join(Interface, InterfaceAddress.interface_id == Interface.id)
        query = query.join(Device, Interface.device_id == Device.id).join(Site, Device.site_id == Site.id)
        held, interface, device, site = session.execute(query.limit(1)).one()
    text = (await browser.get(f"/search/results?q={held.ip}")).text
    found = set(re.findall(r'class="mono">([^<]+)</span>', text))
    assert {f"{device}/{interface}", device, site} <= found
    assert any(key.endswith(str(held)) for key in found)


async def test_type_ahead(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "vera")
    assert (await browser.get("/pick/device?q=ams-e")).json() == ["ams-edge1", "ams-edge2"]
    assert "ams-edge1/swp1" in (await browser.get("/pick/interface?q=ams-edge1/sw")).json()
    assert (await browser.get("/pick/rack?q=ams")).json() != []


async def test_a_review(own_full: Seeded, browser_of: BrowserMaker) -> None:
    otto, ada = await browser_of(own_full, "otto"), await browser_of(own_full, "ada")
    sets = own_full.context.changesets
    with own_full.context.database.read() as session:
        device = session.scalars(select(Device).where(Device.name == "par-tor1")).one()
    mine, theirs = sets.open("One serial", "otto").id, sets.open("Another serial", "ada").id
    sets.update(mine, "device", device.id, {"serial": "A1"})
    sets.update(theirs, "device", device.id, {"serial": "B2"})
    await ada.post(f"/changes/{mine}/comment", text="Is it so?", kind="device", object_id=str(device.id))
    text = (await otto.get(f"/changes/{mine}")).text
    assert "Is it so?" in text
    assert f'href="/changes/{theirs}"' in text, "who else wants the same"
    edition = str(sets.get(mine).edition)
    assert (await otto.post(f"/changes/{mine}/approve", edition=edition)).status_code in {400, 403}
    assert (await ada.post(f"/changes/{mine}/approve", edition=edition)).status_code == 303
    assert "approved" in (await otto.get(f"/changes/{mine}")).text
    assert (await otto.post(f"/changes/{mine}/merge", edition=edition)).status_code == 303
    settled = await ada.post(
        f"/changes/{theirs}/resolve",
        kind="device",
        object_id=str(device.id),
        field="serial",
        keep="other",
        value="C3",
    )
    assert settled.status_code == 303
    assert (await ada.post(f"/changes/{theirs}/merge")).status_code == 303
    with own_full.context.database.read() as session:
        assert session.scalar(select(Device.serial).where(Device.id == device.id)) == "C3"
    assert sets.get(theirs).state is ChangeSetState.MERGED


async def test_all_that_fit_a_filter_are_edited(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    asked = "?device.site=ams&enabled=true"
    with own_full.context.database.read() as session:
        ams = select(Interface.id).join(Device, Interface.device_id == Device.id).join(Site)
        ids = set(session.scalars(ams.where(Site.name == "ams", Interface.enabled)))
    assert len(ids) > 3
    form = await browser.post("/inventory/interface/bulk", action="edit-all", query=asked)
    assert f"Edit {len(ids)} interfaces" in form.text
    chosen = re.findall(r'name="id" value="([\d,]+)"', form.text)[0]
    assert {int(one) for one in chosen.split(",")} == ids
    wished = {"set.description": "on", "description": "all of them"}
    preview = await browser.post("/inventory/interface/bulk", id=chosen, action="preview", **wished)
    assert f"{len(ids)} objects would change" in preview.text
    saved = await browser.post("/inventory/interface/bulk", id=chosen, action="save", **wished)
    assert saved.status_code == 303
    with own_full.context.database.read() as session:
        named = set(session.scalars(select(Interface.id).where(Interface.description == "all of them")))
    assert named == ids
    sick = await browser.post("/inventory/device/bulk", action="edit-all", query="?health=down")
    assert "Edit 1 device" in sick.text
    nothing = await browser.post("/inventory/interface/bulk", action="edit-all", query="?name=nowhere")
    assert nothing.status_code == 400
