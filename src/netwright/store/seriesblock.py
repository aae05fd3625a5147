"""How samples are laid out in bytes: rounds as they come, and blocks of many rounds of one metric.

Every value is 64 bits and a type, so that integers and floats come back exactly. In a block each series is a
row over the rounds; rows are stored as differences from round to round (modulo 2^64, zigzag), the first
bytes of all numbers, then the second ones, and so on (byte planes), compressed with zstandard. Counters that
grow evenly and values that stay take about one byte or less. Numbers are little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import zstandard

from netwright.base.errors import InputError, StorageError

Ids: TypeAlias = npt.NDArray[np.uint32]
Types: TypeAlias = npt.NDArray[np.uint8]
Bits: TypeAlias = npt.NDArray[np.uint64]
Times: TypeAlias = npt.NDArray[np.float64]

ABSENT, INT64, FLOAT64, UINT64 = range(4)
_VERSION = 1
_LEVEL = 3
_SIGN = np.uint64(63)
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Values:
    """Samples of one moment: ids in ascending order, and for each its type and 64 bits."""

    ids: Ids
    types: Types
    bits: Bits

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Block:
    """Some series (rows) over some rounds (columns); ABSENT where a series has no sample."""

    times: Times
    ids: Ids
    types: Types
    bits: Bits


def pack_values(ids: Sequence[int], values: Sequence[float]) -> Values:
    """Samples of one round; the last one of an id counts. Raises InputError for an integer beyond 64 bits."""
    types, bits = _typed(values)
    # the last of equal ids: unique finds the first, so look from the end
    distinct, places = np.unique(np.array(ids, dtype=np.uint32)[::-1], return_index=True)
    places = len(ids) - 1 - places
    return Values(distinct, types[places], bits[places])


def numbers(types: Types, bits: Bits) -> list[float]:
    """The Python numbers of many; the two arrays have one shape and no ABSENT."""
    found: list[float] = [0.0] * len(types)
    for code in np.unique(types):
        chosen = np.flatnonzero(types == code)
        for index, value in zip(chosen.tolist(), bits[chosen].view(_DTYPES[int(code)]).tolist(), strict=True):
            found[index] = value
    return found


def encode_values(values: Values) -> bytes:
    """A round as bytes."""
    return _pack([len(values)], values.ids, values.types, _planes(values.bits))


def decode_values(data: bytes) -> Values:
    reader = _Reader(data)
    (count,) = reader.sizes(1)
    return Values(reader.array(np.uint32, count), reader.array(np.uint8, count), reader.planes(count))


def encode_block(block: Block) -> bytes:
    """A block as bytes."""
    rows, columns = block.types.shape
    steps = _filled(block).copy()
    steps[:, 1:] = steps[:, 1:] - steps[:, :-1]  # modulo 2^64: nothing is lost
    return _pack([rows, columns], block.times, block.ids, block.types, _planes(_zigzag(steps)))


def decode_block(data: bytes) -> Block:
    reader = _Reader(data)
    rows, columns = reader.sizes(2)
    times, ids = reader.array(np.float64, columns), reader.array(np.uint32, rows)
    types = reader.array(np.uint8, rows * columns).reshape(rows, columns)
    steps = _unzigzag(reader.planes(rows * columns)).reshape(rows, columns)
    return Block(times, ids, types, np.cumsum(steps, axis=1, dtype=np.uint64))


def block_of(times: Sequence[float], rounds: Sequence[Values], ids: Ids) -> Block:
    """Rounds as a block of the series ``ids`` (ascending)."""
    types = np.zeros((len(ids), len(rounds)), dtype=np.uint8)
    bits = np.zeros((len(ids), len(rounds)), dtype=np.uint64)
    for column, values in enumerate(rounds):
        rows, found = locate(values.ids, ids)
        types[rows, column] = values.types[found]
        bits[rows, column] = values.bits[found]
    return Block(np.array(times, dtype=np.float64), ids, types, bits)


def locate(have: Ids, wanted: Ids) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Indexes in ``wanted`` that are in ``have`` (ascending), and where they are there."""
    if not len(have):
        empty = np.zeros(0, dtype=np.intp)
        return empty, empty
    places = np.minimum(np.searchsorted(have, wanted), len(have) - 1)
    rows = np.flatnonzero(have[places] == wanted)
    return rows, places[rows]


def _typed(values: Sequence[Any]) -> tuple[Types, Bits]:
    """Types and bits of numbers; the common cases, all integers or all floats, at once."""
    present = set(map(type, values))
    if present <= {float}:
        return np.full(len(values), FLOAT64, dtype=np.uint8), np.array(values, dtype=np.float64).view(
            np.uint64
        )
    if present == {int} and max(values) < 1 << 63 and min(values) >= -(1 << 63):
        return np.full(len(values), INT64, dtype=np.uint8), np.array(values, dtype=np.int64).view(np.uint64)
    types = np.fromiter(map(_type, values), dtype=np.uint8, count=len(values))
    bits = np.zeros(len(values), dtype=np.uint64)
    for code, dtype in _DTYPES.items():
        chosen = np.flatnonzero(types == code)
        if len(chosen):
            bits[chosen] = np.array([values[i] for i in chosen.tolist()], dtype=dtype).view(np.uint64)
    return types, bits


def _type(value: Any) -> int:
    if isinstance(value, float):
        return FLOAT64
    if -(1 << 63) <= value < 1 << 63:
        return INT64
    if 0 <= value < 1 << 64:
        return UINT64
    raise InputError(f"{value} does not fit in 64 bits", remedy="Give it as a float.")


_DTYPES: dict[int, Any] = {INT64: np.int64, FLOAT64: np.float64, UINT64: np.uint64}


def _filled(block: Block) -> Bits:
    """The bits with gaps taking the value before them, so that a gap costs nothing."""
    present = block.types != ABSENT
    last = np.where(present, np.arange(block.types.shape[1]), 0)
    np.maximum.accumulate(last, axis=1, out=last)
    return np.take_along_axis(block.bits, last, axis=1)


def _zigzag(steps: Bits) -> Bits:
    """Small steps up or down become small numbers."""
    return (steps << _ONE) ^ (np.uint64(0) - (steps >> _SIGN))


def _unzigzag(coded: Bits) -> Bits:
    return (coded >> _ONE) ^ (np.uint64(0) - (coded & _ONE))


def _planes(bits: Bits) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(bits.astype("<u8").reshape(-1, 1).view(np.uint8).T)


def _pack(sizes: Sequence[int], *arrays: npt.NDArray[Any]) -> bytes:
    head = np.array([_VERSION, *sizes], dtype="<u4").tobytes()
    body = b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)
    return zstandard.ZstdCompressor(level=_LEVEL).compress(head + body)


class _Reader:
    """Arrays out of a blob, one after another. Raises StorageError for one that is damaged."""

    def __init__(self, data: bytes) -> None:
        try:
            self._data = zstandard.ZstdDecompressor().decompress(data)
        except zstandard.ZstdError as error:
            raise StorageError(f"samples are damaged ({error})", remedy="Restore series.db.") from None
        self._at = 0
        (version,) = self.sizes(1)
        if version != _VERSION:
            raise StorageError(
                f"samples have layout {version}, not {_VERSION}", remedy="Use a newer version."
            )

    def sizes(self, count: int) -> list[int]:
        return [int(one) for one in self.array(np.uint32, count)]

    def array(self, dtype: Any, count: int) -> Any:
        wanted = np.dtype(dtype).newbyteorder("<")
        if self._at + count * wanted.itemsize > len(self._data):
            raise StorageError("samples are cut short", remedy="Restore series.db.")
        found = np.frombuffer(self._data, wanted, count, self._at)
        self._at += count * wanted.itemsize
        return found.astype(dtype)

    def planes(self, count: int) -> Any:
        planes = self.array(np.uint8, 8 * count).reshape(8, count)
        return np.ascontiguousarray(planes.T).view("<u8").reshape(count).astype(np.uint64)
