"""Racks and the topology of a site as they are drawn."""

from __future__ import annotations

import re

from sqlalchemy import select
from tests.web.conftest import BrowserMaker
from tests.web.seed import Seeded

from netwright.collect.health import health
from netwright.inventory import Device, Model, Rack, Site
from netwright.web.read.rack import UNIT, rack_view
from netwright.web.read.topology import site_topology


def test_units_count_from_the_bottom_and_halves_are_kept(own_full: Seeded) -> None:
    context = own_full.context
    with context.database.write() as session:
        device = session.scalars(select(Device).where(Device.name == "ams-tor1")).one()
        rack_id = device.rack_id
        assert rack_id is not None
        model = session.get_one(Model, device.model_id)
        model.height_u, model.full_depth = 1.5, False
        device.position_u = 1.5
    with context.database.read() as session:
        rack = rack_view(session, rack_id, health(session, context.clock))
    front, rear = rack.sides
    box = next(one for one in front.boxes if one.name == "ams-tor1")
    assert box.height == 1.5 * UNIT - 1
    bottom = rack.height_u * UNIT + 2.5
    assert box.y + 1.5 * UNIT == bottom - 0.5 * UNIT, "half a unit above the floor"
    assert "ams-tor1" not in {one.name for one in rear.boxes}, "not full depth: the rear is free"
    assert all(one.behind for one in rear.boxes)
    assert rack.free_u == rack.height_u - sum(one.height + 1 for one in front.boxes) / UNIT


async def test_the_page_of_a_rack(full: Seeded, browser_of: BrowserMaker) -> None:
    browser = await browser_of(full, "vera")
    with full.context.database.read() as session:
        rack = session.scalars(select(Rack).limit(1)).one()
    text = (await browser.get(f"/racks/{rack.id}")).text
    assert f"Rack {rack.name}" in text
    assert text.count("rack-frame") == 2
    assert (await browser.get("/racks/999999")).status_code == 404


def test_a_site_is_drawn_by_layers(full: Seeded) -> None:
    context = full.context
    with context.database.read() as session:
        site = session.scalars(select(Site).where(Site.name == "ams")).one()
        drawn = site_topology(session, site.id, health(session, context.clock))
        names = set(session.scalars(select(Device.name).where(Device.site_id == site.id)))
    rows = {node.name: node.y for node in drawn.nodes}
    assert names <= set(rows)
    assert rows["fra"] < rows["ams-edge1"] == rows["ams-edge2"] < rows["ams-tor1"] < rows["ams-cache1"]
    assert len(drawn.edges) == len({edge.path for edge in drawn.edges})
    assert {word for edge in drawn.edges for word in re.findall(r"ams-edge1/swp3", edge.title)}
    assert all(node.x >= 0 and node.x + node.width <= drawn.width for node in drawn.nodes)
