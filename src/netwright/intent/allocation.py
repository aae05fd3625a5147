"""The next free prefixes, addresses, numbers and names: first fit, in what the tables hold.

Call it inside the transaction that also writes what was allocated, behind the lock of merges
(``ChangeSets.commit(prepare=...)``): then nobody else can be given the same. What open change sets want
counts as taken too.

Prefixes are found by halving the pool: a half that holds nothing is free, one in which each slot is counted
is full, and neither is looked into. So a pool of many thousand links costs some counts along an index.
"""

from __future__ import annotations

import heapq
import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, func, select, type_coerce
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.base.errors import ConflictError, InputError
from netwright.store.delta import Delta, Op
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.proposal import ChangeSet, ChangeSetState

MOST = 1_000
"""Values given out in one call."""
_WALKED = 512
_BATCH = 2_000
_NUMBER = re.compile(r"\{n(?::0(\d))?\}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What to allocate: ``count`` values for one field of a kind.

    ``within`` and ``length``: a prefix, or with it an address, inside another prefix. ``lowest`` and
    ``highest``: a number. ``pattern``: a name with ``{n}`` or ``{n:02}`` in it, counted from ``lowest``.
    ``scope``: columns with plain values among which it is unique (the group of a VLAN, the routing table of a
    prefix)."""

    kind: Kind
    spec: FieldSpec
    count: int = 1
    within: address.Prefix | None = None
    length: int | None = None
    lowest: int | None = None
    highest: int | None = None
    pattern: str = ""
    scope: Mapping[str, Any] = field(default_factory=dict)


def allocate(session: Session, kinds: Kinds, wish: Wish) -> list[Any]:
    """Plain values that are free. Raises ConflictError when there are not enough of them, InputError for a
    wish that makes no sense."""
    if not 1 <= wish.count <= MOST:
        raise InputError(f"asks for {wish.count} values", subject="count", remedy=f"Ask for 1 to {MOST}.")
    promised = _promised(session, wish)
    free = islice(_free(session, kinds, wish, promised), wish.count)
    found = list(free)
    if len(found) < wish.count:
        where = str(wish.within) if wish.within else f"{wish.kind.name} {wish.spec.name}"
        raise ConflictError(
            f"has {len(found)} free, {wish.count} are wanted",
            subject=where,
            remedy="Use another pool, or enlarge it.",
        )
    return found


def _free(session: Session, kinds: Kinds, wish: Wish, promised: set[Any]) -> Iterator[Any]:
    spec = wish.spec
    if spec.type is FieldType.PREFIX:
        yield from map(str, free_prefixes(session, wish, promised))
    elif spec.type in {FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS}:
        within = _within(wish)
        hosts = {str(value).partition("/")[0] for value in promised}
        length = f"/{within.prefixlen}" if spec.type is FieldType.INTERFACE_ADDRESS else ""
        yield from (f"{host}{length}" for host in free_hosts(session, kinds, within) if host not in hosts)
    elif spec.type is FieldType.INTEGER:
        yield from free_numbers(session, wish, promised)
    elif spec.type is FieldType.TEXT:
        yield from free_names(session, wish, promised)
    else:
        raise InputError(f"field {spec.name} is {spec.type}: there is no next one", subject=wish.kind.name)


def free_prefixes(session: Session, wish: Wish, promised: Collection[str] = ()) -> Iterator[address.Prefix]:
    """Prefixes of the wanted length inside the pool that overlap with no other in it, lowest first."""
    within = _within(wish)
    length = within.max_prefixlen if wish.length is None else wish.length
    if not within.prefixlen <= length <= within.max_prefixlen:
        raise InputError(
            f"a prefix of length {length} does not fit into {within}",
            subject="length",
            remedy=f"Ask for {within.prefixlen + 1} to {within.max_prefixlen}.",
        )
    taken = [ipaddress.ip_network(text) for text in promised]
    for block in _Pool(session, wish, length).free(within):
        for one in block.subnets(new_prefix=length) if block.prefixlen < length else (block,):
            if not any(one.version == other.version and one.overlaps(other) for other in taken):
                yield one


class _Pool:
    """What lies inside a prefix, asked for by ranges of keys."""

    def __init__(self, session: Session, wish: Wish, length: int) -> None:
        self._session = session
        self._table = wish.kind.table
        self._key = type_coerce(self._table.c[wish.spec.column], LargeBinary)
        self._pool = _within(wish)
        self._length = length
        self._scope = _scope(wish)

    def free(self, block: address.Prefix) -> Iterator[address.Prefix]:
        """Free blocks, each at least as large as wanted."""
        if block != self._pool and self._count(self._key == address.key(block)):
            return
        inside = self._inside(block)
        count = self._count(inside)
        if count == 0:
            yield block
            return
        if block.prefixlen >= self._length:
            return
        slots = 1 << (self._length - block.prefixlen)
        if (
            count >= slots
            and self._count(inside, func.substr(self._key, 18, 1) == bytes([self._length])) == slots
        ):
            return
        if count <= _WALKED:
            yield from self._walk(block)
            return
        for half in block.subnets():
            yield from self.free(half)

    def _inside(self, block: address.Prefix) -> ColumnElement[bool]:
        """Longer prefixes in a block."""
        low, high = address.key(block), address.span(block)[1]
        return (self._key > low) & (self._key <= high)

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        return (
            self._session.scalar(
                select(func.count()).select_from(self._table).where(*conditions, *self._scope)
            )
            or 0
        )

    def _walk(self, block: address.Prefix) -> Iterator[address.Prefix]:
        query = select(self._key).where(self._inside(block), *self._scope).order_by(self._key)
        size = 1 << (block.max_prefixlen - self._length)
        make = type(block)
        at, end = int(block.network_address), int(block.broadcast_address) + 1
        for key in [*self._session.scalars(query), None]:
            start = end if key is None else int.from_bytes(key[1:17], "big")
            while at + size <= start:
                yield make((at, self._length))
                at += size
            if key is not None:
                behind = start + (1 << (block.max_prefixlen - key[17]))
                at = max(at, -(-behind // size) * size)


def free_hosts(session: Session, kinds: Kinds, within: address.Prefix) -> Iterator[str]:
    """Addresses in a prefix that no field of any object has, lowest first. The network's own and broadcast
    addresses are left out where they mean that (RFC 3021, RFC 6164)."""
    first, last = int(within.network_address), int(within.broadcast_address)
    if within.max_prefixlen - within.prefixlen > 1:
        first += 1
        last -= 1 if within.version == 4 else 0
    make = ipaddress.IPv4Address if within.version == 4 else ipaddress.IPv6Address
    columns = [
        kind.table.c[spec.column]
        for kind in kinds.values()
        for spec in kind.fields
        if spec.type in {FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS}
    ]
    at = first
    for used in heapq.merge(*(_hosts(session, column, within) for column in columns)):
        while at < used and at <= last:
            yield str(make(at))
            at += 1
        at = max(at, used + 1)
    while at <= last:
        yield str(make(at))
        at += 1


def _hosts(session: Session, column: ColumnElement[Any], within: address.Prefix) -> Iterator[int]:
    key = type_coerce(column, LargeBinary)
    low, high = address.span(within)
    while True:
        query = select(key).where(key.between(low, high)).order_by(key).limit(_BATCH)
        keys = session.scalars(query).all()
        yield from (int.from_bytes(one[1:17], "big") for one in keys)
        if len(keys) < _BATCH:
            return
        low = keys[-1][:17] + b"\xff"  # beyond all lengths of the last address


def free_numbers(session: Session, wish: Wish, promised: Collection[int] = ()) -> Iterator[int]:
    """Numbers between two that no object of the scope has, lowest first."""
    if wish.lowest is None or wish.highest is None or wish.lowest > wish.highest:
        raise InputError(
            "a range is missing", subject=f"{wish.kind.name} {wish.spec.name}", remedy="Give from and to."
        )
    column = wish.kind.table.c[wish.spec.column]
    query = select(column).where(column.between(wish.lowest, wish.highest), *_scope(wish)).order_by(column)
    at = wish.lowest
    with session.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for (used,) in rows:
            yield from (number for number in range(at, used) if number not in promised)
            at = max(at, used + 1)
    yield from (number for number in range(at, wish.highest + 1) if number not in promised)


def free_names(session: Session, wish: Wish, promised: Collection[str] = ()) -> Iterator[str]:
    """Names by a pattern that no object of the scope has."""
    mark = _NUMBER.search(wish.pattern)
    if mark is None:
        raise InputError(
            f"the pattern {wish.pattern!r} has no place for a number",
            subject=f"{wish.kind.name} {wish.spec.name}",
            remedy="Write {n}, or {n:02} for leading zeros, where the number goes.",
        )
    head, tail, width = wish.pattern[: mark.start()], wish.pattern[mark.end() :], int(mark[1] or 0)
    column = wish.kind.table.c[wish.spec.column]
    query = select(column).where(func.substr(column, 1, len(head)) == head, *_scope(wish))
    used = {*session.scalars(query), *promised}
    start = 1 if wish.lowest is None else wish.lowest
    highest = start + len(used) + MOST if wish.highest is None else wish.highest
    for number in range(start, highest + 1):
        name = f"{head}{number:0{width}}{tail}"
        if name not in used:
            yield name


def _scope(wish: Wish) -> list[ColumnElement[bool]]:
    table = wish.kind.table
    return [
        table.c[column].is_(None) if value is None else table.c[column] == value
        for column, value in wish.scope.items()
    ]


def _within(wish: Wish) -> address.Prefix:
    if wish.within is None:
        raise InputError(
            "a pool is missing",
            subject=f"{wish.kind.name} {wish.spec.name}",
            remedy="Say within which prefix.",
        )
    return wish.within


def _promised(session: Session, wish: Wish) -> set[Any]:
    """Values that open change sets want to write into the field."""
    query = (
        select(Delta.after)
        .join(ChangeSet, ChangeSet.id == Delta.changeset_id)
        .where(ChangeSet.state == ChangeSetState.OPEN, Delta.kind == wish.kind.name, Delta.op != Op.DELETE)
    )
    values = (doc.get(wish.spec.column) for (doc,) in session.execute(query) if doc)
    return {value for value in values if value is not None}
