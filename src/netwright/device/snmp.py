"""SNMP v2c and v3 with one device, over gufo-snmp's sockets.

What the library leaves to its user is done here: each request has retries with a new request id, a walk has
a deadline, shrinks its requests when large answers get lost, and ends at an agent that goes in circles.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import TypeVar

from gufo.snmp import Aes128Key, Sha1Key, SnmpAuthError, SnmpError, User
from gufo.snmp.aio import SnmpSession

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint

RETRIES = 2
REPETITIONS = (40, 10, 2)
"""Rows asked for in one GETBULK; the next smaller one after every retry of the larger was lost (answers
beyond the path's MTU, weak agents)."""
OIDS_PER_GET = 40
"""Keeps a request and its answer inside one packet."""
MAX_ROWS = 1_000_000
TIME_WINDOW_S = 120.0
"""SNMPv3 clocks are asked for anew after this long (RFC 3414 allows 150 s)."""

_UPTIME = "1.3.6.1.2.1.1.3.0"

T = TypeVar("T")


class SnmpClient:
    """Requests to one agent, one after the other. The socket opens at the first request."""

    def __init__(self, endpoint: Endpoint, *, max_rows: int = MAX_ROWS) -> None:
        self._endpoint = endpoint
        self._max_rows = max_rows
        self._session: SnmpSession | None = None
        self._refreshed = 0.0
        self._repetitions = 0
        self._turn = asyncio.Lock()

    async def get(self, oids: Sequence[str]) -> Mapping[str, object]:
        """Values by OID; what the agent doesn't have is left out."""
        async with self._turn, self._deadline("get"):
            return await self._get(oids)

    async def walk(self, oid: str) -> Mapping[str, object]:
        """Everything below ``oid``, in the agent's order."""
        async with self._turn, self._deadline(f"walk of {oid}"):
            return await self._walk(oid)

    async def table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Row index -> column -> value. The first column is walked for the rows, the others are asked for
        by name, as many in a request as fit: half the values of a walk over the whole table."""
        async with self._turn, self._deadline(f"table {columns[0]}"):
            first = await self._walk(columns[0])
            start = len(columns[0]) + 1
            rows: dict[str, dict[str, object]] = {
                oid[start:]: {columns[0]: value} for oid, value in first.items()
            }
            cells = [(column, row) for row in rows for column in columns[1:]]
            values = await self._get([f"{column}.{row}" for column, row in cells])
        for column, row in cells:
            value = values.get(f"{column}.{row}")
            if value is not None:
                rows[row][column] = value
        return rows

    def close(self) -> None:
        self._session = None

    @property
    def _where(self) -> str:
        return f"{self._endpoint.host} port {self._endpoint.snmp_port}"

    def _deadline(self, what: str) -> _Deadline:
        return _Deadline(self._endpoint.timeouts.command_s, f"SNMP {what}", self._endpoint.device)

    async def _get(self, oids: Sequence[str]) -> dict[str, object]:
        session = await self._open()
        values: dict[str, object] = {}
        for start in range(0, len(oids), OIDS_PER_GET):
            chunk = [oid.lstrip(".") for oid in oids[start : start + OIDS_PER_GET]]
            answer = await self._ask(lambda chunk=chunk: session.get_many(chunk))  # type: ignore[misc]
            values.update((oid, value) for oid, value in answer.items() if value is not None)
        return values

    async def _walk(self, oid: str) -> dict[str, object]:
        root = oid.lstrip(".")
        session = await self._open()
        while True:
            try:
                return await self._walk_by(session, root, REPETITIONS[self._repetitions])
            except DeviceTimeoutError:
                if self._repetitions + 1 == len(REPETITIONS):
                    raise
                await self._ask(lambda: session.get_many([_UPTIME]))  # raises for an agent that is just dead
                self._repetitions += 1

    async def _walk_by(self, session: SnmpSession, root: str, repetitions: int) -> dict[str, object]:
        rows: dict[str, object] = {}
        step = session.getbulk(root, repetitions).__anext__
        lost = 0
        while True:
            try:
                oid, value = await step()
            except StopAsyncIteration:
                return rows
            except TimeoutError:
                lost += 1
                if lost > RETRIES:
                    raise self._silent() from None
                continue
            except (OSError, SnmpError) as error:
                raise self._fault(error) from None
            if oid in rows or len(rows) >= self._max_rows:
                raise self._endless(root, oid, len(rows))
            rows[oid] = value
            lost = 0

    async def _ask(self, request: Callable[[], Awaitable[T]]) -> T:
        """One request with its retries; each is a new request with a new id."""
        for _ in range(RETRIES + 1):
            try:
                return await request()
            except TimeoutError:
                continue
            except (OSError, SnmpError) as error:
                raise self._fault(error) from None
        raise self._silent()

    def _silent(self) -> DeviceTimeoutError:
        return DeviceTimeoutError(
            f"no SNMP answer from {self._where} to {RETRIES + 1} requests of"
            f" {self._endpoint.timeouts.snmp_s:g} s",
            subject=self._endpoint.device,
            remedy="Check the way there, that its agent runs, and the community or user.",
        )

    def _endless(self, root: str, oid: str, count: int) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the SNMP walk of {root} goes in circles or has no end (at {oid} after {count} values)",
            subject=self._endpoint.device,
            remedy="The agent is broken there; update it or leave that table out.",
        )

    def _fault(self, error: OSError | SnmpError) -> DeviceError:
        if isinstance(error, SnmpAuthError):
            return AuthenticationError(
                f"{self._where} refused SNMP user {self._endpoint.credentials.snmp_user} ({error})",
                subject=self._endpoint.device,
                remedy="Check the SNMPv3 user and its keys.",
            )
        if isinstance(error, OSError):
            return DeviceUnreachableError(
                f"no SNMP agent at {self._where} ({_words(error)})",
                subject=self._endpoint.device,
                remedy="Check its management address and that its agent runs.",
            )
        return UnparsedAnswerError(
            f"the SNMP answer from {self._where} could not be decoded ({type(error).__name__}: {error})",
            subject=self._endpoint.device,
            remedy="Check what answers there.",
        )

    async def _open(self) -> SnmpSession:
        if self._session is None:
            address = await self._address()
            try:
                session = self._connect(address)
            except DeviceError:
                raise
            except OSError as error:
                raise self._fault(error) from None
            await self._ask(session.refresh)
            self._session, self._refreshed = session, monotonic()
        elif monotonic() - self._refreshed > TIME_WINDOW_S:
            await self._ask(self._session.refresh)
            self._refreshed = monotonic()
        return self._session

    async def _address(self) -> str:
        """The library takes addresses only."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                self._endpoint.host, self._endpoint.snmp_port, type=socket.SOCK_DGRAM
            )
        except OSError as error:
            raise self._fault(error) from None
        return str(found[0][4][0])

    def _connect(self, host: str) -> SnmpSession:
        known, limit = self._endpoint.credentials, self._endpoint.timeouts.snmp_s
        port = self._endpoint.snmp_port
        if known.snmp_user is not None:
            user = User(
                known.snmp_user,
                auth_key=Sha1Key(known.snmp_auth.reveal().encode()) if known.snmp_auth else None,
                priv_key=Aes128Key(known.snmp_priv.reveal().encode()) if known.snmp_priv else None,
            )
            return SnmpSession(host, port, user=user, timeout=limit)
        if known.snmp_community is None:
            raise AuthenticationError(
                "no SNMP community and no SNMP user is stored for it",
                subject=self._endpoint.device,
                remedy="Store one with `netwright secret set`.",
            )
        return SnmpSession(host, port, community=known.snmp_community.reveal(), timeout=limit)


class _Deadline:
    """``asyncio.timeout`` whose error names the device. Lost requests have shorter limits of their own."""

    def __init__(self, limit_s: float, what: str, device: str) -> None:
        self._limit_s, self._what, self._device = limit_s, what, device
        self._timeout = asyncio.timeout(limit_s)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, None)
        except TimeoutError:
            raise DeviceTimeoutError(
                f"the {self._what} did not end within {self._limit_s:g} s",
                subject=self._device,
                remedy="Look at the device's load, or raise the command timeout.",
            ) from None


def _words(error: OSError) -> str:
    """The system's words; asyncio puts its own in their place."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
