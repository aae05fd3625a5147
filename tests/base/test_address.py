"""Keys of addresses sort, contain and come back."""

from __future__ import annotations

import ipaddress
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.address import (
    KEY_LENGTH,
    Address,
    Interface,
    LazyInterface4,
    PlainAddress4,
    Prefix,
    address_of,
    interface_of,
    key,
    key_of_text,
    prefix_of,
    span,
)


@st.composite
def interfaces(draw: st.DrawFn) -> Interface:
    if draw(st.booleans()):
        return ipaddress.IPv4Interface((draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 32))))
    return ipaddress.IPv6Interface((draw(st.integers(0, 2**128 - 1)), draw(st.integers(0, 128))))


def order(value: Interface) -> tuple[int, int, int]:
    return value.version, int(value.ip), value.network.prefixlen


@settings(deadline=None)
@given(interfaces())
def test_a_key_comes_back(value: Interface) -> None:
    assert len(key(value)) == KEY_LENGTH
    assert interface_of(key(value)) == value
    assert prefix_of(key(value.network)) == value.network


@settings(deadline=None)
@given(interfaces())
def test_a_key_is_read_straight_from_text(value: Interface) -> None:
    for one in (value, value.ip, value.network):
        assert key_of_text(str(one)) == key(one)
    assert address_of(key(value.ip)) == value.ip


@settings(deadline=None)
@given(interfaces(), interfaces())
def test_keys_sort_as_families_then_addresses_then_lengths(one: Interface, other: Interface) -> None:
    assert (key(one) < key(other)) == (order(one) < order(other))


@settings(deadline=None)
@given(interfaces(), interfaces())
def test_a_span_holds_what_is_inside_and_nothing_else(outer: Interface, inner: Interface) -> None:
    prefix: Prefix = outer.network
    low, high = span(prefix)
    inside = prefix.version == inner.version and inner.ip in prefix
    assert (low <= key(inner) <= high) == inside
    address: Address = inner.ip
    assert (low <= key(address) <= high) == inside


@settings(deadline=None)
@given(interfaces())
def test_a_span_holds_its_own_ends(value: Interface) -> None:
    prefix = value.network
    low, high = span(prefix)
    for one in (prefix, prefix.network_address, prefix.broadcast_address):
        assert low <= key(one) <= high


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="18 bytes, not 3"):
        interface_of(b"abc")


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_an_interface_that_waits_with_its_network_is_as_any_other(
    host: ipaddress.IPv4Address, length: int
) -> None:
    usual = ipaddress.ip_interface(f"{host}/{length}")
    lazy = interface_of(key(usual))
    assert type(lazy) is LazyInterface4
    assert (lazy, hash(lazy), str(lazy), repr(lazy)) == (usual, hash(usual), str(usual), repr(usual))
    assert (lazy.network, lazy.netmask, lazy.ip) == (usual.network, usual.netmask, usual.ip)
    assert pickle.loads(pickle.dumps(lazy)) == usual
    assert key(lazy) == key(usual)


@given(st.ip_addresses(v=4))
def test_an_address_made_of_its_key_is_as_any_other(usual: ipaddress.IPv4Address) -> None:
    plain = address_of(key(usual))
    assert type(plain) is PlainAddress4
    assert (plain, hash(plain), str(plain), repr(plain)) == (usual, hash(usual), str(usual), repr(usual))
    assert (f"{plain}", plain.packed, plain.is_private) == (str(usual), usual.packed, usual.is_private)
    assert pickle.dumps(plain) == pickle.dumps(usual)
    assert type(pickle.loads(pickle.dumps(plain))) is ipaddress.IPv4Address
    for step in (1, -1):
        if 0 <= int(usual) + step < 1 << 32:
            assert plain + step == usual + step
        else:
            with pytest.raises(ipaddress.AddressValueError):
                plain + step
