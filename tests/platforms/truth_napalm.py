"""NAPALM's own test recordings: raw replies by getter, and what its getters make of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from netwright.platforms.show import Show

from .napalm_replies import cases, question, replies, shows, text_of, understood
from .napalm_shape import SHAPES, conventions, shape
from .truth import Score, compared

Judged = tuple[str, str, str, Score]


def judged(samples: Path) -> Iterator[Judged]:
    """Platform, getter, case and score."""
    for platform, getter, case, folder in cases(samples):
        if getter in SHAPES:
            expected = json.loads(text_of(next(folder.glob("expected_result*"))))
            found = understood(folder, shows(platform), [])
            score = compared(shape(getter, found, expected), expected, conventions(platform))
            yield platform, getter, case, score


def answers(samples: Path) -> Iterator[tuple[Show, str]]:
    """Each reply that we have a question for."""
    for platform, _, _, folder in cases(samples):
        for name, answer in replies(folder):
            show = question(name, answer, shows(platform))
            if show is not None:
                yield show, answer
