"""A simulated HashiCorp Vault: real HTTP, secrets and policies in memory, in the words of its API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hvs.token-of-the-test"
ROLE, ROLE_SECRET, LENT = "role-1", "role-secret-1", "hvs.lent"


@dataclass
class State:
    """``secrets``: by path below /v1/, as the engine answers. ``asked``: paths that came with a token."""

    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    lease_s: int = 3600
    sealed: bool = False
    asked: list[str] = field(default_factory=list)
    logins: int = 0


@contextmanager
def vault() -> Iterator[tuple[str, State]]:
    state = State()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            path = self.path.removeprefix("/v1/")
            state.asked.append(path)
            if state.sealed:
                self._answer(503, {"errors": ["Vault is sealed"]})
            elif self.headers.get("X-Vault-Token") not in state.tokens:
                self._answer(403, {"errors": ["permission denied"]})
            elif path not in state.secrets:
                self._answer(404, {"errors": []})
            else:
                kept = state.secrets[path]
                self._answer(200, {"data": {"data": kept, "metadata": {}} if "/data/" in path else kept})

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if given != {"role_id": ROLE, "secret_id": ROLE_SECRET}:
                self._answer(400, {"errors": ["invalid role or secret ID"]})
                return
            state.logins += 1
            token = f"{LENT}.{state.logins}"
            state.tokens = {TOKEN, token}
            self._answer(200, {"auth": {"client_token": token, "lease_duration": state.lease_s}})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
