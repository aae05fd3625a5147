"""Every interface of any agent (IF-MIB, RFC 2863), with the words that a discovery needs and no counters.

``ifmib`` is its fast sibling for rounds of collection.
"""

from __future__ import annotations

from collections.abc import Mapping

from netwright.platforms.facts import InterfaceFact, OperState
from netwright.platforms.snmp.iftype import if_type
from netwright.platforms.snmp.tree import Query, Row, Tree
from netwright.platforms.snmp.values import hardware_address

IF_ENTRY, IFX_ENTRY = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_DESCR, _TYPE, _MTU, _SPEED, _MAC, _ADMIN, _OPER = range(2, 9)
_NAME, _HIGH_SPEED, _ALIAS = 1, 15, 18

QUERIES = (
    Query("IF-MIB ifTable", IF_ENTRY, (_DESCR, _TYPE, _MTU, _SPEED, _MAC, _ADMIN, _OPER)),
    Query("IF-MIB ifXTable", IFX_ENTRY, (_NAME, _HIGH_SPEED, _ALIAS)),
)

ROUTER_ENTRY = "1.3.6.1.4.1.6527.3.1.2.3.4.1"
_ROUTER_TYPE, _ROUTER_NAME, _ROUTER_MTU, _ROUTER_DESCRIPTION = 3, 4, 25, 34
ROUTER_STATS_ENTRY = "1.3.6.1.4.1.6527.3.1.2.3.54.1"
_ROUTER_SPEED = 103
NOKIA_QUERIES = (
    Query(
        "TIMETRA-VRTR-MIB vRtrIfTable",
        ROUTER_ENTRY,
        (_ROUTER_TYPE, _ROUTER_NAME, _ROUTER_MTU, _ROUTER_DESCRIPTION),
    ),
    Query("TIMETRA-VRTR-MIB vRtrIfStatsTable", ROUTER_STATS_ENTRY, (_ROUTER_SPEED,)),
)
_ROUTER_KINDS = {1: "network", 5: "serviceVprn"}

_ADMIN_WORDS = {1: "up", 2: "down", 3: "testing"}
_OPER_WORDS = {
    1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown",
}  # fmt: skip
_STATES = {
    "up": OperState.UP, "down": OperState.DOWN, "notPresent": OperState.DOWN,
    "lowerLayerDown": OperState.DOWN,
}  # fmt: skip
_MILLION = 1_000_000


def interfaces(tree: Tree, aliases: Mapping[str, str] | None = None) -> tuple[InterfaceFact, ...]:
    """One fact a row of either table. The name is ifName, else ifDescr; an interface that has neither is
    kept under its number, as a problem. ``aliases``: what a vendor's own table says of them, by ifIndex,
    for those without ifAlias."""
    aliases = aliases or {}
    plain, extended = tree.table(IF_ENTRY), tree.table(IFX_ENTRY)
    routed = {row.index.rpartition(".")[2]: row for row in tree.rows(ROUTER_ENTRY)}
    indexes = [*plain, *(index for index in extended if index not in plain)]
    nothing = Row("IF-MIB", "", tree.problems)
    facts = [
        _fact(
            index,
            plain.get(index, nothing),
            extended.get(index, nothing),
            routed.get(index, nothing),
            aliases.get(index),
        )
        for index in indexes
    ]
    speeds = {row.index: row.number(_ROUTER_SPEED) for row in tree.rows(ROUTER_STATS_ENTRY)}
    facts += [
        _routed(index, row, speeds.get(row.index))
        for index, row in routed.items()
        if index not in {*plain, *extended}
    ]
    _tell_doubles(tree, facts)
    return tuple(facts)


def names(facts: tuple[InterfaceFact, ...]) -> Mapping[int, str]:
    """ifIndex -> name, for tables that point at interfaces. Good for this one answer only."""
    return {fact.if_index: fact.name for fact in facts if fact.if_index is not None}


def other_names(facts: tuple[InterfaceFact, ...]) -> Mapping[str, str]:
    """ifIndex, ifDescr and ifName itself -> name."""
    found = {fact.label: fact.name for fact in facts if fact.label}
    found |= {str(fact.if_index): fact.name for fact in facts if fact.if_index is not None}
    return {**found, **{fact.name: fact.name for fact in facts}}


def _routed(index: str, row: Row, speed_bps: int | None) -> InterfaceFact:
    """An IP interface of SR OS that IF-MIB does not show in this context: those of other VPRNs."""
    name, description = row.text(_ROUTER_NAME), row.text(_ROUTER_DESCRIPTION)
    return InterfaceFact(
        name=name or f"ifIndex {index}",
        admin_up=False,
        oper=OperState.UNKNOWN,
        speed_bps=speed_bps,
        mtu=row.number(_ROUTER_MTU),
        description=description,
        if_index=int(index) if index.isdecimal() else None,
        kind=_ROUTER_KINDS.get(row.number(_ROUTER_TYPE) or 0),
        label=description or name,
    )


def _fact(index: str, row: Row, extended: Row, routed: Row, alias: str | None) -> InterfaceFact:
    label = row.text(_DESCR)
    name = extended.text(_NAME) or label or routed.text(_ROUTER_NAME)
    label = label or name
    if name is None:
        row.problems.note("IF-MIB", "an interface has neither ifName nor ifDescr", index)
        name = f"ifIndex {index}"
    admin = _word(row, _ADMIN, _ADMIN_WORDS)
    status = _word(row, _OPER, _OPER_WORDS)
    return InterfaceFact(
        name=name,
        admin_up=admin == "up",
        oper=_STATES.get(status or "", OperState.UNKNOWN),
        speed_bps=_speed(row, extended),
        mtu=row.number(_MTU),
        mac=hardware_address(row.cells.get(_MAC)),
        description=extended.text(_ALIAS) or routed.text(_ROUTER_DESCRIPTION) or alias,
        if_index=int(index) if index.isdecimal() else None,
        kind=if_type(row.number(_TYPE)),
        admin=admin,
        status=status,
        label=label,
    )


def _word(row: Row, column: int, words: Mapping[int, str]) -> str | None:
    number = row.number(column)
    if number is None:
        return None
    if number not in words:
        row.problems.note(f"{row.mib} column {column}", "is no known state", number)
        return str(number)
    return words[number]


def _speed(row: Row, extended: Row) -> int | None:
    """ifHighSpeed counts millions of bits and is 0 below one; ifSpeed ends at 32 bits."""
    plain, high = row.number(_SPEED), extended.number(_HIGH_SPEED)
    if high is not None and high < 0:
        high = None
    if high and (plain is None or high * _MILLION > plain or plain >= 2**32 - 1):
        return high * _MILLION
    return plain if plain is not None and plain >= 0 else high


def _tell_doubles(tree: Tree, facts: list[InterfaceFact]) -> None:
    seen: set[str] = set()
    for fact in facts:
        if fact.name in seen:
            tree.problems.note("IF-MIB", "two interfaces have one name", fact.name)
        seen.add(fact.name)
