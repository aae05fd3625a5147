"""The shipped designs: they render, keep all rules, and are wired as a site should be."""

from __future__ import annotations

from collections import defaultdict

import pytest
from sqlalchemy import select

from netwright.intent.render import MaskedSecrets, Renderer
from netwright.intent.rules import check
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


EXCHANGE = "exchanges: [{name: linx, lan_v4: 203.0.113.0/24, mtu: 1500}]"


@pytest.mark.slow
def test_sites_are_joined_and_peer(yard: Yard) -> None:
    """Every shipped design on one network: it keeps all rules, applies again without a difference, renders
    with all sessions, and goes without a trace."""
    yard.load(EXCHANGE)
    before = yard.counts()
    place = {**LONDON, "status": "active"}
    ends, carried = {"a": "fra", "b": "lon"}, {"provider": "longhaul"}
    wishes: list[tuple[str, str, dict[str, object]]] = [
        ("core-site", "fra", {**place, "origins": 2}),
        ("exchange-pop", "lon", place),
        ("backbone-link", "fra-lon-1", {**ends, **carried, "route": "north"}),
        (
            "backbone-link",
            "fra-lon-2",
            {"a": "fra", "b": "lon", "a_router": "fra-core2", "b_router": "lon-edge2"},
        ),
        (
            "private-peering",
            "lon-borealis",
            {"router": "lon-edge1", "isp": "isp-borealis", "provider": "longhaul"},
        ),
        (
            "exchange-peering",
            "lon-linx",
            {
                "router": "lon-edge2",
                "exchange": "linx",
                "address": "203.0.113.10",
                "peers": "isp-aurora@203.0.113.7,isp-borealis@203.0.113.8",
            },
        ),
        ("appliance-cluster", "lon-more", {"site": "lon", "switches": "lon-tor1", "appliances": 3}),
        ("embedded-isp-site", "aurora1", {**place, "isp": "isp-aurora"}),
    ]
    for design, name, parameters in wishes:
        assert yard.apply(design, name, parameters).revision, name
    for design, name, _ in wishes:
        assert yard.apply(design, name).objects == 0, name

    with yard.database.read() as session:
        views = build_views(session)
    texts = {
        name: Renderer().render(view, MaskedSecrets())
        for name, view in views.items()
        if view.platform == "frr"
    }
    assert {name: text.count(" remote-as ") for name, text in texts.items()} == {
        "fra-core1": 2,
        "fra-core2": 2,
        "lon-edge1": 4,
        "lon-edge2": 5,
        "lon-tor1": 2,
        "aurora1-router1": 2,
        "aurora1-router2": 2,
    }
    assert "fra-lon-1 to lon-edge1" in texts["fra-core1"]

    for design, name, _ in reversed(wishes):
        yard.designs.remove(yard.designs.find(design, name).id, "tester", check)
    assert yard.counts() == before
