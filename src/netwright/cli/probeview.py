"""A probe's document for people: the device in a few lines, then its parts as tables that fit a terminal.

What a device says is shown without its control characters: a name must not move the cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.cli.document import age, output

_SHORT = 12
Row = Mapping[str, Any]
Cells = Callable[[Row], tuple[object, ...]]

_SECTIONS: tuple[tuple[str, str, tuple[str, ...], Cells], ...] = (
    (
        "interfaces",
        "interface",
        ("interface", "state", "speed", "MAC address", "description"),
        lambda row: (row["name"], _state(row), _speed(row["speed_bps"]), row["mac"], row["alias"]),
    ),
    (
        "addresses",
        "address",
        ("address", "interface"),
        lambda row: (
            row["address"] + ("" if row["prefix_length"] is None else f"/{row['prefix_length']}"),
            row["interface"],
        ),
    ),
    (
        "components",
        "component",
        ("component", "class", "model", "serial", "in"),
        lambda row: (row["name"], row["class"], row["model"], row["serial"], row["parent"]),
    ),
    (
        "transceivers",
        "transceiver",
        ("transceiver", "interface", "vendor", "part number", "serial"),
        lambda row: (row["name"], row["interface"], row["vendor"], row["part_number"], row["serial"]),
    ),
    (
        "sensors",
        "sensor",
        ("sensor", "class", "value", "limits"),
        lambda row: (row["name"], row["class"], _value(row), _limits(row["limits"])),
    ),
    (
        "neighbors",
        "neighbour",
        ("interface", "neighbour", "its interface", "by"),
        lambda row: (row["interface"], row["remote_device"], row["remote_interface"], row["protocol"]),
    ),
    (
        "bgp_sessions",
        "BGP session",
        ("neighbour", "AS", "state", "for"),
        lambda row: (
            row["remote_address"],
            row["remote_asn"],
            row["state"],
            None if row["uptime_s"] is None else age(row["uptime_s"]),
        ),
    ),
)
_MOST_TELLING = ("serial", "model")


def show(found: Mapping[str, Any], *, whole: bool) -> None:
    """``whole``: every row. Else the first of each part, components with a serial number before others."""
    console = output()
    _head(console, found["system"], found["address"])
    for key, noun, titles, cells in _SECTIONS:
        rows = found[key]
        if rows:
            _section(console, _chosen(key, rows, whole=whole), len(rows), noun, titles, cells)
    problems = found["problems"]
    if problems:
        console.print()
        for problem in problems if whole else problems[:_SHORT]:
            console.print(Text(_plain(f"{problem['where']}: {problem['what']}"), "yellow"), soft_wrap=True)
        _rest(console, len(problems) - len(problems if whole else problems[:_SHORT]), "problem")


def _head(console: Console, system: Row, address: str) -> None:
    name = " ".join(filter(None, (system["vendor"], system["model"])))
    runs = " ".join(filter(None, (system["os"], system["os_version"])))
    lines = (
        ("name", system["hostname"] or "-"),
        ("device", name),
        ("runs", runs or "-"),
        ("serial", system["serial"] or "-"),
        ("up for", "-" if system["uptime_s"] is None else age(system["uptime_s"])),
        ("says", " ".join((system["sys_descr"] or "-").split())),
        ("object id", system["sys_object_id"] or "-"),
    )
    console.print(Text(_plain(address), "bold"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for title, value in lines:
        table.add_row(title, Text(_plain(value)))
    console.print(table)


def _section(
    console: Console, rows: list[Row], total: int, noun: str, titles: Iterable[str], cells: Cells
) -> None:
    console.print()
    console.print(Text(f"{total:,} {_noun(noun, total)}", "bold"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, title in enumerate(titles):
        table.add_column(title, overflow="ellipsis" if number else "fold", no_wrap=number > 0)
    for row in rows:
        table.add_row(*(Text("-" if cell in {None, ""} else _plain(str(cell))) for cell in cells(row)))
    console.print(table)
    _rest(console, total - len(rows), noun)


def _rest(console: Console, count: int, noun: str) -> None:
    if count > 0:
        console.print(Text(f"and {count:,} more {_noun(noun, count)}: --all or --json shows them", "dim"))


def _noun(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return noun + ("es" if noun.endswith("s") else "s")


def _chosen(key: str, rows: list[Row], *, whole: bool) -> list[Row]:
    if whole:
        return rows
    if key == "components":
        rows = sorted(rows, key=lambda row: not any(row[field] for field in _MOST_TELLING))
    return rows[:_SHORT]


def _state(row: Row) -> str:
    if row["admin"] == "down":
        return "off"
    return str(row["oper"] or "-")


def _speed(bits: int | None) -> str | None:
    if not bits:
        return None
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if bits >= size:
            return f"{bits / size:g}{unit}"
    return str(bits)


def _value(row: Row) -> str:
    words = row["state"] if row["state"] is not None else f"{row['value']:g} {row['unit']}".rstrip()
    return words if row["ok"] else f"{words} !"


def _limits(limits: Row | None) -> str | None:
    if limits is None:
        return None
    low = limits["low_critical"] if limits["low_critical"] is not None else limits["low_warning"]
    high = limits["high_critical"] if limits["high_critical"] is not None else limits["high_warning"]
    return f"{'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}".strip()


def _plain(words: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in words)
