"""Fill: servers copy titles from each other and from the origin over HTTP, told so over SSH.

A title crosses the long way once for each site: the first server of a site fetches from the nearest holder,
the others from it. Bytes count only when their SHA-256 is the catalogue's; they are written under another
name and renamed, so that a half copy is never served.
"""

from __future__ import annotations

import asyncio
import shlex
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from netwright.base.clock import Clock
from netwright.base.errors import DeviceError, UnparsedAnswerError
from netwright.cdn.geography import distance_km
from netwright.cdn.network import ContentNetwork, ContentServer, read_network
from netwright.cdn.plan import forget
from netwright.cdn.records import Holding, HoldingState, Title
from netwright.device.session import Session
from netwright.inventory.device import DeviceRole
from netwright.store.database import Database

_SLOWEST_BPS = 8_000_000  # a copy slower than this is given up, so that each has a deadline
_PER_SERVER = 2


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy to make: ``title`` to ``server`` from ``source``."""

    server: ContentServer
    source: ContentServer
    title: Title


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What became of one copy or removal. ``bytes`` 0 for a removal."""

    device: str
    title_id: str
    source: str
    bytes: int
    error: str = ""


SessionOpener = Callable[[str], Session]
"""Opens a session with the device of this name."""


class Filler:
    """Carries out the planned holdings. Start it again after a crash: what was under way is done again."""

    def __init__(self, database: Database, open_session: SessionOpener, clock: Clock) -> None:
        self._database = database
        self._open = open_session
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_PER_SERVER))

    async def run(self) -> AsyncIterator[CopyResult]:
        """Remove what is to go, then copy round by round until nothing is left that can be copied."""
        try:
            async for result in self._evict():
                yield result
            failed: set[tuple[str, str]] = set()
            while copies := self._next_round(failed):
                for task in asyncio.as_completed([self._copy(copy) for copy in copies]):
                    result = await task
                    if result.error:
                        failed.add((result.device, result.title_id))
                    yield result
        finally:
            for session in self._sessions.values():
                await session.close()
            self._sessions.clear()

    def _session(self, device: str) -> Session:
        if device not in self._sessions:
            self._sessions[device] = self._open(device)
        return self._sessions[device]

    async def _evict(self) -> AsyncIterator[CopyResult]:
        with self._database.read() as session:
            network = read_network(session)
            rows = session.execute(
                select(Holding.device, Title)
                .join(Title, Title.id == Holding.title_id)
                .where(Holding.state == HoldingState.EVICTING)
                .order_by(Holding.device, Title.id)
            ).all()
        for device, title in rows:
            server = network.server(device)
            error = ""
            if server is not None:
                try:
                    await self._session(device).run(f"sudo rm -f {shlex.quote(_file(server, title))}")
                except DeviceError as caught:
                    error = str(caught)
            if not error:
                with self._database.write() as write:
                    forget(write, device, title.id)
            yield CopyResult(device, title.id, "", 0, error)

    def _next_round(self, failed: set[tuple[str, str]]) -> list[Copy]:
        with self._database.read() as session:
            network = read_network(session)
            titles = {title.id: title for title in session.scalars(select(Title))}
            holders: dict[str, set[str]] = defaultdict(set)
            waiting: list[tuple[str, str]] = []
            for holding in session.scalars(select(Holding).order_by(Holding.title_id, Holding.device)):
                if holding.state is HoldingState.HELD:
                    holders[holding.title_id].add(holding.device)
                elif holding.state is not HoldingState.EVICTING:
                    waiting.append((holding.device, holding.title_id))
        due = [pair for pair in waiting if pair not in failed and pair[1] in titles]
        return plan_round(network, titles, due, holders)

    async def _copy(self, copy: Copy) -> CopyResult:
        device, title = copy.server.device, copy.title
        async with self._slots[device], self._slots[f"from {copy.source.device}"]:
            self._mark(copy, HoldingState.FILLING)
            try:
                await _fetch(self._session(device), copy)
            except DeviceError as error:
                self._mark(copy, HoldingState.FAILED, str(error))
                return CopyResult(device, title.id, copy.source.device, 0, str(error))
            self._mark(copy, HoldingState.HELD)
            return CopyResult(device, title.id, copy.source.device, title.size_bytes)

    def _mark(self, copy: Copy, state: HoldingState, error: str = "") -> None:
        with self._database.write() as session:
            holding = session.get(Holding, (copy.server.device, copy.title.id))
            if holding is None:
                return
            holding.state, holding.source, holding.error = state, copy.source.device, error
            if state is HoldingState.HELD:
                holding.verified_at = self._clock.now()


def plan_round(
    network: ContentNetwork,
    titles: Mapping[str, Title],
    waiting: list[tuple[str, str]],
    holders: Mapping[str, set[str]],
) -> list[Copy]:
    """Copies to start now, each from its nearest holder; a server waits while another of its site fetches the
    same title from farther away, and then takes it from there."""
    origins = {server.device for server in network.servers if server.role is DeviceRole.ORIGIN}
    fetching: set[tuple[str, str]] = set()
    copies: list[Copy] = []
    for device, title_id in waiting:
        server = network.server(device)
        sources = [
            source
            for name in sorted((holders.get(title_id, set()) | origins) - {device})
            if (source := network.server(name)) is not None
        ]
        if server is None or not sources:
            continue
        source = min(sources, key=lambda s: (_distance(network, server, s), s.role is DeviceRole.ORIGIN))
        if source.site != server.site:
            if (server.site, title_id) in fetching:
                continue
            fetching.add((server.site, title_id))
        copies.append(Copy(server, source, titles[title_id]))
    return copies


async def verify(session: Session, server: ContentServer, titles: list[Title]) -> dict[str, bool]:
    """Whether the bytes on the server have the catalogue's hashes, by title."""
    files = {_file(server, title): title for title in titles}
    if not files:
        return {}
    reply = await session.run(
        "sha256sum -- " + " ".join(shlex.quote(file) for file in files), check=False, timeout_s=300
    )
    found = dict(_parse_sums(reply.output))
    return {title.id: found.get(file) == title.sha256 for file, title in files.items()}


async def _fetch(session: Session, copy: Copy) -> None:
    server, title = copy.server, copy.title
    file = _file(server, title)
    part = f"{file}.part"
    seconds = int(10 + title.size_bytes * 8 / _SLOWEST_BPS)
    await session.run(f"sudo mkdir -p {shlex.quote(file.rsplit('/', 1)[0])}")
    await session.run(
        f"sudo curl -fsS --connect-timeout 5 --max-time {seconds} "
        f"-o {shlex.quote(part)} {shlex.quote(copy.source.url(title.path))}",
        timeout_s=seconds + 10,
    )
    sums = dict(_parse_sums((await session.run(f"sha256sum -- {shlex.quote(part)}", timeout_s=60)).output))
    if sums.get(part) != title.sha256:
        await session.run(f"sudo rm -f {shlex.quote(part)}")
        raise UnparsedAnswerError(
            f"the bytes of {title.id} from {copy.source.device} have another hash than the catalogue",
            subject=server.device,
            remedy=f"Check the copy with `netwright cdn verify {copy.source.device}`.",
        )
    await session.run(f"sudo mv -f {shlex.quote(part)} {shlex.quote(file)}")


def _parse_sums(output: str) -> list[tuple[str, str]]:
    """(file, hash) from the output of sha256sum."""
    pairs = (line.split("  ", 1) for line in output.splitlines() if "  " in line)
    return [(name.strip(), digest.strip()) for digest, name in pairs]


def _file(server: ContentServer, title: Title) -> str:
    return f"{server.content_root.rstrip('/')}/{title.path}"


def _distance(network: ContentNetwork, a: ContentServer, b: ContentServer) -> float:
    return 0.0 if a.site == b.site else distance_km(network.places[a.site], network.places[b.site])
