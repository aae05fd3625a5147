"""One agent's UDP socket on the running loop: requests out, and each answer to the one that waits for it.

The socket keeps one reader for its life, and one alarm serves all requests: asyncio's own transports, and a
timer a request, cost more than to read the answers.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

from netwright.device.snmp.ber import BerError
from netwright.device.snmp.envelope import Envelope
from netwright.device.snmp.message import Answer
from netwright.device.snmp.usm import ReportedError

_BUFFER = 1 << 20
_LARGEST_DATAGRAM = 65_535


@dataclass(frozen=True, slots=True)
class _Waiting:
    answer: asyncio.Future[Answer]
    expires: float


class Line:
    """Opened for one address. Answers are taken out of their envelope here, for their number is in it."""

    def __init__(self, address: str, port: int, timeout_s: float, envelope: Envelope) -> None:
        """Raises OSError."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            self._socket.connect((address, port))
        except OSError:
            self._socket.close()
            raise
        self._timeout_s, self._envelope = timeout_s, envelope
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, _Waiting] = {}
        self._watching = False
        self._alarm: asyncio.TimerHandle | None = None

    async def ask(self, number: int, message: bytes) -> Answer:
        """The answer to that number. Raises TimeoutError, OSError, BerError, ReportedError."""
        waiting = _Waiting(self._loop.create_future(), self._loop.time() + self._timeout_s)
        self._waiting[number] = waiting
        try:
            if self._alarm is None:
                self._alarm = self._loop.call_at(waiting.expires, self._rings)
            if not self._watching:
                self._loop.add_reader(self._socket.fileno(), self._readable)
                self._watching = True
            self._socket.send(message)
            return await waiting.answer
        finally:
            del self._waiting[number]

    def close(self) -> None:
        self._look_away()
        if self._alarm is not None:
            self._alarm.cancel()
        self._socket.close()

    def _look_away(self) -> None:
        if self._watching and not self._loop.is_closed():
            self._loop.remove_reader(self._socket.fileno())
        self._watching = False

    def _readable(self) -> None:
        if not self._waiting:
            # an answer that came too late: nobody reads it before the next request does
            self._look_away()
            return
        try:
            came = self._envelope.unwrap(self._socket.recv(_LARGEST_DATAGRAM))
        except BlockingIOError:
            return
        except ReportedError as error:
            self._fail(error, self._waiting.get(error.number))
        except (OSError, BerError) as error:  # whose it is nobody can say: the first one's
            self._fail(error, next(iter(self._waiting.values())))
        else:
            waiting = self._waiting.get(came[0]) if came is not None else None
            if came is not None and waiting is not None and not waiting.answer.done():
                waiting.answer.set_result(came[1])

    @staticmethod
    def _fail(error: Exception, waiting: _Waiting | None) -> None:
        if waiting is not None and not waiting.answer.done():
            waiting.answer.set_exception(error)

    def _rings(self) -> None:
        """One alarm is set for many requests, and again when it rings too early."""
        self._alarm = None
        now = self._loop.time()
        for waiting in self._waiting.values():
            if waiting.expires <= now:
                self._fail(TimeoutError(), waiting)
        left = [waiting.expires for waiting in self._waiting.values() if waiting.expires > now]
        if left:
            self._alarm = self._loop.call_at(min(left), self._rings)
