from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Tag, Value
from netwright.lab.sim.agent import Pdu, Request, Table, answer, parse

OIDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=12).map(lambda tail: (1, 3, *tail))
TABLE = Table.of({(1, 3, 1, n): Value(Tag.INTEGER, n) for n in (1, 2, 5)})


@given(st.integers(-(2**63), 2**64))
def test_integers_come_back(number: int) -> None:
    assert ber.read_int(ber.tlv(Tag.INTEGER, ber.integer(number)), 0)[0] == number


@given(OIDS)
def test_object_identifiers_come_back(oid: ber.Oid) -> None:
    assert ber.read_oid(ber.oid(oid)) == oid


@given(st.binary(max_size=70_000))
def test_lengths_come_back(content: bytes) -> None:
    data = ber.tlv(Tag.OCTETS, content)
    assert ber.read(data + b"rest", 0) == (Tag.OCTETS, content, len(data))


@given(st.binary(max_size=200))
def test_any_datagram_is_a_request_or_refused(data: bytes) -> None:
    try:
        parse(data)
    except BerError:
        return


def _ask(kind: Pdu, *oids: ber.Oid, first: int = 0, second: int = 0) -> list[tuple[ber.Oid, int, bytes]]:
    """(name, tag, content) of each binding of the answer."""
    reply = answer(Request(b"public", kind, 7, first, second, oids), TABLE)
    _, message, _ = ber.read(reply, 0)
    _, at = ber.read_int(message, 0)
    _, _, at = ber.read(message, at)
    tag, pdu, _ = ber.read(message, at)
    assert tag == Pdu.RESPONSE
    number, at = ber.read_int(pdu, 0)
    assert number == 7
    for _ in range(2):
        _, at = ber.read_int(pdu, at)
    _, bindings, _ = ber.read(pdu, at)
    found, at = [], 0
    while at < len(bindings):
        _, binding, at = ber.read(bindings, at)
        _, name, after = ber.read(binding, 0)
        kind_, content, _ = ber.read(binding, after)
        found.append((ber.read_oid(name), kind_, content))
    return found


def test_get_says_what_is_not_there() -> None:
    assert _ask(Pdu.GET, (1, 3, 1, 2), (1, 3, 1, 3)) == [
        ((1, 3, 1, 2), Tag.INTEGER, b"\x02"),
        ((1, 3, 1, 3), Tag.NO_SUCH_INSTANCE, b""),
    ]


def test_getnext_goes_on_and_ends() -> None:
    assert [name for name, _, _ in _ask(Pdu.GET_NEXT, (1, 3), (1, 3, 1, 2))] == [(1, 3, 1, 1), (1, 3, 1, 5)]
    assert _ask(Pdu.GET_NEXT, (1, 3, 1, 5)) == [((1, 3, 1, 5), Tag.END_OF_MIB, b"")]


def test_getbulk_gives_rows_in_order_and_stops_at_the_end() -> None:
    names = [name for name, _, _ in _ask(Pdu.GET_BULK, (1, 3, 1, 1), (1, 3, 1, 2), second=9)]
    assert names == [(1, 3, 1, 2), (1, 3, 1, 5), (1, 3, 1, 5), (1, 3, 1, 5), (1, 3, 1, 5), (1, 3, 1, 5)]


def test_getbulk_asks_the_first_ones_only_once() -> None:
    names = [name for name, _, _ in _ask(Pdu.GET_BULK, (1, 3), (1, 3, 1), first=1, second=2)]
    assert names == [(1, 3, 1, 1), (1, 3, 1, 1), (1, 3, 1, 2)]


def test_set_changes_nothing() -> None:
    assert _ask(Pdu.SET, (1, 3, 1, 1)) == [((1, 3, 1, 1), Tag.NULL, b"")]
    assert TABLE.get((1, 3, 1, 1))[1] == Value(Tag.INTEGER, 1)


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x82\x01", b"\x30\x03\x02\x01\x00", b"\x04\x02ab"])
def test_what_is_cut_or_another_version_is_refused(data: bytes) -> None:
    with pytest.raises(BerError):
        parse(data)
