"""The whole demo, from bare routers to the summary. Downloads and package installs are not counted."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figure import Skip, figure

from netwright.lab import system

_LIMIT_S = 1200.0
_PORT = 18080


def figures() -> Iterator[dict[str, Any]]:
    """The bar: under 180 s on real routers with two cores. The simulated one needs no root."""
    if not (lacks := system.missing()):
        yield from _run("real routers")
    yield from _run("simulated routers", "--sim")
    if lacks:
        raise Skip(f"on real routers it needs {', '.join(lacks)}")


def _run(title: str, *options: str) -> Iterator[dict[str, Any]]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "demo.json"
        words = ["demo", "--no-keep", "--json", str(summary), "--build", f"{folder}/build"]
        argv = [sys.executable, "-m", "netwright", *words, "--port", str(_PORT), *options]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
        if not summary.is_file():
            raise RuntimeError(f"the demo on {title} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        lines = json.loads(summary.read_text())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    took = next(line for line in lines if line["name"].startswith("seconds"))
    wrong = [line["name"] for line in lines if not line["good"] and line is not took]
    yield figure(f"demo on {title}", float(took["measured"]), "s", 1, cpu)
    yield figure(f"lines of its summary as wanted ({title})", len(lines) - len(wrong), "", len(lines), cpu)
