"""Findings, discovered devices and hardware reports in the browser: what is shown, what becomes of it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update
from tests.web.conftest import Browser, BrowserMaker
from tests.web.seed import Seeded

from netwright.collect.observed import Finding
from netwright.intent.hardwarereport import Ending, ModelCount
from netwright.inventory import Device, Model
from netwright.web.read.timeline import LEFT, RIGHT, WIDTH, timeline

pytestmark = pytest.mark.slow


def number_of(seeded: Seeded, kind: str) -> str:
    with seeded.context.database.read() as session:
        return str(session.scalars(select(Finding.id).where(Finding.kind == kind)).one())


def tab(text: str, label: str) -> str:
    """What a tab counts."""
    found = re.search(rf"{label} <span class=\"word\">([\d ]+)</span>", text)
    return found[1] if found else ""


async def test_findings_are_acknowledged_and_stand_again(own_full: Seeded, browser_of: BrowserMaker) -> None:
    otto = await browser_of(own_full, "otto")
    number = number_of(own_full, "bgp-down")
    before = int(tab((await otto.get("/findings")).text, "Open"))
    without = await otto.post("/findings", id=number, action="acknowledge", why=" ")
    assert without.status_code == 400
    assert "wants a reason" in without.text
    answer = await otto.post(
        "/findings", id=number, action="acknowledge", why="The ISP works on it", until="8h",
        back="/findings?severity=major&after=x",
    )  # fmt: skip
    assert answer.headers["location"] == "/findings?severity=major&done=acknowledged.1"
    text = (await otto.get("/findings?done=acknowledged.1")).text
    assert "1 finding acknowledged" in text
    assert (int(tab(text, "Open")), tab(text, "Acknowledged")) == (before - 1, "1")
    known = (await otto.get("/findings?state=acknowledged")).text
    assert "known to otto until" in known
    assert "The ISP works on it" in known
    await otto.post("/findings", id=number, action="withdraw")
    assert int(tab((await otto.get("/findings")).text, "Open")) == before


async def test_a_finding_accepted_leads_to_its_change_set(own_full: Seeded, browser_of: BrowserMaker) -> None:
    otto = await browser_of(own_full, "otto")
    number = number_of(own_full, "wrong-serial")
    page = (await otto.get(f"/findings/{number}")).text
    assert "Accepted as the truth, it would change" in page
    assert "NWAMSEDGE299" in page
    answer = await otto.post("/findings", id=number, action="accept")
    where = answer.headers["location"]
    assert re.fullmatch(r"/changes/\d+", where)
    shown = (await otto.get(where)).text
    assert "Accept wrong-serial of ams-edge2" in shown
    assert "Merge 1 object" in shown
    fault = await otto.post("/findings", id=number_of(own_full, "bgp-down"), action="accept")
    assert fault.status_code == 400
    assert "tells of nothing that could be wanted" in fault.text


async def test_a_task_is_opened_and_closed(own_full: Seeded, browser_of: BrowserMaker) -> None:
    otto = await browser_of(own_full, "otto")
    number = number_of(own_full, "miscabled")
    answer = await otto.post("/findings", id=number, action="task", assignee="field team", note="Thursday")
    assert answer.headers["location"] == "/findings/tasks"
    text = (await otto.get("/findings/tasks")).text
    assert "field team" in text
    assert "Thursday" in text
    task = re.search(r"/findings/tasks/(\d+)/done", text)
    assert task
    assert "task " in (await otto.get("/findings?kind=miscabled")).text
    await otto.post(f"/findings/tasks/{task[1]}/done")
    assert "No open tasks" in (await otto.get("/findings/tasks")).text


async def test_filters_narrow_and_stay_in_the_csv(full: Seeded, browser_of: BrowserMaker) -> None:
    vera = await browser_of(full, "vera")
    text = (await vera.get("/findings?site=ams&kind=wrong-serial")).text
    link = re.search(r'href="(/findings/csv[^"]*)"', text)
    assert link
    table = await vera.get(link[1].replace("&amp;", "&"))
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["kind"], row["site"]) for row in rows] == [("wrong-serial", "ams")]
    assert 'name="action"' not in text  # a viewer looks
    assert "No finding fits" in (await vera.get("/findings?site=ams&kind=bgp-down")).text
    refused = await vera.post("/findings", id=number_of(full, "wrong-serial"), action="acknowledge", why="x")
    assert refused.status_code == 403


async def test_a_device_that_was_found_is_adopted(own_full: Seeded, browser_of: BrowserMaker) -> None:
    otto = await browser_of(own_full, "otto")
    text = (await otto.get("/discovered")).text
    assert "Found, not wanted" in text
    assert tab(text, "Found, not wanted") == "3"
    assert "perhaps" in text
    asked = (await otto.post("/discovered/adopt", id="new-r1", action="ask")).text
    assert "What devices don" in asked
    lacking = (await otto.post("/discovered/adopt", id="new-r1", action="preview", site="ams")).text
    assert "the role is not known" in lacking
    assert "Open the change set" not in lacking
    wish = {"id": "new-r1", "site": "ams", "role": "edge"}
    shown = (await otto.post("/discovered/adopt", action="preview", **wish)).text
    assert "the library has no model NCS-9001" in shown
    assert "new-r1/Hu0" in shown
    made = await otto.post("/discovered/adopt", action="save", **wish)
    number = made.headers["location"].removeprefix("/changes/")
    await otto.post(f"/changes/{number}/merge", edition=edition((await otto.get(f"/changes/{number}")).text))
    with own_full.context.database.read() as session:
        assert session.scalar(select(Device.serial).where(Device.name == "new-r1")) == "FOC0001X"
    text = (await otto.get("/discovered")).text
    assert tab(text, "Found, not wanted") == "2"
    again = (await otto.post("/discovered/adopt", id="new-r1", action="ask")).text
    assert "Nothing differs" in again


def edition(text: str) -> str:
    found = re.search(r'name="edition" value="(\d+)"', text)
    assert found
    return found[1]


async def test_reports(own_full: Seeded, browser_of: BrowserMaker) -> None:
    with own_full.context.database.write() as session:
        session.execute(update(Model).where(Model.name == "NW-7100").values(end_of_support="2020-01-01"))
    vera = await browser_of(own_full, "vera")
    models = (await vera.get("/reports")).text
    assert "NW-7100" in models
    ends = (await vera.get("/reports/endings")).text
    assert "timeline-bad" in ends
    assert "days ago" in ends
    assert "NW-9200" not in ends
    table = await vera.get("/reports/endings/csv?within=90")
    assert table.headers["content-type"].startswith("text/csv")
    assert next(csv.DictReader(io.StringIO(table.text)))["day"] == "2020-01-01"
    assert "No power feeds yet" in (await vera.get("/reports/power")).text
    assert (await vera.get("/reports?site=nowhere")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/findings", "/findings/tasks", "/discovered", "/reports", "/reports/endings"]
)
async def test_nothing_yet(bare: Seeded, browser_of: BrowserMaker, path: str) -> None:
    browser: Browser = await browser_of(bare, "ada")
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert 'class="nothing"' in answer.text


def ending(model: str, days: int, what: str = "support") -> Ending:
    today = date(2026, 3, 1)
    count = ModelCount("Acme", model, "device", 1, 0, 0, 0, "", "", "")
    return Ending(count, what, today + timedelta(days=days), days)


def test_a_timeline_holds_all_marks_in_its_frame() -> None:
    assert timeline([], date(2026, 3, 1), 365) is None
    ends = [ending("A", -2000, "sale"), ending("A", -5), ending("B", 0), ending("B", 80), ending("C", 365)]
    drawn = timeline(ends, date(2026, 3, 1), 365)
    assert drawn is not None
    assert [line.model for line in drawn.lines] == ["A", "B", "C"]
    marks = [mark for line in drawn.lines for mark in line.marks]
    assert all(LEFT <= mark.x <= WIDTH - RIGHT for mark in marks)
    assert [mark.tone for mark in marks] == ["mute", "bad", "warn", "warn", "info"]
    assert [mark.clipped for mark in marks] == [True, False, False, False, False]
    assert drawn.lines[0].marks[1].x < drawn.now == drawn.lines[1].marks[0].x
    places = [x for x, _ in drawn.ticks]
    assert places == sorted(places)
    assert all(after - before > 40 for before, after in pairwise(places))
