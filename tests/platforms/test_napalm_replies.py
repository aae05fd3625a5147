"""Raw replies of NAPALM's own tests (samples, not in this repository) against what they expect."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from netwright.platforms.show import read

from . import napalm_replies
from .napalm_shape import SHAPES, conventions, shape
from .truth import Score, compared

pytestmark = pytest.mark.slow

ENOUGH = {"eos": 0.98, "ios": 0.98, "iosxr_netconf": 0.95, "junos": 0.95, "nxos": 0.97, "nxos_ssh": 0.96}
"""The least share of fields that is right, by platform, strictly: raised as parsers get better. Of Junos
without its MAC table, which is most of its fields."""


@pytest.fixture(scope="module")
def samples() -> Path:
    for parent in Path(__file__).resolve().parents:
        if (parent / "shared/samples/napalm").is_dir():
            return parent / "shared/samples"
    pytest.skip("no samples")


@pytest.mark.parametrize("platform", sorted(ENOUGH))
def test_fields_are_right(platform: str, samples: Path) -> None:
    score = Score()
    for name, getter, _, folder in napalm_replies.cases(samples):
        if name != platform or getter not in SHAPES:
            continue
        if (name, getter) == ("junos", "get_mac_address_table"):
            continue
        expected = json.loads(napalm_replies.text_of(next(folder.glob("expected_result*"))))
        found = napalm_replies.understood(folder, napalm_replies.shows(platform), [])
        score += compared(shape(getter, found, expected), expected, conventions(platform))
    print(f"napalm {platform}: {score.right}/{score.total}, {score.unknown} known to neither")
    assert score.total > 100
    assert score.share >= ENOUGH[platform], score.misses[:20]


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
