from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from netwright.app.labaccess import read_access
from netwright.base.errors import InputError, NotFoundError
from netwright.lab.sim.control import Folder, SimulationError, run
from netwright.lab.sim.fleet import SimulatedFleet
from netwright.lab.topology import Topology


@pytest.fixture
async def folder(topology: Topology, tmp_path: Path) -> AsyncIterator[Folder]:
    """The folder of a fleet that runs in this process."""
    made = Folder(tmp_path / "sim")
    made.make()
    task = asyncio.create_task(run(SimulatedFleet(topology, made.content), made))
    async with asyncio.timeout(20):
        while not made.socket.exists():
            if task.done():
                task.result()
            await asyncio.sleep(0.02)
    yield made
    if not task.done():
        await _ask(made, "stop")
    async with asyncio.timeout(20):
        await task


async def _ask(folder: Folder, verb: str, *words: str) -> Any:
    return await asyncio.to_thread(folder.ask, verb, *words)


async def test_the_folder_says_how_to_reach_the_fleet(folder: Folder) -> None:
    access = read_access(folder.access)
    rows = {row["device"]: row for row in await _ask(folder, "status")}
    assert set(access.endpoints) == set(rows) == {"core", "edge", "tor", "origin", "cache"}
    assert access.endpoints["core"].ssh_port == rows["core"]["ssh_port"]
    assert set(access.secrets) == {"isp-md5"}
    doors = json.loads((folder.path / "doors.json").read_text())
    assert doors == {
        "198.18.0.3": ["127.0.0.1", rows["origin"]["http_port"]],
        "198.18.1.3": ["127.0.0.1", rows["cache"]["http_port"]],
    }
    assert json.loads((folder.path / "catalogue.json").read_text())
    for file in (folder.access, folder.path / "id_ed25519", folder.socket):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


async def test_the_verbs_act(folder: Folder) -> None:
    assert await _ask(folder, "crash", "core") == "core is off."
    assert [row["device"] for row in await _ask(folder, "status") if not row["running"]] == ["core"]
    await _ask(folder, "boot", "core")
    assert await _ask(folder, "cut", "pop") == ["core swp1 -- edge swp1", "edge swp3 -- isp swp1"]
    assert await _ask(folder, "heal", "core", "edge") == ["core swp1 -- edge swp1"]
    await _ask(folder, "cut", "core", "eth0")
    assert next(row for row in await _ask(folder, "status") if row["device"] == "core")["management_cut"]
    assert await _ask(folder, "pull", "core", "psu1") == "psu1 is out of core."
    assert await _ask(folder, "plug", "core", "psu1") == "psu1 is in core."
    assert await _ask(folder, "swap", "core", "", "bare") == "CORE02"
    assert await _ask(folder, "fault", "core", "slow", "on") == ["slow"]
    assert await _ask(folder, "fault", "core", "slow", "off") == []
    said = await _ask(folder, "exec", "edge", "vtysh", "-c", "show bogus")
    assert said == {"output": "% Unknown command: show bogus\n", "error": "", "status": 1}


@pytest.mark.parametrize(
    "words",
    [("crash", "nobody"), ("crash",), ("cut", "core", "tor"), ("fault", "core", "odd", "on"), ("bogus",)],
)
async def test_what_can_not_be_done_is_said_and_the_fleet_goes_on(
    folder: Folder, words: tuple[str, ...]
) -> None:
    with pytest.raises(SimulationError):
        await _ask(folder, *words)
    assert len(await _ask(folder, "status")) == 5


async def test_a_second_fleet_in_the_same_folder_is_refused(folder: Folder) -> None:
    with pytest.raises(InputError, match="already"):
        await asyncio.to_thread(folder.make)


async def test_a_folder_that_a_killed_fleet_left_is_taken_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with pytest.raises(NotFoundError):
        folder.ask("status")
    server = await asyncio.start_unix_server(lambda _r, w: w.close(), folder.socket)
    server.close()
    assert folder.socket.exists()
    with pytest.raises(NotFoundError):
        await _ask(folder, "status")
    await asyncio.to_thread(folder.make)
    assert not folder.socket.exists()
