"""A lab of thirty real routers: memory, and seconds to boot it. Needs root and Debian's daemons."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figure import Skip, figure

from netwright.lab import system
from netwright.lab.generate import generate
from netwright.lab.lab import Lab
from netwright.lab.topology import NodeType

_POPS = 9  # two cores, three routers a POP, one ISP on FRR: thirty
_NAME = f"bench{os.getpid() % 10_000}"
_ROUTERS = {NodeType.ROUTER, NodeType.ISP_FRR}


def figures() -> Iterator[dict[str, Any]]:
    """The bar: 30 routers under 4 GiB. Memory is each process's proportional share (PSS, so that shared
    libraries count once) and what the kernel's slab grew by."""
    if lacks := system.missing():
        raise Skip(f"it needs {', '.join(lacks)}")
    topology = generate(_POPS)
    routers = sum(node.type in _ROUTERS for node in topology.nodes.values())
    lab = Lab(_NAME)
    before = _slab_kib()
    start = time.perf_counter()
    try:
        lab.up(topology)
        seconds = time.perf_counter() - start
        spaces = [lab.namespace(node) for node in topology.nodes]
        pids = system.processes({system.inode(space) for space in spaces})
        share, cpu = sum(_pss_kib(pid) for pid in pids), sum(_cpu_s(pid) for pid in pids)
        slab = max(0, _slab_kib() - before)
        yield figure(f"lab of {routers} routers, memory", (share + slab) / 2**20, "GiB", routers, cpu)
        yield figure("of it: kernel", slab / 2**20, "GiB", routers, cpu)
        yield figure(f"lab of {len(topology.nodes)} nodes, boot", seconds, "s", len(topology.nodes), cpu)
    finally:
        lab.down()


def _slab_kib() -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Slab:"))


def _pss_kib(pid: int) -> int:
    """0 for a process that has ended meanwhile."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _cpu_s(pid: int) -> float:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
