"""Arista's eAPI: commands over JSON-RPC, answers as JSON or text, one session by a cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from netwright.base.errors import DeviceError
from netwright.base.secret import Secret
from netwright.device.endpoint import Endpoint
from netwright.device.http.jsonrpc import request, result
from netwright.device.http.web import Web
from netwright.device.tls import Tls

PATH = "/command-api"


class Eapi:
    """Made by ``eapi``."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._basic = True

    async def log_in(self) -> None:
        """By a cookie; systems without ``/login`` get the password with each request."""
        user, password = self._web.login
        answer = await self._web.request("POST", "/login", body={"username": user, "password": password})
        if answer.status in {401, 403}:
            self._web.check(answer)
        self._basic = not (answer.status == 200 and "set-cookie" in answer.headers)

    async def run(
        self,
        commands: Sequence[str],
        *,
        text: bool = False,
        enable: Secret | None = None,
        timeout_s: float | None = None,
    ) -> list[Any]:
        """The answers in order: objects, or strings with ``text``. The first that fails ends the call with
        ApiError. ``enable``: the password of privileged mode, which is entered first."""
        first: list[Any] = [] if enable is None else [{"cmd": "enable", "input": enable.reveal()}]
        params = {"version": 1, "cmds": [*first, *commands], "format": "text" if text else "json"}
        answer = await self._web.ask(
            "POST",
            PATH,
            body=request("runCmds", params),
            login=self._web.login if self._basic else None,
            timeout_s=timeout_s,
        )
        told = list(result(answer, "; ".join(commands)))[len(first) :]
        return [item.get("output", "") if isinstance(item, dict) else item for item in told] if text else told

    async def close(self) -> None:
        if not self._basic:
            with suppress(DeviceError):
                await self._web.request("POST", "/logout")
        await self._web.close()


@asynccontextmanager
async def eapi(endpoint: Endpoint, *, port: int = 443, tls: Tls | None = None) -> AsyncIterator[Eapi]:
    client = Eapi(Web(endpoint, port, tls))
    try:
        await client.log_in()
        yield client
    finally:
        await client.close()
