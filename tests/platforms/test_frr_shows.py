"""Shapes of FRR's answers that the recordings don't hold."""

from __future__ import annotations

import json

import pytest

from netwright.platforms.facts import BgpState
from netwright.platforms.frr import shows


def peer(**fields: object) -> dict[str, object]:
    return {
        "remoteAs": 65001,
        "state": "Established",
        "pfxRcd": 3,
        "pfxSnt": 4,
        "peerUptimeMsec": 5000,
    } | fields


def summary(**families: dict[str, dict[str, object]]) -> str:
    return json.dumps({name: {"peers": peers} for name, peers in families.items()})


def test_counts_of_address_families_are_added() -> None:
    (fact,) = shows.bgp_sessions(
        summary(ipv4Unicast={"10.0.0.1": peer()}, ipv6Unicast={"10.0.0.1": peer(pfxRcd=7, pfxSnt=1)})
    )
    assert (fact.prefixes_received, fact.prefixes_sent, fact.uptime_s) == (10, 5, 5.0)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Idle (Admin)", BgpState.IDLE),
        ("Active", BgpState.ACTIVE),
        ("OpenConfirm", BgpState.OPENCONFIRM),
        ("Clearing", BgpState.UNKNOWN),
    ],
)
def test_states(said: str, state: BgpState) -> None:
    (fact,) = shows.bgp_sessions(summary(ipv4Unicast={"2001:db8::1": peer(state=said)}))
    assert (fact.state, fact.prefixes_received) == (state, None)


def test_sessions_over_link_local_addresses_are_left_out() -> None:
    assert shows.bgp_sessions(summary(ipv4Unicast={"swp1": peer(idType="interface")})) == ()


def test_only_valid_best_paths_make_a_route() -> None:
    routes = {
        "10.0.0.0/8": [{"valid": True}, {"valid": True, "bestpath": True}],
        "11.0.0.0/8": [{"valid": True}],
        "12.0.0.0/8": [{"bestpath": True}],
        "13.0.0.0/8": [{"valid": True, "bestpath": {"overall": True}}],
    }
    assert [str(p) for p in shows.ipv4_routes(json.dumps({"routes": routes}))] == ["10.0.0.0/8", "13.0.0.0/8"]


def test_the_router_names_itself_behind_its_release() -> None:
    said = "FRRouting 8.4.4 (ams-edge1) on Linux(6.1.0).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n"
    assert shows.hostname(said) == "ams-edge1"
    assert shows.hostname("FRRouting 8.4.4\n") is None
