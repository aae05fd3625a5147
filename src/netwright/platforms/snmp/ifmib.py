"""IF-MIB (RFC 2863): interfaces and their counters. 64-bit counters where the agent has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
_DESCR_DOT = _DESCR + "."
_STATES = {1: OperState.UP, 2: OperState.DOWN, 6: OperState.DOWN, 7: OperState.DOWN}
_SPEED_IS_HIGH = 4_294_967_295


async def read_interfaces(session: Session, *, counters_only: bool = False) -> tuple[InterfaceFact, ...]:
    """All interfaces. ``counters_only`` leaves out what seldom changes (speed, MTU, MAC, alias)."""
    table = await session.snmp_table(_COUNTERS if counters_only else _ALL)
    if table and not any(_IN_OCTETS in row for row in table.values()):
        narrow = await session.snmp_table([_DESCR, _IN_OCTETS_32, _OUT_OCTETS_32])
        table = {index: {**row, **narrow.get(index, {})} for index, row in table.items()}
    return tuple(fact for index, row in table.items() if (fact := _interface(index, row.get)) is not None)


def interfaces_in(values: Mapping[str, object]) -> tuple[InterfaceFact, ...]:
    """The same from walks of both whole tables; only the cells that count are looked at."""
    start, cell = len(_DESCR), values.get
    ends = [name[start:] for name in values if name.startswith(_DESCR_DOT)]
    return tuple(fact for end in ends if (fact := _interface(end[1:], cell, end)) is not None)


def _interface(index: str, cell: Callable[[str], object], end: str = "") -> InterfaceFact | None:
    """``cell``: what stands in a column, whose OID ``end`` is put behind."""
    name = text(cell(_NAME + end)) or text(cell(_DESCR + end))
    if name is None:
        return None
    return InterfaceFact(
        name=name,
        admin_up=cell(_ADMIN + end) == 1,
        oper=_STATES.get(number(cell(_OPER + end)) or 0, OperState.UNKNOWN),
        speed_bps=_speed(number(cell(_HIGH_SPEED + end)), number(cell(_SPEED + end))),
        mtu=number(cell(_MTU + end)),
        mac=mac(cell(_MAC + end)),
        description=text(cell(_ALIAS + end)),
        if_index=int(index),
        in_octets=_either(number(cell(_IN_OCTETS + end)), cell, _IN_OCTETS_32 + end),
        out_octets=_either(number(cell(_OUT_OCTETS + end)), cell, _OUT_OCTETS_32 + end),
        in_packets=_sum([cell(column + end) for column in _IN_PACKETS]),
        out_packets=_sum([cell(column + end) for column in _OUT_PACKETS]),
        in_errors=number(cell(_IN_ERRORS + end)),
        out_errors=number(cell(_OUT_ERRORS + end)),
        in_discards=number(cell(_IN_DISCARDS + end)),
        out_discards=number(cell(_OUT_DISCARDS + end)),
    )


def _speed(high: int | None, plain: int | None) -> int | None:
    """ifHighSpeed counts millions of bits and is 0 below one; ifSpeed ends at 32 bits."""
    if high and (plain is None or plain >= _SPEED_IS_HIGH or high * 1_000_000 >= plain):
        return high * 1_000_000
    return plain or None


def _either(wide: int | None, cell: Callable[[str], object], narrow: str) -> int | None:
    return number(cell(narrow)) if wide is None else wide


def _sum(values: list[object]) -> int | None:
    numbers = [value for value in values if type(value) is int]
    return sum(numbers) if numbers else None
