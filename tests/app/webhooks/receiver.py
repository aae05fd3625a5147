"""A real HTTP server on loopback that does what it is told to, and checks signatures as receivers do."""

from __future__ import annotations

import hmac
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


class Receiver:
    """``mood``: a status to answer with, ``hang`` or ``drop``. ``got``: (id, body) of what was taken."""

    def __init__(self) -> None:
        self.mood: int | str = 204
        self.headers: dict[str, str] = {}
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[tuple[str, str, bytes, dict[str, str]]] = []
        self.release = threading.Event()
        self.url = ""

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.asked.append((handler.command, handler.path, body, headers))
        if self.mood == "drop":
            handler.connection.close()
            return
        if self.mood == "hang":
            self.release.wait(30)
            return
        assert isinstance(self.mood, int)
        if self.mood < 300:
            self.got.append((headers["webhook-id"], orjson.loads(body)))
        handler.send_response(self.mood)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", "0")
        handler.end_headers()


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the Standard Webhooks specification tells receivers to, written apart from the product."""
    key = b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    wanted = b64encode(hmac.new(key, content.encode(), sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{wanted}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?x=1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
