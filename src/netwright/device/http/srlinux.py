"""SR Linux' JSON-RPC: get, set in a candidate, validate, command lines, commits that undo themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from netwright.device.endpoint import Endpoint
from netwright.device.http.jsonrpc import request, result
from netwright.device.http.web import Web
from netwright.device.tls import Tls

PATH = "/jsonrpc"
Datastore = Literal["running", "state", "candidate"]
Models = Literal["srl", "oc"]


class SrLinux:
    """Made by ``srlinux``. Each ``set`` is one candidate: all of it is committed, or nothing."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def get(
        self, paths: Sequence[str], *, datastore: Datastore = "state", models: Models = "srl"
    ) -> list[Any]:
        """What stands at each path; ``models`` ``oc``: OpenConfig's, where the device has them turned on."""
        commands = [{"path": path, "datastore": datastore} for path in paths]
        return list(await self._call("get", {"commands": commands, "yang-models": models}, *paths))

    async def set(
        self,
        *,
        delete: Sequence[str] = (),
        replace: Mapping[str, Any] | None = None,
        update: Mapping[str, Any] | None = None,
        confirm_timeout_s: int | None = None,
    ) -> None:
        """Change and commit. ``confirm_timeout_s``: the device undoes it unless ``confirm`` comes by then."""
        params: dict[str, Any] = {"commands": _commands(delete, replace, update), "datastore": "candidate"}
        if confirm_timeout_s is not None:
            params["confirm-timeout"] = confirm_timeout_s
        await self._call("set", params, "set")

    async def validate(
        self,
        *,
        delete: Sequence[str] = (),
        replace: Mapping[str, Any] | None = None,
        update: Mapping[str, Any] | None = None,
    ) -> None:
        """Whether the device would take it; nothing is changed. Raises ApiError with its words."""
        params = {"commands": _commands(delete, replace, update), "datastore": "candidate"}
        await self._call("validate", params, "validate")

    async def confirm(self) -> None:
        """Keep what a set with ``confirm_timeout_s`` did."""
        await self._tools("/system/configuration/confirmed-accept")

    async def reject(self) -> None:
        """Undo it now."""
        await self._tools("/system/configuration/confirmed-reject")

    async def run(
        self, commands: Sequence[str], *, text: bool = True, timeout_s: float | None = None
    ) -> list[Any]:
        """Command lines."""
        params = {"commands": list(commands), "output-format": "text" if text else "json"}
        return list(await self._call("cli", params, *commands, timeout_s=timeout_s))

    async def close(self) -> None:
        await self._web.close()

    async def _tools(self, path: str) -> None:
        params = {"commands": [{"action": "update", "path": path}], "datastore": "tools"}
        await self._call("set", params, path)

    async def _call(
        self, method: str, params: Mapping[str, Any], *calls: str, timeout_s: float | None = None
    ) -> Any:
        answer = await self._web.ask(
            "POST", PATH, body=request(method, params), login=self._web.login, timeout_s=timeout_s
        )
        return result(answer, "; ".join(calls))


def _commands(
    delete: Sequence[str], replace: Mapping[str, Any] | None, update: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    return [
        *({"action": "delete", "path": path} for path in delete),
        *({"action": "replace", "path": path, "value": value} for path, value in (replace or {}).items()),
        *({"action": "update", "path": path, "value": value} for path, value in (update or {}).items()),
    ]


@asynccontextmanager
async def srlinux(endpoint: Endpoint, *, port: int = 443, tls: Tls | None = None) -> AsyncIterator[SrLinux]:
    client = SrLinux(Web(endpoint, port, tls))
    try:
        yield client
    finally:
        await client.close()
