"""What templates leave out, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import click

from netwright.intent.omission import Omission, summary


def warn_of(omissions: Iterable[Omission]) -> None:
    """A warning for each field that devices want and their templates don't write, on the error output."""
    for line in summary(omissions):
        click.secho(f"warning: {line}", fg="yellow", err=True)


def omission_documents(omissions: Iterable[Omission]) -> list[dict[str, object]]:
    """The same for scripts, device by device."""
    return [asdict(one) for one in omissions]
