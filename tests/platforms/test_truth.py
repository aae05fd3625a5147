"""Facts against recordings of real devices (samples, not in this repository): no worse than what was reached,
and no answer, however spoilt, that raises."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from netwright.platforms.show import read

from .napalm_replies import spoilt
from .truth import Score, compared
from .truth_sets import SETS, totals, whole

FLOORS: dict[str, dict[str, float]] = {
    "napalm": {"eos": 0.99, "ios": 0.98, "iosxr_netconf": 0.95, "junos": 0.99, "nxos": 0.98,
               "nxos_ssh": 0.97},
    "ntc": {"arista_eos": 0.98, "cisco_ios": 0.94, "cisco_nxos": 0.97, "cisco_xr": 0.97, "juniper_junos": 1},
    "suzieq": {"eos": 0.93, "junos": 0.93},
    "oxidized": {"cisco_ios": 1, "cisco_nxos": 1, "juniper_junos": 1},
    "lab_validation": {"arista_eos": 1, "cisco_ios": 1, "cisco_xr": 1, "cisco_nxos": 1, "frr": 1,
                       "juniper_junos": 1},
}  # fmt: skip
"""The least share of fields that is right, by set and platform: what was reached, raised as parsers get
better."""


def the_samples(folder: str) -> Path:
    for parent in Path(__file__).resolve().parents:
        if (parent / "shared/samples" / folder).is_dir():
            return parent / "shared/samples"
    pytest.skip(f"no samples {folder}")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SETS))
def test_fields_are_right(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    truth = SETS[name]
    scores = {platform: whole(parts) for platform, parts in totals(truth, the_samples(truth.folder)).items()}
    with capsys.disabled():
        for platform, score in sorted(scores.items()):
            print(f"\n{name} {platform}: {score}", end="")
    assert set(scores) == set(FLOORS[name])
    for platform, score in scores.items():
        assert score.share >= FLOORS[name][platform], (platform, score.misses[:20])


def _mutants(answer: str, rng: random.Random) -> list[str]:
    """Cut off, garbled, lines doubled, other ends of lines, other widths."""
    lines = answer.splitlines()
    return [
        spoilt(answer, rng),
        "\n".join(line for line in lines for _ in range(1 + (rng.random() < 0.1))),
        answer.replace("\r\n", "\n").replace("\n", "\r\n"),
        "\n".join(line.replace("  ", " " * rng.randrange(1, 5)) for line in lines),
        "\n".join(line[:79] for line in lines),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SETS))
def test_no_answer_raises(name: str) -> None:
    truth, rng = SETS[name], random.Random(11)
    for show, answer in truth.answers(the_samples(truth.folder)):
        for text in _mutants(answer, rng):
            read(show, text)
        assert read(show, "% Invalid input detected at '^' marker.\n").unparsed, show.name


def test_silence_beside_a_convention_is_neither_right_nor_wrong() -> None:
    ours = {"age": None, "mtu": None, "speed": 0, "up": None, "name": "x"}
    theirs = {"age": -1.0, "mtu": 1500, "speed": -1, "up": False, "name": "x"}
    score = compared({"a": ours, "b": {"mtu": 1}}, {"a": theirs}, {"age": (-1,), "speed": (-1,), "up": (0,)})
    assert score.alone == 1
    assert (score.right, score.wrong, score.unknown) == (1, 3, 1)
    assert [path for path, _, _ in score.misses] == ["a/mtu", "a/speed", "a/up"]


def test_scores_add_up() -> None:
    score = Score(1, 1, 1)
    score += Score(2, 0, 3)
    assert (score.right, score.total, score.unknown, score.share) == (3, 4, 4, 0.75)
