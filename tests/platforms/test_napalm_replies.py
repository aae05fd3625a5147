"""Raw replies of NAPALM's own tests (samples, not in this repository) against what they expect."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from netwright.platforms.show import read

from . import napalm_replies
from .napalm_shape import SHAPES, compared, shape

pytestmark = pytest.mark.slow

ENOUGH = {"eos": 0.97, "ios": 0.95, "iosxr_netconf": 0.9, "junos": 0.94, "nxos": 0.97, "nxos_ssh": 0.95}
"""The least share of fields that is right, by platform: raised as parsers get better."""


@pytest.fixture(scope="module")
def samples() -> Path:
    for parent in Path(__file__).resolve().parents:
        if (parent / "shared/samples/napalm").is_dir():
            return parent / "shared/samples"
    pytest.skip("no samples")


@pytest.mark.parametrize("platform", sorted(ENOUGH))
def test_fields_are_right(platform: str, samples: Path) -> None:
    good, total, worst = 0, 0, []
    for name, getter, case, folder in napalm_replies.cases(samples):
        if name != platform or getter not in SHAPES:
            continue
        expected = json.loads(napalm_replies.text_of(next(folder.glob("expected_result*"))))
        found = napalm_replies.understood(folder, napalm_replies.shows(platform), [])
        count, misses = compared(shape(getter, found, expected), expected)
        good, total = good + count - len(misses), total + count
        worst += [(getter, case, *miss) for miss in misses[:3]]
    assert total > 100
    assert good / total >= ENOUGH[platform], worst


@pytest.mark.parametrize("platform", sorted(ENOUGH))
def test_spoilt_answers_end_in_facts_or_in_a_note(platform: str, samples: Path) -> None:
    rng = random.Random(11)
    for name, _, _, folder in napalm_replies.cases(samples):
        if name != platform:
            continue
        for file, answer in napalm_replies.replies(folder):
            show = napalm_replies.question(file, answer, napalm_replies.shows(platform))
            if show is None:
                continue
            read(show, napalm_replies.spoilt(answer, rng))
            assert read(show, "% Invalid input detected at '^' marker.\n").unparsed, show.name
