"""A request to an agent and its answer, with retries, over a line that opens when it is first needed.

With SNMPv3 the agent's engine and clock are asked for first, and again when the agent has started anew.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence

from netwright.device.endpoint import Endpoint
from netwright.device.snmp.ber import BerError
from netwright.device.snmp.envelope import Community, Envelope
from netwright.device.snmp.fault import RETRIES, Faults
from netwright.device.snmp.line import Line
from netwright.device.snmp.message import Answer, Kind, request
from netwright.device.snmp.refusal import why_refused
from netwright.device.snmp.user import user
from netwright.device.snmp.usm import Report, ReportedError, Usm

_LAST_NUMBER = 2**31 - 1
_RENEWALS = 2
"""How often in one request an agent may say that its clock or its engine is another."""


class Exchange:
    """With one agent. The first request opens the line; after it there may be several at once."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._faults = Faults(endpoint)
        self._line: Line | None = None
        self._envelope: Envelope | None = None
        self._address = ""
        self._number = 0

    @property
    def is_open(self) -> bool:
        """Whether it has a socket, and knows the agent's engine where there is one."""
        return self._line is not None and (not isinstance(self._envelope, Usm) or self._envelope.known)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = self._envelope = None

    async def ask(
        self, kind: Kind, names: Sequence[bytes], repetitions: int = 0, *, retries: int = RETRIES
    ) -> Answer:
        """The agent's response; its error status is for the caller to read. Raises DeviceError."""
        line, envelope = await self._open()
        for _ in range(_RENEWALS):
            try:
                return await self._try(
                    line,
                    lambda number: envelope.wrap(number, request(kind, number, names, repetitions)),
                    envelope,
                    retries,
                )
            except ReportedError as error:
                await self._renew(error.report, line, envelope)
        raise self._faults.reported(Report.TIME)

    async def _try(
        self, line: Line, message: Callable[[int], bytes], envelope: Envelope, retries: int
    ) -> Answer:
        """Each attempt is a new request with a new number."""
        for _ in range(retries + 1):
            number = self._number = self._number % _LAST_NUMBER + 1
            try:
                return await line.ask(number, message(number))
            except TimeoutError:
                continue
            except BerError as error:
                raise self._faults.undecodable(error) from None
            except OSError as error:
                raise self._faults.unreachable(error) from None
        if retries and isinstance(envelope, Usm) and envelope.known:
            known = self._endpoint
            cause = await why_refused(
                self._address, known.snmp_port, known.credentials.snmp_user or "", known.timeouts.snmp_s
            )
            raise self._faults.unheard(cause)
        raise self._faults.silent()

    async def _renew(self, report: Report, line: Line, envelope: Envelope) -> None:
        """A new clock has been read from the report itself; a new engine is asked for. All else is final."""
        if report is Report.TIME:
            return
        if report is not Report.ENGINE or not isinstance(envelope, Usm):
            raise self._faults.reported(report)
        envelope.forget()
        await self._discover(line, envelope)

    async def _open(self) -> tuple[Line, Envelope]:
        if self._line is None or self._envelope is None:
            envelope = self._sealed()
            self._address = await self._resolved()
            try:
                line = Line(self._address, self._endpoint.snmp_port, self._endpoint.timeouts.snmp_s, envelope)
            except OSError as error:
                raise self._faults.unreachable(error) from None
            self._line, self._envelope = line, envelope
        if isinstance(self._envelope, Usm) and not self._envelope.known:
            await self._discover(self._line, self._envelope)
        return self._line, self._envelope

    async def _discover(self, line: Line, envelope: Usm) -> None:
        try:
            await self._try(line, envelope.discovery, envelope, RETRIES)
        except ReportedError as error:
            raise self._faults.reported(error.report) from None
        if not envelope.known:
            raise self._faults.undecodable(BerError("an agent without an engine id"))

    def _sealed(self) -> Envelope:
        known = self._endpoint.credentials
        if known.snmp_user is not None:
            return Usm(user(known, self._endpoint.device))
        if known.snmp_community is None:
            raise self._faults.no_credentials()
        return Community(known.snmp_community.reveal().encode())

    async def _resolved(self) -> str:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                self._endpoint.host, self._endpoint.snmp_port, type=socket.SOCK_DGRAM
            )
        except OSError as error:
            raise self._faults.unreachable(error) from None
        return str(found[0][4][0])
