"""What a run of discovery found, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.cli.document import age
from netwright.cli.objectdiff import counted
from netwright.collect.discovery.knownlist import KnownLine
from netwright.collect.discovery.survey import Beyond, Found, State
from netwright.collect.intake import missing

_SHOWN = 40
_NAMED = 4
"""Addresses with one fault that are named; the others are counted (`--json` has all)."""
_TROUBLE = {State.ANSWERS: "yellow", State.REFUSED: "red", State.FAILED: "red"}


def show_found(console: Console, outcomes: Sequence[Found], beyond: Sequence[Beyond]) -> None:
    """Devices first, then addresses with somebody who does not tell; silent ones are counted."""
    found = [one for one in outcomes if one.facts is not None]
    if found:
        console.print(_table(found))
    for one in found:
        if one.facts is not None and one.facts.unparsed:
            words = missing(one.facts.unparsed[:3])
            console.print(Text(f"{one.address}: {words}", "yellow"), soft_wrap=True)
    troubles: dict[tuple[State, str], list[str]] = {}
    for one in outcomes:
        if one.state in _TROUBLE:
            troubles.setdefault((one.state, one.error), []).append(one.address)
    for (state, error), addresses in troubles.items():
        rest = f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else ""
        where = ", ".join(addresses[:_NAMED]) + rest
        console.print(Text(f"{where}: {error}", _TROUBLE[state]), soft_wrap=True)
    for way in beyond[:_SHOWN]:
        console.print(
            Text(f"{way.device} {way.interface}: neighbour {way.neighbor} was left out: {way.why}", "dim"),
            soft_wrap=True,
        )
    counts = Counter(one.state for one in outcomes)
    new = sum(one.known is not None and one.known.new for one in found)
    parts = [f"{counted(len(found), 'device')} found, {new} of them new"]
    parts += [f"{counts[state]} {text}" for state, text in _WORDS.items() if counts[state]]
    console.print(Text(f"{counted(len(outcomes), 'address')}: {'; '.join(parts)}.", "dim"))


_WORDS = {
    State.ANSWERS: "answer without telling what they are",
    State.REFUSED: "refuse our credentials",
    State.FAILED: "failed",
    State.SILENT: "silent",
}


def _table(found: Sequence[Found]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("address", "device", "model", "serial", "runs", "record"):
        table.add_column(title)
    for one in found:
        system = one.facts.system if one.facts else None
        if system is None:
            continue
        model = " ".join(filter(None, (system.vendor, system.model)))
        runs = " ".join(filter(None, (system.os, system.os_version)))
        cells = (one.address, one.device, model, system.serial, runs, one.news)
        table.add_row(*(Text(_plain(cell or "-")) for cell in cells))
    return table


def found_document(outcomes: Sequence[Found], beyond: Sequence[Beyond]) -> dict[str, object]:
    """For ``--json``."""
    return {
        "addresses": [_document(one) for one in outcomes],
        "left_out": [
            {"device": b.device, "interface": b.interface, "neighbor": b.neighbor, "why": b.why}
            for b in beyond
        ],
    }


def _document(one: Found) -> dict[str, object]:
    system = one.facts.system if one.facts else None
    return {
        "address": one.address,
        "state": str(one.state),
        "hop": one.hop,
        "heard": one.heard.words(),
        "device": one.device or None,
        "new": one.known.new if one.known else None,
        "record": one.known.known_id if one.known else None,
        "known_by": one.news or None,
        "hostname": system.hostname if system else None,
        "vendor": system.vendor if system else None,
        "model": system.model if system else None,
        "serial": system.serial if system else None,
        "error": one.error or None,
        "seconds": round(one.seconds, 3),
    }


def show_known(console: Console, lines: Sequence[KnownLine], now: float) -> None:
    """Every device that was ever found; whether it is wanted."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("device", "address", "model", "serial", "found by", "seen", "wanted"):
        table.add_column(title)
    for line in lines:
        model = " ".join(filter(None, (line.vendor, line.model)))
        seen = f"{age(now - line.last_seen)} ago"
        cells = (line.device, line.address, model, line.serial, line.way, seen)
        likely = f"as {', '.join(line.likely)}?" if line.likely else "no"
        table.add_row(*(Text(_plain(cell or "-")) for cell in cells), "yes" if line.wanted else likely)
    if lines:
        console.print(table)
    left = sum(not line.wanted for line in lines)
    console.print(Text(f"{counted(len(lines), 'device')} known, {left} not in the inventory.", style="dim"))


def _plain(words: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in words)
