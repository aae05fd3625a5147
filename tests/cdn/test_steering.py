"""Steering: near and attached first, sick ones out and said why, load shared and stable."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.errors import InputError
from netwright.cdn.geography import Point
from netwright.cdn.network import Clients, ContentNetwork, ContentServer
from netwright.cdn.records import Title
from netwright.cdn.steering import SteeringAnswer, as_document, find_clients, parse_client, rank
from netwright.collect.health import Health, HealthReport, HealthState
from netwright.inventory.device import DeviceRole

PLACES = {
    "ams": Point(52.37, 4.90),
    "par": Point(48.86, 2.35),
    "nyc": Point(40.71, -74.01),
    "fra": Point(50.11, 8.68),
}
CLIENTS = (
    Clients(ipaddress.ip_network("198.51.100.0/24"), "aurora", "europe", PLACES["ams"], 10),
    Clients(ipaddress.ip_network("198.51.100.128/25"), "aurora", "europe", PLACES["par"], 10),
    Clients(ipaddress.ip_network("2001:db8::/32"), "aurora", "europe", PLACES["par"], 10),
)
TITLE = Title(id="t1", name="One", path="films/one.mp4", size_bytes=1, sha256="0" * 64)


def server(device: str, role: DeviceRole = DeviceRole.CACHE) -> ContentServer:
    site, number = device[:3], sum(device.encode()) % 200
    address = ipaddress.ip_address(f"198.18.0.{number}")
    return ContentServer(device, site, "europe", role, address, 80, 1, 1, "/srv/content")


NETWORK = ContentNetwork(
    servers=(
        *(server(f"{site}-cache{n}") for site in ("ams", "par", "nyc") for n in (1, 2)),
        server("fra-origin1", DeviceRole.ORIGIN),
    ),
    clients=CLIENTS,
    places=PLACES,
    isp_sessions={},
)
EVERYWHERE = [server.device for server in NETWORK.servers]


def report(down: Mapping[str, str] | None = None) -> HealthReport:
    ok = Health(HealthState.OK)
    devices = {server.device: ok for server in NETWORK.servers}
    sites = dict.fromkeys(PLACES, ok)
    for name, reason in (down or {}).items():
        (sites if name in sites else devices)[name] = Health(HealthState.DOWN, (reason,))
    return HealthReport(devices, {}, sites)


def ask(
    client: str = "198.51.100.10",
    *,
    held: Collection[str] = EVERYWHERE,
    attached: Collection[str] = ("ams", "par"),
    down: Mapping[str, str] | None = None,
) -> SteeringAnswer:
    address = parse_client(client)
    clients = find_clients(NETWORK, address)
    return rank(NETWORK, address, clients, TITLE, held, attached, report(down))


def sites(answer: SteeringAnswer) -> list[str]:
    return list(dict.fromkeys(candidate.site for candidate in answer.servers))


@pytest.mark.parametrize(
    ("client", "order"),
    [
        ("198.51.100.10", ["ams", "par", "nyc", "fra"]),
        ("198.51.100.200", ["par", "ams", "nyc", "fra"]),  # the more specific prefix counts
        ("2001:db8::1", ["par", "ams", "nyc", "fra"]),
    ],
)
def test_nearest_attached_site_first_then_the_backbone_and_the_origin_last(
    client: str, order: list[str]
) -> None:
    assert sites(ask(client)) == order


def test_only_servers_that_hold_the_title_and_the_origin_are_named() -> None:
    answer = ask(held=["par-cache2", "nyc-cache1"])
    assert [c.device for c in answer.servers] == ["par-cache2", "nyc-cache1", "fra-origin1"]
    assert answer.excluded == ()


def test_a_dead_server_is_left_out_and_said_why() -> None:
    answer = ask(down={"ams-cache1": "it does not answer"})
    assert answer.servers[0].device == "ams-cache2"
    assert [(e.device, e.why) for e in answer.excluded] == [("ams-cache1", "it is down: it does not answer")]


def test_a_site_cut_off_is_left_out_and_the_next_one_serves() -> None:
    answer = ask(down={"ams": "every link to other sites is down"})
    assert sites(answer)[0] == "par"
    assert {e.device for e in answer.excluded} == {"ams-cache1", "ams-cache2"}


def test_clients_whose_isp_has_no_session_left_are_told_nothing_false() -> None:
    answer = ask(attached=())
    assert answer.servers == ()
    assert all("established session to aurora" in e.why for e in answer.excluded)


def test_the_way_out_must_be_alive_too() -> None:
    answer = ask(attached=("ams",), down={"ams": "cut off"})
    assert answer.servers == ()


def test_an_unknown_client_is_served_by_caches_before_the_origin() -> None:
    answer = ask("8.8.8.8", attached=())
    assert answer.prefix is None
    assert len(answer.servers) == len(NETWORK.servers)
    assert answer.servers[-1].device == "fra-origin1"


@given(st.ip_addresses(network="198.51.100.0/24"))
def test_answers_are_stable_and_losing_one_server_moves_only_its_own(address: ipaddress.IPv4Address) -> None:
    first = ask(str(address)).servers
    again = ask(str(address)).servers
    without = ask(str(address), down={first[0].device: "dead"}).servers
    assert first == again
    assert without == first[1:]


def test_the_servers_of_a_site_share_the_clients() -> None:
    firsts = Counter(
        rank(NETWORK, address, CLIENTS[0], TITLE, EVERYWHERE, ("ams",), report()).servers[0].device
        for network in ipaddress.ip_network("100.64.0.0/14").subnets(new_prefix=24)
        for address in [network[1]]
    )
    assert set(firsts) == {"ams-cache1", "ams-cache2"}
    assert min(firsts.values()) > 0.4 * sum(firsts.values())


@pytest.mark.parametrize("text", ["", "localhost", "300.1.1.1", "10.0.0.0/8"])
def test_a_bad_address_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError, match="is not an IP address"):
        parse_client(text)


def test_the_document_has_the_urls_in_order() -> None:
    document = as_document(ask(held=["ams-cache1"]))
    servers = document["servers"]
    assert isinstance(servers, list)
    assert servers[0]["url"] == f"http://{NETWORK.servers[0].address}/content/films/one.mp4"
