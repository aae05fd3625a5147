"""The content service of a simulated cache server: HTTP/1.1 over real files, with ranges (RFC 9110), and the
client its ``curl`` uses. Service addresses are no addresses of this machine: a table says which loopback port
stands for which."""

from __future__ import annotations

import asyncio
import contextlib
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netwright.lab.sim.files import CONTENT_ROOT, DeviceFiles
from netwright.lab.sim.hardware import Device
from netwright.lab.sim.result import Result
from netwright.lab.sim.shell import Call, Command

_CHUNK = 1 << 16
_IDLE_S = 30.0
_HEAD_LIMIT = 16 << 10
_CURL_USAGE, _CURL_REFUSED, _CURL_SHORT, _CURL_HTTP = 2, 7, 18, 22
_CURL_WRITE, _CURL_TIMEOUT, _CURL_EMPTY = 23, 28, 52


@dataclass(frozen=True, slots=True)
class Response:
    """A response's head; ``file`` and ``span`` (first byte, one past the last) are its body, or ``text``."""

    status: str
    headers: dict[str, str]
    text: bytes = b""
    file: Path | None = None
    span: tuple[int, int] = (0, 0)


class ContentService:
    """What nginx is on a real server: ``/health`` and the files at ``/content/``.

    It has two ports: ``port`` is the door for clients of the ISPs, who reach it only while ``reachable``;
    ``inner_port`` is for the fleet's own servers, whose way was looked at before."""

    def __init__(self, device: Device, files: DeviceFiles, reachable: Callable[[], bool]) -> None:
        self._device = device
        self._files = files
        self._reachable = reachable
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.inner_port = 0
        device.on_power.append(self._power)

    async def start(self, host: str, port: int) -> None:
        for number, handler in ((port, self._serve_clients), (0, self._serve)):
            self._servers.append(await asyncio.start_server(handler, host, number, limit=_HEAD_LIMIT))
        self.port, self.inner_port = (server.sockets[0].getsockname()[1] for server in self._servers)

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        self._power(False)
        await asyncio.sleep(0)

    def _power(self, on: bool) -> None:
        if not on:
            for writer in tuple(self._open):
                writer.transport.abort()

    async def _serve_clients(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._reachable():
            await self._serve(reader, writer)
        else:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while self._device.alive:
                async with asyncio.timeout(_IDLE_S):
                    head = await reader.readuntil(b"\r\n\r\n")
                if not await self._answer(head, writer):
                    break
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection stays open."""
        request, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        words = request.split(" ")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            response, keep = Response("400 Bad Request", {}), False
        else:
            response = self._respond(words[0], words[1], headers)
            keep = words[2] == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        body = response.span[1] - response.span[0] if response.file else len(response.text)
        told = {"Content-Length": str(body), "X-Served-By": self._device.name, **response.headers}
        told["Connection"] = "keep-alive" if keep else "close"
        text = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"HTTP/1.1 {response.status}\r\n{text}\r\n".encode("latin-1"))
        if words[0] != "HEAD":
            await self._body(response, writer)
        await writer.drain()
        return keep

    def _respond(self, method: str, target: str, headers: Mapping[str, str]) -> Response:
        path = urllib.parse.unquote(target.partition("?")[0])
        if method not in {"GET", "HEAD"}:
            return Response("405 Method Not Allowed", {"Allow": "GET, HEAD"})
        if path == "/health":
            return Response("200 OK", {"Content-Type": "text/plain"}, b"ok\n")
        inside = path.removeprefix("/content/")
        file = self._files.real(f"{CONTENT_ROOT}/{inside}") if inside != path else None
        if file is None or not file.is_file():
            return Response("404 Not Found", {"Content-Type": "text/plain"}, b"not found\n")
        size = file.stat().st_size
        told = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
        if not (asked := headers.get("range", "")).startswith("bytes="):
            return Response("200 OK", told, file=file, span=(0, size))
        span = _span(asked.removeprefix("bytes="), size)
        if span is None:
            return Response("416 Range Not Satisfiable", {"Content-Range": f"bytes */{size}"})
        told["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{size}"
        return Response("206 Partial Content", told, file=file, span=span)

    async def _body(self, response: Response, writer: asyncio.StreamWriter) -> None:
        if response.file is None:
            writer.write(response.text)
            return
        first, end = response.span
        with response.file.open("rb") as stream:
            stream.seek(first)
            while first < end and (data := stream.read(min(_CHUNK, end - first))):
                writer.write(data)
                await writer.drain()
                first += len(data)


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """One range of bytes; None when it can't be had."""
    first, _, last = asked.partition("-")
    if "," in asked or not (first or last) or not (first + last).isdigit():
        return None
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    return (start, end) if start < end else None


class HttpError(Exception):
    """An exchange that failed, with curl's exit status for it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


async def fetch(host: str, port: int, target: str, write: Callable[[bytes], object]) -> int:
    """GET a file and hand the answer's bytes to ``write``; its HTTP status. Raises HttpError."""
    try:
        reader, writer = await asyncio.open_connection(host, port, limit=_HEAD_LIMIT)
    except OSError:
        raise HttpError(_CURL_REFUSED, "Failed to connect to server") from None
    try:
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        sizes = [int(x.partition(":")[2]) for x in head if x.lower().startswith("content-length:")]
        left = sizes[0]
        while left and (data := await reader.read(min(_CHUNK, left))):
            write(data)
            left -= len(data)
        if left:
            raise HttpError(_CURL_SHORT, f"end of response with {left} bytes missing")
        return int(head[0].split(" ")[1])
    except (EOFError, ConnectionError, ValueError, IndexError):
        raise HttpError(_CURL_EMPTY, "Empty reply from server") from None
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def server_programs(
    files: DeviceFiles,
    storage_bytes: int,
    where: Callable[[str, int], tuple[str, int] | None],
) -> dict[str, Command]:
    """What a server has beside the common programs. ``where`` translates a service address and port to a
    loopback port; None when no route leads there."""

    async def curl(call: Call) -> Result:
        return await _curl(call, files, where)

    async def df(call: Call) -> Result:
        used = sum(file.stat().st_size for path in files.below(CONTENT_ROOT) if (file := files.real(path)))
        size, left = storage_bytes, max(0, storage_bytes - used)
        columns = next((x.partition("=")[2] for x in call.arguments if x.startswith("--output=")), "")
        known = {"size": size, "used": used, "avail": left}
        unit = 1 if "-B1" in call.arguments or "--block-size=1" in call.arguments else 1024
        if columns:
            names = columns.split(",")
            return Result(
                " ".join(names) + "\n" + " ".join(str(known.get(name, 0) // unit) for name in names) + "\n"
            )
        row = f"/dev/vda1 {size // unit} {used // unit} {left // unit} {100 * used // max(1, size)}% /srv"
        return Result(f"Filesystem {unit}-blocks Used Available Use% Mounted on\n{row}\n")

    async def nginx(call: Call) -> Result:
        return Result("", "nginx version: nginx/1.22.1 (simulated)\n", 0 if "-v" in call.arguments else 1)

    return {"curl": curl, "df": df, "nginx": nginx}


async def _curl(
    call: Call, files: DeviceFiles, where: Callable[[str, int], tuple[str, int] | None]
) -> Result:
    """curl with the options that are sent to servers: ``-f -s -S -o -m -w``."""
    options, urls = _curl_words(call.arguments)
    if len(urls) != 1:
        return Result("", "curl: one URL at a time on this simulated device\n", _CURL_USAGE)
    body = bytearray()
    code, status, words = 0, 0, ""
    try:
        async with asyncio.timeout(float(options.get("-m", "300"))):
            code = await _exchange(urls[0], where, body)
        if code >= 400 and "-f" in options:
            body.clear()
            status, words = _CURL_HTTP, f"The requested URL returned error: {code}"
        elif (target := options.get("-o")) is not None:
            if target != "/dev/null":
                files.write(target, bytes(body))
            body.clear()
    except HttpError as error:
        status, words = error.status, str(error)
    except TimeoutError:
        status, words = _CURL_TIMEOUT, "Operation timed out"
    except OSError as error:
        status, words = _CURL_WRITE, f"Failed writing body: {error.strerror}"
    output = body.decode("utf-8", "surrogateescape") + options.get("-w", "").replace(
        "%{http_code}", f"{code:03d}"
    )
    quiet = "-s" in options and "-S" not in options
    return Result(output, "" if not status or quiet else f"curl: ({status}) {words}\n", status)


async def _exchange(url: str, where: Callable[[str, int], tuple[str, int] | None], body: bytearray) -> int:
    parts = urllib.parse.urlsplit(url)
    place = where(parts.hostname or "", parts.port or 80)
    if place is None:
        raise HttpError(_CURL_REFUSED, f"Failed to connect to {parts.hostname}: No route to host")
    return await fetch(*place, parts.path + (f"?{parts.query}" if parts.query else ""), body.extend)


_LONG = {"--output": "-o", "--max-time": "-m", "--write-out": "-w", "--fail": "-f", "--silent": "-s"}
_WITH_VALUE = {"-o", "-m", "-w", "--connect-timeout"}


def _curl_words(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Options with their values (bundled letters taken apart), and URLs."""
    options: dict[str, str] = {}
    urls: list[str] = []
    rest = iter(words)
    for word in rest:
        name = _LONG.get(word, word)
        if name in _WITH_VALUE:
            options[name] = next(rest, "")
        elif name.startswith("--"):
            options[name] = ""
        elif name.startswith("-"):
            options.update((f"-{letter}", "") for letter in name[1:])
        else:
            urls.append(word)
    return options, urls
