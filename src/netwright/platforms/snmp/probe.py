"""Everything that any agent tells, in one pass: what to ask for, asked for, read.

Two steps: the system group says who the device is, and with it which of its vendor's tables are worth
asking for. A table that is not there costs one request. What fails is told in ``unparsed``, never dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from netwright.base.errors import AuthenticationError, DeviceError
from netwright.device.snmp import Walk
from netwright.platforms.facts import ComponentFact, DeviceFacts, System
from netwright.platforms.snmp import (
    addresses,
    bridging,
    busy,
    chassis,
    host,
    interfaces,
    measured,
    neighbors,
    physical,
    readings,
    resolved,
    sessions,
    vendors,
)
from netwright.platforms.snmp.tree import Problems, Query, Tree
from netwright.platforms.snmp.values import oid

SOURCE = "snmp"
_DESCR, _OBJECT, _UPTIME, _NAME = (f"1.3.6.1.2.1.1.{n}.0" for n in (1, 2, 3, 5))
_ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"
_SYSTEM = (_DESCR, _OBJECT, _UPTIME, _NAME, _ENGINE_TIME)
_OTHER_SCALARS = (sessions.LOCAL_AS, *host.SCALARS)
_STANDARD = (
    *interfaces.QUERIES,
    *addresses.QUERIES,
    *physical.QUERIES,
    *readings.QUERIES,
    *neighbors.QUERIES,
    sessions.BGP4.query,
    *host.QUERIES,
    *bridging.QUERIES,
    *resolved.QUERIES,
)
_OF_VENDOR: Mapping[int, tuple[Query, ...]] = {
    9: (addresses.CISCO_QUERY, *readings.CISCO_QUERIES, neighbors.CDP_QUERY, resolved.CISCO_QUERY),
    6527: (*interfaces.NOKIA_QUERIES, neighbors.NOKIA_QUERY),
    30065: readings.ARISTA_QUERIES,
}


class Agent(Protocol):
    """What a probe asks of an SNMP agent."""

    async def get(self, oids: Sequence[str]) -> Mapping[str, object]: ...

    async def has(self, oid: str) -> bool:
        """Whether there is anything below ``oid``."""
        ...

    async def read(self, oid: str) -> Walk:
        """All below ``oid`` that could be had. Raises only for an agent that has gone silent."""
        ...


@dataclass(frozen=True, slots=True)
class _Who:
    """Who the agent says it is, and what that makes of it."""

    descr: str
    object_id: str | None
    system: vendors.System

    @property
    def enterprise(self) -> int:
        return vendors.enterprise(self.object_id) or 0

    @property
    def peers(self) -> tuple[sessions.PeerTable, ...]:
        return sessions.VENDOR_TABLES.get(self.enterprise, ())

    def queries(self) -> Iterator[Query]:
        yield from _STANDARD
        yield from _OF_VENDOR.get(self.enterprise, ())
        yield from (table.query for table in self.peers)
        yield from chassis.queries(self.enterprise)
        yield from measured.queries(self.enterprise)
        yield from busy.queries(self.enterprise, self.object_id)
        yield from bridging.queries(self.enterprise)
        if self.system.alias is not None:
            yield self.system.alias.query
        for source in self.system.sources():
            yield from source.queries()
        yield from bridging.MAC_QUERIES  # the longest, so that all else is there when time is up

    def scalars(self) -> list[str]:
        own = (source.get for source in self.system.sources() if source.get)
        return list(dict.fromkeys((*_OTHER_SCALARS, *own)))


async def probe(
    agent: Agent, device: str, now: float, *, limit_s: float = 120.0, system: vendors.System | None = None
) -> DeviceFacts:
    """The facts of the device at the other end. ``device``: what to call it until it says its name;
    ``system``: what it runs, where a person knows better than the data.

    After ``limit_s`` it gives what it has. Raises DeviceError when nothing answers at all."""
    problems = Problems()
    tree = Tree(problems)
    tree.scalars.update(await agent.get(_SYSTEM))
    object_id, descr = _object_id(tree), tree.text(_DESCR) or ""
    who = _Who(descr, object_id, system or vendors.vendors().system(descr, object_id))
    try:
        async with asyncio.timeout(limit_s):
            tree.scalars.update(await agent.get(who.scalars()))
            await _ask(agent, tree, who.queries())
    except AuthenticationError:
        raise
    except TimeoutError as error:  # of an agent that has died, or ours
        what = error.what if isinstance(error, DeviceError) else f"not finished within {limit_s:g} s"
        problems.note(SOURCE, f"{what}; what comes after is missing")
    except DeviceError as error:
        problems.note(SOURCE, f"{error.what}; what comes after is missing")
    return _facts(tree, who, device, now)


def _object_id(tree: Tree) -> str | None:
    value = tree.scalars.get(_OBJECT)
    if value is None:
        return None
    found = oid(value)
    if found is None:
        tree.problems.note("SNMPv2-MIB sysObjectID", "is no object identifier", value)
    return found


async def _ask(agent: Agent, tree: Tree, queries: Iterable[Query]) -> None:
    for query in queries:
        if not await agent.has(query.entry):
            continue
        for column in query.columns:
            answer = await agent.read(f"{query.entry}.{column}")
            tree.add(query, column, answer.values)
            if answer.fault is not None:
                tree.problems.note(f"{query.mib} column {column}", f"not read whole ({answer.fault})")


def _facts(tree: Tree, who: _Who, device: str, now: float) -> DeviceFacts:
    alias = who.system.alias
    ports = interfaces.interfaces(tree, alias.read(tree) if alias is not None else None)
    names = interfaces.names(ports)
    other_names = interfaces.other_names(ports)
    identity = vendors.identify(who.system, who.descr, tree)
    return DeviceFacts(
        device=device,
        platform=identity.os or SOURCE,
        observed_at=now,
        system=System(
            hostname=tree.text(_NAME) or "",
            vendor=identity.vendor,
            model=identity.model,
            serial=identity.serial,
            os=identity.os,
            os_version=identity.version,
            uptime_s=_uptime(tree),
            sys_descr=tree.text(_DESCR),
            sys_object_id=who.object_id,
        ),
        interfaces=ports,
        addresses=addresses.addresses(tree, names),
        components=_components(tree, who, other_names),
        sensors=(*readings.readings(tree), *measured.measured(tree, who.enterprise, names)),
        neighbors=neighbors.neighbors(tree, names),
        bgp_sessions=sessions.sessions(tree, who.peers),
        transceivers=(
            *physical.transceivers(tree, names),
            *chassis.transceivers(tree, who.enterprise, other_names),
        ),
        lags=bridging.lags(tree, ports),
        vlans=bridging.vlans(tree, who.enterprise, names),
        arp=resolved.resolved(tree, names),
        macs=bridging.macs(tree, names),
        load=busy.load(tree, who.enterprise, who.object_id),
        sources=(SOURCE,),
        unparsed=tree.problems.lines(),
    )


def _components(tree: Tree, who: _Who, ports: Mapping[str, str]) -> tuple[ComponentFact, ...]:
    """ENTITY-MIB's, then what only the vendor's own tables tell."""
    found = physical.components(tree, chassis.models(tree, who.enterprise))
    serials = {part.serial for part in found} - {None}
    own = chassis.parts(tree, who.enterprise, ports)
    return (*found, *(part for part in own if part.serial not in serials))


def _uptime(tree: Tree) -> float | None:
    """The agent's time since it started; snmpEngineTime where sysUpTime's 32 bits of hundredths have run
    over (497 days)."""
    ticks, engine = tree.number(_UPTIME), tree.number(_ENGINE_TIME)
    if engine is not None and engine > 2**32 / 100 and (ticks is None or engine > ticks / 100 + 60):
        return float(engine)
    return None if ticks is None else ticks / 100
