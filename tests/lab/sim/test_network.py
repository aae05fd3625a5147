from __future__ import annotations

from typing import Any


async def test_sessions_come_up_where_both_ends_want_them(bench: Any) -> None:
    assert bench.up("edge") == set()
    bench.configure()
    assert bench.up("edge") == {"10.0.0.0", "10.0.0.3", "198.19.0.1"}
    assert bench.up("core") == {"10.0.0.1"}
    assert bench.up("isp") == {"198.19.0.0"}


async def test_a_wrong_password_or_as_keeps_a_session_down(bench: Any) -> None:
    bench.configure()
    edge = bench.fleet.router("edge")
    edge.enter(["router bgp 65001", "neighbor 198.19.0.1 password wrong"])
    assert bench.up("edge") == {"10.0.0.0", "10.0.0.3"}
    bench.fleet.router("core").enter(["router bgp 64500", "neighbor 10.0.0.1 remote-as 65009"])
    assert bench.up("edge") == {"10.0.0.3"}
    assert bench.up("core") == set()


async def test_a_cut_cable_and_a_shut_port_take_sessions_down_at_both_ends(bench: Any) -> None:
    bench.configure()
    bench.fleet.cut("core", "edge")
    assert bench.up("core") == set()
    assert bench.up("edge") == {"10.0.0.3", "198.19.0.1"}
    session = bench.fleet.network.sessions("core")["10.0.0.1"]
    assert (session.established, session.dropped) == (1, 1)
    bench.fleet.heal("core", "edge")
    assert bench.up("core") == {"10.0.0.1"}
    bench.fleet.router("edge").enter(["interface swp1", "shutdown"])
    assert not bench.fleet.device("core").carries("swp1")
    assert bench.up("core") == set()


async def test_routes_spread_along_sessions_and_never_in_circles(bench: Any) -> None:
    bench.configure()
    assert bench.routes("core") == {"198.18.0.0/24", "198.18.1.0/24", "198.51.100.0/24"}
    route = next(r for p, r in bench.fleet.network.routes("core").items() if str(p) == "198.18.1.0/24")
    assert route.path == (65001, 4200000001)
    assert route.next_hop == "10.0.0.1"


async def test_a_route_map_lets_through_only_what_its_list_permits(bench: Any) -> None:
    bench.configure()
    assert bench.routes("isp") == {"198.18.1.0/24", "198.51.100.0/24"}
    bench.fleet.router("edge").enter(["no route-map TO-ISP"])
    assert bench.routes("isp") == {"198.51.100.0/24"}


async def test_without_a_policy_nothing_crosses_an_external_session(bench: Any) -> None:
    """RFC 8212, which FRR follows by default."""
    bench.configure()
    bench.fleet.router("tor").enter(["router bgp 4200000001", "bgp ebgp-requires-policy"])
    assert bench.up("tor") == {"10.0.0.2"}
    assert bench.routes("tor") == {"198.18.1.0/24"}
    assert "198.18.1.0/24" not in bench.routes("edge")


async def test_a_network_is_announced_only_when_the_router_has_it(bench: Any) -> None:
    bench.configure()
    bench.fleet.router("tor").enter(["no ip route 198.18.1.0/24 blackhole"])
    assert "198.18.1.0/24" not in bench.routes("core")


async def test_counts_of_a_session_agree_at_both_ends(bench: Any) -> None:
    bench.configure()
    network = bench.fleet.network
    near, far = network.sessions("core")["10.0.0.1"], network.sessions("edge")["10.0.0.0"]
    assert len(network.received("core", near)) == network.sent("edge", far) == 2
    assert len(network.received("edge", far)) == network.sent("core", near) == 1


async def test_both_ends_of_a_cable_count_the_same_octets(bench: Any) -> None:
    clock = [1000.0]
    bench.fleet.network.now = lambda: clock[0]
    core, edge = bench.fleet.device("core"), bench.fleet.device("edge")
    before = core.counters("swp1")
    clock[0] += 60
    after = core.counters("swp1")
    assert after.out_octets - before.out_octets > 60 * 1000
    assert edge.counters("swp1").in_octets == after.out_octets
    bench.fleet.cut("core", "edge")
    clock[0] += 60
    assert core.counters("swp1") == after
    bench.fleet.heal("core", "edge")
    clock[0] += 60
    assert core.counters("swp1").in_octets > after.in_octets
