"""The HTTP server of a replay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from netwright.base.secret import Secret
from netwright.lab.replay.answers import REMARK, Answers
from netwright.lab.replay.form import Value
from netwright.lab.replay.recording import Recording
from netwright.lab.replay.scrubbing import Scrubber, unmasked

_HEAD_LIMIT = 64 << 10
_MOST_BYTES = 16 << 20
_SCRUBBER = Scrubber(Secret("replay"))


class HttpReplay:
    """Plain HTTP/1.1 on loopback; ``port`` once it has started. What nobody asked for has status 404."""

    def __init__(self, recording: Recording, unknown: Callable[[str], None]) -> None:
        self.port = 0
        self._answers: Answers[dict[str, Value]] = Answers(unknown)
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        for session in recording.over("http"):
            for entry in session.said:
                self._answers.add((str(entry["request"]), unmasked(str(entry.get("body", "")))), entry)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = [task for task in self._open.values() if task is not None]
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open[writer] = asyncio.current_task()
        try:
            while await self._answer(reader, writer):
                pass
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # the client went, or speaks no HTTP
        finally:
            del self._open[writer]
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        size = next(
            (int(one.partition(":")[2]) for one in head if one.lower().startswith("content-length:")), 0
        )
        if size > _MOST_BYTES:
            return False
        sent = await reader.readexactly(size) if size else b""
        asked = f"{method} {_SCRUBBER.text(path)}", unmasked(_SCRUBBER.question(sent) if sent else "")
        found = self._answers.take(asked, " ".join(filter(None, asked)))
        if found is None:
            status, headers, body = 404, {}, f"{REMARK} to this request\n".encode()
        else:
            status, body = int(str(found["status"])), str(found["answer"]).encode()
            told = found.get("headers")
            headers = (
                {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}
            )
        lines = [f"{name}: {value}" for name, value in {**headers, "content-length": len(body)}.items()]
        writer.write("\r\n".join([f"HTTP/1.1 {status} Recorded", *lines, "", ""]).encode("latin-1") + body)
        await writer.drain()
        return True
