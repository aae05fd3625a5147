"""``netwright probe http`` at switches that really answer, without a home folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.device.http.server import Reply, served
from tests.device.http.switches import PASSWORD, USER, Arista, Nexus, Nokia

from netwright.base.errors import AuthenticationError, NotFoundError
from netwright.cli.probe import app

ROUTER = json.loads((Path(__file__).parents[1] / "cases/yang/openconfig_router.json").read_bytes())


@pytest.fixture(autouse=True)
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_DEVICE_USER", USER)
    monkeypatch.setenv("NETWRIGHT_DEVICE_PASSWORD", PASSWORD)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        (Arista(), ("Arista", "eos", "ams-edge1", "JPE1")),
        (Nexus(), ("Cisco", "nxos", "fra-leaf1", "FDO1")),
        (
            Nokia(models={f"/{name.rpartition(':')[2]}": value for name, value in ROUTER.items()}),
            ("Nokia", "srlinux", "ams-edge1", "JPE00000001"),
        ),
    ],
)
def test_the_api_is_found_by_asking(
    switch: Callable[..., Reply], expected: tuple[str, str, str, str]
) -> None:
    with served(switch) as port:
        result = CliRunner().invoke(app, ["http", f"127.0.0.1:{port}", "--plaintext", "--json"])
    assert result.exit_code == 0, result.exception
    told = json.loads(result.stdout)
    system = told["system"]
    assert (system["vendor"], system["os"], system["hostname"], system["serial"]) == expected
    if not isinstance(switch, Nokia):
        assert any("show vlan" in problem["where"] for problem in told["problems"])


def test_a_server_of_another_kind() -> None:
    with served(lambda request: Reply(404, "nothing here")) as port:
        result = CliRunner().invoke(app, ["http", f"127.0.0.1:{port}", "--plaintext"])
    assert isinstance(result.exception, NotFoundError)


def test_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_DEVICE_PASSWORD", "no")
    with served(Nexus()) as port:
        result = CliRunner().invoke(app, ["http", f"127.0.0.1:{port}", "--plaintext", "--api", "nxapi"])
    assert isinstance(result.exception, AuthenticationError)
