"""Giving out from pools: the same asker gets the same value again, a new one the first that is free.

A pool is asked for by its purpose. Of the pools with that purpose the one that is for the narrowest place
(site, region, region above, anywhere) comes first, and the next when it is full. What is free is looked for
in the tables from the lowest on, so values that people use without asking a pool are never given out; what
open change sets hold back counts as taken too.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.base.errors import ConflictError, InputError, NotFoundError
from netwright.intent.allocation import Wish, free_hosts, free_names, free_numbers, free_prefixes
from netwright.inventory import Allocation, Pool, Prefix, Region, Site
from netwright.inventory.addressing import PrefixRole
from netwright.inventory.design import PoolType
from netwright.store.delta import Delta, Op
from netwright.store.history import chunks
from netwright.store.kind import FieldType, Kinds
from netwright.store.proposal import ChangeSet, ChangeSetState

_FIRST, _MOST = 8, 1024
"""Candidates that are looked at together, growing."""
_FAR = 1_000


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: an instance (``key`` while it has no id yet) and where it is, for the pools' reach."""

    label: str
    instance_id: int | None = None
    region: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A value given out. ``id``: its allocation, None for a new one."""

    id: int | None
    pool_id: int
    identifier: str
    value: str

    @property
    def prefix(self) -> str | None:
        """The value, when it is a prefix or an address."""
        return None if _prefix(self.value) is None else self.value


class Pools:
    """The pools as one transaction sees them. Values given stay given for the life of this object."""

    def __init__(self, session: Session, kinds: Kinds) -> None:
        self._session = session
        self._kinds = kinds
        self._pools: dict[tuple[PoolType, str], list[Pool]] = defaultdict(list)
        for pool in session.scalars(select(Pool).order_by(Pool.name)):
            self._pools[pool.pool_type, pool.purpose].append(pool)
        sites = {pool.site_id for pools in self._pools.values() for pool in pools} - {None}
        names = session.execute(select(Site.id, Site.name).where(Site.id.in_(sites))) if sites else ()
        self._sites: dict[int, str] = {row[0]: row[1] for row in names}
        self._by_id = {pool.id: pool for pools in self._pools.values() for pool in pools}
        self._regions: dict[str, list[int]] | None = None
        self._sources: dict[tuple[int, int | None], Iterator[str]] = {}
        self._held: dict[str, dict[tuple[PoolType, str, str], Grant]] = defaultdict(dict)
        self._used: dict[str, dict[tuple[PoolType, str, str], Grant]] = defaultdict(dict)
        self._spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._promised = self._waiting()

    def hold(self, instances: Mapping[int, str]) -> None:
        """Remember what instances (id -> label) have been given before."""
        for part in chunks(instances, 500):
            query = select(Allocation).where(Allocation.design_instance_id.in_(part))
            for one in self._session.scalars(query):
                label = instances[one.design_instance_id or 0]
                pool = self._by_id[one.pool_id]
                path = "/".join(one.identifier.split("/")[2:])
                self._held[label][pool.pool_type, pool.purpose, path] = Grant(
                    one.id, one.pool_id, one.identifier, one.value
                )

    def give(
        self, asker: Asker, pool_type: PoolType, purpose: str, path: str, length: int | None = None
    ) -> str:
        """The value for ``path`` of the asker. Raises NotFoundError without a pool, ConflictError when all
        are full."""
        key = (pool_type, purpose, path)
        known = self._used[asker.label].get(key) or self._held[asker.label].get(key)
        if known is not None and self._fits(known, length):
            self._used[asker.label][key] = known
            return known.value
        pools = self._reaching(asker, pool_type, purpose)
        for pool in pools:
            value = next(self._source(pool, length), None)
            if value is not None:
                grant = Grant(None, pool.id, f"{asker.label}/{path}", value)
                self._used[asker.label][key] = grant
                return value
        raise ConflictError(
            "has nothing free" + (f" of length {length}" if length else ""),
            subject=f"pool {', '.join(pool.name for pool in pools)}",
            remedy="Enlarge it, or make another pool of the same purpose.",
        )

    def outcome(self, label: str) -> tuple[list[Grant], list[Grant]]:
        """What an asker was newly given, and what it had and did not ask for again."""
        used = self._used[label]
        given = [grant for grant in used.values() if grant.id is None]
        kept = {grant.id for grant in used.values()}
        return given, [grant for grant in self._held[label].values() if grant.id not in kept]

    def _fits(self, grant: Grant, length: int | None) -> bool:
        return length is None or "/" not in grant.value or grant.value.endswith(f"/{length}")

    def _reaching(self, asker: Asker, pool_type: PoolType, purpose: str) -> list[Pool]:
        pools = self._pools.get((pool_type, purpose), [])
        above = self._above(asker.region)
        ranked = [
            (rank, pool.name, pool) for pool in pools if (rank := self._rank(pool, above, asker)) < _FAR
        ]
        if not ranked:
            where = f" for region {asker.region}" if pools and asker.region else ""
            raise NotFoundError(
                f"there is no {pool_type} pool of purpose {purpose!r}{where}",
                remedy="Make one (kind pool); see docs/howto/pools.md.",
            )
        return [pool for _, _, pool in sorted(ranked, key=lambda one: one[:2])]

    def _rank(self, pool: Pool, above: list[int], asker: Asker) -> int:
        """How far from the asker a pool's place is: 0 its site; ``_FAR``: not its."""
        if pool.site_id is not None:
            return 0 if asker.site == self._sites[pool.site_id] else _FAR
        if pool.region_id is None:
            return _FAR - 1
        return 1 + above.index(pool.region_id) if pool.region_id in above else _FAR

    def _above(self, region: str | None) -> list[int]:
        """Ids of a region and those above it, from the inside."""
        if region is None:
            return []
        if self._regions is None:
            rows = self._session.execute(select(Region.id, Region.name, Region.parent_id)).all()
            parents = {row.id: row.parent_id for row in rows}
            self._regions = {row.name: _chain(row.id, parents) for row in rows}
        return self._regions.get(region, [])

    def _source(self, pool: Pool, length: int | None) -> Iterator[str]:
        length = length or pool.length
        key = (pool.id, length)
        if key not in self._sources:
            self._sources[key] = self._candidates(pool, length)
        return self._sources[key]

    def _candidates(self, pool: Pool, length: int | None) -> Iterator[str]:
        """Free values of a pool, lowest first, each once."""
        if pool.pool_type is PoolType.PREFIX:
            return self._prefixes(pool, length)
        if pool.pool_type is PoolType.ADDRESS:
            return self._addresses(pool)
        return self._plain(pool)

    def _prefixes(self, pool: Pool, length: int | None) -> Iterator[str]:
        source = _source_of(pool)
        if length is None:
            raise InputError("gives no length", subject=f"pool {pool.name}", remedy="Set its length.")
        allocation = self._kinds["allocation"]
        wish = Wish(allocation, allocation.field("prefix"), within=source, length=length)
        for one in self._vetted(free_prefixes(self._session, wish), source, hosts=False):
            if self._reserve(pool.id, one):
                yield str(one)

    def _addresses(self, pool: Pool) -> Iterator[str]:
        source = _source_of(pool)
        hosts = map(ipaddress.ip_network, free_hosts(self._session, self._kinds, source))
        for one in self._vetted(hosts, source, hosts=True):
            if self._reserve(pool.id, one):
                yield str(one.network_address)

    def _plain(self, pool: Pool) -> Iterator[str]:
        """Numbers and names: none that an object has, none that is allocated."""
        if pool.pool_type is PoolType.NAME:
            kind = self._kinds["allocation"]
            lowest = 1 if pool.lowest is None else pool.lowest
            wish = Wish(
                kind,
                kind.field("value"),
                lowest=lowest,
                highest=pool.highest,
                pattern=pool.pattern,
                scope={"pool_id": pool.id},
            )
            found: Iterator[Any] = free_names(self._session, wish)
        else:
            vlan = pool.pool_type is PoolType.VLAN
            kind = self._kinds["vlan" if vlan else "asn"]
            scope = {"vlan_group_id": pool.vlan_group_id} if vlan else {}
            wish = Wish(kind, kind.field("number"), lowest=pool.lowest, highest=pool.highest, scope=scope)
            found = free_numbers(self._session, wish)
        texts = map(str, found)
        size = _FIRST
        while part := list(islice(texts, size)):
            query = select(Allocation.value).where(Allocation.pool_id == pool.id, Allocation.value.in_(part))
            taken = {*self._session.scalars(query), *self._promised}
            yield from (one for one in part if one not in taken)
            size = min(2 * size, _MOST)

    def _vetted(
        self, candidates: Iterable[address.Prefix], source: address.Prefix, *, hosts: bool
    ) -> Iterator[address.Prefix]:
        """Candidates in which nothing lies and which lie in nothing inside the source."""
        candidates = iter(candidates)
        size = _FIRST
        while part := list(islice(candidates, size)):
            taken = self._taken(part, source, hosts=hosts)
            yield from (one for one in part if not _overlaps(taken, one))
            size = min(2 * size, _MOST)

    def _taken(
        self, part: list[address.Prefix], source: address.Prefix, *, hosts: bool
    ) -> list[tuple[int, int]]:
        """Spans, sorted, that are in use between the first and the last of ``part``."""
        low, high = address.span(part[0])[0], address.span(part[-1])[1]
        wider = {key for one in part for key in _between(one, source)}
        columns: list[tuple[Any, Any]] = [(Allocation.prefix, None)]
        if not hosts:
            columns.append((Prefix.prefix, Prefix.role != PrefixRole.CONTAINER))
        found: list[tuple[int, int]] = []
        for column, condition in columns:
            raw = type_coerce(column, LargeBinary)
            inside = select(raw).where(raw.between(low, high))
            queries = [inside, *(select(raw).where(raw.in_(keys)) for keys in chunks(wider, 500))]
            for query in queries:
                wanted = query if condition is None else query.where(condition)
                found.extend(_span(key) for key in self._session.scalars(wanted))
        if not hosts:
            found.extend(self._hosts(low, high))
        found.extend(_span(address.key(one)) for text in self._promised if (one := _prefix(text)) is not None)
        return sorted(set(found))

    def _hosts(self, low: bytes, high: bytes) -> Iterator[tuple[int, int]]:
        """Single addresses that any object has between two keys."""
        for kind in self._kinds.values():
            for spec in kind.fields:
                if spec.type in (FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS):
                    raw = type_coerce(kind.table.c[spec.column], LargeBinary)
                    for key in self._session.scalars(select(raw).where(raw.between(low, high))):
                        number = int.from_bytes(key[1:17], "big")
                        yield number, number

    def _reserve(self, pool_id: int, one: address.Prefix) -> bool:
        """Mark as given by this object; False when it overlaps with what it gave before."""
        spans = self._spans[pool_id]
        if _overlaps(spans, one):
            return False
        insort(spans, (int(one.network_address), int(one.broadcast_address)))
        return True

    def _waiting(self) -> Collection[str]:
        """Values that open change sets allocate."""
        query = (
            select(Delta.after)
            .join(ChangeSet, ChangeSet.id == Delta.changeset_id)
            .where(ChangeSet.state == ChangeSetState.OPEN, Delta.kind == "allocation", Delta.op == Op.CREATE)
        )
        return {str(doc["value"]) for (doc,) in self._session.execute(query) if doc}


def _chain(region: int, parents: Mapping[int, int | None]) -> list[int]:
    found: list[int] = []
    at: int | None = region
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def _source_of(pool: Pool) -> address.Prefix:
    if pool.source is None:
        raise InputError("has no source", subject=f"pool {pool.name}", remedy="Set the prefix it gives from.")
    return pool.source


def _between(one: address.Prefix, source: address.Prefix) -> Iterator[bytes]:
    """Keys of the prefixes that hold ``one`` and lie inside ``source``, the two left out."""
    number, bits = int(one.network_address), one.max_prefixlen
    head = bytes([one.version])
    for length in range(one.prefixlen - 1, source.prefixlen, -1):
        start = number >> (bits - length) << (bits - length)
        yield head + start.to_bytes(16, "big") + bytes([length])


def _span(key: bytes) -> tuple[int, int]:
    start = int.from_bytes(key[1:17], "big")
    bits = 32 if key[0] == 4 else 128
    return start, start + (1 << (bits - key[17])) - 1


def _prefix(text: str) -> address.Prefix | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _overlaps(spans: list[tuple[int, int]], one: address.Prefix) -> bool:
    low, high = int(one.network_address), int(one.broadcast_address)
    at = bisect_left(spans, (low, -1))
    if at < len(spans) and spans[at][0] <= high:
        return True
    return at > 0 and spans[at - 1][1] >= low
