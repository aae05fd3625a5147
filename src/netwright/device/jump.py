"""Jump hosts: one SSH connection each, shared by all the devices behind it.

A jump host that can't be used would be asked again by each of its devices, one after the other: whoever asks
while it is being tried, or soon after, is told the same.
"""

from __future__ import annotations

import asyncio

import asyncssh

from netwright.base.errors import DeviceError
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import HostKeys
from netwright.device.ssh import SshConnection

FAILED_S = 5.0
"""So long a failure is told to others without another try."""


class JumpHost:
    """One host, with the login and the host key of its own. Opens when the first device needs it."""

    def __init__(self, endpoint: Endpoint, hostkeys: HostKeys) -> None:
        self._ssh = SshConnection(endpoint, hostkeys)
        self._trying: asyncio.Task[asyncssh.SSHClientConnection] | None = None
        self._failed: tuple[float, DeviceError] | None = None

    @property
    def endpoint(self) -> Endpoint:
        return self._ssh.endpoint

    async def connection(self) -> asyncssh.SSHClientConnection:
        """The open connection. Raises DeviceError's subclasses."""
        if self._ssh.is_open:
            return await self._ssh.connection()
        now = asyncio.get_running_loop().time()
        if self._failed is not None and now < self._failed[0]:
            raise self._failed[1]
        if self._trying is None:
            self._trying = asyncio.create_task(self._try())
        return await asyncio.shield(self._trying)

    async def close(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        await self._ssh.close()

    async def _try(self) -> asyncssh.SSHClientConnection:
        self._failed = None
        try:
            return await self._ssh.connection()
        except DeviceError as error:
            self._failed = asyncio.get_running_loop().time() + FAILED_S, error
            raise
        finally:
            self._trying = None


class JumpHosts:
    """All that are in use. Close it when the sessions through them are closed."""

    def __init__(self, hostkeys: HostKeys) -> None:
        self._hostkeys = hostkeys
        self._hosts: dict[Endpoint, JumpHost] = {}

    def host(self, endpoint: Endpoint) -> JumpHost:
        if endpoint not in self._hosts:
            self._hosts[endpoint] = JumpHost(endpoint, self._hostkeys)
        return self._hosts[endpoint]

    async def close(self) -> None:
        hosts = list(self._hosts.values())
        self._hosts.clear()
        await asyncio.gather(*(host.close() for host in hosts))
