"""A session that answers what a real device answered once (``tests/cases/platforms/*.json``).

The recordings were taken from routers and servers of a lab: FRR 8.4.4, lldpd 1.0.16, net-snmp 5.9.3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from netwright.base.errors import DeviceError, DeviceUnreachableError
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.netconf.session import NetconfSession
from netwright.device.session import Reply
from netwright.platforms.linux.question import answer_of, commands_of, outputs

CASES = Path(__file__).parents[1] / "cases/platforms"
MANAGEMENT = {"ams-edge1": "10.250.0.21", "fra-core1": "10.250.0.11", "ams-cache1": "10.250.0.24"}


class ReplaySession:
    """``commands`` and ``oids`` may be changed; ``ssh_error`` and ``snmp_error`` break a source."""

    def __init__(self, device: str) -> None:
        recorded = json.loads((CASES / f"{device}.json").read_text())
        self.endpoint = Endpoint(device, MANAGEMENT[device], Credentials("netops"))
        self.commands: dict[str, str] = recorded["commands"]
        self._garbled: dict[str, str] = {}
        self._parts = {
            command: output
            for line, answer in recorded["commands"].items()
            for command, output in _parts(line, answer)
        }
        self.oids: dict[str, object] = {oid: _value(value) for oid, value in recorded["oids"].items()}
        self.ssh_error: DeviceError | None = None
        self.snmp_error: DeviceError | None = None
        self.asked: list[str] = []

    def garble(self, command: str, output: str) -> None:
        """``command`` prints something else from now on, wherever it is asked."""
        self._garbled[command] = output

    async def run(
        self, command: str, *, check: bool = True, timeout_s: float | None = None, stdin: bytes | None = None
    ) -> Reply:
        self.asked.append(command)
        if self.ssh_error is not None:
            raise self.ssh_error
        return Reply(command, self._answer(command), "", 0)

    def _answer(self, line: str) -> str:
        """As it was recorded; else what each of its commands printed, wherever that was asked. Programs that
        the recorded machine did not have print nothing."""
        asked = commands_of(line)
        commands = list(asked.values()) or [line]
        if line in self.commands and not any(command in self._garbled for command in commands):
            return self.commands[line]
        printed = {one: self._garbled.get(one, self._parts.get(one, "")) for one in commands}
        return answer_of({mark: printed[one] for mark, one in asked.items()}) if asked else printed[line]

    async def put(self, path: str, content: bytes, *, mode: int = 0o600) -> None:
        raise AssertionError("facts write nothing")

    async def snmp_get(self, oids: Sequence[str]) -> Mapping[str, object]:
        self._snmp()
        return {oid: self.oids[oid] for oid in oids if oid in self.oids}

    async def snmp_walk(self, oid: str) -> Mapping[str, object]:
        self._snmp()
        return {key: value for key, value in self.oids.items() if key.startswith(f"{oid}.")}

    async def snmp_table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        rows = [oid.removeprefix(f"{columns[0]}.") for oid in await self.snmp_walk(columns[0])]
        return {
            row: {c: self.oids[f"{c}.{row}"] for c in columns if f"{c}.{row}" in self.oids} for row in rows
        }

    async def netconf(self) -> NetconfSession:
        raise DeviceUnreachableError("speaks no NETCONF", subject=self.endpoint.device)

    async def close(self) -> None:
        return

    def _snmp(self) -> None:
        if self.snmp_error is not None:
            raise self.snmp_error


def _parts(line: str, answer: str) -> Iterator[tuple[str, str]]:
    """Each command of a recorded question, with what it printed."""
    asked = commands_of(line)
    for mark, output in outputs(answer, asked).items():
        yield asked[mark], output


def _value(value: Any) -> object:
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"]) if "hex" in value else value["text"].encode()
    return value
