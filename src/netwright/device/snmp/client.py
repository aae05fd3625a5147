"""SNMP v2c and v3 with one device, over gufo-snmp's sockets.

What the library leaves to its user is done here: each request has retries with a new request id, a walk has
a deadline, shrinks its requests when large answers get lost, and ends at an agent that goes in circles.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from gufo.snmp import SnmpAuthError, SnmpError
from gufo.snmp._fast import GetIter, SnmpV2cClientSocket, SnmpV3ClientSocket
from gufo.snmp.user import User
from gufo.snmp.utils import format_sock_addr

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint
from netwright.device.journal import Asked, Journal
from netwright.device.snmp.ber import BerError
from netwright.device.snmp.channel import Channel
from netwright.device.snmp.deadline import Deadline
from netwright.device.snmp.plain import Patience, RefusedError, get, rest
from netwright.device.snmp.refusal import Refusal, why_refused
from netwright.device.snmp.user import user

RETRIES = 2
REPETITIONS = (40, 10, 2)
"""Rows asked for in one GETBULK; the next smaller one after every retry of the larger was lost (answers
beyond the path's MTU, weak agents)."""
MORE_REPETITIONS = 100
"""Tried, once and without retries, after a table that took several requests; kept where the answers come."""
FEW_ROWS = 8
"""A table with fewer rows is asked for by the names of its cells: that takes fewer requests."""
OIDS_PER_GET = 40
"""Keeps a request and its answer inside one packet."""
MAX_ROWS = 1_000_000
TIME_WINDOW_S = 120.0
"""SNMPv3 clocks are asked for anew after this long (RFC 3414 allows 150 s)."""

_UPTIME = "1.3.6.1.2.1.1.3.0"
_BUFFER = 1 << 20

T = TypeVar("T")
Values = dict[str, object]


class _HiddenError(Exception):
    """An answer with an error status that the library took for the end of a table."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk brought. ``fault``: why it ended before the table did."""

    values: Mapping[str, object]
    fault: str | None = None


class SnmpClient:
    """Requests to one agent, one after the other. The socket opens at the first request."""

    def __init__(self, endpoint: Endpoint, *, max_rows: int = MAX_ROWS) -> None:
        self._endpoint = endpoint
        self._max_rows = max_rows
        self._host = ""
        self._socket: SnmpV2cClientSocket | SnmpV3ClientSocket | None = None
        self._channel: Channel | None = None
        self._user: User | None = None
        self._refreshed = 0.0
        self._repetitions = 0
        self._grown: bool | None = None
        self._oids_per_get = OIDS_PER_GET
        self._witness: bool | None = None
        self._turn = asyncio.Lock()
        self._journal: Journal | None = None

    async def get(self, oids: Sequence[str]) -> Mapping[str, object]:
        """Values by OID; what the agent doesn't have is left out."""
        async with self._turn, self._deadline("get"):
            return await self._get(oids)

    async def walk(self, oid: str) -> Mapping[str, object]:
        """Everything below ``oid``, in the agent's order."""
        rows: Values = {}
        async with self._turn, self._deadline(f"walk of {oid}"):
            await self._walk(oid, rows)
        return rows

    async def read(self, oid: str) -> Walk:
        """``walk`` that keeps what it has when the agent fails in the middle, goes in circles or takes too
        long. Raises for an agent that is silent, or refuses us."""
        rows: Values = {}
        try:
            async with self._turn, self._deadline(f"walk of {oid}"):
                await self._walk(oid, rows)
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
            here = await self._open()
            step = GetIter(oid.lstrip("."), 1)
            try:
                answer = await self._ask(lambda: here.send_get_bulk(step), lambda: _bulk(here, step))
            except UnparsedAnswerError:
                return True
            there = [pair for pair in answer if pair is not None]
            self._note(oid, below=True, found=dict(there))
            return bool(answer) and answer[0] is not None

    async def table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        """Row index -> column -> value. The first column is walked for the rows; the others are walked too,
        each in a request or two, where there are many rows, and asked for by name where there are few."""
        async with self._turn, self._deadline(f"table {columns[0]}"):
            first: Values = {}
            await self._walk(columns[0], first)
            start = len(columns[0]) + 1
            rows: dict[str, dict[str, object]] = {
                oid[start:]: {columns[0]: value} for oid, value in first.items()
            }
            if len(rows) < FEW_ROWS:
                values = await self._get([f"{column}.{row}" for row in rows for column in columns[1:]])
                for oid, value in values.items():
                    column = next(one for one in columns[1:] if oid.startswith(one + "."))
                    rows[oid[len(column) + 1 :]][column] = value
                return rows
            for column in columns[1:]:
                cells: Values = {}
                await self._walk(column, cells, len(rows))
                start = len(column) + 1
                for oid, value in cells.items():
                    row = rows.get(oid[start:])
                    if row is not None:
                        row[column] = value
        return rows

    @property
    def is_open(self) -> bool:
        """Whether it has a socket, and knows the agent's engine where there is one."""
        return self._socket is not None

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
        self._socket = self._channel = None

    @property
    def _where(self) -> str:
        return f"{self._endpoint.host} port {self._endpoint.snmp_port}"

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
        """An agent whose answer would be too big sends none of the values, and the library does not say
        so: an empty answer is looked into, and smaller requests are made from then on."""
        here = await self._open()
        values: Values = {}
        start = 0
        while start < len(oids):
            chunk = [oid.lstrip(".") for oid in oids[start : start + self._oids_per_get]]
            answer = await self._get_many(here, chunk)
            found = {oid: value for oid, value in answer.items() if value is not None}
            if not found and len(chunk) > 1 and await self._too_big(here, chunk):
                self._oids_per_get = max(1, len(chunk) // 2)
                continue
            values.update(found)
            if self._endpoint.recorder is not None:
                for oid in chunk:
                    self._note(oid, below=False, found={oid: found[oid]} if oid in found else {})
            start += len(chunk)
        return values

    def _note(self, oid: str, *, below: bool, found: Values) -> None:
        if self._journal is None:
            self._journal = self._endpoint.journal("snmp")
        if self._journal is not None:
            self._journal.note(Asked(oid.lstrip("."), below, found))

    async def _get_many(
        self, here: SnmpV2cClientSocket | SnmpV3ClientSocket, oids: list[str]
    ) -> Mapping[str, object]:
        try:
            return await self._ask(lambda: here.send_get_many(oids), here.recv_get_many)
        except UnparsedAnswerError:
            if self._user is not None or not oids:
                raise
        return await self._plainly(
            get(self._host, self._endpoint.snmp_port, self._community(), oids, self._patience)
        )

    async def _too_big(self, here: SnmpV2cClientSocket | SnmpV3ClientSocket, chunk: list[str]) -> bool:
        """True when the agent leaves out sysUpTime too in an answer to this many OIDs, which it has when
        it is asked for it alone."""
        if self._witness is None:
            self._witness = bool(await self._get_many(here, [_UPTIME]))
        return self._witness and not await self._get_many(here, [_UPTIME, *chunk[1:]])

    async def _walk(self, oid: str, rows: Values, expected: int = 0) -> None:
        """``expected``: how many rows there should be, so that not many more are asked for."""
        try:
            await self._walk_anew(oid.lstrip("."), rows, expected)
        finally:
            self._note(oid, below=True, found=rows)

    async def _walk_anew(self, root: str, rows: Values, expected: int) -> None:
        """By smaller steps when the larger ones get lost."""
        if self._grown:
            try:
                await self._walk_by(root, _fitted(MORE_REPETITIONS, expected), rows, retries=0)
            except (DeviceTimeoutError, _HiddenError):
                self._grown = False
            else:
                return
        while True:
            rows.clear()
            try:
                await self._walk_by(root, _fitted(REPETITIONS[self._repetitions], expected), rows)
            except DeviceTimeoutError:
                if self._repetitions + 1 == len(REPETITIONS):
                    raise
                await self._get([_UPTIME])  # raises for an agent that is just dead
                self._repetitions += 1
            except _HiddenError:
                if self._repetitions + 1 == len(REPETITIONS):
                    raise self._refuses(f"the SNMP walk of {root}", "an error") from None
                self._repetitions += 1
            else:
                if self._grown is None and not self._repetitions and len(rows) > 2 * REPETITIONS[0]:
                    self._grown = True
                return

    async def _walk_by(self, root: str, repetitions: int, rows: Values, *, retries: int = RETRIES) -> None:
        here = await self._open()
        step = GetIter(root, repetitions)
        last = root
        while True:
            try:
                answer = await self._ask(
                    lambda: here.send_get_bulk(step), lambda: _bulk(here, step), retries=retries
                )
            except UnparsedAnswerError:
                if self._user is not None:
                    raise
                await self._walk_plainly(root, last, repetitions, rows)
                return
            if not answer:  # the end of all that the agent has, or an error that the library hides
                if self._user is None:
                    await self._walk_plainly(root, last, repetitions, rows)
                elif await self._goes_on(here, root, last):
                    raise _HiddenError
                return
            over = answer[-1] is None
            found = [pair for pair in answer if pair is not None]
            before = len(rows)
            rows.update(found)
            if len(rows) < before + len(found) or len(rows) > self._max_rows:  # an OID that was there already
                raise self._endless(root, found[-1][0], len(rows))
            if over:
                return
            last = found[-1][0]

    async def _goes_on(self, here: SnmpV2cClientSocket | SnmpV3ClientSocket, root: str, last: str) -> bool:
        """Whether there is more behind ``last`` than the library's empty answer said (SNMPv3, where we can't
        look ourselves). Asked for what is below it, the library tells of anything behind it."""
        step = GetIter(last, 1)
        answer = await self._ask(lambda: here.send_get_bulk(step), lambda: _bulk(here, step))
        return bool(answer) and (last != root or answer[0] is not None)

    async def _walk_plainly(self, root: str, after: str, repetitions: int, rows: Values) -> None:
        """The rest of a walk with our own codec (v2c)."""
        more = rest(
            self._host, self._endpoint.snmp_port, self._community(), root, after, repetitions, self._patience
        )

        async def collect() -> None:
            async for oid, value in more:
                if len(rows) >= self._max_rows:
                    raise self._endless(root, oid, len(rows))
                rows[oid] = value

        try:
            await self._plainly(collect(), f"the SNMP walk of {root}")
        finally:
            await more.aclose()

    def _community(self) -> bytes:
        known = self._endpoint.credentials.snmp_community
        assert known is not None
        return known.reveal().encode()

    @property
    def _patience(self) -> Patience:
        return Patience(self._endpoint.timeouts.snmp_s, RETRIES)

    async def _plainly(self, asked: Awaitable[T], what: str = "the SNMP get") -> T:
        """What our own codec finds, its errors as ours."""
        try:
            return await asked
        except DeviceError:
            raise
        except TimeoutError:
            raise self._silent() from None
        except OSError as error:
            raise self._fault(error) from None
        except RefusedError as error:
            raise self._refuses(what, error) from None
        except BerError as error:
            raise self._undecodable(error) from None

    async def _ask(self, send: Callable[[], None], receive: Callable[[], T], *, retries: int = RETRIES) -> T:
        """One request with its retries; each is a new request with a new id."""
        assert self._channel is not None
        for _ in range(retries + 1):
            try:
                return await self._channel.ask(send, receive)
            except TimeoutError:
                continue
            except SnmpAuthError as error:
                raise await self._refused(error) from None
            except (OSError, SnmpError) as error:
                raise self._fault(error) from None
        if self._user is not None and retries:
            raise await self._unheard()
        raise self._silent()

    def _silent(self) -> DeviceTimeoutError:
        community = self._user is None
        return DeviceTimeoutError(
            f"no SNMP answer from {self._where} to {RETRIES + 1} requests of"
            f" {self._endpoint.timeouts.snmp_s:g} s",
            subject=self._endpoint.device,
            remedy="Check the way there, that its agent runs, and the community or user."
            + (" A community that an agent does not know gets silence too." if community else ""),
        )

    async def _unheard(self) -> DeviceError:
        """Silence to SNMPv3: of an agent that is not there, or that drops what it can't decrypt."""
        cause = await self._cause()
        if cause is Refusal.SILENT:
            return self._silent()
        if cause is Refusal.UNKNOWN_USER:
            return self._refusal(cause)
        return AuthenticationError(
            f"{self._where} knows SNMP user {self._endpoint.credentials.snmp_user} and says nothing to its"
            " messages",
            subject=self._endpoint.device,
            remedy="Check the privacy password and protocol: an agent drops what it can't decrypt.",
        )

    async def _refused(self, error: SnmpAuthError) -> AuthenticationError:
        cause = await self._cause()
        return self._refusal(cause if cause is not Refusal.SILENT else str(error))

    def _refusal(self, cause: str) -> AuthenticationError:
        known = self._endpoint.credentials
        return AuthenticationError(
            f"{self._where} refused SNMP user {known.snmp_user}: {cause}",
            subject=self._endpoint.device,
            remedy="Check the SNMPv3 user, its passwords and its protocols"
            f" (tried: {_level(self._endpoint)}).",
        )

    async def _cause(self) -> Refusal:
        known = self._endpoint
        return await why_refused(
            self._host, known.snmp_port, known.credentials.snmp_user or "", known.timeouts.snmp_s
        )

    def _refuses(self, what: str, error: object) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the agent ends {what} with {error}",
            subject=self._endpoint.device,
            remedy="The agent is broken there; update it or leave that table out.",
        )

    def _endless(self, root: str, oid: str, count: int) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the SNMP walk of {root} goes in circles or has no end (at {oid} after {count} values)",
            subject=self._endpoint.device,
            remedy="The agent is broken there; update it or leave that table out.",
        )

    def _fault(self, error: OSError | SnmpError) -> DeviceError:
        if isinstance(error, OSError):
            return DeviceUnreachableError(
                f"no SNMP agent at {self._where} ({_words(error)})",
                subject=self._endpoint.device,
                remedy="Check its management address and that its agent runs.",
            )
        return self._undecodable(error)

    def _undecodable(self, error: Exception) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the SNMP answer from {self._where} could not be decoded ({type(error).__name__}: {error})",
            subject=self._endpoint.device,
            remedy="Check what answers there.",
        )

    async def _open(self) -> SnmpV2cClientSocket | SnmpV3ClientSocket:
        if self._socket is None:
            self._host = await self._address()
            try:
                self._socket = self._connect()
            except DeviceError:
                raise
            except OSError as error:
                raise self._fault(error) from None
            self._channel = Channel(self._socket, self._endpoint.timeouts.snmp_s)
            await self._introduce(self._socket)
        elif self._user is not None and monotonic() - self._refreshed > TIME_WINDOW_S:
            await self._refresh(self._socket)
        return self._socket

    async def _introduce(self, here: SnmpV2cClientSocket | SnmpV3ClientSocket) -> None:
        """Of SNMPv3: the engine's id, then the user's keys made for it, then the engine's clock."""
        if self._user is None or isinstance(here, SnmpV2cClientSocket):
            return
        who = self._user
        try:
            await self._ask(here.send_refresh, here.recv_refresh)
            here.set_keys(
                who.name, who.get_auth_alg(), who.get_auth_key(), who.get_priv_alg(), who.get_priv_key()
            )
            if who.require_auth():
                await self._refresh(here)
        except DeviceError:
            self.close()
            raise

    async def _refresh(self, here: SnmpV2cClientSocket | SnmpV3ClientSocket) -> None:
        if isinstance(here, SnmpV3ClientSocket):
            await self._ask(here.send_refresh, here.recv_refresh)
            self._refreshed = monotonic()

    async def _address(self) -> str:
        """The library takes addresses only."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                self._endpoint.host, self._endpoint.snmp_port, type=socket.SOCK_DGRAM
            )
        except OSError as error:
            raise self._fault(error) from None
        return str(found[0][4][0])

    def _connect(self) -> SnmpV2cClientSocket | SnmpV3ClientSocket:
        known = self._endpoint.credentials
        where = format_sock_addr(self._host, self._endpoint.snmp_port)
        if known.snmp_user is not None:
            self._user = user(known, self._endpoint.device)
            nobody = User.default()
            return SnmpV3ClientSocket(
                where, b"", nobody.name, nobody.get_auth_alg(), nobody.get_auth_key(),
                nobody.get_priv_alg(), nobody.get_priv_key(), 0, 0, _BUFFER, 0,
            )  # fmt: skip
        if known.snmp_community is None:
            raise AuthenticationError(
                "no SNMP community and no SNMP user is stored for it",
                subject=self._endpoint.device,
                remedy="Store one with `netwright secret set`.",
            )
        return SnmpV2cClientSocket(where, known.snmp_community.reveal(), 0, 0, _BUFFER, 0)


def _fitted(repetitions: int, expected: int) -> int:
    """One request for all rows that are expected and the end behind them, where that is not far more."""
    return expected + 1 if expected and expected < 1.5 * repetitions else repetitions


def _bulk(here: SnmpV2cClientSocket | SnmpV3ClientSocket, step: GetIter) -> list[tuple[str, object] | None]:
    """The library says the end of all data, and any error status, by StopAsyncIteration."""
    try:
        return list(here.recv_get_bulk(step))
    except StopAsyncIteration:
        return []


def _level(endpoint: Endpoint) -> str:
    known = endpoint.credentials
    if known.snmp_auth is None:
        return "no authentication"
    words = f"{known.snmp_auth_protocol} authentication"
    return words + (
        f", {known.snmp_priv_protocol} privacy" if known.snmp_priv is not None else ", no privacy"
    )


def _words(error: OSError) -> str:
    """The system's words; asyncio puts its own in their place."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
