"""What is rendered is what real routers print back, and with it the whole demo network comes up."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from netwright.intent.importer import import_documents
from netwright.intent.render import Renderer
from netwright.intent.view import build_views
from netwright.inventory import KINDS
from netwright.lab.lab import Lab
from netwright.lab.topologyfile import read_topology
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.record import Base

from .conftest import DEMO, require_lab
from .one_router import one_router, until

DESIGN = DEMO.parent / "design"
EVERYTHING = Path(__file__).parents[1] / "cases" / "render" / "everything.conf"
POLICED = EVERYTHING.with_name("policed.conf")
RELOAD = "/usr/lib/frr/frr-reload.py"
WANTED = "/tmp/wanted.conf"
pytestmark = pytest.mark.e2e


@dataclass
class Routers:
    """A lab of its own, whose routers were given what was rendered for them."""

    lab: Lab
    wanted: dict[str, str]

    def load(self, name: str, text: str) -> None:
        self.lab.exec(name, ["sh", "-c", f"umask 077; cat > {WANTED}"], stdin=text, check=True)
        self.lab.exec(name, [RELOAD, "--reload", "--stdout", WANTED], check=True)

    def running(self, name: str) -> str:
        """As FRR prints it, without the version and the end that no configuration needs."""
        text = self.lab.exec(name, ["vtysh", "-c", "show running-config no-header"], check=True).stdout
        return "".join(
            line for line in text.splitlines(keepends=True) if line != "end\n" and line[:4] != "frr "
        )

    def states(self, name: str) -> list[str]:
        answer = self.lab.exec(name, ["vtysh", "-c", "show bgp summary json"], check=True).stdout
        families = json.loads(answer).values()
        return [peer["state"] for family in families for peer in family["peers"].values()]


def significant(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if line[:4] != "frr ")


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Lab], dict[str, str]]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('design') / 'netwright.db'}")
    Base.metadata.create_all(database.writer)
    result = import_documents(database, ChangeSets(database, KINDS), [DESIGN], "tester", "The demo's design")
    assert result.revision is not None, [str(problem) for problem in result.problems]
    with database.read() as session:
        views = build_views(session)
    database.close()

    def render(lab: Lab) -> dict[str, str]:
        renderer, store = Renderer(), _Secrets(lab)
        return {name: renderer.render(view, store) for name, view in views.items() if view.platform == "frr"}

    return render


class _Secrets:
    def __init__(self, lab: Lab) -> None:
        self.get = lab.access().secrets.__getitem__


@pytest.fixture(scope="module")
def routers(wanted: Callable[[Lab], dict[str, str]]) -> Iterator[Routers]:
    require_lab()
    lab = Lab(f"render{secrets.token_hex(3)}")
    try:
        lab.up(read_topology(DEMO))
        made = Routers(lab, wanted(lab))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: made.load(name, made.wanted[name]), made.wanted))
        yield made
    finally:
        lab.down()


def test_routers_print_back_what_was_rendered(routers: Routers) -> None:
    assert len(routers.wanted) == 11
    for name, text in routers.wanted.items():
        assert routers.running(name) == significant(text), name


def test_frr_itself_sees_no_difference(routers: Routers) -> None:
    for name in routers.wanted:
        done = routers.lab.exec(name, [RELOAD, "--test", "--stdout", WANTED], check=True)
        assert done.stdout == "", name


def test_every_wanted_session_is_established(
    routers: Routers, eventually: Callable[..., dict[str, list[str]]]
) -> None:
    def established() -> dict[str, list[str]]:
        found = {name: routers.states(name) for name in routers.wanted}
        states = [state for states in found.values() for state in states]
        return found if states.count("Established") == 52 else {}

    found = eventually(established, 90.0)
    assert sum(map(len, found.values())) == 52


@pytest.mark.parametrize("client", ["client-ams", "client-par", "client-nyc", "client-lon"])
@pytest.mark.parametrize("service", ["198.18.1.3", "198.18.2.5", "198.18.3.3"])
def test_every_client_reaches_every_pop(
    routers: Routers, eventually: Callable[..., bool], client: str, service: str
) -> None:
    def answers() -> bool:
        url = f"http://{service}/health"
        return routers.lab.exec(client, ["curl", "-s", "-m", "3", url]).stdout.strip() == "ok"

    assert eventually(answers, 90.0)


def test_caches_reach_the_origin_and_clients_do_not(
    routers: Routers, eventually: Callable[..., bool]
) -> None:
    """The origin's prefix is carried inside and kept from ISPs."""
    fetch = ["curl", "-s", "-m", "3", "http://198.18.0.3/health"]
    assert eventually(lambda: routers.lab.exec("nyc-cache2", fetch).stdout.strip() == "ok", 90.0)
    assert routers.lab.exec("client-ams", [*fetch[:3], "1", fetch[-1]]).returncode != 0


def test_everything_a_template_can_say_comes_back_word_for_word(routers: Routers) -> None:
    """Both families, shutdowns, loopback sessions, empty policies: see the golden file."""
    name = "par-edge1"
    text = EVERYTHING.read_text().replace("hostname ams-r1", f"hostname {name}")
    try:
        routers.load(name, text)
        # a reload leaves lists and policies that were there before in their places; a fresh start orders them
        routers.lab.exec(
            name, ["sh", "-c", f"cp {WANTED} /etc/frr/frr.conf && /usr/lib/frr/frrinit.sh restart"]
        )
        assert routers.running(name) == significant(text)
    finally:
        routers.load(name, routers.wanted[name])
        routers.lab.exec(
            name, ["sh", "-c", f"cp {WANTED} /etc/frr/frr.conf && /usr/lib/frr/frrinit.sh restart"]
        )
    assert routers.running(name) == significant(routers.wanted[name])


def test_groups_policies_and_routing_tables_come_back_word_for_word(tmp_path: Path) -> None:
    """Peer groups of both families, stored policies, communities, a VRF, static routes, on a router alone."""
    text = POLICED.read_text().replace("hostname ams-r1", "hostname r1").replace("<secret:md5>", "secret")
    with one_router(tmp_path / "router") as router:
        (Path(f"/proc/{router.init}/root") / WANTED.lstrip("/")).write_text(text)
        router.run(
            "sed -i 's/^bfdd=no/bfdd=yes/' /etc/frr/daemons; sysctl -qw net.ipv6.conf.all.forwarding=1;"
            "echo 'service integrated-vtysh-config' > /etc/frr/vtysh.conf;"
            "ip link add red type vrf table 10; ip link set red up;"
            "for port in swp2 swp4 swp7 swp8; do ip link add $port type dummy; done;"
            "ip link set swp8 master red;"
            f"cp {WANTED} /etc/frr/frr.conf; /usr/lib/frr/frrinit.sh restart"
        )
        until("BFD", lambda: "bfd\n" in router.running(), 30)
        shown = router.running().removesuffix("end\n")
        assert significant(shown) == significant(text)
