"""IF-MIB (RFC 2863): interfaces and their counters. 64-bit counters where the agent has them."""

from __future__ import annotations

from collections.abc import Mapping

from netwright.device.session import Session
from netwright.platforms.facts import InterfaceFact, OperState
from netwright.platforms.snmp.values import mac, number, text

_IF, _IFX = "1.3.6.1.2.1.2.2.1.", "1.3.6.1.2.1.31.1.1.1."
_DESCR, _MTU, _SPEED, _MAC, _ADMIN, _OPER = (_IF + str(n) for n in (2, 4, 5, 6, 7, 8))
_IN_DISCARDS, _IN_ERRORS, _OUT_DISCARDS, _OUT_ERRORS = (_IF + str(n) for n in (13, 14, 19, 20))
_NAME, _IN_OCTETS, _OUT_OCTETS, _HIGH_SPEED, _ALIAS = (_IFX + str(n) for n in (1, 6, 10, 15, 18))
_IN_PACKETS = [_IFX + str(n) for n in (7, 8, 9)]  # unicast, multicast, broadcast
_OUT_PACKETS = [_IFX + str(n) for n in (11, 12, 13)]
_IN_OCTETS_32, _OUT_OCTETS_32 = _IF + "10", _IF + "16"

_COUNTERS = [
    _DESCR, _NAME, _ADMIN, _OPER, _IN_OCTETS, _OUT_OCTETS, *_IN_PACKETS, *_OUT_PACKETS,
    _IN_DISCARDS, _IN_ERRORS, _OUT_DISCARDS, _OUT_ERRORS,
]  # fmt: skip
_ALL = [*_COUNTERS, _MTU, _SPEED, _HIGH_SPEED, _MAC, _ALIAS]
_EVERY = [*_ALL, _IN_OCTETS_32, _OUT_OCTETS_32]
_DESCR_DOT = _DESCR + "."
_STATES = {1: OperState.UP, 2: OperState.DOWN, 6: OperState.DOWN, 7: OperState.DOWN}
_SPEED_IS_HIGH = 4_294_967_295

Row = Mapping[str, object]


async def read_interfaces(session: Session, *, counters_only: bool = False) -> tuple[InterfaceFact, ...]:
    """All interfaces. ``counters_only`` leaves out what seldom changes (speed, MTU, MAC, alias)."""
    table = await session.snmp_table(_COUNTERS if counters_only else _ALL)
    if table and not any(_IN_OCTETS in row for row in table.values()):
        narrow = await session.snmp_table([_DESCR, _IN_OCTETS_32, _OUT_OCTETS_32])
        table = {index: {**row, **narrow.get(index, {})} for index, row in table.items()}
    return tuple(fact for index, row in table.items() if (fact := _interface(index, row)) is not None)


def interfaces_in(values: Mapping[str, object]) -> tuple[InterfaceFact, ...]:
    """The same from walks of both whole tables; only the cells that count are looked at."""
    start = len(_DESCR) + 1
    rows = {
        index: {column: values.get(f"{column}.{index}") for column in _EVERY}
        for index in [name[start:] for name in values if name.startswith(_DESCR_DOT)]
    }
    return tuple(fact for index, row in rows.items() if (fact := _interface(index, row)) is not None)


def _interface(index: str, row: Row) -> InterfaceFact | None:
    name = text(row.get(_NAME)) or text(row.get(_DESCR))
    if name is None:
        return None
    return InterfaceFact(
        name=name,
        admin_up=row.get(_ADMIN) == 1,
        oper=_STATES.get(number(row.get(_OPER)) or 0, OperState.UNKNOWN),
        speed_bps=_speed(row),
        mtu=number(row.get(_MTU)),
        mac=mac(row.get(_MAC)),
        description=text(row.get(_ALIAS)),
        if_index=int(index),
        in_octets=_either(row, _IN_OCTETS, _IN_OCTETS_32),
        out_octets=_either(row, _OUT_OCTETS, _OUT_OCTETS_32),
        in_packets=_sum(row, _IN_PACKETS),
        out_packets=_sum(row, _OUT_PACKETS),
        in_errors=number(row.get(_IN_ERRORS)),
        out_errors=number(row.get(_OUT_ERRORS)),
        in_discards=number(row.get(_IN_DISCARDS)),
        out_discards=number(row.get(_OUT_DISCARDS)),
    )


def _speed(row: Row) -> int | None:
    """ifHighSpeed counts millions of bits and is 0 below one; ifSpeed ends at 32 bits."""
    high, plain = number(row.get(_HIGH_SPEED)), number(row.get(_SPEED))
    if high and (plain is None or plain >= _SPEED_IS_HIGH or high * 1_000_000 >= plain):
        return high * 1_000_000
    return plain or None


def _either(row: Row, wide: str, narrow: str) -> int | None:
    value = number(row.get(wide))
    return number(row.get(narrow)) if value is None else value


def _sum(row: Row, columns: list[str]) -> int | None:
    total: int | None = None
    for column in columns:
        value = row.get(column)
        if type(value) is int:
            total = value if total is None else total + value
    return total
