"""Chromium walks every page: nothing fails, nothing is asked of another host, nothing is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import update
from tests.browser.conftest import Site, Window
from tests.web.seed import RUNNING

from netwright.collect.observed import ObservedDevice
from netwright.deploy.records import DeviceState, Rollout, RolloutDevice, RolloutState

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PAGES = (
    "/", "/sites", "/sites/ams", "/devices", "/devices?health=degraded", "/devices/ams-edge2",
    "/devices/nyc-edge2/interfaces", "/devices/ams-edge1/interfaces/swp1", "/devices/nyc-tor1/hardware",
    "/devices/ams-edge1/ports", "/devices/ams-edge1/data",
    "/devices/nyc-edge2/routing", "/devices/par-edge1/configuration",
    "/devices/par-edge1/configuration?view=side", "/devices/par-edge1/configuration?view=wanted",
    "/devices/par-edge1/configuration?view=patch", "/compliance", "/templates",
    "/templates?device=ams-edge1&template=frr/config.j2",
    "/devices/par-edge1/backups", "/devices/ams-edge1/history", "/findings", "/findings/tasks", "/discovered",
    "/reports", "/reports/endings", "/reports/power", "/inventory/prefix", "/changes", "/changes/1",
    "/changes/3", "/changes/4", "/rollouts", f"/rollouts/{RUNNING}", f"/rollouts/{RUNNING}/devices/ams-tor1",
    "/backups", "/content", "/content/servers", "/content/steering?client=198.51.100.10&title=film-001",
    "/inventory", "/inventory/interface", "/users", "/audit", "/roles", "/account",
)  # fmt: skip
EMPTY = (
    "/",
    "/sites",
    "/devices",
    "/findings",
    "/findings/tasks",
    "/discovered",
    "/reports",
    "/reports/endings",
    "/reports/power",
    "/changes",
    "/rollouts",
    "/backups",
    "/compliance",
    "/templates",
    "/content",
    "/inventory/cable",
)


@pytest.fixture(params=[("light", 1440), ("dark", 390)], ids=["desktop", "phone"])
def window(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Window]:
    scheme, width = request.param
    made = Window(chromium, site.url, width=width, scheme=scheme)
    yield made
    made.close()


def wider_than_the_screen(window: Window) -> int:
    """Of the document itself: a phone's ``innerWidth`` grows with a page that is too wide."""
    return int(
        window.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def test_every_page(window: Window) -> None:
    window.login()
    for path in PAGES:
        window.go(path)
        expect(window.page.locator("h1").first).to_be_visible()
        assert wider_than_the_screen(window) <= 0, path
        assert window.troubles == [], path
    assert window.elsewhere == []


def test_every_empty_page(chromium: Browser, empty_site: Site) -> None:
    window = Window(chromium, empty_site.url, width=390)
    window.login()
    for path in EMPTY:
        window.go(path)
        expect(window.page.locator(".nothing").first).to_be_visible()
        assert wider_than_the_screen(window) <= 0, path
    assert window.troubles == []
    window.close()


def test_a_wrong_password_is_told(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.page.goto(f"{site.url}/devices")
    expect(window.page).to_have_url(re.compile(r"/login\?next=%2Fdevices$"))
    window.page.fill("#name", "ada")
    window.page.fill("#password", "wrong")
    window.page.click("button[type=submit]")
    expect(window.page.get_by_role("alert")).to_contain_text("Wrong user or password")
    window.close()


def test_the_map_shows_sites_and_links(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login()
    expect(window.page.locator(".map-site")).to_have_count(5)
    expect(window.page.locator(".map-link")).to_have_count(7)
    window.page.locator(".map-site[data-site=nyc]").hover()
    expect(window.page.locator(".map-tip")).to_contain_text("New York POP")
    window.page.locator(".map-site[data-site=nyc]").click()
    expect(window.page).to_have_url(f"{site.url}/sites/nyc")
    window.close()


MANY = """() => { const box = document.getElementById("map"), sites = [];
  for (let i = 0; i < 600; i++) sites.push({ name: `s${i}`, title: `S ${i}`, health: i === 7 ? "down" : "ok",
    devices: 1, reasons: [], at: [(i % 60) / 20 + (i < 300 ? 0 : 40), Math.floor(i / 60) / 10 + 45] });
  box.dataset.map = JSON.stringify({ sites, links: [] }); window.dispatchEvent(new Event("resize")); }"""


def test_many_sites_are_drawn_as_groups_that_open(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login()
    expect(window.page.locator(".map-site")).to_have_count(5)
    window.page.evaluate(MANY)
    groups = window.page.locator(".map-cluster")
    expect(groups.first).to_be_visible()
    numbers = [int(text) for text in window.page.locator(".map-number").all_text_contents()]
    assert sum(numbers) + window.page.locator("a.map-site").count() == 600
    expect(window.page.locator(".map-cluster.map-site-down")).to_have_count(1)
    groups.first.focus()
    window.page.keyboard.press("Enter")
    window.page.get_by_role("button", name="Show all sites").click()
    expect(groups.first).to_be_visible()
    assert window.troubles == []
    window.close()


def test_the_map_follows_health(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login()
    expect(window.page.locator(".map-site-down")).to_have_count(0)
    with site.seeded.context.database.write() as session:
        cut = ObservedDevice.device.like("nyc-%")
        session.execute(update(ObservedDevice).where(cut).values(reachable=False, error="no route"))
    expect(window.page.locator(".map-site-down[data-site=nyc]")).to_have_count(1, timeout=30_000)
    window.close()


def test_a_page_is_live_when_its_scripts_come_late(chromium: Browser, site: Site) -> None:
    """htmx and what makes it live are two files; the second may come long after the first."""
    window = Window(chromium, site.url)

    def late(route: Route) -> None:
        window.page.wait_for_timeout(700)
        route.continue_()

    window.page.route("**/hx-sse.min.js*", late)
    with window.page.expect_request("**/events/overview", timeout=10_000):
        window.login()
    window.close()


def test_a_rollout_is_followed_live(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login("otto")
    window.go(f"/rollouts/{RUNNING}")
    expect(window.page.locator("#device-ams-edge1")).to_contain_text("postcheck")
    database = site.seeded.context.database
    with database.write() as session:
        second = (RolloutDevice.rollout_id == RUNNING) & (RolloutDevice.wave == 1)
        session.execute(update(RolloutDevice).where(second).values(state=DeviceState.CONFIRMED))
    expect(window.page.locator("#device-ams-edge1")).to_contain_text("confirmed", timeout=20_000)
    expect(window.page.locator("#rollout-waves h2")).to_have_text("4 of 11 devices done")
    with database.write() as session:
        mine = RolloutDevice.rollout_id == RUNNING
        session.execute(update(RolloutDevice).where(mine).values(state=DeviceState.CONFIRMED))
        session.execute(
            update(Rollout).where(Rollout.id == RUNNING).values(state=RolloutState.DONE, finished_at=1.0)
        )
    expect(window.page.locator("#rollout-head")).to_contain_text("done", timeout=20_000)
    expect(window.page.get_by_role("button", name="Stop")).to_have_count(0)
    assert window.troubles == []
    window.close()


def test_stop_asks_first(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login("otto")
    window.go(f"/rollouts/{RUNNING}")
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(getattr(dialog, "message", ""))
        dialog.accept()  # type: ignore[attr-defined]

    window.page.on("dialog", answer)
    window.page.get_by_role("button", name="Stop").click()
    expect(window.page.get_by_text("otto asked it to stop")).to_be_visible()
    assert len(asked) == 1
    window.close()


def test_typing_filters_the_list(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login()
    window.go("/devices")
    window.page.get_by_label("Words").press_sequentially("par-c")
    expect(window.page.locator("#objects tbody tr")).to_have_count(2)
    expect(window.page).to_have_url(re.compile(r"/devices\?q=par-c"))
    window.page.select_option("select[name=health]", "down")
    expect(window.page.locator("#objects tbody tr")).to_have_count(1)
    expect(window.page.locator(".chip")).to_have_count(1)
    assert window.troubles == []
    window.close()


def test_charts_are_drawn(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login()
    window.go("/devices/ams-edge1/interfaces/swp1")
    expect(window.page.locator("[data-chart] canvas").first).to_be_visible()
    window.go("/devices/ams-edge1/interfaces")
    expect(window.page.locator(".spark path").first).to_be_attached()
    window.close()


def test_dark_and_light(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url, scheme="dark")
    window.login()
    root = window.page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    dark = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
    window.page.get_by_role("button", name="Dark or light").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    assert window.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    window.go("/devices")
    expect(root).to_have_attribute("data-bs-theme", "light")
    window.close()


def test_the_keyboard_goes_everywhere(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url)
    window.login()
    window.page.keyboard.press("Tab")
    expect(window.page.locator(".skip")).to_be_focused()
    window.page.keyboard.press("/")
    expect(window.page.locator("#find")).to_be_focused()
    window.page.keyboard.type("ams-edge")
    window.page.keyboard.press("Enter")
    expect(window.page).to_have_url(re.compile(r"/search\?q=ams-edge$"))
    window.close()


def test_the_menu_of_a_phone(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url, width=390)
    window.login()
    devices = window.page.get_by_role("link", name="Devices", exact=True)
    expect(devices).to_be_hidden()
    window.page.locator(".rail-menu summary").click()
    devices.click()
    expect(window.page).to_have_url(f"{site.url}/devices")
    window.close()


def test_the_long_words_of_a_row_fit_a_phone(chromium: Browser, site: Site) -> None:
    window = Window(chromium, site.url, width=390)
    window.login()
    for path in (
        "/findings",
        "/changes/1",
        "/content",
        "/content/steering?client=198.51.100.10&title=film-001",
    ):
        window.go(path)
        words = window.page.locator(".folds td.grow:visible")
        assert words.count(), path
        for box in (one.bounding_box() for one in words.all()[:5]):
            assert box is not None
            assert box["x"] >= 0, path
            assert box["x"] + box["width"] <= 390, path
    window.close()
