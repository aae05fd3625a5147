"""The shipped designs: they render, keep all rules, and are wired as a site should be."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from netwright.intent.render import MaskedSecrets, Renderer
from netwright.intent.view import build_views
from netwright.inventory import Cable, Device, Port, Rack

from .conftest import LONDON, Yard


def test_a_pop_renders(yard: Yard) -> None:
    yard.apply("exchange-pop", "lon", {**LONDON, "size": "medium"})
    with yard.database.read() as session:
        views = build_views(session, ["lon-edge1", "lon-tor2"])
    texts = {name: Renderer().render(view, MaskedSecrets()) for name, view in views.items()}

    edge = texts["lon-edge1"]
    assert "router bgp 65001" in edge
    assert edge.count("remote-as 4200000000") == 1
    assert "description to lon-tor2 swp1" in edge
    tor = texts["lon-tor2"]
    assert "router bgp 4200000001" in tor
    assert "198.18.0.32/27" in tor, "announces the service prefix"


def test_every_device_hangs_on_both_feeds(yard: Yard) -> None:
    yard.apply("exchange-pop", "lon", {**LONDON, "size": "large"})
    with yard.database.read() as session:
        names = dict(session.execute(select(Device.id, Device.name)).all())
        ports = {row.id: row for row in session.execute(select(Port.id, Port.device_id, Port.port_class))}
        fed: dict[str, set[str]] = defaultdict(set)
        for a, b in session.execute(select(Cable.a_port_id, Cable.b_port_id)):
            if a and b and ports[a].port_class == "power-outlet":
                fed[names[ports[b].device_id]].add(names[ports[a].device_id][-1])
        racks = set(session.scalars(select(Rack.name)))
    single = {"lon-mgmt1"}  # a single power supply
    assert {name for name, legs in fed.items() if legs != {"a", "b"}} == single
    assert len(fed) == 4 + 4 + 32 + 2
    assert len(racks) > 1, "a rack's power is not overdrawn"


def test_seats_stay_when_a_device_between_goes(yard: Yard) -> None:
    yard.apply("embedded-isp-site", "e1", {**LONDON, "isp": "isp-aurora", "appliances": 3})
    seats = {
        name: yard.value("device", name, "position_u") for name in ("e1-cache1", "e1-cache2", "e1-router2")
    }

    yard.apply("embedded-isp-site", "e1", {"appliances": 2})
    yard.apply("embedded-isp-site", "e1", {"appliances": 6})

    assert {name: yard.value("device", name, "position_u") for name in seats} == seats
