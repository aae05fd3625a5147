"""``netwright probe ... --record`` and ``--replay``: one document, from the device and without it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from netwright.base.errors import InputError
from netwright.cli.probe import app
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice

pytestmark = pytest.mark.slow
PASSWORD = "correct horse"
SAID = {
    "show version": "Arista DCS-7280SR3-48YC8\nSoftware image version: 4.31.2F\n",
    "show version | json": json.dumps(
        {"modelName": "DCS-7280SR3-48YC8", "serialNumber": "JPE1", "version": "4.31.2F"}
    ),
}


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A switch that answers from a thread of its own: the command runs a loop itself."""
    monkeypatch.setenv("NETWRIGHT_DEVICE_USER", "netops")
    monkeypatch.setenv("NETWRIGHT_DEVICE_PASSWORD", PASSWORD)
    loop = asyncio.new_event_loop()
    device = SimulatedDevice(lambda: Line(Character("r1", SAID)), execs=True, password=PASSWORD)
    loop.run_until_complete(device.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield device.port
    asyncio.run_coroutine_threadsafe(device.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def ssh(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ssh", *arguments, "--json"])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.exception
    found = json.loads(result.stdout)
    return {name: value for name, value in found.items() if name not in {"observed_at", "answered"}}


def test_a_recording_tells_the_same(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(tmp_path / "sent")
    live = told(ssh(f"127.0.0.1:{port}", "--record", folder))
    assert live["system"]["model"] == "DCS-7280SR3-48YC8"
    monkeypatch.delenv("NETWRIGHT_DEVICE_USER")
    assert told(ssh("--replay", folder)) == live
    assert PASSWORD not in "".join(path.read_text() for path in Path(folder).iterdir())


def test_what_it_does_not_hold_is_told_behind_what_it_does(port: int, tmp_path: Path) -> None:
    folder = str(tmp_path / "sent")
    told(ssh(f"127.0.0.1:{port}", "--record", folder))
    result = ssh("--replay", folder, "--platform", "nxos")
    assert json.loads(result.stdout)["address"] == f"127.0.0.1:{port}"
    assert isinstance(result.exception, InputError)
    assert "the recording has no answer to `" in str(result.exception)


def test_neither_address_nor_recording() -> None:
    result = ssh()
    assert result.exit_code == 2
    assert "--replay" in result.stderr
