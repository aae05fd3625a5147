"""One request to an agent at a time over one socket of the library, each with a limit of its own.

The library's own asyncio session adds and removes a reader for every request and keeps a list a value; one
reader for the socket's life costs a third of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Socket(Protocol):
    """What all the library's sockets have."""

    def get_fd(self) -> int: ...


class Channel:
    """Waits for a socket's answers on the running loop. Not for two requests at once."""

    def __init__(self, socket: Socket, timeout_s: float) -> None:
        self._fd = socket.get_fd()
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[bool] | None = None
        self._watching = False
        self._over = False
        """Whether the request's time is up. It may end in the moment in which a late answer to another
        request comes, which is then not waited behind."""

    async def ask(self, send: Callable[[], None], receive: Callable[[], T]) -> T:
        """Raises TimeoutError when no answer to this request came; late answers to others are passed over
        by the library, which compares request ids."""
        loop = self._loop
        self._over = False
        expire = loop.call_later(self._timeout_s, self._expired)
        try:
            self._waiting = loop.create_future()
            if not self._watching:
                loop.add_reader(self._fd, self._readable)
                self._watching = True
            send()
            while True:
                if not await self._waiting:
                    raise TimeoutError
                self._waiting = loop.create_future()
                try:
                    return receive()
                except BlockingIOError:
                    if self._over:
                        raise TimeoutError from None
        finally:
            expire.cancel()
            self._waiting = None

    def close(self) -> None:
        if self._watching and not self._loop.is_closed():
            self._loop.remove_reader(self._fd)
        self._watching = False

    def _readable(self) -> None:
        if self._waiting is None:
            # an answer that came too late: nobody reads it before the next request does
            self._loop.remove_reader(self._fd)
            self._watching = False
        elif not self._waiting.done():
            self._waiting.set_result(True)

    def _expired(self) -> None:
        self._over = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(False)
