"""A NETCONF server of a few lines whose answers, and faults, a test chooses. The real one is netconfd, in
``tests/e2e``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import asyncssh
from lxml import etree
from lxml.etree import _Element

from netwright.device.netconf.framing import Deframer, framed
from netwright.device.netconf.xml import BASE

CAPABILITIES = ("base:1.1", "capability:candidate:1.0", "capability:confirmed-commit:1.1")
Answer = Callable[[str, _Element], bytes | None]


def hello(*uris: str, session_id: str = "7") -> bytes:
    told = "".join(f"<capability>urn:ietf:params:netconf:{uri}</capability>" for uri in ("base:1.0", *uris))
    number = f"<session-id>{session_id}</session-id>" if session_id else ""
    return f'<hello xmlns="{BASE}"><capabilities>{told}</capabilities>{number}</hello>'.encode()


def reply(number: str, inside: str = "<ok/>") -> bytes:
    return f'<rpc-reply xmlns="{BASE}" message-id="{number}">{inside}</rpc-reply>'.encode()


class Server:
    """``answer`` gives the bytes for each request, framed already where it is ``raw``; None says nothing.
    ``held`` answers are sent in reverse once ``hold`` of them wait."""

    def __init__(self, *uris: str) -> None:
        self.hello = framed(hello(*(uris or CAPABILITIES)), chunked=False)
        self.chunked = "base:1.1" in (uris or CAPABILITIES)
        self.answer: Answer = lambda number, request: reply(number)
        self.raw = False
        self.hold = 1
        self.ended = False
        self.requests: list[_Element] = []

    async def __call__(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(self.hello)
        waiting: list[bytes] = []
        async for message in self._messages(process):
            root = etree.fromstring(message)
            if root.tag == f"{{{BASE}}}hello":
                continue
            self.requests.append(root[0])
            answer = self.answer(root.get("message-id") or "", root[0])
            if answer is not None:
                waiting.append(answer if self.raw else framed(answer, chunked=self.chunked))
            if len(waiting) >= self.hold:
                process.stdout.write(b"".join(reversed(waiting)))
                waiting = []
            if etree.QName(root[0]).localname == "close-session":
                self.ended = True
                break
        process.exit(0)

    async def _messages(self, process: asyncssh.SSHServerProcess[bytes]) -> AsyncIterator[bytes]:
        deframer, message = Deframer(), b""
        while data := await process.stdin.read(1 << 16):
            for piece in deframer.feed(data):
                message += piece
                if not piece:
                    yield message
                    message, deframer.chunked = b"", self.chunked
