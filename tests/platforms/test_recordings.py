"""Devices that people recorded (``docs/howto/record.md``): each folder of ``tests/cases/recordings`` is a
case, with what is to be read from it in ``expected.json``. A new one needs no code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwright.lab.replay.replay import replayed
from netwright.platforms.asked import AskedFacts
from netwright.platforms.catalog import catalog
from netwright.platforms.facts import Found
from netwright.platforms.show import Show
from netwright.platforms.ways import WaysFacts

pytestmark = pytest.mark.slow
CASES = sorted((Path(__file__).parents[1] / "cases/recordings").iterdir())


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
async def test_a_recorded_device_is_read_right(folder: Path) -> None:
    told = await replayed(folder)
    del told["not_recorded"]
    assert told == json.loads((folder / "expected.json").read_text())


async def test_questions_added_since_change_nothing_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = next(one for one in CASES if one.name == "cisco_ios_enable")
    before = await replayed(folder)
    code = catalog().platform("cisco_ios").facts
    assert isinstance(code, WaysFacts)
    assert isinstance(code.own, AskedFacts)
    added = (Show("show moon", phase, ("vlans",)), Show("show secrets", phase, ("users",)))
    monkeypatch.setattr(code.own, "shows", (*added, *code.own.shows))
    after = await replayed(folder)
    assert after.pop("not_recorded") == [*before.pop("not_recorded"), "show moon", "show secrets"]
    assert after == before


def phase(answer: str) -> Found:
    raise ValueError(answer)
