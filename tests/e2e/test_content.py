"""The content network on real servers: filled over the network that was built, clients steered to the nearest
healthy server, bytes checked by hash with a real HTTP client inside the clients' namespaces."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from netwright.app.demo import Fetched, lab_fetch
from netwright.lab.lab import Lab
from netwright.lab.topologyfile import read_topology

from .conftest import DEMO, require_lab, running_lab
from .house import DESIGN, House

pytestmark = pytest.mark.e2e
Eventually = Callable[..., object]

DEMAND = DESIGN.parent / "demand.csv"
TITLE = "t11"  # small, so that every site has it


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab of these tests' own: they need every cable and server of it sound from the first fill on."""
    require_lab()
    yield from running_lab(read_topology(DEMO))


@pytest.fixture(scope="module")
def house(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home whose network is deployed and whose caches are filled."""
    house = House(tmp_path_factory.mktemp("content") / "home")
    house.run("init", "--access", lab.access_file)
    house.run("import", DESIGN)
    house.run("deploy", "--yes")
    house.run("cdn", "import", lab.catalogue_file, "--demand", DEMAND)
    house.run("cdn", "place", "--fill")
    house.collect()
    return house


def steer(house: House, client: str) -> dict[str, Any]:
    answer: dict[str, Any] = house.json("cdn", "steer", "--client", client, "--title", TITLE)
    return answer


def fetch_first(house: House, lab: Lab, node: str, address: str) -> tuple[dict[str, Any], Fetched]:
    first = steer(house, address)["servers"][0]
    return first, lab_fetch(lab)(node, first["url"])


@pytest.fixture(scope="module")
def sha256(house: House, lab: Lab) -> str:
    """The title's hash by the lab's own catalogue."""
    catalogue = {entry["id"]: entry for entry in json.loads(lab.catalogue_file.read_text())}
    found: str = catalogue[TITLE]["sha256"]
    return found


@pytest.mark.parametrize(
    ("node", "address", "site"),
    [
        ("client-ams", "198.51.100.10", "ams"),
        ("client-par", "198.51.100.138", "par"),
        ("client-nyc", "203.0.113.10", "nyc"),
        ("client-lon", "203.0.113.138", "par"),
    ],
)
def test_clients_are_served_by_their_nearest_site(
    house: House, whole_lab: Lab, sha256: str, node: str, address: str, site: str
) -> None:
    first, got = fetch_first(house, whole_lab, node, address)
    assert first["site"] == site
    assert got.served_by == first["device"]
    assert got.sha256 == sha256


def test_a_crashed_cache_is_left_out_within_one_round(
    house: House, whole_lab: Lab, sha256: str, eventually: Eventually
) -> None:
    victim = steer(house, "198.51.100.10")["servers"][0]["device"]
    whole_lab.crash(victim)
    try:
        house.collect()
        answer = steer(house, "198.51.100.10")
        assert victim not in [server["device"] for server in answer["servers"]]
        assert victim in [excluded["device"] for excluded in answer["excluded"]]
        _, got = fetch_first(house, whole_lab, "client-ams", "198.51.100.10")
        assert got.sha256 == sha256
    finally:
        whole_lab.boot(victim)

    def back() -> bool:
        house.collect()
        return victim in [server["device"] for server in steer(house, "198.51.100.10")["servers"]]

    eventually(back, 60)


def test_clients_of_a_pop_that_is_cut_off_are_served_by_the_next_one(
    house: House, whole_lab: Lab, sha256: str, eventually: Eventually
) -> None:
    whole_lab.cut("ams")
    try:
        house.collect()
        first, got = fetch_first(house, whole_lab, "client-ams", "198.51.100.10")
        assert (first["site"], got.served_by) == ("par", first["device"])
        assert got.sha256 == sha256
    finally:
        whole_lab.heal("ams")

    def back() -> bool:
        house.collect()
        servers = steer(house, "198.51.100.10")["servers"]
        return bool(servers) and servers[0]["site"] == "ams"

    eventually(back, 90)
    _, got = fetch_first(house, whole_lab, "client-ams", "198.51.100.10")
    assert got.sha256 == sha256


def test_a_damaged_copy_is_found_and_filled_again(house: House, whole_lab: Lab, sha256: str) -> None:
    server = steer(house, "198.51.100.10")["servers"][0]
    path = "/srv/content/" + server["url"].split("/content/", 1)[1]
    whole_lab.exec(server["device"], ["sh", "-c", f"printf X | dd of={path} conv=notrunc"], check=True)
    assert f"{server['device']}: {TITLE} is missing or damaged" in house.run("cdn", "verify", good=(1,))
    house.run("cdn", "fill")
    assert "All copies have the catalogue's bytes." in house.run("cdn", "verify")
    assert lab_fetch(whole_lab)("client-ams", server["url"]).sha256 == sha256
