"""How NETCONF messages stand in a stream of bytes (RFC 6242, 4): 1.0 ends each with ``]]>]]>``, 1.1 sends
chunks with their sizes. Hellos are always framed as 1.0."""

from __future__ import annotations

import re
from collections.abc import Iterator

END_MARK = b"]]>]]>"
MAX_CHUNK = 4294967295
_HEADER = re.compile(rb"\n#(?:([1-9][0-9]{0,9})|#)\n")
_LONGEST_HEADER = 13
_SENT_CHUNK = 1 << 16


class FramingError(ValueError):
    """The stream is not what RFC 6242 says; nothing after this point can be trusted."""


class Deframer:
    """Takes the stream in any pieces, gives the messages' bytes as they come and an empty piece at the end
    of each. ``chunked`` may be set between two messages; what was received already is read the new way."""

    def __init__(self) -> None:
        self.chunked = False
        self._held = bytearray()
        self._left = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Raises FramingError."""
        self._held += data
        while (piece := self._chunk() if self.chunked else self._marked()) is not None:
            yield piece

    def _marked(self) -> bytes | None:
        held = self._held
        found = held.find(END_MARK)
        if found == 0:
            del held[: len(END_MARK)]
            return b""
        if found < 0:
            found = len(held)
            for size in range(min(len(END_MARK) - 1, found), 0, -1):
                if held.endswith(END_MARK[:size]):
                    found -= size
                    break
        return self._take(found)

    def _chunk(self) -> bytes | None:
        if self._left:
            piece = self._take(min(self._left, len(self._held)))
            self._left -= len(piece or b"")
            return piece
        head = bytes(self._held[:_LONGEST_HEADER])
        found = _HEADER.match(head)
        if found is None:
            if len(head) == _LONGEST_HEADER or not b"\n#".startswith(head[:2]) or b"\n" in head[2:]:
                raise FramingError(f"no chunk starts with {head!r}")
            return None
        del self._held[: found.end()]
        size = found.group(1)
        if size is None:
            return b""
        self._left = int(size)
        if self._left > MAX_CHUNK:
            raise FramingError(f"a chunk of {self._left} bytes is more than RFC 6242 allows")
        return self._chunk()

    def _take(self, size: int) -> bytes | None:
        if not size:
            return None
        piece = bytes(self._held[:size])
        del self._held[:size]
        return piece


def framed(message: bytes, *, chunked: bool) -> bytes:
    """One message as it is sent. Raises FramingError for a 1.0 message that holds the end mark."""
    if not chunked:
        if END_MARK in message:
            raise FramingError("the text ]]>]]> can't be sent to a NETCONF 1.0 server")
        return message + END_MARK
    parts = [
        b"\n#%d\n%b" % (len(part), part)
        for start in range(0, len(message), _SENT_CHUNK)
        if (part := message[start : start + _SENT_CHUNK])
    ]
    return b"".join([*parts, b"\n##\n"])
