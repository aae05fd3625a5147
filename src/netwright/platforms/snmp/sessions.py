"""BGP sessions by BGP4-MIB (RFC 4273) and by the vendors' own tables, which know IPv6 and routing instances.

Each table is data: where the remote address stands, and in which column the rest does. A vendor's row wins
over BGP4-MIB's of the same neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from netwright.base import address
from netwright.platforms.facts import BgpSessionFact, BgpState
from netwright.platforms.snmp.tree import Query, Row, Tree
from netwright.platforms.snmp.values import ip, ip_of_index

_STATES = (
    BgpState.IDLE, BgpState.CONNECT, BgpState.ACTIVE, BgpState.OPENSENT, BgpState.OPENCONFIRM,
    BgpState.ESTABLISHED,
)  # fmt: skip
_FROM_ONE: Mapping[int, BgpState] = dict(enumerate(_STATES, start=1))


@dataclass(frozen=True, slots=True)
class PeerTable:
    """A table of BGP neighbours. ``remote``: the column of the address, None where it stands in the index
    after ``skip`` numbers (of which ``instance`` says which is the routing instance). ``typed``: an
    InetAddressType stands before the index's address. ``off``: admin state's number for a session that is
    shut down, ``on`` for one that is not."""

    mib: str
    entry: str
    asn: int
    state: int | None = None
    remote: int | None = None
    skip: int = 0
    typed: bool = True
    instance: int | None = None
    admin: int | None = None
    on: int = 2
    local: int | None = None
    local_asn: int | None = None
    uptime: int | None = None
    description: int | None = None
    states: Mapping[int, BgpState] = field(default_factory=lambda: _FROM_ONE)

    @property
    def query(self) -> Query:
        given = (
            self.state, self.asn, self.remote, self.admin, self.local, self.local_asn, self.uptime,
            self.description,
        )  # fmt: skip
        return Query(self.mib, self.entry, tuple(sorted({column for column in given if column is not None})))


BGP4 = PeerTable(
    "BGP4-MIB bgpPeerTable", "1.3.6.1.2.1.15.3.1", state=2, admin=3, local=5, remote=7, asn=9, uptime=16,
    typed=False,
)  # fmt: skip
CISCO = PeerTable(
    "CISCO-BGP4-MIB cbgpPeer2Table", "1.3.6.1.4.1.9.9.187.1.2.5.1", state=3, admin=4, local=6, local_asn=8,
    asn=11, uptime=19,
)  # fmt: skip
JUNIPER = PeerTable(
    "BGP4-V2-MIB-JUNIPER jnxBgpM2PeerTable", "1.3.6.1.4.1.2636.5.1.1.2.1.1.1", state=2, admin=3, local=7,
    local_asn=9, remote=11, asn=13, instance=0,
    states=dict(enumerate(_STATES, start=1)),
)  # fmt: skip
ARISTA = PeerTable(
    "ARISTA-BGP4V2-MIB aristaBgp4V2PeerTable", "1.3.6.1.4.1.30065.4.1.1.2.1", state=13, admin=12, asn=10,
    local=3, local_asn=7, description=14, skip=1, instance=0,
)  # fmt: skip
NOKIA = PeerTable(
    "TIMETRA-BGP-MIB tBgpPeerNgTable", "1.3.6.1.4.1.6527.3.1.2.14.4.7.1", asn=66, skip=1, instance=0,
    description=7,
)  # fmt: skip
DELL = PeerTable(
    "DELL-NETWORKING-BGP4V2-MIB f10BgpM2PeerTable", "1.3.6.1.4.1.6027.20.1.2.1.1.1", state=3, admin=4, asn=15,
    remote=12, local=8, local_asn=10,
)  # fmt: skip
HUAWEI = PeerTable(
    "HUAWEI-BGP-VPN-MIB hwBgpPeerTable", "1.3.6.1.4.1.2011.5.25.177.1.1.2.1", state=5, asn=2, remote=4,
)  # fmt: skip
FIREBRICK = PeerTable(
    "FB-BGP-MIB fbBgpPeerTable", "1.3.6.1.4.1.24693.100.179.1.1", remote=2, description=3, asn=5, local=11,
    local_asn=12,
)  # fmt: skip

VENDOR_TABLES: Mapping[int, tuple[PeerTable, ...]] = {
    9: (CISCO,), 6527: (NOKIA,), 2636: (JUNIPER,), 30065: (ARISTA,), 6027: (DELL,), 674: (DELL,),
    2011: (HUAWEI,), 24693: (FIREBRICK,),
}  # fmt: skip
LOCAL_AS = "1.3.6.1.2.1.15.2.0"


def sessions(tree: Tree, tables: tuple[PeerTable, ...]) -> tuple[BgpSessionFact, ...]:
    """One fact a neighbour and routing instance."""
    local_asn = tree.number(LOCAL_AS)
    standard = {fact.remote_address: fact for fact in _rows(tree, BGP4, local_asn)}
    found: dict[tuple[str | None, address.Address], BgpSessionFact] = {}
    for table in tables:
        for told in _rows(tree, table, local_asn):
            fact, known = told, standard.get(told.remote_address)
            if fact.state is BgpState.UNKNOWN and known is not None:
                fact = replace(fact, state=known.state, uptime_s=known.uptime_s, enabled=known.enabled)
            found.setdefault((fact.routing_instance, fact.remote_address), fact)
    heard = {fact.remote_address for fact in found.values()}
    return (*found.values(), *(fact for fact in standard.values() if fact.remote_address not in heard))


def _rows(tree: Tree, table: PeerTable, local_asn: int | None) -> Iterator[BgpSessionFact]:
    for row in tree.rows(table.entry):
        remote = _remote(row, table)
        if remote is None:
            tree.problems.note(row.mib, "a neighbour has no address that can be read", row.index)
            continue
        asn = row.number(table.asn)
        state = row.number(table.state) if table.state is not None else None
        admin = row.number(table.admin) if table.admin is not None else None
        own = row.number(table.local_asn) if table.local_asn is not None else None
        near = ip(row.cells.get(table.local)) if table.local is not None else None
        yield BgpSessionFact(
            remote_address=remote,
            remote_asn=_unsigned(asn) or 0,
            state=table.states.get(state, BgpState.UNKNOWN) if state is not None else BgpState.UNKNOWN,
            uptime_s=_uptime(row, table),
            description=row.text(table.description) if table.description is not None else None,
            local_address=near if near is not None and not near.is_unspecified else None,
            local_asn=_unsigned(own) or local_asn or None,
            enabled=None if admin is None else admin == table.on,
            routing_instance=_instance(row, table),
            source=row.mib.partition(" ")[0],
        )


def _unsigned(asn: int | None) -> int | None:
    """AS numbers of four octets come signed from agents that think of two."""
    return asn + 2**32 if asn is not None and asn < 0 else asn


def _uptime(row: Row, table: PeerTable) -> float | None:
    """Seconds in this state count only for a session that stands."""
    if table.uptime is None or table.state is None or row.number(table.state) != 6:
        return None
    seconds = row.number(table.uptime)
    return None if seconds is None else float(seconds)


def _remote(row: Row, table: PeerTable) -> address.Address | None:
    if table.remote is not None and (where := ip(row.cells.get(table.remote))) is not None:
        return where
    numbers = row.numbers[table.skip :]
    if not numbers:
        return None
    return ip_of_index(numbers[1:], numbers[0]) if table.typed else ip_of_index(numbers, 1)


def _instance(row: Row, table: PeerTable) -> str | None:
    """The number that the agent gives the routing instance; the first one is the global table."""
    if table.instance is None:
        return None
    number = row.numbers[table.instance] if row.numbers else 0
    return str(number) if number > 1 else None
