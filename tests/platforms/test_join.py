"""Facts of several answers made one."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest

from netwright.platforms.facts import (
    AddressFact,
    BgpSessionFact,
    BgpState,
    Found,
    InterfaceFact,
    LaneFact,
    Limits,
    Load,
    OperState,
    RouteSummary,
    System,
    TransceiverFact,
    joined,
)


def test_nothing_is_nothing() -> None:
    assert joined([]) == Found()


def test_the_first_answer_counts_and_later_ones_fill() -> None:
    one = Found(
        system=System("r1", model="X"),
        interfaces=(InterfaceFact("e1", admin_up=True, oper=OperState.UP, in_errors=0),),
    )
    two = Found(
        system=System("other", serial="S1"),
        interfaces=(
            InterfaceFact("e1", admin_up=False, oper=OperState.DOWN, description="to r2", in_errors=7),
            InterfaceFact("e2", admin_up=False, oper=OperState.DOWN),
        ),
        load=Load(cpu=0.5),
    )
    both = joined([one, two])
    assert both.system == System("r1", model="X", serial="S1")
    assert both.load.cpu == 0.5
    first, second = both.interfaces
    assert (first.admin_up, first.oper, first.description, first.in_errors) == (
        True,
        OperState.UP,
        "to r2",
        0,
    )
    assert second.name == "e2"


def test_who_knows_the_state_knows_whether_it_is_switched_on() -> None:
    guess = Found(interfaces=(InterfaceFact("e1", admin_up=True, oper=OperState.UNKNOWN, in_octets=1),))
    known = Found(interfaces=(InterfaceFact("e1", admin_up=False, oper=OperState.DOWN),))
    for order in ([guess, known], [known, guess]):
        (fact,) = joined(order).interfaces
        assert (fact.admin_up, fact.oper, fact.in_octets) == (False, OperState.DOWN, 1)


def test_what_tells_two_things_apart() -> None:
    red = BgpSessionFact(ip_address("192.0.2.1"), 65001, BgpState.IDLE, routing_instance="red")
    default = BgpSessionFact(ip_address("192.0.2.1"), 65001, BgpState.IDLE)
    named = BgpSessionFact(ip_address("192.0.2.1"), 65001, BgpState.IDLE, 3.0, routing_instance="default")
    assert joined([Found(bgp_sessions=(red, default)), Found(bgp_sessions=(named,))]).bgp_sessions == (
        red,
        BgpSessionFact(
            ip_address("192.0.2.1"),
            65001,
            BgpState.IDLE,
            3.0,
            routing_instance="default",
        ),
    )
    four = AddressFact("e1", ip_interface("192.0.2.1/31"))
    six = AddressFact("e1", ip_interface("2001:db8::1/64"))
    assert joined([Found(addresses=(four, six)), Found(addresses=(four,))]).addresses == (four, six)


@pytest.mark.parametrize("name", ["Ethernet1", ""])
def test_an_optic_is_known_by_its_port(name: str) -> None:
    lanes = (LaneFact(0, rx_dbm=-2.0),)
    inventory = TransceiverFact("xcvr 1", "Ethernet1", serial="S", rx_limits=None)
    light = TransceiverFact(name, "Ethernet1", lanes=lanes, rx_limits=Limits(high_warning=2.0))
    (optic,) = joined([Found(transceivers=(inventory,)), Found(transceivers=(light,))]).transceivers
    assert (optic.serial, optic.lanes, optic.name) == ("S", lanes, "xcvr 1")
    assert optic.rx_limits == Limits(high_warning=2.0)


def test_records_without_an_identity_are_all_kept_once() -> None:
    counts = (RouteSummary("ipv4", "bgp", 3), RouteSummary("ipv4", "static", 1))
    assert joined([Found(route_summary=counts), Found(route_summary=counts[:1])]).route_summary == counts
