"""``netwright probe snmp`` at an agent that really answers, without a home folder."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.platforms.recorded import wire_table

from netwright.base.errors import DeviceTimeoutError, InputError, NotFoundError
from netwright.cli.probe import app
from netwright.lab.sim.agent import Agent

_COMMUNITY = "the-word"


@pytest.fixture
def port() -> Iterator[int]:
    """A port where an agent answers from a thread of its own: the command runs a loop itself."""
    served = wire_table("iosxr_router")
    loop = asyncio.new_event_loop()
    transport, _ = loop.run_until_complete(
        loop.create_datagram_endpoint(
            lambda: Agent(_COMMUNITY.encode, lambda: served), local_addr=("127.0.0.1", 0)
        )
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield transport.get_extra_info("sockname")[1]
    loop.call_soon_threadsafe(transport.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No home anywhere, no secrets in the environment."""
    for name in ("COMMUNITY", "AUTH_PASSWORD", "PRIV_PASSWORD"):
        monkeypatch.delenv(f"NETWRIGHT_SNMP_{name}", raising=False)
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "none"))


def run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner(env=env).invoke(app, ["snmp", *arguments], catch_exceptions=True)


def test_one_document(port: int) -> None:
    result = run(f"127.0.0.1:{port}", "--json", env={"NETWRIGHT_SNMP_COMMUNITY": _COMMUNITY})
    assert result.exit_code == 0, result.exception
    found = json.loads(result.stdout)
    assert list(found) == [
        "address", "observed_at", "sources", "system", "interfaces", "addresses", "components", "sensors",
        "neighbors", "bgp_sessions", "transceivers", "load", "lags", "vlans", "arp", "macs",
        "routes", "route_summary", "bfd", "ntp", "users", "answered", "problems",
    ]  # fmt: skip
    assert (found["system"]["hostname"], found["system"]["model"]) == ("pop1-edge1", "NCS-9001")
    counts = {key: len(found[key]) for key in ("interfaces", "addresses", "components", "neighbors")}
    assert counts == {"interfaces": 3, "addresses": 4, "components": 8, "neighbors": 2}
    assert found["problems"] == []


def test_for_people(port: int) -> None:
    result = run(f"127.0.0.1:{port}", "--community", _COMMUNITY)
    assert result.exit_code == 0, result.exception
    for words in ("Cisco NCS-9001", "iosxr 7.9.2", "1 d", "100G", "4200000001", "31.5 °C", "-5 to 55"):
        assert words in result.stdout
    assert _COMMUNITY not in result.output


def test_a_person_knows_better(port: int) -> None:
    result = run(f"127.0.0.1:{port}", "--community", _COMMUNITY, "--platform", "junos", "--json")
    assert json.loads(result.stdout)["system"]["os"] == "junos"
    assert isinstance(
        run(f"127.0.0.1:{port}", "--community", "x", "--platform", "beos").exception, NotFoundError
    )


def test_a_wrong_community_says_that_silence_may_mean_it(port: int) -> None:
    result = run(f"127.0.0.1:{port}", "--community", "other-word", "--timeout", "0.05")
    assert isinstance(result.exception, DeviceTimeoutError)
    assert "gets silence too" in str(result.exception)
    assert "other-word" not in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["127.0.0.1"], "NETWRIGHT_SNMP_COMMUNITY"),
        (["127.0.0.1", "--v3-user", "netops"], "NETWRIGHT_SNMP_AUTH_PASSWORD"),
        (["127.0.0.1:x", "--community", "c"], "is no port"),
        (["127.0.0.1:70000", "--community", "c"], "is no port"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, InputError)
    assert words in str(result.exception)
