"""``netwright probe gnmi`` at a target that really answers, without a home folder."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.device.gnmi.target import PASSWORD, USER, Target, serve

from netwright.base.errors import AuthenticationError, DeviceUnreachableError, InputError
from netwright.cli.probe import app

ROUTER = json.loads((Path(__file__).parents[1] / "cases/yang/openconfig_router.json").read_bytes())
TARGET = Target({f"/{name.rpartition(':')[2]}": value for name, value in ROUTER.items()})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The target runs in a thread of its own: the command runs a loop itself."""
    loop = asyncio.new_event_loop()
    server, number = loop.run_until_complete(serve(TARGET))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield number
    asyncio.run_coroutine_threadsafe(server.stop(0), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(autouse=True)
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_DEVICE_USER", USER)
    monkeypatch.setenv("NETWRIGHT_DEVICE_PASSWORD", PASSWORD)


def probe(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["gnmi", *arguments])


def test_one_document(port: int) -> None:
    result = probe(f"127.0.0.1:{port}", "--plaintext", "--json")
    assert result.exit_code == 0, result.exception
    told = json.loads(result.stdout)
    assert told["system"]["vendor"] == "Arista"
    assert told["system"]["serial"] == "JPE00000001"
    assert [row["name"] for row in told["interfaces"]] == ["Ethernet1", "Management1"]
    assert told["transceivers"][0]["serial"] == "XCVR0001"
    assert (told["sources"], told["problems"]) == (["gnmi"], [])


def test_for_people(port: int) -> None:
    result = probe(f"127.0.0.1:{port}", "--plaintext")
    assert "Arista DCS-7280SR3-48YC8" in result.stdout
    assert "2 BGP sessions" in result.stdout


def test_a_wrong_password(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_DEVICE_PASSWORD", "no")
    assert isinstance(probe(f"127.0.0.1:{port}", "--plaintext").exception, AuthenticationError)


def test_a_certificate_is_wanted_unless_said(port: int) -> None:
    assert isinstance(probe(f"127.0.0.1:{port}").exception, DeviceUnreachableError)


def test_without_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETWRIGHT_DEVICE_USER")
    assert isinstance(probe("127.0.0.1:9").exception, InputError)
