"""In and out: the device-type library. CPU of this process.

The library is the samples' (NETWRIGHT_SAMPLES, else ``shared/samples`` beside the repository)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figure import Skip, Watch, figure

from netwright.exchange.devicetypes.library import write_library
from netwright.exchange.formats import open_source
from netwright.intent.importer import ImportResult, import_source
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.record import Base

_ROOT = Path(__file__).parents[1]


def figures() -> Iterator[dict[str, Any]]:
    """Each figure as a line of JSON."""
    folder = _samples() / "devicetypes"
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/bench.db")
        Base.metadata.create_all(database.writer)
        yield _timed("import a device-type library", database, folder)
        yield _timed("import it again", database, folder)
        with Watch() as watch, database.read() as session:
            files = write_library(session, Path(scratch) / "library")
        yield figure("export a device-type library", watch.cpu_s, "s", len(files), watch.cpu_s)
        database.close()


def _timed(name: str, database: Database, folder: Path) -> dict[str, Any]:
    with Watch() as watch:
        result = _import(database, folder)
    return figure(name, watch.cpu_s, "s", result.files, watch.cpu_s)


def _import(database: Database, folder: Path) -> ImportResult:
    return import_source(database, ChangeSets(database, KINDS), open_source([folder]), "bench", "A library")


def _samples() -> Path:
    given = os.environ.get("NETWRIGHT_SAMPLES")
    for folder in [Path(given)] if given else [one / "shared" / "samples" for one in _ROOT.parents]:
        if (folder / "devicetypes").is_dir():
            return folder
    raise Skip("the samples are not there; say where by NETWRIGHT_SAMPLES")
