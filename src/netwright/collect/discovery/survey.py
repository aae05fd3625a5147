"""Goes through addresses: knocks, asks whoever answers, knows him again, keeps what he says.

Nothing is sent to an address that is not named, or outside of the ranges that a crawl may enter. There is one
outcome an address; each answer is kept in a short transaction of its own, so that a stop in the
middle keeps what was learnt.
"""

from __future__ import annotations

import asyncio
import enum
import ipaddress
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from netwright.base.address import Address
from netwright.base.clock import Clock
from netwright.base.errors import AuthenticationError
from netwright.collect.discovery.identity import Verdict
from netwright.collect.discovery.knock import Fingerprint, Knocker
from netwright.collect.discovery.known import Recognised, Register, sighting_of
from netwright.collect.discovery.naming import settle_name
from netwright.collect.discovery.ranges import Pace, Ranges
from netwright.collect.discovery.reading import Reader
from netwright.collect.intake import error_text, take_facts
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.fleet import attempt, for_each
from netwright.platforms.facts import DeviceFacts, NeighborFact
from netwright.store.database import Database

RANGE, LLDP = "range", "lldp"
MOST_FOUND = 100_000


class State(enum.StrEnum):
    """What became of an address."""

    SILENT = "silent"
    ANSWERS = "answers"
    """Somebody is there and does not say what it is."""
    REFUSED = "refused"
    """It does not accept our credentials."""
    FAILED = "failed"
    """It began to answer and did not end."""
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of one address. ``hop``: how many neighbours it is away from a seed."""

    address: str
    state: State
    heard: Fingerprint
    device: str = ""
    facts: DeviceFacts | None = None
    known: Recognised | None = None
    error: str = ""
    seconds: float = 0.0
    hop: int = 0

    @property
    def news(self) -> str:
        """What the record is: ``new``, or what it was known again by."""
        if self.known is None:
            return ""
        return "new" if self.known.new else _WORDS[self.known.verdict]


_WORDS = {
    Verdict.BY_BOTH: "known by serial and hardware address",
    Verdict.BY_SERIAL: "known by serial",
    Verdict.BY_HARDWARE: "known by hardware address",
    Verdict.OUTVOTED: "known by two marks of three",
    Verdict.BY_NAME: "known by name",
    Verdict.BY_ADDRESS: "known by address",
    Verdict.OTHER: "new",
}


@dataclass(frozen=True, slots=True)
class Beyond:
    """A neighbour that a crawl did not go to, and why."""

    device: str
    interface: str
    neighbor: str
    why: str


@dataclass(frozen=True, slots=True)
class Access:
    """How strangers are asked: with what, on which ports, and how long they are waited for."""

    credentials: Credentials
    ssh_port: int = 22
    snmp_port: int = 161
    wait_s: float = 1.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    netconf_port: int = 830
    gnmi_port: int = 9339
    http_port: int = 443

    def endpoint(self, address: str, *, knocking: bool) -> Endpoint:
        waits = replace(self.timeouts, snmp_s=self.wait_s / 3, command_s=self.wait_s * 2)
        return Endpoint(
            address,
            address,
            self.credentials,
            self.ssh_port,
            self.snmp_port,
            waits if knocking else self.timeouts,
            self.netconf_port,
            self.gnmi_port,
            self.http_port,
        )


@dataclass(frozen=True, slots=True)
class _Stop:
    """An address to go to."""

    device: str
    hop: int = 0


class Survey:
    """One run of discovery. ``rate``: addresses begun a second; ``concurrency``: under way at once."""

    def __init__(
        self,
        database: Database,
        knocker: Knocker,
        reader: Reader,
        access: Access,
        clock: Clock,
        *,
        rate: float = 100.0,
        concurrency: int = 64,
        deadline_s: float = 120.0,
    ) -> None:
        self._database = database
        self._knocker = knocker
        self._reader = reader
        self._access = access
        self._clock = clock
        self._pace = Pace(rate, clock.monotonic)
        self._concurrency = concurrency
        self._deadline_s = deadline_s
        self._began = clock.now()
        self.beyond: list[Beyond] = []

    async def addresses(self, addresses: Iterable[Address]) -> AsyncIterator[Found]:
        """Every one of these addresses."""
        async for found in self._go(_Stop(str(one)) for one in addresses):
            yield found

    async def crawl(self, seeds: Sequence[Address], within: Ranges, *, hops: int) -> AsyncIterator[Found]:
        """The seeds, their neighbours by LLDP, those neighbours' and so on: ``hops`` steps at most, to
        addresses inside ``within`` only, each once."""
        visited = {str(one) for one in seeds}
        level = [_Stop(str(one)) for one in seeds]
        for hop in range(hops + 1):
            heard: dict[str, None] = {}
            async for found in self._go(iter(level), LLDP):
                yield found
                if found.facts is not None:
                    last = hop == hops or len(visited) > MOST_FOUND
                    for address in self._next(found, within, last=last):
                        heard.setdefault(address)
            level = [_Stop(address, hop + 1) for address in heard if address not in visited]
            visited.update(heard)
            if not level:
                return

    def _next(self, found: Found, within: Ranges, *, last: bool) -> Iterator[str]:
        for neighbor in found.facts.neighbors if found.facts else ():
            address = _address_of(neighbor)
            if address is None:
                why = "it tells no management address"
            elif address not in within:
                why = f"{address} is outside of the ranges"
            elif last:
                why = "it is too many hops away"
            else:
                yield str(address)
                continue
            self.beyond.append(Beyond(found.device, neighbor.interface, neighbor.remote_device, why))

    async def _go(self, stops: Iterator[_Stop], way: str = RANGE) -> AsyncIterator[Found]:
        async def work(stop: _Stop) -> Found:
            return await self._visit(stop, way)

        hop = 0
        async for outcome in for_each(
            stops, work, concurrency=self._concurrency, deadline_s=self._deadline_s
        ):
            if outcome.value is not None:
                hop = outcome.value.hop
                yield replace(outcome.value, seconds=outcome.seconds)
            else:
                error = error_text(outcome.error)
                yield Found(
                    outcome.device, State.FAILED, Fingerprint(), error=error, seconds=outcome.seconds, hop=hop
                )

    async def _visit(self, stop: _Stop, way: str) -> Found:
        await self._pace.turn()
        address = stop.device
        heard = await self._knocker.knock(self._access.endpoint(address, knocking=True))
        if heard.silent:
            return Found(address, State.SILENT, heard, hop=stop.hop)
        endpoint = self._access.endpoint(address, knocking=False)
        answer = await attempt(
            endpoint, lambda one: self._reader.read(one, heard), deadline_s=self._deadline_s
        )
        if answer.value is None:
            state = State.FAILED if heard.snmp is not None else State.ANSWERS
            state = State.REFUSED if isinstance(answer.error, AuthenticationError) else state
            return Found(address, state, heard, error=error_text(answer.error), hop=stop.hop)
        facts, known, name = await asyncio.to_thread(self._keep, address, way, answer.value)
        return Found(address, State.FOUND, heard, name, facts, known, hop=stop.hop)

    def _keep(self, address: str, way: str, facts: DeviceFacts) -> tuple[DeviceFacts, Recognised, str]:
        seen = sighting_of(facts, address, way)
        with self._database.write() as session:
            found = Register(session, self._began).take(seen, self._clock.now())
            name = settle_name(session, found, seen, self._began)
            kept = replace(facts, device=name)
            take_facts(session, [kept])
        return kept, replace(found, device=name), name


def _address_of(neighbor: NeighborFact) -> Address | None:
    try:
        return ipaddress.ip_address((neighbor.remote_address or "").split("%")[0])
    except ValueError:
        return None
