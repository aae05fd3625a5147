"""Every page with much data and with none; lists, filters, paging; what the buttons do."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select, update
from tests.web.conftest import BrowserMaker
from tests.web.seed import RUNNING, Seeded

from netwright.app.access.user import check_password
from netwright.collect.observed import ObservedInterface
from netwright.deploy.records import Rollout, RolloutDevice
from netwright.inventory import KINDS, Device, Interface
from netwright.platforms.facts import OperState
from netwright.store.proposal import ChangeSetState
from netwright.web.pages import inventory
from netwright.web.read.table import read_table
from netwright.web.templating import STATIC, lower_first, spoken_many
from netwright.web.words import spoken

PAGES = (
    "/", "/sites", "/sites/ams", "/devices", "/devices/ams-edge1", "/devices/stray-switch",
    "/devices/ams-edge1/interfaces", "/devices/ams-edge1/interfaces/swp1", "/devices/nyc-tor1/hardware",
    "/devices/ams-edge1/ports", "/devices/ams-edge1/data",
    "/devices/ams-edge1/routing", "/devices/par-edge1/configuration",
    "/devices/par-edge1/configuration?view=side", "/devices/par-edge1/configuration?view=wanted",
    "/devices/par-edge1/configuration?view=running",
    "/devices/par-edge1/configuration?view=patch", "/devices/par-edge1/configuration?view=inverse",
    "/compliance", "/templates", "/templates?device=ams-edge1&template=frr/config.j2",
    "/devices/ams-cache1/configuration",
    "/devices/par-edge1/backups", "/devices/par-edge1/backups?view=text", "/devices/ams-cache1/backups",
    "/devices/ams-edge1/history", "/findings", "/findings?state=held", "/findings?state=cleared", "/changes",
    "/changes?state=open", "/changes/1", "/changes/1?kind=device", "/changes/3", "/changes/4", "/rollouts",
    f"/rollouts/{RUNNING}", f"/rollouts/{RUNNING}/devices/ams-tor1", "/rollouts/planning", "/backups",
    "/content", "/content?q=film", "/content/servers", "/content/steering",
    "/content/steering?client=198.51.100.10&title=film-001", "/users", "/audit", "/account", "/inventory",
    "/inventory/interface?device.site=ams&columns=name,device.site,mtu&sort=-mtu", "/inventory/site/new",
    "/search?q=ams",
    "/search?q=10.250.0.21", "/inventory/device/import", "/inventory/interface?as_of=1",
)  # fmt: skip
EMPTY = (
    ("/", "No sites yet"),
    ("/sites", "No sites yet"),
    ("/devices", "No devices yet"),
    ("/findings", "No open findings"),
    ("/changes", "No change sets yet"),
    ("/rollouts", "No rollouts yet"),
    ("/backups", "No backup yet"),
    ("/content", "No titles yet"),
    ("/content/servers", "No content servers"),
    ("/content/steering", "Ask for a client"),
    ("/inventory/cable", "No cables yet"),
)


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
async def test_pages_with_data(full: Seeded, browser_of: BrowserMaker, path: str) -> None:
    browser = await browser_of(full, "ada")
    response = await browser.get(path)
    assert response.status_code == 200, response.text[-2000:]
    assert "</html>" in response.text
    assert 'style="' not in response.text, "the policy forbids inline styles"
    assert not re.search(r"<script(?! src=)", response.text), "the policy forbids inline scripts"
    sprite = (STATIC / "vendor/icons.svg").read_text()
    for icon in set(re.findall(r"icons\.svg[^#\"]*#([a-z0-9-]+)", response.text)):
        assert f'id="{icon}"' in sprite, f"{icon}: run scripts/vendor_assets.py"


@pytest.mark.parametrize(("path", "words"), EMPTY)
async def test_pages_without_data_say_what_to_do(
    bare: Seeded, browser_of: BrowserMaker, path: str, words: str
) -> None:
    browser = await browser_of(bare, "ada")
    response = await browser.get(path)
    assert response.status_code == 200
    assert words in response.text


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(KINDS))
async def test_every_kind_has_pages(full: Seeded, browser_of: BrowserMaker, kind: str) -> None:
    browser = await browser_of(full, "vera")
    listed = await browser.listed(f"/inventory/{kind}")
    assert listed.status_code == 200
    with full.context.database.read() as session:
        first = session.scalar(select(KINDS[kind].table.c.id).limit(1))
    made = await browser_of(full, "otto")
    assert (await made.get(f"/inventory/{kind}/new")).status_code == 200
    assert (await made.get(f"/inventory/{kind}/import")).status_code == 200
    if first is None:  # the demo has no such object
        assert f"No {lower_first(spoken_many(kind))} yet" in listed.text
        return
    for path in ("edit", "delete"):
        assert (await made.get(f"/inventory/{kind}/{first}/{path}")).status_code == 200
    shown = await browser.get(f"/inventory/{kind}/{first}")
    assert shown.status_code == 200
    assert "Import of the demo network" in shown.text, "history names the change set"
    for spec in KINDS[kind].fields:
        assert spoken(spec.name) in shown.text


@pytest.mark.parametrize(
    "path",
    ["/devices/nope", "/sites/nope", "/changes/99999", "/rollouts/nope", "/backups/nope", "/inventory/nope",
     "/inventory/device/99999", "/devices/nope/interfaces", "/nowhere"],
)  # fmt: skip
async def test_what_is_not_there(full: Seeded, browser_of: BrowserMaker, path: str) -> None:
    browser = await browser_of(full, "vera")
    response = await browser.get(path)
    assert response.status_code == 404
    assert "Not found" in response.text


@pytest.mark.parametrize("after", ["x", "e30", "WzFd", "////"])
async def test_a_bad_cursor_is_the_askers_fault(full: Seeded, browser_of: BrowserMaker, after: str) -> None:
    browser = await browser_of(full, "vera")
    for path in ("/devices", "/findings", "/content", "/inventory/device"):
        assert (await browser.listed(f"{path}?after={after}")).status_code in {200, 400}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("site=ams&role=edge", {"ams-edge1", "ams-edge2"}),
        ("q=par-ca", {"par-cache1", "par-cache2"}),
        ("q=10.250.0.21", {"ams-edge1"}),
        ("q=10.255.1.2", {"ams-edge2"}),
        ("q=nwamstor101", {"ams-tor1"}),
        ("health=down", {"par-cache2"}),
        ("health=down&site=ams", set()),
        ("health=unknown&columns=findings,name", set()),
        ("q=100%25", set()),
        ("q=l_x", set()),
        ("platform=linux_nginx&site=fra", {"fra-origin1"}),
        ("status=planned", set()),
    ],
)
async def test_filters_of_devices(
    full: Seeded, browser_of: BrowserMaker, query: str, names: set[str]
) -> None:
    browser = await browser_of(full, "vera")
    text = (await browser.get(f"/devices?{query}")).text
    assert set(re.findall(r'nowrap"[^>]*><a href="/devices/([\w-]+)"', text)) == names


@pytest.mark.parametrize("sort", ["name", "-name", "site", "-role", "model"])
async def test_pages_of_a_list_hold_each_device_once(
    full: Seeded, browser_of: BrowserMaker, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "read_table", partial(read_table, limit=4))
    browser = await browser_of(full, "vera")
    seen: list[str] = []
    path = f"/devices?sort={sort}"
    while path:
        text = (await browser.get(path)).text
        seen += re.findall(r'nowrap"[^>]*><a href="/devices/([\w-]+)"', text)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 18
    if sort.endswith("name"):
        assert seen == sorted(seen, reverse=sort.startswith("-"))


async def test_a_list_takes_a_fixed_number_of_statements(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "vera")
    await browser.get("/devices")  # health is kept from here
    counted: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement)

    engine = full.context.database.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        await browser.get("/devices?sort=site")
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert sum(statement.startswith("SELECT") for statement in counted) <= 12 + 8


async def test_faults_are_marked(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "vera")
    assert "NWAMSEDGE299" in (await browser.get("/devices/ams-edge2")).text
    assert "missing" in (await browser.get("/devices/nyc-tor1/hardware")).text
    assert "seen ams-edge2 swp4" in (await browser.get("/devices/ams-tor1/interfaces")).text
    configuration = (await browser.get("/devices/par-edge1/configuration")).text
    assert "neighbor 203.0.113.99 remote-as 64999" in configuration
    assert "not in the inventory" in (await browser.get("/devices/stray-switch")).text


async def test_a_dark_port_is_down_only_if_something_is_wanted_of_it(
    full: Seeded, browser_of: BrowserMaker
) -> None:
    dark = update(ObservedInterface).where(
        ObservedInterface.device == "ams-edge1", ObservedInterface.name.in_(["swp1", "swp6"])
    )
    with full.context.database.write() as session:
        session.execute(dark.values(oper=OperState.DOWN))
    shown = (await (await browser_of(full, "vera")).get("/devices/ams-edge1/interfaces")).text
    rows = {name: shown.split(f"/interfaces/{name}")[1].split("</tr>")[0] for name in ("swp1", "swp6")}
    assert "state-bad" in rows["swp1"]
    assert "unused" in rows["swp6"]
    assert "state-bad" not in rows["swp6"]


async def test_no_secret_reaches_a_page(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "ada")
    for view in ("diff", "side", "wanted", "running"):
        text = (await browser.get(f"/devices/ams-edge1/configuration?view={view}")).text
        assert "secret-of-" not in text
    assert "&lt;secret:" in (await browser.get("/devices/ams-edge1/configuration?view=wanted")).text


async def test_series_are_rates(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "vera")
    answer = await browser.get("/devices/ams-edge1/series?object=interface:swp1&span=1h")
    lines = {line["metric"]: line for line in answer.json()["lines"]}
    assert lines["in-octets"]["unit"] == "bit/s"
    points = lines["in-octets"]["points"]
    assert len(points) > 50
    assert all(value >= 0 for _, value in points)


async def test_merge_revert_and_abandon(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    sets = own_full.context.changesets
    assert (await browser.post("/changes/3/merge")).status_code == 303
    assert sets.get(3).state is ChangeSetState.MERGED
    with own_full.context.database.read() as session:
        assert session.scalar(
            select(Interface.description).where(Interface.description.like("%patch panel%"))
        )
    response = await browser.post("/changes/3/revert")
    made = int(response.headers["location"].rpartition("/")[2])
    assert sets.get(made).reverts == 3
    assert (await browser.post(f"/changes/{made}/abandon")).status_code == 303
    assert sets.get(made).state is ChangeSetState.ABANDONED


async def test_a_broken_rule_stops_a_merge(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    shown = await browser.get("/changes/4")
    assert "is taken by device ams-edge1" in shown.text
    assert "/changes/4/merge" not in shown.text
    response = await browser.post("/changes/4/merge")
    assert response.status_code == 409
    assert "is taken by device ams-edge1" in response.text
    assert own_full.context.changesets.get(4).state is ChangeSetState.OPEN


async def test_a_conflict_is_shown_and_settled(own_full: Seeded, browser_of: BrowserMaker) -> None:
    sets = own_full.context.changesets
    with own_full.context.database.read() as session:
        device = session.scalars(select(Device).where(Device.name == "par-tor1")).one()
    one = sets.open("One serial", "otto").id
    two = sets.open("Another serial", "ada").id
    sets.update(one, "device", device.id, {"serial": "A1"})
    sets.update(two, "device", device.id, {"serial": "B2"})
    browser = await browser_of(own_full, "otto")
    assert (await browser.post(f"/changes/{one}/merge")).status_code == 303
    text = (await browser.get(f"/changes/{two}")).text
    assert "1 conflict" in text
    assert (await browser.post(f"/changes/{two}/merge")).status_code == 409
    settled = await browser.post(
        f"/changes/{two}/resolve", kind="device", object_id=str(device.id), keep="ours"
    )
    assert settled.status_code == 303
    assert (await browser.post(f"/changes/{two}/merge")).status_code == 303


async def test_stop_is_asked_for_by_name(own_full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own_full, "otto")
    assert (await browser.post(f"/rollouts/{RUNNING}/stop")).status_code == 303
    with own_full.context.database.read() as session:
        assert session.get_one(Rollout, RUNNING).stop_requested == "otto"
    assert "otto asked it to stop" in (await browser.get(f"/rollouts/{RUNNING}")).text


async def test_a_finished_rollout_ends_its_stream(own_full: Seeded, browser_of: BrowserMaker) -> None:
    with own_full.context.database.write() as session:
        session.execute(update(Rollout).where(Rollout.id == RUNNING).values(state="done", finished_at=1.0))
        session.execute(update(RolloutDevice).values(state="confirmed"))
    browser = await browser_of(own_full, "vera")
    response = await browser.get(f"/rollouts/{RUNNING}/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "11 of 11 devices done" in response.text
    assert response.text.endswith("event: over\ndata: over\n\n")


async def test_users_are_kept(own: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own, "ada")
    text = (await browser.post("/users", name="eve", role="operator")).text
    password = re.search(r'id="new-password">([^<]+)<', text)
    assert password is not None
    eve = await browser_of(own)
    assert (await eve.login("eve", password[1])).status_code == 303
    assert (await browser.post("/users/eve/disable")).status_code == 303
    assert (await eve.get("/devices")).status_code == 303
    assert (await browser.post("/users/ada/disable")).status_code == 400, "the last admin stays"
    assert (await browser.post("/users", name="Not A Name", role="viewer")).status_code == 400
    assert "eve" in (await browser.get("/audit")).text


async def test_changing_the_own_password(own: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(own, "vera")
    other = await browser_of(own, "vera")
    new = "another long password"
    wrong = await browser.post("/account/password", current="wrong", new=new, again=new)
    assert wrong.status_code == 400
    twice = await browser.post("/account/password", current="correct horse battery", new=new, again="x" * 12)
    assert twice.status_code == 400
    done = await browser.post("/account/password", current="correct horse battery", new=new, again=new)
    assert done.status_code == 303
    assert (await browser.get("/account")).status_code == 200, "this session goes on"
    assert (await other.get("/account")).status_code == 303, "the others end"
    assert check_password(own.context.database, "vera", new)
