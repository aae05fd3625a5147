"""A simulated fleet in a process of its own, so that a benchmark measures us and not the devices.

``python -m bench.simulated FOLDER`` serves ``FOLDER/lab.yaml``, each router running its text of
``FOLDER/configs.json``.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from netwright.lab.sim.control import Folder, run
from netwright.lab.sim.fleet import SimulatedFleet
from netwright.lab.topologyfile import read_topology

_START_S = 600.0
_STOP_S = 60.0
MANAGEMENT = ipaddress.IPv4Network("10.0.0.0/16")


def router_name(number: int) -> str:
    return f"r{number:04d}"


def write_lab(folder: Path, routers: int, ports: int, configs: Mapping[str, str]) -> None:
    """A lab file of ``routers`` routers with ``ports`` ports each and no cables, and what they run."""
    model = {
        "manufacturer": "bench",
        "part_number": "B",
        "ports": ports,
        "power_supplies": {"count": 2, "part_number": "PSU"},
        "fans": {"count": 2, "part_number": "FAN"},
        "temperature_sensors": 2,
        "optic": "SFP",
    }
    nodes = {
        router_name(number): {
            "type": "router-frr",
            "site": "bench",
            "model": "B",
            "serial": f"B{number:04d}01",
            "management": str(MANAGEMENT[256 + number]),
        }
        for number in range(routers)
    }
    lab = {
        "name": "bench",
        "management": f"{MANAGEMENT[1]}/{MANAGEMENT.prefixlen}",
        "models": {"B": model},
        "nodes": nodes,
        "cables": [],
    }
    (folder / "lab.yaml").write_text(yaml.safe_dump(lab))
    (folder / "configs.json").write_text(json.dumps(dict(configs)))


@contextlib.contextmanager
def fleet(folder: Path) -> Iterator[Folder]:
    """The fleet of ``folder`` in another process while the block runs."""
    state = Folder(folder / "sim")
    with (folder / "sim.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.simulated", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        end = time.monotonic() + _START_S
        while not state.socket.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((folder / "sim.log").read_text()[-2000:])
            time.sleep(0.1)
        yield state
    finally:
        process.terminate()
        process.wait(_STOP_S)


def main(folder: Path) -> None:
    configs = json.loads((folder / "configs.json").read_text())
    state = Folder(folder / "sim")
    state.make()
    topology = read_topology(folder / "lab.yaml")
    asyncio.run(run(SimulatedFleet(topology, state.content, configs=configs), state))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
