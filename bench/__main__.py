"""``python -m bench [NAME|all]``: prints one JSON line a figure.

A benchmark is a module here with ``figures()``, which yields mappings with the keys ``figure``, ``value``,
``unit``, ``n`` and ``cpu_s`` (CPU seconds of the process that is measured), and where a peer ran beside it
``peer``, ``peer_value`` and ``ratio``. One that can't run on this machine raises ``Skip`` with the reason.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figure import Skip


def names() -> list[str]:
    """All benchmarks: the modules that define ``figures``."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return [file.stem for file in files if "\ndef figures(" in file.read_text()]


def lines(name: str, options: dict[str, Any]) -> Iterator[dict[str, object]]:
    module = importlib.import_module(f"bench.{name}")
    taken = inspect.signature(module.figures).parameters
    yield from module.figures(**{key: value for key, value in options.items() if key in taken})


def main(arguments: list[str]) -> int:
    """0, or 1 when a benchmark could not run here, or 2 for a name that is none."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", default=["all"])
    parser.add_argument(
        "--keep", type=Path, default=None, help="leave the database of `network` in this file"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="size of `network`, 1 is the whole")
    parser.add_argument(
        "--database", choices=["sqlite", "postgresql"], default="sqlite", help="where `network` is made"
    )
    given = parser.parse_args(arguments)
    chosen = names() if given.names == ["all"] else given.names
    if unknown := sorted(set(chosen) - set(names())):
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(names())}, all", file=sys.stderr)
        return 2
    options = {"keep": given.keep, "scale": given.scale, "database": given.database}
    skipped = 0
    for name in chosen:
        try:
            for line in lines(name, options):
                print(json.dumps(line), flush=True)
        except Skip as reason:
            print(f"bench {name} was not run: {reason}", file=sys.stderr)
            skipped = 1
    return skipped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
