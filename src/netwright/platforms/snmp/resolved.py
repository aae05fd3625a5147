"""Link addresses of IP neighbours (ARP and ND): IP-MIB's tables old and new (RFC 4293), IPV6-MIB's, Cisco's
copy of the new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netwright.base import address
from netwright.platforms.facts import ArpFact
from netwright.platforms.snmp.tree import Query, Row, Tree
from netwright.platforms.snmp.values import hardware_address, ip_of_index

NEW_ENTRY, OLD_ENTRY = "1.3.6.1.2.1.4.35.1", "1.3.6.1.2.1.4.22.1"
IPV6_ENTRY, CISCO_ENTRY = "1.3.6.1.2.1.55.1.12.1", "1.3.6.1.4.1.9.10.86.1.1.3.1"
_NEW_MAC, _NEW_TYPE, _NEW_STATE = 4, 6, 7
_OLD_MAC, _OLD_TYPE = 2, 4
_IPV6_MAC, _IPV6_TYPE = 2, 3
_CISCO_MAC, _CISCO_TYPE, _CISCO_STATE = 3, 5, 6
_INVALID, _LOCAL = 2, 5
_STATES = {
    1: "reachable", 2: "stale", 3: "delay", 4: "probe", 5: "invalid", 6: "unknown", 7: "incomplete",
}  # fmt: skip

QUERIES = (
    Query("IP-MIB ipNetToPhysicalTable", NEW_ENTRY, (_NEW_MAC, _NEW_TYPE, _NEW_STATE)),
    Query("IP-MIB ipNetToMediaTable", OLD_ENTRY, (_OLD_MAC, _OLD_TYPE)),
    Query("IPV6-MIB ipv6NetToMediaTable", IPV6_ENTRY, (_IPV6_MAC, _IPV6_TYPE)),
)
CISCO_QUERY = Query(
    "CISCO-IETF-IP-MIB cInetNetToMediaTable", CISCO_ENTRY, (_CISCO_MAC, _CISCO_TYPE, _CISCO_STATE)
)


def resolved(tree: Tree, interfaces: Mapping[int, str]) -> tuple[ArpFact, ...]:
    """Each neighbour once an interface; the newer table wins. Entries that the agent calls invalid, or its
    own, are left out."""
    found: dict[tuple[str, address.Address], ArpFact] = {}
    for fact in (
        *_typed(tree, NEW_ENTRY, (_NEW_MAC, _NEW_TYPE, _NEW_STATE), interfaces),
        *_typed(tree, CISCO_ENTRY, (_CISCO_MAC, _CISCO_TYPE, _CISCO_STATE), interfaces),
        *_plain(tree, OLD_ENTRY, 1, (_OLD_MAC, _OLD_TYPE), interfaces),
        *_plain(tree, IPV6_ENTRY, 2, (_IPV6_MAC, _IPV6_TYPE), interfaces),
    ):
        found.setdefault((fact.interface, fact.address), fact)
    return tuple(found.values())


def _typed(
    tree: Tree, entry: str, columns: tuple[int, int, int], interfaces: Mapping[int, str]
) -> Iterator[ArpFact]:
    """Index: ifIndex, InetAddressType, length, octets."""
    mac, kind, state = columns
    for row in tree.rows(entry):
        numbers = row.numbers
        where = ip_of_index(numbers[2:], numbers[1]) if len(numbers) > 2 else None
        fact = _fact(row, where, (mac, kind), interfaces, _STATES.get(row.number(state) or 0))
        if fact is not None:
            yield fact


def _plain(
    tree: Tree, entry: str, family: int, columns: tuple[int, int], interfaces: Mapping[int, str]
) -> Iterator[ArpFact]:
    """Index: ifIndex, octets. Some agents put a 1 for the type of the address before these."""
    for row in tree.rows(entry):
        numbers = row.numbers[1:]
        if family == 1 and len(numbers) == 5 and numbers[0] == 1:
            numbers = numbers[1:]
        fact = _fact(row, ip_of_index(numbers, family), columns, interfaces, None)
        if fact is not None:
            yield fact


def _fact(
    row: Row,
    where: address.Address | None,
    columns: tuple[int, int],
    interfaces: Mapping[int, str],
    state: str | None,
) -> ArpFact | None:
    if where is None:
        row.problems.note(row.mib, "the index is no address", row.index)
        return None
    mac = hardware_address(row.cells.get(columns[0]))
    if mac is None or row.number(columns[1]) in {_INVALID, _LOCAL} or state == "invalid":
        return None
    number = row.numbers[0]
    return ArpFact(
        interface=interfaces.get(number) or f"ifIndex {number}",
        address=where,
        mac=mac,
        state=state,
        source=row.mib.partition(" ")[0],
    )
