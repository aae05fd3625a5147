"""Two texts whose secrets are written in different forms, made comparable.

What can be read is compared. Where the intended text has a secret in clear and the running one shows a form
that can't be read, nobody can know whether they are the same: it counts as the same, or the difference would
never end, and is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from netwright.config.encoded import form_of, plain_of
from netwright.config.schema import Schema
from netwright.config.scrub import secret_spans

_MARK = " ## SECRET-DATA"
"""Junos' comment behind a line with a secret."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A secret as a line has it. ``plain``: what it says; None where that can't be read."""

    text: str
    plain: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A running text with each secret written as the intended one writes it, where they are the same or
    nobody can know. ``unknown``: the latter, as lines without their secrets."""

    text: str
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class _Line:
    number: int
    body: str
    secrets: list[Shown] = field(default_factory=list)


def settled(running: str, intended: str, schema: Schema) -> Settled:
    """``running`` made comparable with ``intended`` as far as secrets go."""
    if running == intended:
        return Settled(running)
    lines, others = running.split("\n"), intended.split("\n")
    here, there = set(lines), set(others)
    if not any(secret_spans(line, schema.secrets) for line in here - there):
        return Settled(running)
    apart = here ^ there
    ours = list(_secret_lines(lines, apart, schema))
    wanted: dict[tuple[str, ...], list[_Line]] = {}
    for key, line in _secret_lines(others, apart, schema):
        wanted.setdefault(key, []).append(line)
    unknown: list[str] = []
    for key, line in ours:
        for one in wanted.get(key, []):
            known = _agreement(line.secrets, one.secrets)
            if known is not None:
                margin = lines[line.number][: -len(lines[line.number].lstrip())]
                lines[line.number] = margin + one.body
                unknown += [] if known else [" / ".join(key).replace("\0", "***")]
                break
    return Settled("\n".join(lines), tuple(unknown))


def _agreement(running: list[Shown], intended: list[Shown]) -> bool | None:
    """True: the same; False: nobody can know; None: they differ."""
    if len(running) != len(intended):
        return None
    sure = True
    for one, other in zip(running, intended, strict=True):
        if one.text == other.text or (one.plain is not None and one.plain == other.plain):
            continue
        if one.plain is not None or other.plain is None:
            return None
        sure = False
    return sure


def _secret_lines(
    lines: list[str], apart: set[str], schema: Schema
) -> Iterator[tuple[tuple[str, ...], _Line]]:
    """Lines with secrets that only one of the texts has, by their blocks and what they say beside."""
    heads: list[tuple[int, str]] = []
    for number, raw in enumerate(lines):
        body = raw.strip()
        if not body:
            continue
        indent = len(raw) - len(raw.lstrip())
        while heads and heads[-1][0] >= indent:
            heads.pop()
        spans = secret_spans(raw, schema.secrets) if raw in apart else []
        if spans:
            rest, secrets = _taken_apart(raw, spans, schema)
            yield (*(head for _, head in heads), rest), _Line(number, body, secrets)
        heads.append((indent, body))


def _taken_apart(raw: str, spans: list[tuple[int, int]], schema: Schema) -> tuple[str, list[Shown]]:
    """A line without its secrets and the words of their forms, and the secrets."""
    rest, place, secrets = "", 0, []
    for start, end in spans:
        secret = raw[start:end]
        before, form, after = form_of(raw[place:start], secret, raw[end:], schema)
        rest += before.replace('"', "") + "\0"
        secrets.append(Shown(secret, plain_of(form, secret)))
        place = end + after
    rest += raw[place:].replace('"', "").partition(_MARK)[0]
    return rest.strip(), secrets
