"""What a switch forwards by: VLANs and their ports, the MAC table, link aggregates. BRIDGE-MIB (RFC 4188),
Q-BRIDGE-MIB (RFC 4363), IEEE8021-Q-BRIDGE-MIB, IEEE8023-LAG-MIB (802.1AX), ifStackTable (RFC 2863), and
vendors' own tables of VLANs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwright.platforms.facts import InterfaceFact, LagFact, LagMember, MacFact, VlanFact
from netwright.platforms.snmp.tree import Query, Row, Tree

PORT_ENTRY = "1.3.6.1.2.1.17.1.4.1"
FDB_ENTRY, Q_FDB_ENTRY = "1.3.6.1.2.1.17.4.3.1", "1.3.6.1.2.1.17.7.1.2.2.1"
CURRENT_ENTRY, STATIC_ENTRY = "1.3.6.1.2.1.17.7.1.4.2.1", "1.3.6.1.2.1.17.7.1.4.3.1"
LAG_ENTRY, STACK_ENTRY = "1.2.840.10006.300.43.1.2.1.1", "1.3.6.1.2.1.31.1.2.1"
PVID_ENTRY = "1.3.6.1.2.1.17.7.1.4.5.1"
ACCESS_ENTRY = "1.3.6.1.4.1.9.9.68.1.2.2.1"

_IF_INDEX = 2
_FDB_PORT, _FDB_STATUS = 2, 3
_FDB_ID, _EGRESS_NOW = 3, 4
_NAME, _EGRESS = 1, 2
_SELECTED, _ATTACHED = 12, 13
_STACK_STATUS = 3
_PVID = 1
_ACCESS_VLAN = 2
_INVALID, _SELF, _MANAGED = 2, 4, 5
_LAST_VLAN = 4094
_LAG_KINDS = {"ieee8023adLag"}

QUERIES = (
    Query("BRIDGE-MIB dot1dBasePortTable", PORT_ENTRY, (_IF_INDEX,)),
    Query("Q-BRIDGE-MIB dot1qVlanCurrentTable", CURRENT_ENTRY, (_FDB_ID, _EGRESS_NOW)),
    Query("Q-BRIDGE-MIB dot1qVlanStaticTable", STATIC_ENTRY, (_NAME, _EGRESS)),
    Query("Q-BRIDGE-MIB dot1qPortVlanTable", PVID_ENTRY, (_PVID,)),
    Query("IEEE8023-LAG-MIB dot3adAggPortTable", LAG_ENTRY, (_SELECTED, _ATTACHED)),
    Query("IF-MIB ifStackTable", STACK_ENTRY, (_STACK_STATUS,)),
)
MAC_QUERIES = (
    Query("Q-BRIDGE-MIB dot1qTpFdbTable", Q_FDB_ENTRY, (_FDB_PORT, _FDB_STATUS)),
    Query("BRIDGE-MIB dot1dTpFdbTable", FDB_ENTRY, (_FDB_PORT, _FDB_STATUS)),
)


@dataclass(frozen=True, slots=True)
class VlanTable:
    """A vendor's table of VLANs. ``tag``: the column of the number, 0 where it is the index's last."""

    mib: str
    entry: str
    name: int
    tag: int = 0

    @property
    def query(self) -> Query:
        return Query(self.mib, self.entry, tuple(sorted({self.name, self.tag} - {0})))


VLAN_TABLES: Mapping[int, tuple[VlanTable, ...]] = {
    9: (VlanTable("CISCO-VTP-MIB vtpVlanTable", "1.3.6.1.4.1.9.9.46.1.3.1.1", name=4),),
    1916: (VlanTable("EXTREME-VLAN-MIB extremeVlanIfTable", "1.3.6.1.4.1.1916.1.2.1.2.1", name=2, tag=10),),
    2011: (VlanTable("HUAWEI-L2VLAN-MIB hwL2VlanMIBTable", "1.3.6.1.4.1.2011.5.25.42.3.1.1.1.1", name=2),),
    2272: (VlanTable("RAPID-CITY rcVlanTable", "1.3.6.1.4.1.2272.1.3.2.1", name=2),),
    2636: (
        VlanTable("JUNIPER-VLAN-MIB jnxExVlanTable", "1.3.6.1.4.1.2636.3.40.1.5.1.5.1", name=2, tag=5),
        VlanTable("JUNIPER-L2ALD-MIB jnxL2aldVlanTable", "1.3.6.1.4.1.2636.3.48.1.3.1.1", name=2, tag=3),
    ),
    6486: (
        VlanTable("ALCATEL-IND1-VLAN-MGR-MIB vlanTable", "1.3.6.1.4.1.6486.800.1.2.1.3.1.1.1.1.1", name=2),
        VlanTable("ALCATEL-IND1-VLAN-MGR-MIB vlanTable", "1.3.6.1.4.1.6486.801.1.2.1.3.1.1.1.1.1", name=2),
    ),
}
STANDARD_TABLES = (
    VlanTable("IEEE8021-Q-BRIDGE-MIB ieee8021QBridgeVlanStaticTable", "1.3.111.2.802.1.1.4.1.4.3.1", name=3),
)
CISCO_QUERY = Query("CISCO-VLAN-MEMBERSHIP-MIB vmMembershipTable", ACCESS_ENTRY, (_ACCESS_VLAN,))


def queries(enterprise: int) -> tuple[Query, ...]:
    """Other tables of VLANs."""
    own = tuple(table.query for table in _tables(enterprise))
    return (*own, CISCO_QUERY) if enterprise == 9 else own


def _tables(enterprise: int) -> tuple[VlanTable, ...]:
    return (*STANDARD_TABLES, *VLAN_TABLES.get(enterprise, ()))


def vlans(tree: Tree, enterprise: int, interfaces: Mapping[int, str]) -> tuple[VlanFact, ...]:
    """One fact a number, with the ports that it leaves by, tagged or not."""
    names: dict[int, str | None] = {}
    members: dict[int, set[str]] = {}
    ports = _ports(tree, interfaces)
    for entry, column in ((CURRENT_ENTRY, _EGRESS_NOW), (STATIC_ENTRY, _EGRESS)):
        for row in tree.rows(entry):
            number = row.numbers[-1] if row.numbers else 0
            if not _is_vlan(number):
                continue
            if entry == STATIC_ENTRY:
                names[number] = row.text(_NAME)
            names.setdefault(number, None)
            listed = _port_list(row.cells.get(column))
            members.setdefault(number, set()).update(ports[port] for port in listed if port in ports)
    for number, name in _own(tree, enterprise):
        names[number] = names.get(number) or name
    for entry, column, known in ((PVID_ENTRY, _PVID, ports), (ACCESS_ENTRY, _ACCESS_VLAN, interfaces)):
        for row in tree.rows(entry):
            vlan, interface = row.number(column), _interface(row.index, known)
            if vlan is not None and _is_vlan(vlan) and interface is not None:
                names.setdefault(vlan, None)
                members.setdefault(vlan, set()).add(interface)
    order = list(interfaces.values())
    return tuple(
        VlanFact(
            vlan_id=number,
            name=name,
            interfaces=tuple(one for one in order if one in members.get(number, ())),
            source="SNMP",
        )
        for number, name in sorted(names.items())
    )


def _own(tree: Tree, enterprise: int) -> Iterator[tuple[int, str | None]]:
    for table in _tables(enterprise):
        for row in tree.rows(table.entry):
            number = row.number(table.tag) if table.tag else (row.numbers or [0])[-1]
            if number is not None and _is_vlan(number):
                yield number, row.text(table.name)


def macs(tree: Tree, interfaces: Mapping[int, str]) -> tuple[MacFact, ...]:
    """Q-BRIDGE-MIB's table; BRIDGE-MIB's, which knows no VLANs, where it is empty. The switch's own addresses
    are left out."""
    ports = _ports(tree, interfaces)
    vlan_of = {
        fdb: row.numbers[-1] for row in tree.rows(CURRENT_ENTRY) if (fdb := row.number(_FDB_ID)) is not None
    }
    found = tuple(
        fact
        for row in tree.rows(Q_FDB_ENTRY)
        if (fact := _mac(row, row.numbers[1:], _vlan(row, vlan_of), ports))
    )
    return found or tuple(fact for row in tree.rows(FDB_ENTRY) if (fact := _mac(row, row.numbers, 0, ports)))


def _vlan(row: Row, vlan_of: Mapping[int, int]) -> int:
    """A database's number stands for its VLAN where the agent does not say which belongs to it."""
    number = row.numbers[0] if row.numbers else 0
    return vlan_of.get(number, number if _is_vlan(number) else 0)


def _mac(row: Row, octets: Sequence[int], vlan: int, ports: Mapping[int, str]) -> MacFact | None:
    if len(octets) != 6 or any(octet > 255 for octet in octets):
        row.problems.note(row.mib, "the index is no MAC address", row.index)
        return None
    port, status = row.number(_FDB_PORT), row.number(_FDB_STATUS)
    if not port or status in {_INVALID, _SELF}:
        return None
    return MacFact(
        mac=bytes(octets).hex(":"),
        interface=ports.get(port) or f"port {port}",
        vlan=vlan,
        static=status == _MANAGED,
        source=row.mib.partition(" ")[0],
    )


def lags(tree: Tree, facts: Sequence[InterfaceFact]) -> tuple[LagFact, ...]:
    """Aggregates by LACP's own table; those that speak none by what stands on what in ifStackTable."""
    by_index = {fact.if_index: fact for fact in facts if fact.if_index is not None}
    members: dict[int, dict[int, bool]] = {}
    for row in tree.rows(LAG_ENTRY):
        attached, selected = row.number(_ATTACHED), row.number(_SELECTED)
        bundle = attached or selected
        port = int(row.index) if row.index.isdecimal() else 0
        if bundle is not None and bundle in by_index and port not in {bundle, 0}:
            members.setdefault(bundle, {})[port] = bool(attached)
    spoken = set(members)
    for row in tree.rows(STACK_ENTRY):
        if len(row.numbers) == 2:
            above, below = row.numbers
            top = by_index.get(above)
            if top is not None and top.kind in _LAG_KINDS and below in by_index and above not in spoken:
                members.setdefault(above, {})[below] = by_index[below].oper.value == "up"
    return tuple(
        LagFact(
            name=by_index[bundle].name,
            members=tuple(
                LagMember(by_index[port].name, active) for port, active in ports.items() if port in by_index
            ),
            lacp=True if bundle in spoken else None,
            oper=by_index[bundle].oper,
            source="SNMP",
        )
        for bundle, ports in members.items()
    )


def _ports(tree: Tree, interfaces: Mapping[int, str]) -> Mapping[int, str]:
    """Bridge port -> interface; the same number where the agent has no table of them."""
    rows = list(tree.rows(PORT_ENTRY))
    if not rows:
        return interfaces
    found = {
        int(row.index): interfaces.get(row.number(_IF_INDEX) or 0) for row in rows if row.index.isdecimal()
    }
    return {port: name for port, name in found.items() if name is not None}


def _interface(index: str, interfaces: Mapping[int, str]) -> str | None:
    return interfaces.get(int(index)) if index.isdecimal() else None


def _port_list(value: object) -> Iterator[int]:
    """A PortList: the highest bit of the first octet is port 1."""
    if isinstance(value, bytes):
        for place, octet in enumerate(value):
            if octet:
                for bit in range(8):
                    if octet & 0x80 >> bit:
                        yield place * 8 + bit + 1


def _is_vlan(number: int) -> bool:
    return 1 <= number <= _LAST_VLAN
