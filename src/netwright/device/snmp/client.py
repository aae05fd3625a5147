"""SNMP v2c and v3 with one device: values, walks and tables, each within a deadline.

A walk shrinks its requests when large answers get lost, grows them where they come, and ends at an agent
that goes in circles. A table asks for several columns in one request once it knows how many rows there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint
from netwright.device.journal import Asked, Journal
from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, oid_of_text
from netwright.device.snmp.cells import CirclesError, Column, take
from netwright.device.snmp.deadline import Deadline
from netwright.device.snmp.exchange import Exchange
from netwright.device.snmp.fault import RETRIES, Faults
from netwright.device.snmp.message import TOO_BIG, Absent, Answer, Kind, pairs

REPETITIONS = (40, 10, 2)
"""Values asked for in one GETBULK; the next smaller one after every retry of the larger was lost (answers
beyond the path's MTU, weak agents)."""
MORE_REPETITIONS = 200
"""Tried, once and without retries, after a table that took several requests; kept where the answers come."""
REQUESTS_AT_ONCE = 4
"""To one agent, for columns of a table: a poll takes fewer round trips, and the agent has few to keep."""
OIDS_PER_GET = 40
"""Keeps a request inside one packet."""
MAX_ROWS = 1_000_000

_UPTIME = "1.3.6.1.2.1.1.3.0"

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk brought. ``fault``: why it ended before the table did."""

    values: Mapping[str, object]
    fault: str | None = None


class SnmpClient:
    """Requests to one agent, one after the other. The socket opens at the first request."""

    def __init__(self, endpoint: Endpoint, *, max_rows: int = MAX_ROWS) -> None:
        self._endpoint = endpoint
        self._exchange = Exchange(endpoint)
        self._faults = Faults(endpoint)
        self._max_rows = max_rows
        self._size = 0
        """Which of REPETITIONS is not too many."""
        self._grown: bool | None = None
        self._abreast = True
        self._rows: dict[str, int] = {}
        """Of tables, as last seen: they seldom change, and one request that fits is enough."""
        self._oids_per_get = OIDS_PER_GET
        self._turn = asyncio.Lock()
        self._journal: Journal | None = None

    async def get(self, oids: Sequence[str]) -> Mapping[str, object]:
        """Values by OID; what the agent doesn't have is left out."""
        async with self._turn, self._deadline("get"):
            return await self._get(oids)

    async def walk(self, oid: str) -> Mapping[str, object]:
        """Everything below ``oid``, in the agent's order."""
        column = Column.of(oid)
        async with self._turn, self._deadline(f"walk of {oid}"):
            await self._walk(column)
        return _named(column)

    async def read(self, oid: str) -> Walk:
        """``walk`` that keeps what it has when the agent fails in the middle, goes in circles or takes too
        long. Raises for an agent that is silent, or refuses us."""
        column = Column.of(oid)
        try:
            async with self._turn, self._deadline(f"walk of {oid}"):
                await self._walk(column)
        except (AuthenticationError, DeviceUnreachableError):
            raise
        except DeviceTimeoutError as error:
            if not column.cells and not await self._alive():
                raise
            return Walk(_named(column), error.what)
        except DeviceError as error:
            return Walk(_named(column), error.what)
        return Walk(_named(column))

    async def has(self, oid: str) -> bool:
        """Whether there is anything below ``oid``: one request for one value. An answer that can't be
        decoded is something."""
        column = Column.of(oid)
        async with self._turn, self._deadline(f"look at {oid}"):
            try:
                answer = await self._exchange.ask(Kind.GET_BULK, [column.prefix], 1)
                there = not answer.status and take(answer.bindings, [column]) > 0
            except (UnparsedAnswerError, BerError):
                return True
            self._note(column)
            return there

    async def table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Row index -> column -> value. The rows are those of the first column; the others are asked for
        side by side, as many as their rows fit into one answer."""
        async with self._turn, self._deadline(f"table {columns[0]}"):
            first = Column.of(columns[0])
            await self._walk(first, self._rows.get(first.name, 0))
            self._rows[first.name] = len(first.cells)
            rows: dict[bytes, dict[str, object]] = {
                end: {first.name: cell} for end, cell in first.cells.items()
            }
            if rows:
                last = next(reversed(rows))
                others = [Column.of(column, last) for column in columns[1:]]
                await self._beside(others, len(rows))
                for column in others:
                    column.spread(rows)
        return {text: rows[end] for end, text in first.indexes()}

    @property
    def is_open(self) -> bool:
        """Whether it has a socket, and knows the agent's engine where there is one."""
        return self._exchange.is_open

    def close(self) -> None:
        self._exchange.close()

    def _deadline(self, what: str) -> Deadline:
        return Deadline(self._endpoint.timeouts.command_s, f"SNMP {what}", self._endpoint.device)

    async def _alive(self) -> bool:
        try:
            async with self._turn, self._deadline("get"):
                await self._get([_UPTIME])
        except DeviceError:
            return False
        return True

    async def _get(self, oids: Sequence[str]) -> Values:
        """A request that is too much for the agent is halved, and smaller ones are made from then on; an
        object that it has an error for is left out."""
        values: Values = {}
        wanted = [oid_of_text(oid) for oid in oids]
        while wanted:
            chunk = wanted[: self._oids_per_get]
            answer = await self._exchange.ask(Kind.GET, chunk)
            if answer.status == TOO_BIG and len(chunk) > 1:
                self._oids_per_get = len(chunk) // 2
                continue
            if answer.status:
                if not 1 <= answer.index <= len(chunk):
                    raise self._faults.failed("the SNMP get", answer.word)
                del wanted[answer.index - 1]
                continue
            found = {_text(name): value for name, value in self._pairs(answer) if type(value) is not Absent}
            values |= found
            for name in chunk if self._endpoint.recorder is not None else ():
                oid = _text(name)
                self._tell(Asked(oid, False, {oid: found[oid]} if oid in found else {}))
            del wanted[: len(chunk)]
        return values

    def _pairs(self, answer: Answer) -> list[tuple[bytes, object]]:
        try:
            return pairs(answer.bindings)
        except BerError as error:
            raise self._faults.undecodable(error) from None

    def _note(self, column: Column) -> None:
        if self._endpoint.recorder is not None:
            self._tell(Asked(column.name, True, _named(column)))

    def _tell(self, asked: Asked) -> None:
        if self._journal is None:
            self._journal = self._endpoint.journal("snmp")
        if self._journal is not None:
            self._journal.note(asked)

    async def _walk(self, column: Column, expected: int = 0) -> None:
        """``expected``: how many cells there should be, so that not many more are asked for."""
        try:
            await self._walk_anew(column, expected)
        finally:
            self._note(column)

    async def _walk_anew(self, column: Column, expected: int) -> None:
        """By smaller steps when the larger ones get lost."""
        if self._grown:
            try:
                await self._walk_by([column], _fitted(MORE_REPETITIONS, expected), retries=0)
            except DeviceTimeoutError:
                self._grown = False
            else:
                return
        while True:
            column.clear()
            try:
                await self._walk_by([column], _fitted(REPETITIONS[self._size], expected))
            except DeviceTimeoutError:
                if self._size + 1 == len(REPETITIONS):
                    raise
                await self._get([_UPTIME])  # raises for an agent that is just dead
                self._size += 1
            else:
                if self._grown is None and not self._size and len(column.cells) > 2 * REPETITIONS[0]:
                    self._grown = True
                return

    async def _beside(self, columns: Sequence[Column], rows: int) -> None:
        """Columns of a table that has so many rows: as many in one request as fit, a few requests at once;
        column by column for an agent that can't answer that."""
        at_once = max(1, min(self._most // rows, OIDS_PER_GET))
        if not self._abreast:
            for column in columns:
                await self._walk(column, rows)
            return
        groups = [columns[start : start + at_once] for start in range(0, len(columns), at_once)]
        under_way = asyncio.Semaphore(REQUESTS_AT_ONCE)

        async def ask(group: Sequence[Column]) -> None:
            async with under_way:
                await self._walk_by(group, rows * len(group) if at_once > 1 else self._most, retries=1)

        outcomes = await asyncio.gather(*map(ask, groups), return_exceptions=True)
        for group, outcome in zip(groups, outcomes, strict=True):
            if isinstance(outcome, DeviceTimeoutError | UnparsedAnswerError):
                self._abreast = False
                for column in group:
                    column.clear()
                    await self._walk(column, rows)
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                for column in group:
                    self._note(column)

    @property
    def _most(self) -> int:
        """Values in one answer."""
        return MORE_REPETITIONS if self._grown or self._grown is None else REPETITIONS[self._size]

    async def _walk_by(self, columns: Sequence[Column], values: int, *, retries: int = RETRIES) -> None:
        going = list(columns)
        size = values
        while going:
            answer = await self._exchange.ask(
                Kind.GET_BULK,
                [column.at for column in going],
                max(1, size // len(going)),
                retries=retries,
            )
            if answer.status == TOO_BIG and size > len(going):
                size //= 2
                continue
            what = f"the SNMP walk of {going[0].name}"
            if answer.status:
                raise self._faults.failed(what, answer.word)
            try:
                came = take(answer.bindings, going)
            except BerError as error:
                raise self._faults.undecodable(error) from None
            except CirclesError as error:
                raise self._endless(going, error.name) from None
            if sum(len(column.cells) for column in going) > self._max_rows:
                raise self._endless(going, going[0].at)
            going = [column for column in going if not column.over] if came else []

    def _endless(self, columns: Sequence[Column], name: bytes) -> UnparsedAnswerError:
        count = sum(len(column.cells) for column in columns)
        return self._faults.endless(columns[0].name, _text(name), count)


def _fitted(repetitions: int, expected: int) -> int:
    """One request for all cells that are expected and the end behind them, where that is not far more."""
    return expected + 1 if expected and expected < 1.5 * repetitions else repetitions


def _text(name: bytes) -> str:
    return ".".join(map(str, ber.read_oid(name)))


def _named(column: Column) -> Values:
    """Cells by their whole OID."""
    start = column.name + "."
    return {start + index: column.cells[end] for end, index in column.indexes()}
