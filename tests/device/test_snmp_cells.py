"""Columns out of answers: what is taken, where a column ends, and that no bytes whatever break it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Oid, Tag, Value, oid_of_text
from netwright.device.snmp.cells import CirclesError, Column, take
from netwright.device.snmp.message import Absent, Broken, pairs

COLUMN = (1, 3, 6, 1, 2, 1, 2, 2, 1)
INDEX = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6).map(tuple)
VALUES = st.one_of(
    st.integers(0, 2**64 - 1).map(lambda n: Value(Tag.COUNTER64, n)),
    st.integers(-(2**31), 2**31 - 1).map(lambda n: Value(Tag.INTEGER, n)),
    st.binary(max_size=300).map(lambda octets: Value(Tag.OCTETS, octets)),
    INDEX.map(lambda rest: Value(Tag.OID, (1, 3, *rest))),
)


def encoded(*cells: tuple[Oid, Value]) -> bytes:
    return b"".join(
        ber.tlv(Tag.SEQUENCE, ber.tlv(Tag.OID, ber.oid(oid)) + ber.encode(value)) for oid, value in cells
    )


def column(number: int, last: bytes | None = None) -> Column:
    return Column.of(".".join(map(str, (*COLUMN, number))), last)


def cells(of: Column) -> dict[str, object]:
    return {index: of.cells[end] for end, index in of.indexes()}


@settings(deadline=None)
@given(st.dictionaries(INDEX, st.tuples(VALUES, VALUES), max_size=20))
def test_columns_side_by_side_hold_what_each_value_is(rows: dict[Oid, tuple[Value, Value]]) -> None:
    answer = encoded(*(((*COLUMN, n + 2, *index), pair[n]) for index, pair in rows.items() for n in (0, 1)))
    columns = [column(2), column(3)]
    assert take(answer, columns) == 2 * len(rows)
    plainly = dict(pairs(answer))
    assert {c.prefix + end: cell for c in columns for end, cell in c.cells.items()} == plainly
    assert [list(cells(c)) for c in columns] == [[".".join(map(str, index)) for index in rows]] * 2


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_bytes_whatever_break_it(data: st.DataObject) -> None:
    whole = bytearray(encoded(*(((*COLUMN, 2, n), Value(Tag.COUNTER32, n * 1000)) for n in range(1, 9))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        take(broken, [column(2), column(3)])
    except (BerError, CirclesError):
        return


def test_a_column_ends_behind_its_last_row_or_its_prefix_or_all_there_is() -> None:
    last = column(2, oid_of_text("1.3.7")[1:])
    take(encoded(((*COLUMN, 2, 7), Value(Tag.INTEGER, 1))), [last])
    assert last.over

    prefix = column(2)
    take(
        encoded(((*COLUMN, 2, 7), Value(Tag.INTEGER, 1)), ((*COLUMN, 20, 7), Value(Tag.INTEGER, 1))), [prefix]
    )
    assert (prefix.over, cells(prefix)) == (True, {"7": 1})

    end = column(2)
    take(encoded(((*COLUMN, 2, 7), Value(Tag.INTEGER, 1)), ((*COLUMN, 2, 7), Value(Tag.END_OF_MIB))), [end])
    assert (end.over, cells(end)) == (True, {"7": 1})

    going = column(2)
    take(encoded(((*COLUMN, 2, 7), Value(Tag.INTEGER, 1))), [going])
    assert (going.over, going.at) == (False, ber.oid((*COLUMN, 2, 7)))


def test_the_same_cell_twice_is_a_circle() -> None:
    with pytest.raises(CirclesError):
        take(
            encoded(((*COLUMN, 2, 7), Value(Tag.INTEGER, 1)), ((*COLUMN, 2, 7), Value(Tag.INTEGER, 1))),
            [column(2)],
        )


def test_cells_out_of_order_are_taken() -> None:
    found = column(2)
    take(encoded(*(((*COLUMN, 2, n), Value(Tag.INTEGER, n)) for n in (9, 2, 300, 5))), [found])
    assert cells(found) == {"9": 9, "2": 2, "300": 300, "5": 5}


def test_numbers_without_octets_and_absent_ones() -> None:
    found = column(2)
    take(
        encoded(
            ((*COLUMN, 2, 1), Value(Tag.COUNTER32, b"")),
            ((*COLUMN, 2, 2), Value(Tag.NO_SUCH_INSTANCE)),
            ((*COLUMN, 2, 3), Value(Tag.COUNTER64, b"\x00" + b"\xff" * 8)),
        ),
        [found],
    )
    assert cells(found) == {"1": Broken(Tag.COUNTER32, b""), "3": 2**64 - 1}
    assert Absent.MISSING in found.cells.values()
