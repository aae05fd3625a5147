"""Chromium edits the inventory: lists, forms, cells, ticked rows, tables, reviews, racks, search by keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from tests.browser.conftest import Site, Window

from netwright.inventory import Device, Rack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

UNLABELLED = """() => [...document.querySelectorAll("input, main select, main textarea, main button")]
  .filter((one) => one.type !== "hidden" && one.getClientRects().length)
  .filter((one) => !one.labels?.length && !one.getAttribute("aria-label") && !one.textContent.trim())
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def window(chromium: Browser, site: Site) -> Iterator[Window]:
    made = Window(chromium, site.url)
    made.login("otto")
    yield made
    assert made.troubles == []
    assert made.elsewhere == []
    made.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_editing_fit_and_are_labelled(chromium: Browser, site: Site, width: int) -> None:
    window = Window(chromium, site.url, width=width, scheme="dark" if width < 600 else "light")
    window.login("otto")
    with site.seeded.context.database.read() as session:
        rack = session.scalar(select(Rack.id).limit(1))
        device = session.scalar(select(Device.id).limit(1))
    for path in (
        "/inventory", "/inventory/device", "/inventory/interface?device.site=ams", "/inventory/device/new",
        f"/inventory/device/{device}", f"/inventory/device/{device}/edit",
        f"/inventory/device/{device}/delete", "/inventory/rack/import", f"/racks/{rack}",
        "/sites/ams", "/changes/3", "/search?q=ams",
    ):  # fmt: skip
        window.go(path)
        wide = window.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, path
        assert window.page.evaluate(UNLABELLED) == [], path
    assert window.troubles == []
    window.close()


def test_a_filter_becomes_an_address(window: Window) -> None:
    window.go("/inventory/device")
    window.page.locator("#filter-role").select_option("edge")
    expect(window.page).to_have_url(re.compile(r"/devices\?.*role=edge"))
    expect(window.page.locator("#objects .chip")).to_contain_text("Role is edge")
    site = window.page.locator("#filter-site")
    site.press_sequentially("am")
    expect(window.page.locator(".picker-option").first).to_have_text("ams")
    site.press("ArrowDown")
    site.press("Enter")
    expect(window.page.locator("#objects tbody tr")).to_have_count(2)


def test_a_form_with_type_ahead(window: Window, site: Site) -> None:
    window.go("/inventory/rack/new")
    window.page.get_by_role("button", name="Save").click()
    expect(window.page.locator(".field-error")).to_have_count(2)
    place = window.page.locator("#field-site")
    place.press_sequentially("par")
    expect(window.page.get_by_role("option", name="par", exact=True)).to_be_visible()
    place.press("ArrowDown")
    place.press("Enter")
    expect(place).to_have_value("par")
    window.page.locator("#field-name").fill("r77")
    window.page.get_by_role("button", name="Save").click()
    expect(window.page.get_by_role("status").filter(has_text="Saved as revision")).to_be_visible()
    with site.seeded.context.database.read() as session:
        assert session.scalar(select(Rack.id).where(Rack.name == "r77"))
    window.troubles.clear()  # the refused form was a 400


def test_a_value_is_edited_in_its_cell(window: Window, site: Site) -> None:
    window.go("/inventory/device?columns=name,asset_tag&name=ams-edge1")
    cell = window.page.locator("td[data-cell$=asset_tag]")
    cell.focus()
    cell.press("Enter")
    cell.locator("input[name=asset_tag]").fill("A-17")
    cell.locator("input[name=asset_tag]").press("Enter")
    expect(cell).to_have_text("A-17")
    with site.seeded.context.database.read() as session:
        assert session.scalar(select(Device.asset_tag).where(Device.name == "ams-edge1")) == "A-17"


def test_ticked_rows_are_edited(window: Window) -> None:
    window.go("/inventory/device?site=ams&role=edge")
    window.page.get_by_label("Tick all rows of this page").check()
    expect(window.page.locator("[data-ticked-bar]")).to_contain_text("2 ticked")
    window.page.get_by_role("button", name="Edit them").click()
    window.page.locator("#field-asset_tag").fill("lot-7")
    window.page.get_by_role("button", name="Show the difference").click()
    expect(window.page.get_by_role("heading", name="2 objects would change")).to_be_visible()
    window.page.get_by_role("button", name="Save", exact=True).click()
    expect(window.page.get_by_role("status").filter(has_text="Saved as revision")).to_be_visible()


def test_a_pasted_table(window: Window) -> None:
    window.go("/inventory/rack/import")
    window.page.get_by_label("Table").fill("site\tname\theight_u\nams\tr8\t47\n")
    window.page.get_by_role("button", name="Show the difference").click()
    expect(window.page.get_by_role("heading", name="1 object would change")).to_be_visible()
    window.page.get_by_role("button", name="Import").click()
    expect(window.page.get_by_role("status").filter(has_text="Saved as revision")).to_be_visible()


def test_edits_wait_in_a_change_set_until_its_merge(window: Window) -> None:
    window.go("/changes")
    window.page.get_by_text("New change set").click()
    window.page.get_by_label("What it does").fill("Room for growth")
    window.page.get_by_role("button", name="Open and work in it").click()
    expect(window.page.locator(".working")).to_contain_text("Room for growth")
    window.go("/inventory/rack/new?site=ams")
    window.page.locator("#field-name").fill("r9")
    window.page.get_by_role("button", name="Save in change set").click()
    expect(window.page.get_by_text("ams/r9", exact=True)).to_be_visible()
    window.page.get_by_label("Comment", exact=True).fill("Ordered last week")
    window.page.get_by_role("button", name="Comment", exact=True).click()
    expect(window.page.locator(".comment-text")).to_have_text("Ordered last week")
    window.page.get_by_role("button", name="Merge 1 object").click()
    expect(window.page.locator(".page-head .state")).to_contain_text("merged")


def test_search_by_keyboard(window: Window, site: Site) -> None:
    window.page.keyboard.press("Control+k")
    expect(window.page.locator("#find")).to_be_focused()
    window.page.keyboard.type("ams-edge1")
    first = window.page.locator("#find-list [role=option]").first
    expect(first).to_contain_text("ams-edge1")
    window.page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    window.page.keyboard.press("Enter")
    expect(window.page).to_have_url(f"{site.url}/devices/ams-edge1")


def test_a_rack_leads_to_its_devices(window: Window, site: Site) -> None:
    with site.seeded.context.database.read() as session:
        rack = session.scalar(select(Device.rack_id).where(Device.name == "ams-edge1"))
    window.go(f"/racks/{rack}")
    expect(window.page.locator(".elevation").first.locator(".rack-device")).to_have_count(5)
    window.page.locator(".elevation").first.locator(".rack-label", has_text="ams-edge1").click()
    expect(window.page).to_have_url(f"{site.url}/devices/ams-edge1")


def test_a_template_is_tried_with_a_change_set(window: Window) -> None:
    """What the change set and the text would make of a device, beside what is wanted now."""
    window.go("/templates?device=ams-edge1&template=frr/config.j2")
    page = window.page
    text = page.locator("#text").input_value()
    assert "frr/system.j2" in text
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="No difference for ams-edge1")).to_be_visible()
    page.locator("#change").select_option(label="change set 3: Describe the Frankfurt port")
    page.locator("#text").fill(f"! ours alone\n{text}")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="ams-edge1 would change")).to_be_visible()
    added = page.locator(".sections .side-add")
    expect(added.filter(has_text="description to fra-core1, patch panel 4")).to_be_visible()
    expect(added.filter(has_text="! ours alone")).to_be_visible()
    expect(page.locator("#change option:checked")).to_have_text("change set 3: Describe the Frankfurt port")
    left_out = page.get_by_role("note").filter(has_text="not written by the templates of frr")
    expect(left_out.locator("li").filter(has_text="interfaces.mtu")).to_contain_text("Linux has it")
