"""Stores a round's answers: observed tables in short transactions, numbers in one round of the series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from sqlalchemy.orm import Session

from netwright.base.outcome import Outcome
from netwright.collect.intake import (
    Failure,
    error_text,
    take_config,
    take_facts,
    take_failure,
    take_samples,
    take_trouble,
)
from netwright.collect.poll import Answer
from netwright.collect.samples import points, reachability
from netwright.store.database import Database
from netwright.store.series import Sample, SeriesStore

_DEVICES_A_TRANSACTION = 50


def keep_answers(
    database: Database,
    series: SeriesStore,
    outcomes: Sequence[Outcome[Answer]],
    platforms: Mapping[str, str],
    now: float,
) -> int:
    """Store all; returns how many points went to the series. Blocks; call it off the event loop."""
    rest = iter(outcomes)
    while some := list(islice(rest, _DEVICES_A_TRANSACTION)):
        with database.write() as session:
            _keep(session, some, platforms, now)
    samples = list(chain.from_iterable(_points(outcome) for outcome in outcomes))
    if samples:
        series.write_round(now, samples)
    return len(samples)


def _keep(
    session: Session, outcomes: Sequence[Outcome[Answer]], platforms: Mapping[str, str], now: float
) -> None:
    answers = {outcome.device: outcome.value for outcome in outcomes if outcome.value is not None}
    facts = [answer.facts for answer in answers.values() if answer.facts is not None]
    if facts:
        take_facts(session, facts)
    if answers:
        take_samples(session, [answer.sample for answer in answers.values()])
    for device, answer in answers.items():
        if answer.trouble:
            take_trouble(session, device, answer.trouble)
    for device, answer in answers.items():
        if answer.drift is not None:
            take_config(session, device, answer.drift, now)
    for outcome in outcomes:
        if outcome.value is None:
            platform = platforms.get(outcome.device, "")
            take_failure(session, Failure(outcome.device, platform, now, error_text(outcome.error)))


def _points(outcome: Outcome[Answer]) -> Iterator[Sample]:
    if outcome.value is None:
        yield reachability(outcome.device, answered=False)
    else:
        yield from points(outcome.value.sample)
