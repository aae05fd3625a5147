"""How changed objects, problems and conflicts look on a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import click
import orjson
from rich.console import Console
from rich.text import Text

from netwright.intent.draft import plural
from netwright.store.delta import Op
from netwright.store.diff import ObjectDiff
from netwright.store.problem import Conflict, Problem, Severity

_SIGN = {Op.CREATE: ("+", "green"), Op.UPDATE: ("~", "yellow"), Op.DELETE: ("-", "red")}
_DONE = {Op.CREATE: "created", Op.UPDATE: "updated", Op.DELETE: "deleted"}


def print_json(document: Any) -> None:
    """A document for scripts, on standard output."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def word(value: Any) -> str:
    """A value as text; empty ones too."""
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value) if isinstance(value, str | int) else orjson.dumps(value).decode()


def counted(number: int, noun: str) -> str:
    """``2 sites``, ``3 prefixes``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {plural(noun)}"


def print_counts(console: Console, diff: Sequence[ObjectDiff]) -> None:
    """One line a kind: how many objects of it are created, updated, deleted."""
    for kind, group in groupby(diff, key=lambda one: one.kind):
        counts = Counter(one.op for one in group)
        said = ", ".join(f"{counts[op]:,} {_DONE[op]}" for op in Op if counts[op])
        console.print(Text.assemble((f"{kind:<18}", "bold"), said))


def print_diff(console: Console, diff: Iterable[ObjectDiff]) -> None:
    """Object by object, with each field that has or had a value."""
    for kind, group in groupby(diff, key=lambda one: one.kind):
        console.print(Text(kind, style="bold"))
        for one in group:
            sign, colour = _SIGN[one.op]
            console.print(Text(f"  {sign} {one.key}", style=colour), soft_wrap=True)
            for line in _lines(one):
                console.print(Text(f"      {line}"), soft_wrap=True)


def _lines(diff: ObjectDiff) -> Iterator[str]:
    for name, (before, after) in diff.fields.items():
        if diff.op is Op.UPDATE:
            yield f"{name}: {word(before)} -> {word(after)}"
        elif diff.op is Op.CREATE and word(after) != "-":
            yield f"{name}: {word(after)}"


def print_objections(console: Console, conflicts: Sequence[Conflict], problems: Sequence[Problem]) -> None:
    """Whatever stands against a merge, and warnings."""
    for conflict in conflicts:
        console.print(Text(f"conflict  {conflict}", style="red"), soft_wrap=True)
    for problem in problems:
        style = "red" if problem.severity is Severity.ERROR else "yellow"
        console.print(Text(f"{problem.severity:<9} {problem}", style=style), soft_wrap=True)


def diff_document(diff: Iterable[ObjectDiff]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "id": one.id,
            "key": one.key,
            "op": str(one.op),
            "fields": {name: {"before": a, "after": b} for name, (a, b) in one.fields.items()},
        }
        for one in diff
    ]


def objections_document(conflicts: Iterable[Conflict], problems: Iterable[Problem]) -> dict[str, Any]:
    return {
        "conflicts": [
            {
                "kind": one.kind,
                "id": one.object_id,
                "key": one.key,
                "field": one.field,
                "reason": one.reason,
                "base": one.base,
                "theirs": one.theirs,
                "ours": one.ours,
            }
            for one in conflicts
        ],
        "problems": [
            {
                "severity": str(one.severity),
                "kind": one.kind,
                "id": one.object_id,
                "key": one.key,
                "field": one.field,
                "message": one.message,
                "source": one.source,
            }
            for one in problems
        ],
    }
