"""A database with the real kinds, files to import into it, and the samples."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.intent.conftest import CASES, Workshop, _empty, workshop

from netwright.exchange.formats import Format, open_source
from netwright.intent.importer import ImportResult, import_source
from netwright.intent.source import Source

__all__ = ["CASES", "Workshop", "_empty", "load", "samples", "workshop"]

_ROOT = Path(__file__).parents[2]


def load(workshop: Workshop, source: Source, **options: bool) -> ImportResult:
    """Import a source as the command does."""
    return import_source(workshop.database, workshop.changesets, source, "tester", "A test", **options)


def load_paths(workshop: Workshop, *paths: Path, format_: Format | None = None) -> ImportResult:
    return load(workshop, open_source(paths, format_))


def samples(name: str) -> Path:
    """A folder of samples: below NETWRIGHT_SAMPLES, else beside the repository. Absent: the test is skipped,
    but in CI that is a failure."""
    places = [os.environ.get("NETWRIGHT_SAMPLES"), _ROOT.parent / "shared" / "samples"]
    places += [_ROOT.parents[1] / "shared" / "samples"]
    for place in places:
        if place and (folder := Path(place) / name).is_dir():
            return folder
    if os.environ.get("CI") == "true":
        pytest.fail(f"the samples {name} are not there; say where by NETWRIGHT_SAMPLES")
    pytest.skip(f"the samples {name} are not there; say where by NETWRIGHT_SAMPLES")
