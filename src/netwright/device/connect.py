"""A session with a device: SSH for commands and files, SNMP for tables. Nothing opens before it is used."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping, Sequence

from netwright.base.errors import CommandFailedError
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import HostKeys
from netwright.device.session import Reply, Session
from netwright.device.snmp import SnmpClient
from netwright.device.ssh import SshConnection

_LAST_LINES = 5


def open_session(endpoint: Endpoint, hostkeys: HostKeys) -> Session:
    """A session that connects at its first command."""
    return DeviceSession(endpoint, hostkeys)


class DeviceSession:
    """``Session`` over one SSH connection and one SNMP socket."""

    def __init__(self, endpoint: Endpoint, hostkeys: HostKeys) -> None:
        self._endpoint = endpoint
        self._ssh = SshConnection(endpoint, hostkeys)
        self._snmp = SnmpClient(endpoint)

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    async def run(
        self, command: str, *, check: bool = True, timeout_s: float | None = None, stdin: bytes | None = None
    ) -> Reply:
        reply = await self._ssh.run(command, timeout_s=timeout_s, stdin=stdin)
        if check and reply.status != 0:
            said = " / ".join((reply.error or reply.output).strip().splitlines()[-_LAST_LINES:])
            raise CommandFailedError(
                f"`{command.splitlines()[0]}` ended with status {reply.status}: {said or 'no message'}",
                subject=self._endpoint.device,
                output=reply.output + reply.error,
                status=reply.status,
            )
        return reply

    async def put(self, path: str, content: bytes, *, mode: int = 0o600) -> None:
        """The size is checked on the device before the rename: a session that breaks looks like the end
        of the input there."""
        target = shlex.quote(path)
        new = shlex.quote(f"{path}.{secrets.token_hex(6)}.new")
        await self.run(
            f"umask 077; cat > {new} && [ $(wc -c < {new}) -eq {len(content)} ]"
            f" && chmod {mode:o} {new} && mv -f {new} {target} || {{ rm -f {new}; exit 1; }}",
            stdin=content,
        )

    async def snmp_get(self, oids: Sequence[str]) -> Mapping[str, object]:
        return await self._snmp.get(oids)

    async def snmp_walk(self, oid: str) -> Mapping[str, object]:
        return await self._snmp.walk(oid)

    async def snmp_table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        return await self._snmp.table(columns)

    async def close(self) -> None:
        self._snmp.close()
        await self._ssh.close()
