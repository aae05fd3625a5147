"""Everyday jobs in Chromium, each in no more clicks than NetBox wants for it.

A click is a press of the mouse on a link, a button or a choice; typing, choosing by keys and Enter are none.
NetBox's numbers are no measurement: they are reckoned from memory of its pages (4.x), for none was at hand.
They begin on the page that a person is on when the job comes up, with the add buttons of its menu open; its
search by the keyboard is left out.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import select
from tests.browser.conftest import Site, Window
from tests.web.seed import Seeded

from netwright.app.context import open_context
from netwright.inventory import Device, Interface, Model, Prefix

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


class Job:
    """Counts the clicks of one job, and ends it."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page
        self.clicks = 0

    def at(self, path: str) -> None:
        """Where the person is when the job comes up."""
        self.window.go(path)

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, name: str, *, exact: bool = True) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=exact))

    def follow(self, name: str, *, exact: bool = True) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=exact).first)

    def fill(self, field: str, text: str) -> None:
        self.page.locator(f"#field-{field}").fill(text)

    def saved(self) -> None:
        expect(self.page.get_by_role("status").filter(has_text="Saved as revision")).to_be_visible()

    def within(self, netbox: int) -> None:
        assert self.clicks <= netbox, f"{self.clicks} clicks; NetBox wants {netbox}"


@pytest.fixture(scope="module")
def site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One network for all jobs: each has objects of its own, as people at work have."""
    home = tmp_path_factory.mktemp("everyday") / "home"
    served = Site(Seeded(open_context(Path(shutil.copytree(folder, home)))))
    yield served
    served.close()


@pytest.fixture(scope="module")
def window(chromium: Browser, site: Site) -> Iterator[Window]:
    made = Window(chromium, site.url)
    made.login("otto")
    yield made
    made.close()


@pytest.fixture
def job(window: Window) -> Iterator[Job]:
    yield Job(window)
    assert window.troubles == []
    assert window.elsewhere == []


def test_add_a_device_from_a_model(job: Job, site: Site) -> None:
    job.at("/devices")
    job.follow("New device")
    for field, text in {"name": "ams-tor9", "site": "ams", "model": "NW-3048", "platform": "frr"}.items():
        job.fill(field, text)
    job.page.locator("#field-role").select_option("tor")
    job.page.locator("#field-status").select_option("planned")
    job.press("Save")
    job.saved()
    expect(job.page.get_by_role("heading", name="ams-tor9")).to_be_visible()
    expect(job.page.get_by_role("link", name="Interfaces", exact=True)).to_be_visible()  # of its model
    job.within(2)


def test_find_a_device_by_its_serial_number(job: Job) -> None:
    job.at("/")
    job.page.keyboard.press("/")
    job.page.keyboard.type("NWFRACORE101")
    expect(job.page.locator("#find-list [role=option]").first).to_contain_text("fra-core1")
    job.page.keyboard.press("ArrowDown")
    job.page.keyboard.press("Enter")
    expect(job.page).to_have_url(re.compile(r"/devices/fra-core1$"))
    job.within(1)


def test_rename_a_device(job: Job) -> None:
    job.at("/devices/par-tor1")
    job.follow("Edit")
    job.fill("name", "par-tor7")
    job.press("Save")
    job.saved()
    expect(job.page.get_by_role("heading", name="par-tor7")).to_be_visible()
    job.within(2)


def test_cable_two_interfaces_and_trace_it(job: Job, site: Site) -> None:
    for name in ("ams-edge1", "ams-edge2"):
        job.at(f"/inventory/interface/new?device={name}&name=swp77")
        job.press("Save")
        job.saved()
    job.clicks = 0
    job.at("/devices/ams-edge1/interfaces")
    job.follow("Connect swp77")
    expect(job.page.locator("#field-a_interface")).to_have_value("ams-edge1/swp77")
    job.page.locator("#field-b_interface").fill("ams-edge2/swp77")
    job.press("Save")
    job.saved()
    job.within(4)
    job.clicks = 0
    job.at("/devices/ams-edge1/interfaces")
    job.follow("Trace the way of swp77")
    expect(job.page.locator("main")).to_contain_text("ams-edge2")
    job.within(1)


def test_the_next_free_address_onto_an_interface(job: Job, site: Site) -> None:
    with site.seeded.context.database.read() as session:
        pool = session.scalars(select(Prefix).order_by(Prefix.id)).all()
        management = next(one for one in pool if one.role.value == "management")
    job.at(f"/inventory/prefix/{management.id}")
    job.follow("Next free address")
    expect(job.page.locator("#field-address")).to_have_value(re.compile(r"^10\.250\.0\.\d+/24$"))
    job.page.locator("#field-interface").fill("ams-edge1/swp5")
    given = job.page.locator("#field-address").input_value()
    job.press("Save")
    job.saved()
    expect(job.page.get_by_role("heading", name=given)).to_be_visible()
    job.within(3)


def test_a_vlan(job: Job) -> None:
    job.at("/inventory/vlan_group/new?name=ams-core")
    job.press("Save")
    job.saved()
    job.clicks = 0
    job.at("/inventory/vlan")
    job.follow("New VLAN")
    job.fill("vlan_group", "ams-core")
    job.fill("number", "120")
    job.fill("name", "cameras")
    job.press("Save")
    job.saved()
    job.within(2)


def test_a_prefix_with_prefixes_in_it(job: Job) -> None:
    job.at("/inventory/prefix/new?prefix=10.9.0.0/16&role=container")
    job.press("Save")
    job.saved()
    for expected in ("10.9.0.0/24", "10.9.1.0/24"):
        job.clicks = 0
        job.follow("Next free prefix")
        expect(job.page.locator("#field-prefix")).to_have_value(expected)
        job.page.locator("#field-role").select_option("management")
        job.press("Save")
        job.saved()
        job.within(2)
        job.at("/inventory/prefix?prefix=10.9.0.0/16")
        job.page.get_by_role("link", name="10.9.0.0/16", exact=True).first.click()
    inside = job.page.locator(".card", has_text="Inside it")
    expect(inside).to_contain_text("2 prefixes")
    expect(inside.get_by_role("link", name="10.9.1.0/24")).to_be_visible()


def test_the_status_of_twenty_devices(job: Job, site: Site) -> None:
    lines = [f"ams-spare{number}\tams\tNW-3048\ttor\tplanned" for number in range(20)]
    job.at("/inventory/device/import")
    job.page.get_by_label("Table").fill("\n".join(["name\tsite\tmodel\trole\tstatus", *lines]))
    job.press("Show the difference")
    job.press("Import")
    job.saved()
    job.clicks = 0
    job.at("/devices?name__sw=ams-spare")
    job.click(job.page.get_by_label("Tick all rows of this page"))
    expect(job.page.locator("[data-ticked-bar]")).to_contain_text("20 ticked")
    job.press("Edit them")
    job.page.locator("#field-status").select_option("decommissioned")
    job.press("Show the difference")
    expect(job.page.get_by_role("heading", name="20 objects would change")).to_be_visible()
    job.press("Save")
    job.saved()
    job.within(4)
    with site.seeded.context.database.read() as session:
        rows = session.scalars(select(Device.status).where(Device.name.startswith("ams-spare"))).all()
    assert [row.value for row in rows] == ["decommissioned"] * 20


def test_a_table_is_pasted(job: Job) -> None:
    job.at("/inventory/rack")
    job.follow("Paste CSV")
    job.page.get_by_label("Table").fill("site\tname\theight_u\npar\tr8\t47\npar\tr9\t47\n")
    job.press("Show the difference")
    expect(job.page.get_by_role("heading", name="2 objects would change")).to_be_visible()
    job.press("Import")
    job.saved()
    job.within(3)


def test_a_device_moves_in_its_rack(job: Job, site: Site) -> None:
    with site.seeded.context.database.read() as session:
        rack = session.scalars(select(Device.rack_id).where(Device.name == "ams-edge1")).one()
        free = session.scalars(select(Model.height_u)).first()
    assert free is not None
    job.at(f"/racks/{rack}")
    job.click(job.page.locator(".elevation").first.locator(".rack-label", has_text="ams-edge1"))
    job.follow("Edit")
    job.fill("position_u", "12")
    job.press("Save")
    job.saved()
    job.within(3)
    job.at("/devices/ams-edge1")
    expect(job.page.locator("main")).to_contain_text("unit 12")


def test_a_change_set_is_reviewed_merged_and_taken_back(job: Job, site: Site) -> None:
    job.at("/changes")
    job.follow("Describe the Frankfurt port")
    expect(job.page.locator("main")).to_contain_text("to fra-core1, patch panel 4")
    expect(job.page.locator("main")).to_contain_text("It can be merged")
    job.press("Merge 1 object")
    expect(job.page.locator(".page-head .state")).to_contain_text("merged")
    job.within(3)
    job.clicks = 0
    job.press("Revert")
    job.press("Merge 1 object")
    expect(job.page.locator(".page-head .state")).to_contain_text("merged")
    job.within(3)
    with site.seeded.context.database.read() as session:
        port = session.scalars(
            select(Interface)
            .join(Device, Device.id == Interface.device_id)
            .where(Device.name == "ams-edge1", Interface.name == "swp1")
        ).one()
    assert "patch panel 4" not in port.description


def test_a_finding_is_acknowledged(job: Job) -> None:
    job.at("/findings?kind=bgp-down")
    job.click(job.page.get_by_label(re.compile("Tick bgp-down")))
    job.click(job.page.locator(".finding-bar summary", has_text="Acknowledge"))
    job.page.locator("#ack-why").fill("The ISP works on it")
    job.page.locator("#ack-until").select_option("8h")
    job.page.locator("#ack-why").press("Enter")
    expect(job.page.get_by_role("status")).to_contain_text("1 finding acknowledged")
    job.click(job.page.locator(".tabs a", has_text="Acknowledged"))
    expect(job.page.locator("main")).to_contain_text("known to otto until")


def test_a_finding_is_accepted_as_the_truth(job: Job) -> None:
    job.at("/findings?kind=wrong-serial")
    job.click(job.page.get_by_label(re.compile("Tick wrong-serial")))
    job.press("Accept as truth")
    expect(job.page.get_by_role("heading", name="Accept wrong-serial of ams-edge2")).to_be_visible()
    expect(job.page.locator("main")).to_contain_text("NWAMSEDGE299")
    job.press("Merge 1 object")
    expect(job.page.locator(".page-head .state")).to_contain_text("merged")


def test_who_gave_a_field_its_value(job: Job) -> None:
    job.at("/devices/ams-edge1")
    job.follow("Record")
    serial = job.page.locator("tr", has=job.page.get_by_role("rowheader", name="Serial", exact=True))
    expect(serial).to_contain_text(re.compile(r"ada, r\d+"))
    job.within(1)


def test_a_list_is_kept_as_a_view(job: Job) -> None:
    job.at("/devices?site=ams&role=edge")
    job.click(job.page.locator("summary", has_text="Views"))
    job.page.locator("#view-name").fill("Edges of Amsterdam")
    job.page.locator("#view-name").press("Enter")
    job.at("/devices")
    job.clicks = 0
    job.click(job.page.locator("summary", has_text="Views"))
    job.follow("Edges of Amsterdam")
    expect(job.page.locator("#objects tbody tr")).to_have_count(2)
    job.within(2)
