"""A session with a device: SSH for commands and files, SNMP for tables. Nothing opens before it is used."""

from __future__ import annotations

import asyncio
import secrets
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from netwright.base.errors import CommandFailedError, InputError
from netwright.device.cli.dialogue import Dialogue
from netwright.device.cli.shell import Shell
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import HostKeys
from netwright.device.limits import Limiter
from netwright.device.session import Reply, Session
from netwright.device.snmp import SnmpClient
from netwright.device.ssh import MAX_OUTPUT_BYTES, ExecRefusedError, Jump, SshConnection

if TYPE_CHECKING:
    from netwright.device.netconf.session import NetconfSession

_LAST_LINES = 5


def open_session(
    endpoint: Endpoint,
    hostkeys: HostKeys,
    dialogue: Dialogue | None = None,
    *,
    max_output: int = MAX_OUTPUT_BYTES,
) -> Session:
    """A session of its own, outside of all limits, that connects at its first command; for whoever asks one
    device that nobody knows yet. ``dialogue``: how the platform's command line talks; None for a system whose
    exec channels run a shell (Linux)."""
    return DeviceSession(endpoint, hostkeys, dialogue, max_output=max_output)


class DeviceSession:
    """``Session`` over one SSH connection and one SNMP socket. ``jump``: a shared connection to
    ``endpoint.jump``; without one the session opens and closes its own.

    With a dialogue, commands go over exec channels where the platform has them, so many side by side as it
    bears, and else one by one over a terminal that stays open: also where more rights must be asked for."""

    def __init__(
        self,
        endpoint: Endpoint,
        hostkeys: HostKeys,
        dialogue: Dialogue | None = None,
        *,
        jump: Jump | None = None,
        limiter: Limiter | None = None,
        max_output: int = MAX_OUTPUT_BYTES,
    ) -> None:
        self._endpoint = endpoint
        self._netconf: NetconfSession | None = None
        self._own_jump = None
        if jump is None and endpoint.jump is not None:
            jump = self._own_jump = SshConnection(endpoint.jump, hostkeys)
        self._ssh = SshConnection(endpoint, hostkeys, max_output=max_output, jump=jump, limiter=limiter)
        there = replace(endpoint, ssh_port=endpoint.netconf_port)
        self._netconf_ssh: Callable[[], SshConnection] = partial(
            SshConnection, there, hostkeys, jump=jump, limiter=limiter
        )
        self._hostkeys = hostkeys
        self._snmp = SnmpClient(endpoint)
        self._dialogue = dialogue
        rises = dialogue is not None and dialogue.enable != "" and endpoint.credentials.enable is not None
        self._exec = dialogue is not None and dialogue.exec and not rises
        self._channels = asyncio.Semaphore(dialogue.channels) if dialogue else None
        self._max_output = max_output
        self._shell: Shell | None = None
        self._turn = asyncio.Lock()
        self._under_way = 0
        self._rested = False
        self._netconf_turn = asyncio.Lock()

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    @property
    def shell(self) -> Shell | None:
        """The terminal, when there is one: its prompt and mode."""
        return self._shell

    @property
    def is_connected(self) -> bool:
        """Whether it is logged in over SSH now, for a command line or NETCONF."""
        return self._ssh.is_open or self._has_netconf

    @property
    def is_reusable(self) -> bool:
        """Whether another conversation may go on over what is open here: nothing is under way, and a terminal
        stands where its login left it."""
        open_ = self.is_connected or self._snmp.is_open
        return open_ and not self._under_way and (self._shell is None or self._shell.is_at_home)

    @property
    def _has_netconf(self) -> bool:
        return self._netconf is not None and self._netconf.broken is None

    def rest(self) -> None:
        """Nothing is asked for a while: it is made sure of at the next command that the device is there."""
        self._rested = True
        self._ssh.rest()

    async def run(
        self, command: str, *, check: bool = True, timeout_s: float | None = None, stdin: bytes | None = None
    ) -> Reply:
        self._under_way += 1
        try:
            if self._dialogue is None:
                reply = await self._ssh.run(command, timeout_s=timeout_s, stdin=stdin)
            else:
                reply = await self._spoken(self._dialogue, command, timeout_s, stdin)
        finally:
            self._under_way -= 1
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

    async def netconf(self) -> NetconfSession:
        from netwright.device.netconf.session import open_netconf  # noqa: PLC0415 (heavy: XML)

        async with self._netconf_turn:
            if self._netconf is not None and self._netconf.broken is not None:
                await self._netconf.close()
                self._netconf = None
            if self._netconf is None:
                self._netconf = await open_netconf(self._endpoint, self._hostkeys, ssh=self._netconf_ssh())
            return self._netconf

    async def close(self) -> None:
        self._snmp.close()
        if self._netconf is not None:
            await self._netconf.close()
            self._netconf = None
        if self._shell is not None:
            self._shell.close()
            self._shell = None
        await self._ssh.close()
        if self._own_jump is not None:
            await self._own_jump.close()

    async def _spoken(
        self, dialogue: Dialogue, command: str, timeout_s: float | None, stdin: bytes | None
    ) -> Reply:
        """Over an exec channel, or typed; a line that refuses the command gives status 1."""
        if self._exec and self._channels is not None:
            try:
                async with self._channels:
                    reply = await self._ssh.run(command, timeout_s=timeout_s, stdin=stdin, statusless=True)
                return _judged(dialogue, reply)
            except ExecRefusedError:
                self._exec = False
        if stdin is not None or "\n" in command:
            raise InputError(
                "a terminal takes one line at a time and no input",
                subject=self._endpoint.device,
                remedy="Send the lines one by one.",
            )
        async with self._turn:
            shell = await self._terminal(dialogue)
            output = await shell.run(command, timeout_s=timeout_s)
        return _judged(dialogue, Reply(command, output, "", 0))

    async def _terminal(self, dialogue: Dialogue) -> Shell:
        rested, self._rested = self._rested, False
        if rested and self._shell is not None and not await self._shell.is_awake():
            self._ssh.drop()
        if self._shell is None or not self._shell.is_open:
            shell = Shell(self._endpoint, dialogue, max_output=self._max_output)
            await shell.open(await self._ssh.connection())
            self._shell = shell
        return self._shell


def _judged(dialogue: Dialogue, reply: Reply) -> Reply:
    refusal = dialogue.refusal(reply.output)
    if refusal is None or reply.status != 0:
        return reply
    return Reply(reply.command, reply.output, refusal, 1)
