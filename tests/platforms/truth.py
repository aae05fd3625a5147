"""How facts are judged: field by field, strictly, beside what another reader of the same answer says.

A field is *right* only if it is equal. Where the other reader writes a value of its own for "not known", its
conventions say so, field by field; a field that neither side knows is *unknown*, and is neither right nor
wrong. Silence of ours beside anything else is wrong, and so is a value of ours where the other says that it
does not know.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from netwright.platforms.text.names import full
from netwright.platforms.values import mac

Conventions = Mapping[str, tuple[object, ...]]
Miss = tuple[str, Any, Any]


@dataclass
class Score:
    """Fields by their verdict. ``alone``: rows of ours that the other reader has not, which are no verdict.
    ``misses``: path, ours, theirs of each that is wrong."""

    right: int = 0
    wrong: int = 0
    unknown: int = 0
    alone: int = 0
    misses: list[Miss] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.right + self.wrong

    @property
    def share(self) -> float:
        return self.right / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{self.right}/{self.total}, {self.unknown} known to neither, {self.alone} rows ours alone"

    def __iadd__(self, other: Score) -> Score:
        self.right += other.right
        self.wrong += other.wrong
        self.unknown += other.unknown
        self.alone += other.alone
        self.misses += other.misses
        return self


PARENT = object()
"""In a convention: the key that the record stands under (an address that stands for what is not known)."""
_ABSENT = "absent"

_ROW_KEYS = (
    "remote_port",
    "remote_chassis_id",
    "hostname",
    "port",
    "remote_address",
    "mac",
    "ip",
    "next_hop",
    "remote",
    "index",
    "interface",
    "vlan",
)


def leaves(value: Any, where: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Each single value by its path. Rows of a list are known by what is in them, not by place."""
    if isinstance(value, dict):
        if not value:
            return {where: {}}
        return functools.reduce(
            lambda all_, item: {**all_, **leaves(item[1], (*where, _address(item[0])))}, value.items(), {}
        )
    if isinstance(value, list) and value and isinstance(value[0], dict):
        result: dict[tuple[str, ...], Any] = {}
        for row in value:
            names = [*_flat(row)]
            keys = [key for key in _ROW_KEYS if key in row and key in names]
            base = ",".join(
                _address(row[key])
                for key in keys
                if key != "remote_port" or len(keys) == 1 or "remote_address" not in keys
            )
            place, key = 0, base
            while (*where, key) in {path[: len(where) + 1] for path in result}:
                place += 1
                key = f"{base}#{place}"
            result.update(leaves(row, (*where, key)))
        return result
    if isinstance(value, list):
        return {where: sorted(_address(one).lower() for one in value)}
    return {where: value}


def _flat(row: dict[str, Any]) -> list[str]:
    return [key for key, value in row.items() if not isinstance(value, dict | list)]


def _address(text: Any) -> str:
    """An address, a link address, an interface's name in one writing."""
    link = mac(text) if re.fullmatch(r"[0-9A-Fa-f.:]{12,17}", str(text)) else None
    if link:
        return link
    if text == "Management0":
        return "mgmt0"
    if re.fullmatch(r"[A-Za-z][A-Za-z-]*\d[\d/.:]*", str(text)):
        return full(str(text)).lower()
    try:
        return str(ip_address(str(text)))
    except ValueError:
        return str(text)


def equal(one: Any, other: Any) -> bool:
    """The same; letters' case, a number's kind, an address's and a name's writing aside."""
    if one is None or other is None:
        return one is other
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= max(0.011, abs(one) * 1e-4)
    return _address(str(one).strip()).lower() == _address(str(other).strip()).lower()


def compared(ours: Any, expected: Any, conventions: Conventions) -> Score:
    """Each field of ``expected``. ``...`` in ours: it is no fact of ours, and is not judged."""
    mine, theirs = leaves(ours), leaves(expected)
    shared = {path[:n] for path in theirs for n in range(len(path) + 1)}
    score = Score(alone=len({path[:-1] for path in mine} - shared))
    for path, value in theirs.items():
        got = mine.get(path, _ABSENT)
        if got is ... or value == "..." or any(mine.get(path[:n]) is ... for n in range(len(path))):
            continue
        if (got is None or got is _ABSENT) and _is_unknown(path, value, conventions):
            score.unknown += 1
        elif equal(got, value):
            score.right += 1
        else:
            score.wrong += 1
            score.misses.append(("/".join(path), got, value))
    return score


def _is_unknown(path: tuple[str, ...], value: Any, conventions: Conventions) -> bool:
    words = conventions.get(path[-1], ()) if path else ()
    if isinstance(value, bool):
        return False
    return value is None or value in words or (PARENT in words and len(path) > 1 and value == path[-2])
