"""Devices that people recorded (``docs/howto/record.md``): each folder of ``tests/cases/recordings`` is a
case, with what is to be read from it in ``expected.json``. A new one needs no code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwright.lab.replay.replay import replayed

pytestmark = pytest.mark.slow
CASES = sorted((Path(__file__).parents[1] / "cases/recordings").iterdir())


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
async def test_a_recorded_device_is_read_right(folder: Path) -> None:
    assert await replayed(folder) == json.loads((folder / "expected.json").read_text())
