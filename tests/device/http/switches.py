"""Switches that hold state behind their HTTP APIs: what is set is what they tell."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from .server import Reply, Request

USER, PASSWORD = "netops", "correct horse"
_BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass
class Arista:
    """eAPI. ``cookies``: it has sessions."""

    hostname: str = "ams-edge1"
    cookies: bool = True
    sessions: set[str] = field(default_factory=set)
    logins: int = 0

    def __call__(self, request: Request) -> Reply:
        if request.path == "/login" and self.cookies:
            if request.body != {"username": USER, "password": PASSWORD}:
                return Reply(401, "no")
            self.logins += 1
            self.sessions.add("Session=abc")
            return Reply(200, {"Username": USER}, {"Set-Cookie": "Session=abc; Path=/; HttpOnly"})
        if request.path == "/logout":
            self.sessions.discard(request.headers.get("cookie", ""))
            return Reply()
        if request.path != "/command-api":
            return Reply(404, "no")
        allowed = self.sessions if self.cookies else {_BASIC}
        if request.headers.get("cookie" if self.cookies else "authorization") not in allowed:
            return Reply(401, "no")
        return self._run(request.body["params"], request.body["id"])

    def _run(self, params: Any, number: int) -> Reply:
        told: list[Any] = []
        for at, command in enumerate(params["cmds"], 1):
            answer = self._answer(command if isinstance(command, str) else command["cmd"])
            if answer is None:
                words = f"CLI command {at} of {len(params['cmds'])} '{command}' failed: invalid command"
                error = {"code": 1002, "message": words, "data": [*told, {"errors": ["Invalid input"]}]}
                return Reply(200, {"jsonrpc": "2.0", "id": number, "error": error})
            told.append({"output": str(answer)} if params["format"] == "text" else answer)
        return Reply(200, {"jsonrpc": "2.0", "id": number, "result": told})

    def _answer(self, command: str) -> dict[str, Any] | None:
        if command.startswith("hostname "):
            self.hostname = command.partition(" ")[2]
            return {}
        known: dict[str, dict[str, Any]] = {
            "enable": {},
            "configure": {},
            "show version": {
                "modelName": "DCS-7280SR3", "version": "4.34.1F", "serialNumber": "JPE1", "mfgName": "Arista",
                "uptime": 100.0,
            },
            "show hostname": {"hostname": self.hostname, "fqdn": f"{self.hostname}.example"},
        }  # fmt: skip
        return known.get(command)


@dataclass
class Nexus:
    """NX-API."""

    hostname: str = "fra-leaf1"

    def __call__(self, request: Request) -> Reply:
        if request.path != "/ins":
            return Reply(404, "no")
        if request.headers.get("authorization") != _BASIC:
            return Reply(401, "no")
        told = [self._one(call) for call in request.body]
        failed = any("error" in item for item in told)
        return Reply(500 if failed else 200, told[0] if len(told) == 1 else told)

    def _one(self, call: Any) -> dict[str, Any]:
        command, text = call["params"]["cmd"], call["method"] == "cli_ascii"
        base = {"jsonrpc": "2.0", "id": call["id"]}
        if command.startswith("hostname "):
            self.hostname = command.partition(" ")[2]
            return base | {"result": None}
        known = {
            "show version": {"chassis_id": "Nexus9000 C9336C-FX2", "nxos_ver_str": "10.4(3)",
                             "host_name": self.hostname, "proc_board_id": "FDO1"},
            "show hostname": {"hostname": self.hostname},
        }  # fmt: skip
        if command not in known:
            data = {"msg": "Input CLI command error\n"}
            return base | {"error": {"code": -32602, "message": "Invalid params", "data": data}}
        return base | {"result": {"msg": str(known[command])} if text else {"body": known[command]}}


@dataclass
class Nokia:
    """SR Linux. A set with a timer waits for ``confirmed-accept``; ``revert`` is its timer."""

    leaves: dict[str, Any] = field(
        default_factory=lambda: {"/system/information/version": "v24.10.1", "/system/name/host-name": "mad1"}
    )
    models: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None

    def __call__(self, request: Request) -> Reply:
        if request.path != "/jsonrpc":
            return Reply(404, "no")
        if request.headers.get("authorization") != _BASIC:
            return Reply(401, "no")
        number, params = request.body["id"], request.body["params"]
        try:
            told = getattr(self, f"_{request.body['method']}")(params)
        except ValueError as error:
            return Reply(200, {"jsonrpc": "2.0", "id": number, "error": {"code": -1, "message": str(error)}})
        return Reply(200, {"jsonrpc": "2.0", "id": number, "result": told})

    def revert(self) -> None:
        assert self.before is not None
        self.leaves, self.before = self.before, None

    def _get(self, params: Any) -> list[Any]:
        store = self.models if params.get("yang-models") == "oc" else self.leaves
        paths = [command["path"] for command in params["commands"]]
        for path in paths:
            if path not in store:
                raise ValueError(f"Path not valid - unknown element in {path}")
        return [store[path] for path in paths]

    def _set(self, params: Any) -> list[Any]:
        if params["datastore"] == "tools":
            if self.before is None:
                raise ValueError("No confirmed commit in progress")
            if params["commands"][0]["path"].endswith("reject"):
                self.revert()
            self.before = None
            return [{}]
        after = self._after(params)
        if "confirm-timeout" in params:
            self.before = self.leaves
        self.leaves = after
        return [{}]

    def _validate(self, params: Any) -> list[Any]:
        self._after(params)
        return [{}]

    def _cli(self, params: Any) -> list[Any]:
        return [f"{command}: {self.leaves['/system/name/host-name']}" for command in params["commands"]]

    def _after(self, params: Any) -> dict[str, Any]:
        """All or nothing."""
        after = dict(self.leaves)
        for command in params["commands"]:
            if command["path"] not in after:
                raise ValueError(f"Path not valid - unknown element in {command['path']}")
            if command["action"] == "delete":
                del after[command["path"]]
            else:
                after[command["path"]] = command["value"]
        return after
