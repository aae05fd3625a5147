"""The sets of recordings that facts are judged by: samples, not part of this repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from netwright.platforms.show import Show

from . import truth_lab, truth_napalm, truth_ntc, truth_oxidized, truth_suzieq
from .truth import Score

Judged = tuple[str, str, str, Score]


@dataclass(frozen=True, slots=True)
class TruthSet:
    """``judged``: platform, part, case and score. ``answers``: each answer with the question that reads it.
    ``folder``: below the samples."""

    folder: str
    judged: Callable[[Path], Iterator[Judged]]
    answers: Callable[[Path], Iterator[tuple[Show, str]]]


SETS: Mapping[str, TruthSet] = {
    "napalm": TruthSet("napalm", truth_napalm.judged, truth_napalm.answers),
    "ntc": TruthSet("ntc_templates", truth_ntc.judged, truth_ntc.answers),
    "suzieq": TruthSet("suzieq_networks", truth_suzieq.judged, truth_suzieq.answers),
    "oxidized": TruthSet("oxidized", truth_oxidized.judged, truth_oxidized.answers),
    "lab_validation": TruthSet("lab_validation", truth_lab.judged, truth_lab.answers),
}


def totals(truth: TruthSet, samples: Path) -> dict[str, dict[str, Score]]:
    """Scores by platform and part."""
    found: dict[str, dict[str, Score]] = {}
    for platform, part, case, score in truth.judged(samples):
        kept = found.setdefault(platform, {}).setdefault(part, Score())
        kept += Score(score.right, score.wrong, score.unknown, score.alone,
                      [(f"{case}: {path}", ours, theirs) for path, ours, theirs in score.misses])  # fmt: skip
    return found


def whole(parts: Mapping[str, Score]) -> Score:
    score = Score()
    for one in parts.values():
        score += one
    return score
