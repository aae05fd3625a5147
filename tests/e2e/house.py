"""The command line over a home folder of its own, as an operator would type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

DESIGN = Path(__file__).parents[2] / "examples" / "demo" / "design"
COMMAND_S = 240


class House:
    """A home folder; each call is a command of its own in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._environment = os.environ | {"NETWRIGHT_HOME": str(home), "COLUMNS": "200"}

    def run(self, *words: str | Path, good: tuple[int, ...] = (0,)) -> str:
        """What a command prints. Fails the test on another exit code than those in ``good``."""
        argv = [sys.executable, "-m", "netwright", *map(str, words)]
        done = subprocess.run(
            argv, env=self._environment, capture_output=True, text=True, timeout=COMMAND_S, check=False
        )
        assert done.returncode in good, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *words: str, good: tuple[int, ...] = (0, 1)) -> Any:
        return json.loads(self.run(*words, "--json", good=good))

    def collect(self) -> Any:
        return self.json("collect", "--once")

    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("audit")
        return found

    def shown(self) -> set[tuple[str, str, str]]:
        """Findings that are not a consequence of another one."""
        return {(f["kind"], f["device"], f["object"]) for f in self.findings() if not f["cause"]}
