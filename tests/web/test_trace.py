"""The page of a cable's way."""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import BrowserMaker
from tests.web.seed import Seeded

from netwright.store.naming import resolve


def number(seeded: Seeded, kind: str, key: str) -> int:
    with seeded.context.database.read() as session:
        return resolve(session, kind, key)


@pytest.mark.parametrize("begin", ["interface r1/et-1/0", "cable patch-2", "circuit_end carrier/C1/Z"])
async def test_a_way_is_drawn_and_told(rig: Seeded, browser_of: BrowserMaker, begin: str) -> None:
    kind, _, key = begin.partition(" ")
    browser = await browser_of(rig, "vera")
    text = (await browser.get(f"/trace/{kind}/{number(rig, kind, key)}")).text
    assert text.count('class="topology-node') == 5
    assert "60 m in all" in text
    stops = re.findall(r'<td class="nowrap"><a class="mono" href="[^"]*">([^<]+)</a> <span', text)
    assert stops in (["r1", "pp1", "pp2", "C1", "r2"], ["r2", "C1", "pp2", "pp1", "r1"])
    assert ("way-marked" in text) is (kind == "cable")


async def test_an_open_way_says_where_it_ends(rig: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(rig, "vera")
    text = (await browser.get(f"/trace/interface/{number(rig, 'interface', 'r1/et-1/1')}")).text
    assert "to an open end" in text
    assert "nothing is plugged in behind it" in text


async def test_a_trunk_shows_all_ways_through_it(rig: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(rig, "vera")
    text = (await browser.get(f"/trace/cable/{number(rig, 'cable', 'trunk-1')}")).text
    assert "2 ways through trunk-1" in text


async def test_an_empty_plug_offers_a_cable(rig: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(rig, "ada")
    text = (await browser.get(f"/trace/interface/{number(rig, 'interface', 'r2/e1')}")).text
    assert "Nothing is plugged in here" in text
    assert "/inventory/cable/new?a_interface=r2/e1" in text
    assert (
        "New cable"
        not in (
            await (await browser_of(rig, "vera")).get(f"/trace/interface/{number(rig, 'interface', 'r2/e1')}")
        ).text
    )


async def test_what_holds_no_cable_has_no_way(rig: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(rig, "vera")
    for path in ("/trace/device/1", "/trace/cable/99999", "/trace/nothing/1"):
        assert (await browser.get(path)).status_code == 404
