"""Addresses on interfaces: IP-MIB's tables old and new (RFC 4293), IPV6-MIB (RFC 2465), and Cisco's copy of
the new one. Agents fill one, some or all of them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from netwright.base import address
from netwright.platforms.facts import AddressFact
from netwright.platforms.snmp.tree import Query, Row, Tree
from netwright.platforms.snmp.values import ip_of_index

OLD_ENTRY = "1.3.6.1.2.1.4.20.1"
NEW_ENTRY = "1.3.6.1.2.1.4.34.1"
IPV6_ENTRY = "1.3.6.1.2.1.55.1.8.1"
PREFIX_ENTRY = "1.3.6.1.2.1.4.32.1"
CISCO_ENTRY = "1.3.6.1.4.1.9.10.86.1.1.2.1"

_OLD_ADDRESS, _OLD_IF, _OLD_MASK = 1, 2, 3
_NEW_IF, _NEW_TYPE, _NEW_PREFIX = 3, 4, 5
_V6_LENGTH = 2
_PREFIX_ORIGIN = 5
_BROADCAST = 3

QUERIES = (
    Query("IP-MIB ipAddrTable", OLD_ENTRY, (_OLD_ADDRESS, _OLD_IF, _OLD_MASK)),
    Query("IP-MIB ipAddressTable", NEW_ENTRY, (_NEW_IF, _NEW_TYPE, _NEW_PREFIX)),
    Query("IPV6-MIB ipv6AddrTable", IPV6_ENTRY, (_V6_LENGTH,)),
    Query("IP-MIB ipAddressPrefixTable", PREFIX_ENTRY, (_PREFIX_ORIGIN,)),
)
CISCO_QUERY = Query("CISCO-IETF-IP-MIB cIpAddressTable", CISCO_ENTRY, (_NEW_IF, _NEW_TYPE, _NEW_PREFIX))


@dataclass(frozen=True, slots=True)
class _Found:
    address: address.Address
    if_index: int | None
    length: int | None


def addresses(tree: Tree, interfaces: Mapping[int, str]) -> tuple[AddressFact, ...]:
    """Each address once an interface; the table that knows the prefix wins."""
    best: dict[tuple[address.Address, int | None], _Found] = {}
    for found in (*_old(tree), *_new(tree, NEW_ENTRY), *_new(tree, CISCO_ENTRY), *_ipv6(tree)):
        if found.address.is_unspecified:
            continue
        key = (found.address, found.if_index)
        known = best.get(key)
        if known is None or (known.length is None and found.length is not None):
            best[key] = found
    prefixes = _prefixes(tree)
    return tuple(_fact(tree, _with_length(found, prefixes), interfaces) for found in best.values())


def _prefixes(tree: Tree) -> Mapping[int, list[address.Prefix]]:
    """ipAddressPrefixTable by ifIndex, longest first. Index: ifIndex, type, length, octets, prefix length."""
    known: dict[int, list[address.Prefix]] = {}
    for row in tree.rows(PREFIX_ENTRY):
        numbers = row.numbers
        where = ip_of_index(numbers[2:-1], numbers[1]) if len(numbers) > 3 else None
        if where is None or not 0 < numbers[-1] <= where.max_prefixlen:
            tree.problems.note(row.mib, "the index is no prefix", row.index)
            continue
        prefix = ipaddress.ip_network((where, numbers[-1]), strict=False)
        known.setdefault(numbers[0], []).append(prefix)
    for prefixes in known.values():
        prefixes.sort(key=lambda prefix: -prefix.prefixlen)
    return known


def _with_length(found: _Found, prefixes: Mapping[int, list[address.Prefix]]) -> _Found:
    """An address whose row does not say its length has that of the prefix around it on its interface. A
    multicast group that the interface has joined has none."""
    if found.length is not None or found.if_index is None or found.address.is_multicast:
        return found
    for prefix in prefixes.get(found.if_index, ()):
        if found.address in prefix:
            return replace(found, length=prefix.prefixlen)
    return found


def _fact(tree: Tree, found: _Found, interfaces: Mapping[int, str]) -> AddressFact:
    name = interfaces.get(found.if_index, "") if found.if_index is not None else ""
    if not name and interfaces and found.if_index:
        tree.problems.note(
            "IP-MIB", "an address stands on an interface that IF-MIB does not have", found.if_index
        )
    known = found.length if found.length is not None else _by_definition(found.address)
    length = found.address.max_prefixlen if known is None else known
    return AddressFact(name, ipaddress.ip_interface((found.address, length)), prefix_known=known is not None)


def _by_definition(where: address.Address) -> int | None:
    """127/8 is the loopback network, whatever mask an agent leaves out (RFC 1122, 3.2.1.3)."""
    return 8 if where.version == 4 and where.is_loopback else None


def _old(tree: Tree) -> Iterator[_Found]:
    """The index is the address; agents with one address on two interfaces put more behind it."""
    for row in tree.rows(OLD_ENTRY):
        where = row.ip(_OLD_ADDRESS) or ip_of_index(row.numbers[:4], 1)
        if where is None:
            tree.problems.note(row.mib, "the index is no address", row.index)
            continue
        yield _Found(where, row.number(_OLD_IF), _mask_length(row))


def _mask_length(row: Row) -> int | None:
    mask = row.ip(_OLD_MASK)
    if mask is None or mask.version != 4:
        return None
    bits = f"{int(mask):032b}"
    if "01" in bits:
        row.problems.note(f"{row.mib} column {_OLD_MASK}", "is no mask", str(mask))
        return None
    return bits.count("1") or None  # no mask at all, said in another way


def _new(tree: Tree, entry: str) -> Iterator[_Found]:
    """Index: type, length, octets. A row is left out when the agent calls it a broadcast address."""
    for row in tree.rows(entry):
        numbers = row.numbers
        where = ip_of_index(numbers[1:], numbers[0]) if numbers else None
        if where is None:
            tree.problems.note(row.mib, "the index is no address", row.index)
            continue
        if row.number(_NEW_TYPE) == _BROADCAST:
            continue
        yield _Found(where, row.number(_NEW_IF), _pointed_length(row, where))


def _pointed_length(row: Row, where: address.Address) -> int | None:
    """ipAddressPrefix points at a row of ipAddressPrefixTable, whose index ends in the prefix length;
    ``0.0`` says there is none. Some agents write the length itself."""
    value = row.cells.get(_NEW_PREFIX)
    if isinstance(value, int) and not isinstance(value, bool):
        length = value
    else:
        pointer = row.oid(_NEW_PREFIX)
        if pointer is None or pointer.count(".") < 8:
            return None
        length = int(pointer.rpartition(".")[2])
    return length if 0 < length <= where.max_prefixlen else None


def _ipv6(tree: Tree) -> Iterator[_Found]:
    """Index: ifIndex, then the address with or without its length."""
    for row in tree.rows(IPV6_ENTRY):
        numbers = row.numbers
        where = ip_of_index(numbers[1:], 2) if len(numbers) > 1 else None
        if where is None:
            tree.problems.note(row.mib, "the index is no address", row.index)
            continue
        length = row.number(_V6_LENGTH)
        yield _Found(where, numbers[0], length if length is not None and 0 < length <= 128 else None)
