"""Walks by GETBULK: in larger steps where the answers come, in smaller ones where they get lost."""

from __future__ import annotations

from gufo.snmp._fast import GetIter

from netwright.base.errors import DeviceTimeoutError, UnparsedAnswerError
from netwright.device.snmp.association import RETRIES, AgentSocket, Association
from netwright.device.snmp.lookup import UPTIME, Lookup
from netwright.device.snmp.plain import rest

REPETITIONS = (40, 10, 2)
"""Rows asked for in one GETBULK; the next smaller one after every retry of the larger was lost (answers
beyond the path's MTU, weak agents)."""
MORE_REPETITIONS = 100
"""Tried, once and without retries, after a table that took several requests; kept where the answers come."""
MAX_ROWS = 1_000_000

Values = dict[str, object]


class _HiddenError(Exception):
    """An answer with an error status that the library took for the end of a table."""


class Walker:
    """What an agent's answers taught about the steps to take holds for its later walks. A walk ends at an
    agent that goes in circles, and at more than ``max_rows``."""

    def __init__(self, association: Association, lookup: Lookup, max_rows: int) -> None:
        self._association, self._lookup, self._max_rows = association, lookup, max_rows
        self._repetitions = 0
        self._grown: bool | None = None

    async def walk(self, root: str, rows: Values, expected: int = 0) -> None:
        """Everything below ``root`` into ``rows``, which keeps what came before a failure. ``expected``: how
        many rows there should be, so that not many more are asked for."""
        root = root.lstrip(".")
        try:
            await self._anew(root, rows, expected)
        finally:
            self._association.note(root, below=True, found=rows)

    async def first(self, root: str) -> Values:
        """What one request for one value below ``root`` brings. Raises UnparsedAnswerError for an answer that
        can't be decoded, which is something."""
        root = root.lstrip(".")
        answer = await self._association.ask_bulk(await self._association.open(), GetIter(root, 1))
        found = dict(pair for pair in answer if pair is not None)
        self._association.note(root, below=True, found=found)
        return found

    async def _anew(self, root: str, rows: Values, expected: int) -> None:
        """By smaller steps when the larger ones get lost."""
        if self._grown:
            try:
                await self._by(root, _fitted(MORE_REPETITIONS, expected), rows, retries=0)
            except (DeviceTimeoutError, _HiddenError):
                self._grown = False
            else:
                return
        while True:
            rows.clear()
            try:
                await self._by(root, _fitted(REPETITIONS[self._repetitions], expected), rows)
            except DeviceTimeoutError:
                if self._repetitions + 1 == len(REPETITIONS):
                    raise
                await self._lookup.values([UPTIME])  # raises for an agent that is just dead
                self._repetitions += 1
            except _HiddenError:
                if self._repetitions + 1 == len(REPETITIONS):
                    raise self._association.faults.ended(f"the SNMP walk of {root}", "an error") from None
                self._repetitions += 1
            else:
                if self._grown is None and not self._repetitions and len(rows) > 2 * REPETITIONS[0]:
                    self._grown = True
                return

    async def _by(self, root: str, repetitions: int, rows: Values, *, retries: int = RETRIES) -> None:
        way = self._association
        here = await way.open()
        step = GetIter(root, repetitions)
        last = root
        while True:
            try:
                answer = await way.ask_bulk(here, step, retries=retries)
            except UnparsedAnswerError:
                if way.is_v3:
                    raise
                await self._plainly(root, last, repetitions, rows)
                return
            if not answer:  # the end of all that the agent has, or an error that the library hides
                if not way.is_v3:
                    await self._plainly(root, last, repetitions, rows)
                elif await self._goes_on(here, root, last):
                    raise _HiddenError
                return
            over = answer[-1] is None
            found = [pair for pair in answer if pair is not None]
            before = len(rows)
            rows.update(found)
            if len(rows) < before + len(found) or len(rows) > self._max_rows:  # an OID that was there already
                raise way.faults.endless(root, found[-1][0], len(rows))
            if over:
                return
            last = found[-1][0]

    async def _goes_on(self, here: AgentSocket, root: str, last: str) -> bool:
        """Whether there is more behind ``last`` than the library's empty answer said (SNMPv3, where we can't
        look ourselves). Asked for what is below it, the library tells of anything behind it."""
        answer = await self._association.ask_bulk(here, GetIter(last, 1))
        return bool(answer) and (last != root or answer[0] is not None)

    async def _plainly(self, root: str, after: str, repetitions: int, rows: Values) -> None:
        """The rest of a walk with our own codec (v2c)."""
        way = self._association
        more = rest(
            way.host, way.endpoint.snmp_port, way.community, root, after, repetitions, way.patience
        )  # fmt: skip

        async def collect() -> None:
            async for oid, value in more:
                if len(rows) >= self._max_rows:
                    raise way.faults.endless(root, oid, len(rows))
                rows[oid] = value

        try:
            await way.plainly(collect(), f"the SNMP walk of {root}")
        finally:
            await more.aclose()


def _fitted(repetitions: int, expected: int) -> int:
    """One request for all rows that are expected and the end behind them, where that is not far more."""
    return expected + 1 if expected and expected < 1.5 * repetitions else repetitions
