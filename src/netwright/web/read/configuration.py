"""The configuration that a device is meant to have, rendered now and scrubbed of its secrets; and the
commands that would lead there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from netwright.app.context import Context
from netwright.app.deployment import intended
from netwright.config.engine import make_patch, text_of
from netwright.config.schema import Impact, schema


def wanted_configuration(context: Context, device: str, platform_name: str) -> tuple[str | None, str]:
    """The text, or None and why there is none. Raises NetwrightError when it can't be rendered."""
    known = context.platforms.platform(platform_name)
    if known.name not in context.platforms.rendered():
        return None, f"The configuration of {known.title} is not rendered here."
    text = intended(context, {device})(device)
    return known.scrub(text, context.vault.scrub_key), ""


@dataclass(frozen=True, slots=True)
class PatchLine:
    """One command in order. ``path``: the blocks it is typed in; ``impact``: what it does to traffic."""

    number: int
    path: tuple[str, ...]
    command: str
    why: str
    impact: str


@dataclass(frozen=True, slots=True)
class PatchView:
    """``text`` can be pasted; ``missing``: differences that the commands leave; ``impacts``: how many
    commands of each class."""

    lines: list[PatchLine]
    text: str
    missing: tuple[str, ...]
    impacts: Mapping[str, int]


def patch_of(running: str, wanted: str, platform_name: str) -> PatchView:
    """Both texts scrubbed: a secret shows as its mask. Raises NotFoundError for a platform whose rules are
    not known."""
    rules = schema(platform_name)
    made = make_patch(running, wanted, rules)
    lines = [
        PatchLine(number, step.path, step.command, step.why, step.impact.value)
        for number, step in enumerate(made.steps, 1)
    ]
    counts = Counter(line.impact for line in lines)
    ordered = {impact.value: counts[impact.value] for impact in Impact if counts[impact.value]}
    return PatchView(lines, text_of(made.steps, rules), made.missing, ordered)
