"""Columns of tables out of GETBULK's answers. One loop over the bytes, for this is what a poll costs: names
are compared with the column's and cut, never taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Tag, index_text, oid_of_text
from netwright.device.snmp.message import UNSIGNED, Absent, value

_from_bytes = int.from_bytes
_SEQUENCE, _OID = int(Tag.SEQUENCE), int(Tag.OID)
_OCTETS = int(Tag.OCTETS)
_LONG_NUMBER, _SHORT = 10, 127


class CirclesError(Exception):
    """An agent gives a cell that it has given before."""

    def __init__(self, name: bytes) -> None:
        super().__init__()
        self.name = name


@dataclass(slots=True)
class Column:
    """Everything below ``name`` (a column, or any other part of the tree), as it comes in. ``cells`` by the
    encoded rest of the name, in the agent's order. ``at``: the last whole name, to go on from. ``last``: the
    rest at which it ends, where that is known."""

    name: str
    prefix: bytes
    at: bytes
    last: bytes | None = None
    cells: dict[bytes, object] = field(default_factory=dict)
    over: bool = False

    @classmethod
    def of(cls, name: str, last: bytes | None = None) -> Column:
        prefix = oid_of_text(name)
        return cls(name.lstrip("."), prefix, prefix, last)

    def indexes(self) -> Iterator[tuple[bytes, str]]:
        """As they are in ``cells``, and in words. An end of a name that is no index is left out."""
        for end, cell in self.cells.items():
            if type(cell) is not Absent:
                try:
                    yield end, index_text(end)
                except BerError:
                    continue

    def spread(self, rows: Mapping[bytes, dict[str, object]]) -> None:
        """Each cell into its row, under the column's name; what has no row is left out."""
        name, row_of = self.name, rows.get
        for end, cell in self.cells.items():
            row = row_of(end)
            if row is not None and type(cell) is not Absent:
                row[name] = cell

    def extend(self, names: list[bytes], values: list[object]) -> int:
        """Take what is this column's, up to where it ends. How many cells that were. Raises CirclesError."""
        if values and values[-1] is Absent.END:
            del names[values.index(Absent.END) :]
            self.over = True
        prefix, skip = self.prefix, len(self.prefix)
        own = [name[skip:] for name in names if name.startswith(prefix)]
        if len(own) < len(names) or b"" in own:
            self.over = True
            end = next(at for at, name in enumerate(names) if not name.startswith(prefix) or name == prefix)
            del own[end:]
        held = len(self.cells)
        self.cells.update(zip(own, values, strict=False))
        if len(self.cells) < held + len(own):
            raise CirclesError(prefix + own[-1])
        if own:
            self.at = prefix + own[-1]
            self.over = self.over or own[-1] == self.last
        return len(own)

    def clear(self) -> None:
        self.cells.clear()
        self.at, self.over = self.prefix, False


def take(bindings: bytes, columns: Sequence[Column]) -> int:
    """Put the cells of an answer into the columns that were asked for, in their order. The number of cells
    that came. A column that has ended is ``over``. Raises BerError, CirclesError."""
    names, values = _parted(bindings)
    count, came = len(columns), 0
    for turn, column in enumerate(columns):
        came += column.extend(names[turn::count], values[turn::count])
    return came


def _parted(bindings: bytes) -> tuple[list[bytes], list[object]]:
    names: list[bytes] = []
    values: list[object] = []
    add_name, add_value = names.append, values.append
    at, size = 0, len(bindings)
    while at < size:
        try:
            split = at + 4 + bindings[at + 3]
            content = split + 2
            end = content + bindings[split + 1]
            plain = bindings[at] == _SEQUENCE and bindings[at + 1] == end - at - 2 <= _SHORT
        except IndexError:
            plain = False
        if plain:
            add_name(bindings[at + 4 : split])
        else:  # longer than one octet can tell, or a lie
            name, split, content, end = _framed(bindings, at)
            add_name(bindings[name:split])
        tag = bindings[split]
        if tag in UNSIGNED and 0 < end - content < _LONG_NUMBER:
            add_value(_from_bytes(bindings[content:end], "big"))
        elif tag == _OCTETS:
            add_value(bindings[content:end])
        else:
            add_value(value(tag, bindings[content:end]))
        at = end
    if at != size:
        raise BerError("a binding is cut off")
    return names, values


def _framed(bindings: bytes, at: int) -> tuple[int, int, int, int]:
    """Where the name of a binding starts, where it ends, where the value starts and ends: of one that is
    longer than 127 octets."""
    tag, binding, end = ber.read(bindings, at)
    start = end - len(binding)
    name_tag, name, split = ber.read(binding, 0)
    if tag != _SEQUENCE or name_tag != _OID or not name:
        raise BerError("a binding without a name")
    _, content, after = ber.read(binding, split)
    return start + split - len(name), start + split, start + after - len(content), start + after
