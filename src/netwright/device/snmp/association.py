"""The way to one agent: a socket of the library that opens at the first request, SNMPv3's introduction, each
request with its retries, and what failed as an error of ours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import TypeAlias, TypeVar

from gufo.snmp import SnmpAuthError, SnmpError
from gufo.snmp._fast import GetIter, SnmpV2cClientSocket, SnmpV3ClientSocket
from gufo.snmp.user import User
from gufo.snmp.utils import format_sock_addr

from netwright.base.errors import AuthenticationError, DeviceError
from netwright.device.endpoint import Endpoint
from netwright.device.journal import Asked, Journal
from netwright.device.snmp.ber import BerError
from netwright.device.snmp.channel import Channel
from netwright.device.snmp.fault import Faults
from netwright.device.snmp.plain import Patience, RefusedError
from netwright.device.snmp.refusal import Refusal, why_refused
from netwright.device.snmp.user import user

RETRIES = 2
TIME_WINDOW_S = 120.0
"""SNMPv3 clocks are asked for anew after this long (RFC 3414 allows 150 s)."""

_BUFFER = 1 << 20

AgentSocket: TypeAlias = SnmpV2cClientSocket | SnmpV3ClientSocket
T = TypeVar("T")


class Association:
    """One agent, one request at a time."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.faults = Faults(endpoint)
        self.host = ""
        """The address, once it is open."""
        self._socket: AgentSocket | None = None
        self._channel: Channel | None = None
        self._user: User | None = None
        self._refreshed = 0.0
        self._journal: Journal | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    @property
    def is_v3(self) -> bool:
        """Whether it speaks as a user. Our own codec has no keys, so only v2c can be asked with it."""
        return self._user is not None

    @property
    def community(self) -> bytes:
        known = self.endpoint.credentials.snmp_community
        assert known is not None
        return known.reveal().encode()

    @property
    def patience(self) -> Patience:
        return Patience(self.endpoint.timeouts.snmp_s, RETRIES)

    async def open(self) -> AgentSocket:
        """The socket; SNMPv3's clock is asked for anew where its window ends."""
        if self._socket is None:
            self.host = await self._address()
            try:
                self._socket = self._connect()
            except DeviceError:
                raise
            except OSError as error:
                raise self.faults.of(error) from None
            self._channel = Channel(self._socket, self.endpoint.timeouts.snmp_s)
            await self._introduce(self._socket)
        elif self._user is not None and monotonic() - self._refreshed > TIME_WINDOW_S:
            await self._refresh(self._socket)
        return self._socket

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
        self._socket = self._channel = None

    async def ask(self, send: Callable[[], None], receive: Callable[[], T], *, retries: int = RETRIES) -> T:
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
                raise self.faults.of(error) from None
        if self._user is not None and retries:
            raise await self._unheard()
        raise self._silent()

    async def ask_bulk(
        self, here: AgentSocket, step: GetIter, *, retries: int = RETRIES
    ) -> list[tuple[str, object] | None]:
        """One GETBULK. None behind the pairs: the subtree is over. Of an empty answer see ``bulk``."""
        return await self.ask(lambda: here.send_get_bulk(step), lambda: bulk(here, step), retries=retries)

    async def plainly(self, asked: Awaitable[T], what: str = "the SNMP get") -> T:
        """What our own codec finds, its errors as ours."""
        try:
            return await asked
        except DeviceError:
            raise
        except TimeoutError:
            raise self._silent() from None
        except OSError as error:
            raise self.faults.of(error) from None
        except RefusedError as error:
            raise self.faults.ended(what, error) from None
        except BerError as error:
            raise self.faults.undecodable(error) from None

    def note(self, oid: str, *, below: bool, found: Mapping[str, object]) -> None:
        """What was asked for and came, where the session is recorded."""
        if self._journal is None:
            self._journal = self.endpoint.journal("snmp")
        if self._journal is not None:
            self._journal.note(Asked(oid.lstrip("."), below, found))

    def _silent(self) -> DeviceError:
        return self.faults.silent(RETRIES + 1)

    async def _unheard(self) -> DeviceError:
        """Silence to SNMPv3: of an agent that is not there, or that drops what it can't decrypt."""
        cause = await self._cause()
        if cause is Refusal.SILENT:
            return self._silent()
        return self.faults.refusal(cause) if cause is Refusal.UNKNOWN_USER else self.faults.undecipherable()

    async def _refused(self, error: SnmpAuthError) -> AuthenticationError:
        cause = await self._cause()
        return self.faults.refusal(cause if cause is not Refusal.SILENT else str(error))

    async def _cause(self) -> Refusal:
        known = self.endpoint
        return await why_refused(
            self.host, known.snmp_port, known.credentials.snmp_user or "", known.timeouts.snmp_s
        )

    async def _introduce(self, here: AgentSocket) -> None:
        """Of SNMPv3: the engine's id, then the user's keys made for it, then the engine's clock."""
        if self._user is None or isinstance(here, SnmpV2cClientSocket):
            return
        who = self._user
        try:
            await self.ask(here.send_refresh, here.recv_refresh)
            here.set_keys(
                who.name, who.get_auth_alg(), who.get_auth_key(), who.get_priv_alg(), who.get_priv_key()
            )
            if who.require_auth():
                await self._refresh(here)
        except DeviceError:
            self.close()
            raise

    async def _refresh(self, here: AgentSocket) -> None:
        if isinstance(here, SnmpV3ClientSocket):
            await self.ask(here.send_refresh, here.recv_refresh)
            self._refreshed = monotonic()

    async def _address(self) -> str:
        """The library takes addresses only."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                self.endpoint.host, self.endpoint.snmp_port, type=socket.SOCK_DGRAM
            )
        except OSError as error:
            raise self.faults.of(error) from None
        return str(found[0][4][0])

    def _connect(self) -> AgentSocket:
        known = self.endpoint.credentials
        where = format_sock_addr(self.host, self.endpoint.snmp_port)
        if known.snmp_user is not None:
            self._user = user(known, self.endpoint.device)
            nobody = User.default()
            return SnmpV3ClientSocket(
                where, b"", nobody.name, nobody.get_auth_alg(), nobody.get_auth_key(),
                nobody.get_priv_alg(), nobody.get_priv_key(), 0, 0, _BUFFER, 0,
            )  # fmt: skip
        if known.snmp_community is None:
            raise self.faults.nobody()
        return SnmpV2cClientSocket(where, known.snmp_community.reveal(), 0, 0, _BUFFER, 0)


def bulk(here: AgentSocket, step: GetIter) -> list[tuple[str, object] | None]:
    """An answer to GETBULK. The library says the end of all data, and any error status, by
    StopAsyncIteration: both are an empty list."""
    try:
        return list(here.recv_get_bulk(step))
    except StopAsyncIteration:
        return []
