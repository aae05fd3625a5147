"""Neighbours by LLDP-MIB (IEEE 802.1AB-2005), LLDP-V2-MIB (802.1AB-2009) and Cisco's CDP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netwright.platforms.facts import NeighborFact
from netwright.platforms.snmp.tree import Query, Row, Tree
from netwright.platforms.snmp.values import hardware_address, ip, ip_of_index, text

_LLDP = "1.0.8802.1.1.2.1."
LOCAL_ENTRY, REMOTE_ENTRY, REMOTE_ADDRESS = _LLDP + "3.7.1", _LLDP + "4.1.1", _LLDP + "4.2.1"
_V2 = "1.3.111.2.802.1.1.13.1."
V2_LOCAL_ENTRY, V2_REMOTE_ENTRY, V2_ADDRESS = _V2 + "3.7.1", _V2 + "4.1.1", _V2 + "4.2.1"
NOKIA_ENTRY = "1.3.6.1.4.1.6527.3.1.2.59.4.1.1"
CDP_ENTRY = "1.3.6.1.4.1.9.9.23.1.2.1.1"

QUERIES = (
    Query("LLDP-MIB lldpRemTable", REMOTE_ENTRY, (4, 5, 6, 7, 8, 9, 10)),
    Query("LLDP-MIB lldpLocPortTable", LOCAL_ENTRY, (2, 3, 4)),
    Query("LLDP-MIB lldpRemManAddrTable", REMOTE_ADDRESS, (3,)),
    Query("LLDP-V2-MIB lldpV2RemTable", V2_REMOTE_ENTRY, (5, 6, 7, 8, 9, 10, 11)),
    Query("LLDP-V2-MIB lldpV2RemManAddrTable", V2_ADDRESS, (3,)),
)
NOKIA_QUERY = Query("TIMETRA-LLDP-MIB tmnxLldpRemTable", NOKIA_ENTRY, (4, 5, 6, 7, 8, 9, 10))
CDP_QUERY = Query("CISCO-CDP-MIB cdpCacheTable", CDP_ENTRY, (3, 4, 5, 6, 7, 8))

_CHASSIS_MAC, _CHASSIS_NETWORK = 4, 5
_PORT_MAC, _PORT_NETWORK = 3, 4
_LOCAL_ALIAS, _LOCAL_NAME, _LOCAL_LOCAL = 1, 5, 7
_IP = 1


def neighbors(tree: Tree, interfaces: Mapping[int, str]) -> tuple[NeighborFact, ...]:
    """LLDP first; CDP adds those that LLDP does not tell of on the same interface."""
    found = [
        *_lldp(tree, interfaces),
        *_by_interface(tree, interfaces, V2_REMOTE_ENTRY, 5),
        *_by_interface(tree, interfaces, NOKIA_ENTRY, 4),
    ]
    seen = {(fact.interface, fact.remote_device) for fact in found}
    unique = {(f.interface, f.remote_device, f.remote_interface): f for f in found}
    for fact in _cdp(tree, interfaces):
        if (fact.interface, fact.remote_device) not in seen:
            unique[fact.interface, fact.remote_device, fact.remote_interface] = fact
    return tuple(unique.values())


def _lldp(tree: Tree, interfaces: Mapping[int, str]) -> Iterator[NeighborFact]:
    """Index: time mark, local port, remote index. Some agents leave the time mark out."""
    local = _local_ports(tree, interfaces)
    reach = _addresses(tree, REMOTE_ADDRESS, 3)
    for row in tree.rows(REMOTE_ENTRY):
        numbers = row.numbers
        if len(numbers) not in {2, 3}:
            tree.problems.note(row.mib, "the index is not as the MIB says", row.index)
            continue
        port = numbers[-2]
        yield _fact(
            row, local.get(port) or interfaces.get(port) or f"port {port}", 4, reach.get(tuple(numbers))
        )


def _by_interface(
    tree: Tree, interfaces: Mapping[int, str], entry: str, first: int
) -> Iterator[NeighborFact]:
    """Index of LLDP-V2-MIB and of Nokia's table: time mark, ifIndex, destination address index, remote
    index."""
    reach = _addresses(tree, V2_ADDRESS, 4)
    for row in tree.rows(entry):
        numbers = row.numbers
        if len(numbers) != 4:
            tree.problems.note(row.mib, "the index is not as the MIB says", row.index)
            continue
        yield _fact(row, interfaces.get(numbers[1]) or f"port {numbers[1]}", first, reach.get(tuple(numbers)))


def _fact(row: Row, interface: str, first: int, reach: str | None) -> NeighborFact:
    """Columns from ``first``: chassis subtype and id, port subtype and id, port description, system name and
    description."""
    chassis = _identity(row.number(first), row.cells.get(first + 1), _CHASSIS_MAC, _CHASSIS_NETWORK)
    port = _identity(row.number(first + 2), row.cells.get(first + 3), _PORT_MAC, _PORT_NETWORK)
    if port is not None and port.isdecimal() and row.number(first + 2) == _LOCAL_LOCAL:
        port = row.text(first + 4) or port  # the far end's ifIndex; its description says more
    return NeighborFact(
        interface=interface,
        remote_device=row.text(first + 5) or chassis or row.text(first + 6) or "",
        remote_interface=port or row.text(first + 4) or "",
        remote_chassis=chassis,
        remote_description=row.text(first + 6),
        remote_address=reach,
    )


def _identity(subtype: int | None, value: object, mac_type: int, network_type: int) -> str | None:
    """A chassis or port id in words: hex for hardware addresses, dotted for network addresses. Agents that
    call text a hardware address, or send six octets as text, are seen through."""
    if not isinstance(value, bytes):
        return text(value)
    if subtype == mac_type and len(value) in {6, 8}:
        return value.hex(":")
    if subtype == network_type:
        where = ip(value[1:]) if len(value) in {5, 17} else ip(value)
        if where is not None:
            return str(where)
    printable = all(32 <= octet < 127 or octet >= 0xC2 for octet in value.rstrip(b"\0"))
    return text(value) if printable else hardware_address(value)


def _local_ports(tree: Tree, interfaces: Mapping[int, str]) -> Mapping[int, str]:
    """LLDP's own port number -> interface. The number is ifIndex on most agents; where the local port's id
    or description is the name of an interface, that wins."""
    names = set(interfaces.values())
    ports: dict[int, str] = {}
    for row in tree.rows(LOCAL_ENTRY):
        if not row.index.isdecimal():
            continue
        port = int(row.index)
        words = [row.text(column) for column in (3, 4)]
        fit = next((word for word in words if word in names), None)
        subtype = row.number(2)
        if fit is None and subtype == _LOCAL_LOCAL and (words[0] or "").isdecimal():
            fit = interfaces.get(int(words[0] or 0))
        if fit is None and port not in interfaces:
            fit = next((word for word in reversed(words) if word and word.isprintable()), None)
        if fit is not None:
            ports[port] = fit
    return ports


def _addresses(tree: Tree, entry: str, head: int) -> Mapping[tuple[int, ...], str]:
    """Management addresses by their neighbour's index; the address stands in the index: subtype, length,
    octets."""
    reach: dict[tuple[int, ...], str] = {}
    for row in tree.rows(entry):
        numbers = row.numbers
        where = ip_of_index(numbers[head + 1 :], numbers[head]) if len(numbers) > head + 1 else None
        if where is not None and not where.is_unspecified:
            reach.setdefault(tuple(numbers[:head]), str(where))
    return reach


def _cdp(tree: Tree, interfaces: Mapping[int, str]) -> Iterator[NeighborFact]:
    """Index: ifIndex, device index."""
    for row in tree.rows(CDP_ENTRY):
        numbers = row.numbers
        if len(numbers) != 2:
            tree.problems.note(row.mib, "the index is not as the MIB says", row.index)
            continue
        address = ip(row.cells.get(4)) if (row.number(3) or _IP) == _IP else None
        yield NeighborFact(
            interface=interfaces.get(numbers[0]) or f"port {numbers[0]}",
            remote_device=_identity(None, row.cells.get(6), 0, 0) or "",
            remote_interface=row.text(7) or "",
            remote_description=" ".join(filter(None, (row.text(8), row.text(5)))) or None,
            remote_address=str(address) if address is not None and not address.is_unspecified else None,
            protocol="cdp",
        )
