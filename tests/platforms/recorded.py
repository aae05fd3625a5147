"""An SNMP agent from a recording, without a network: what a probe asks is looked up.

The recordings under ``tests/cases/snmp`` are our own: devices that do not exist, written from the MIBs. One
line a value, as snmprec has it: ``OID|TYPE|VALUE`` (4 text, 4x hex, 2 and 65 to 70 numbers, 6 OID,
64 address).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

from netwright.device.snmp import Walk
from netwright.device.snmp.ber import Oid, Tag, Value
from netwright.lab.sim.agent import Table

CASES = Path(__file__).parents[1] / "cases/snmp"
Numbers = tuple[int, ...]


def read(name: str) -> dict[str, object]:
    """The values of a recording as the SNMP layer gives them."""
    values: dict[str, object] = {}
    for line in (CASES / f"{name}.snmprec").read_text().splitlines():
        if line and not line.startswith("#"):
            oid, kind, value = line.split("|", 2)
            values[oid] = _value(kind, value)
    return values


def _value(kind: str, value: str) -> object:
    if kind == "4x":
        return bytes.fromhex(value)
    if kind == "4":
        return value.encode()
    return value if kind in {"6", "64"} else int(value)


def wire_table(name: str) -> Table:
    """The values of a recording as an agent on the wire has them."""
    values: dict[Oid, Value] = {}
    for line in (CASES / f"{name}.snmprec").read_text().splitlines():
        if line and not line.startswith("#"):
            oid, kind, text = line.split("|", 2)
            values[numbers(oid)] = _wire_value(kind, text)
    return Table.of(values)


def _wire_value(kind: str, text: str) -> Value:
    match kind:
        case "4":
            return Value(Tag.OCTETS, text.encode())
        case "4x":
            return Value(Tag.OCTETS, bytes.fromhex(text))
        case "6":
            return Value(Tag.OID, numbers(text))
        case "64":
            return Value(Tag.IP_ADDRESS, bytes(numbers(text)))
    return Value(int(kind), int(text))


def numbers(oid: str) -> Numbers:
    return tuple(int(part) for part in oid.split("."))


class RecordedAgent:
    """``faults``: walks that end early, and why."""

    def __init__(self, values: Mapping[str, object], faults: Mapping[str, str] | None = None) -> None:
        self._values = dict(values)
        self._order = sorted((numbers(oid), oid) for oid in values)
        self._faults = faults or {}
        self.asked: list[str] = []

    async def get(self, oids: Sequence[str]) -> Mapping[str, object]:
        self.asked += oids
        return {oid: self._values[oid] for oid in oids if oid in self._values}

    async def has(self, oid: str) -> bool:
        self.asked.append(oid)
        top = numbers(oid)
        at = bisect_right(self._order, (top, "~"))
        return at < len(self._order) and self._order[at][0][: len(top)] == top

    async def read(self, oid: str) -> Walk:
        self.asked.append(oid)
        top = numbers(oid)
        found: dict[str, object] = {}
        for at in range(bisect_right(self._order, (top, "~")), len(self._order)):
            if self._order[at][0][: len(top)] != top:
                break
            name = self._order[at][1]
            found[name] = self._values[name]
        return Walk(found, self._faults.get(oid))
