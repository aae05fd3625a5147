"""Cisco's NX-API (NX-OS): commands over JSON-RPC in batches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from netwright.device.endpoint import Endpoint
from netwright.device.http.jsonrpc import request, results
from netwright.device.http.web import Web
from netwright.device.tls import Tls

PATH = "/ins"
Rollback = Literal["stop-on-error", "continue-on-error", "rollback-on-error"]


class NxApi:
    """Made by ``nxapi``."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def run(
        self,
        commands: Sequence[str],
        *,
        text: bool = False,
        rollback: Rollback | None = None,
        timeout_s: float | None = None,
    ) -> list[Any]:
        """The answers in order: objects (empty for a command that prints nothing), or strings with ``text``.
        The first refused one raises ApiError. ``rollback``: what happens to the commands before it."""
        method = "cli_ascii" if text else "cli"
        batch = [
            request(method, {"cmd": command, "version": 1}, number)
            | ({"rollback": rollback} if rollback else {})
            for number, command in enumerate(commands, 1)
        ]
        answer = await self._web.request(
            "POST", PATH, body=batch, login=self._web.login, timeout_s=timeout_s,
            headers={"Content-Type": "application/json-rpc"},
        )  # fmt: skip
        if answer.status not in {400, 500} or not answer.body.lstrip().startswith((b"[", b"{")):
            self._web.check(answer)  # a refused command comes with HTTP 400 or 500, and its words inside
        told = results(answer, commands)
        return [_body(item, text=text) for item in told]

    async def close(self) -> None:
        await self._web.close()


def _body(told: Any, *, text: bool) -> Any:
    if isinstance(told, dict):
        return told.get("msg", "") if text else told.get("body", told)
    return "" if text else {}


@asynccontextmanager
async def nxapi(endpoint: Endpoint, *, port: int = 443, tls: Tls | None = None) -> AsyncIterator[NxApi]:
    client = NxApi(Web(endpoint, port, tls))
    try:
        yield client
    finally:
        await client.close()
