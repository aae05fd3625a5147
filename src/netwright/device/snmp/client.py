"""SNMP v2c and v3 with one device, over gufo-snmp's sockets: single values, walks and tables.

What the library leaves to its user is done here: each request has retries with a new request id, a walk has
a deadline, shrinks its requests when large answers get lost, and ends at an agent that goes in circles.
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
from netwright.device.snmp.association import Association
from netwright.device.snmp.deadline import Deadline
from netwright.device.snmp.lookup import UPTIME, Lookup
from netwright.device.snmp.walk import MAX_ROWS, Values, Walker

FEW_ROWS = 8
"""A table with fewer rows is asked for by the names of its cells: that takes fewer requests."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk brought. ``fault``: why it ended before the table did."""

    values: Mapping[str, object]
    fault: str | None = None


class SnmpClient:
    """Requests to one agent, one after the other. The socket opens at the first request."""

    def __init__(self, endpoint: Endpoint, *, max_rows: int = MAX_ROWS) -> None:
        self._endpoint = endpoint
        self._association = Association(endpoint)
        self._lookup = Lookup(self._association)
        self._walker = Walker(self._association, self._lookup, max_rows)
        self._turn = asyncio.Lock()

    async def get(self, oids: Sequence[str]) -> Mapping[str, object]:
        """Values by OID; what the agent doesn't have is left out."""
        async with self._turn, self._deadline("get"):
            return await self._lookup.values(oids)

    async def walk(self, oid: str) -> Mapping[str, object]:
        """Everything below ``oid``, in the agent's order."""
        rows: Values = {}
        async with self._turn, self._deadline(f"walk of {oid}"):
            await self._walker.walk(oid, rows)
        return rows

    async def read(self, oid: str) -> Walk:
        """``walk`` that keeps what it has when the agent fails in the middle, goes in circles or takes too
        long. Raises for an agent that is silent, or refuses us."""
        rows: Values = {}
        try:
            async with self._turn, self._deadline(f"walk of {oid}"):
                await self._walker.walk(oid, rows)
        except (AuthenticationError, DeviceUnreachableError):
            raise
        except DeviceTimeoutError as error:
            if not rows and not await self._alive():
                raise
            return Walk(rows, error.what)
        except DeviceError as error:
            return Walk(rows, error.what)
        return Walk(rows)

    async def has(self, oid: str) -> bool:
        """Whether there is anything below ``oid``: one request for one value. An answer that can't be
        decoded is something."""
        async with self._turn, self._deadline(f"look at {oid}"):
            try:
                return bool(await self._walker.first(oid))
            except UnparsedAnswerError:
                return True

    async def table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Row index -> column -> value. The first column is walked for the rows; the others are walked too,
        each in a request or two, where there are many rows, and asked for by name where there are few."""
        async with self._turn, self._deadline(f"table {columns[0]}"):
            first: Values = {}
            await self._walker.walk(columns[0], first)
            start = len(columns[0]) + 1
            rows: dict[str, dict[str, object]] = {
                oid[start:]: {columns[0]: value} for oid, value in first.items()
            }
            if len(rows) < FEW_ROWS:
                values = await self._lookup.values(
                    [f"{column}.{row}" for row in rows for column in columns[1:]]
                )
                for oid, value in values.items():
                    column = next(one for one in columns[1:] if oid.startswith(one + "."))
                    rows[oid[len(column) + 1 :]][column] = value
                return rows
            for column in columns[1:]:
                cells: Values = {}
                await self._walker.walk(column, cells, len(rows))
                start = len(column) + 1
                for oid, value in cells.items():
                    row = rows.get(oid[start:])
                    if row is not None:
                        row[column] = value
        return rows

    @property
    def is_open(self) -> bool:
        """Whether it has a socket, and knows the agent's engine where there is one."""
        return self._association.is_open

    def close(self) -> None:
        self._association.close()

    def _deadline(self, what: str) -> Deadline:
        return Deadline(self._endpoint.timeouts.command_s, f"SNMP {what}", self._endpoint.device)

    async def _alive(self) -> bool:
        try:
            async with self._turn, self._deadline("get"):
                await self._lookup.values([UPTIME])
        except DeviceError:
            return False
        return True
