"""Changes FRR's configuration through the guard, a script of ours on the router (``guard.sh``).

The guard holds the state and the timer; this side asks, makes the ordered patch that the guard types, and
translates its exit statuses into errors.
"""

from __future__ import annotations

import re

from netwright.base.errors import (
    BusyError,
    CommandFailedError,
    ConfigRejectedError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.config.engine import make_patch, text_of
from netwright.config.schema import schema
from netwright.config.scrub import secrets_in
from netwright.device.session import Reply, Session
from netwright.platforms.frr import commands
from netwright.platforms.frr.secrets import SECRETS, hide
from netwright.platforms.platform import ArmState, CheckResult

APPLY_S = 180.0
"""Longest apply with its restore: two passes of frr-reload, one process a removed line, on a slow router."""

_REJECTED, _NOTHING, _BUSY, _FAILED, _CUT, _MOVED = 65, 66, 67, 68, 69, 71
_MISSING = 1
"""Exit status of sudo for a command that isn't there."""
_NOISE = ("vtysh_pam", "sudo: unable to resolve host")
_HEADINGS = re.compile(r"\s*(Lines To (Delete|Add)|=+)?\s*")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class FrrConfigDriver:
    """``ConfigDriver`` for FRR 8 and later with frr-pythontools, over a login that may use sudo."""

    async def read_running(self, session: Session) -> str:
        """As FRR prints it, less the ``end``. An answer without it was cut and is refused."""
        reply = await session.run(commands.RUNNING_CONFIG)
        body, mark, rest = reply.output.rpartition("\nend\n")
        if not mark or rest.strip():
            raise UnparsedAnswerError(
                "the running configuration does not end with `end`: it is not whole",
                subject=session.endpoint.device,
                remedy="Try again; if it stays so, look at FRR's daemons on the router.",
                raw=reply.output[-500:],
            )
        return body.rstrip("!\n") + "\n"

    async def check(self, session: Session, config: str) -> CheckResult:
        data = _bytes(config)
        reply = await self._guard(session, "check", commands.digest(data), stdin=data, timeout_s=APPLY_S)
        if reply.status == _REJECTED:
            return CheckResult(ok=False, errors=tuple(_messages(reply.error, config)))
        _expect(session, reply, config)
        lines = (line.rstrip() for line in hide(reply.output).splitlines())
        return CheckResult(ok=True, commands=tuple(x for x in lines if not _HEADINGS.fullmatch(x)))

    async def arm(self, session: Session, config: str, *, token: str, timer_s: int) -> None:
        data = _bytes(config) + await self._patch(session, config)
        reply = await self._guard(
            session, "arm", token, str(timer_s), commands.digest(data), stdin=data, timeout_s=APPLY_S
        )
        _expect(session, reply, config)

    async def _patch(self, session: Session, config: str) -> bytes:
        """The commands from what runs to ``config``, for the guard to type; nothing where the engine can't
        tell that they get there, so that FRR's own tool does it all."""
        running = (await session.run(commands.RUNNING_CONFIG)).output
        rules = schema("frr")
        made = make_patch(running, config, rules)
        if made.missing or not made.steps:
            return b""
        mark = f"{commands.PATCH_MARK}{commands.digest(running.encode())}\n"
        return (mark + text_of(made.steps, rules)).encode()

    async def state(self, session: Session) -> ArmState:
        reply = await self._guard(session, "state")
        _expect(session, reply)
        said = dict(line.split("=", 1) for line in reply.output.splitlines() if "=" in line)
        if "version" not in said:
            raise UnparsedAnswerError(
                "the guard's state could not be understood",
                subject=session.endpoint.device,
                remedy=f"Run `sudo {commands.GUARD} state` on the router.",
                raw=reply.output[:500],
            )
        remaining = float(said["remaining"]) if "remaining" in said else None
        return ArmState(said.get("token"), remaining, said.get("last", ""))

    async def confirm(self, session: Session, *, token: str) -> None:
        _expect(session, await self._guard(session, "confirm", token, timeout_s=APPLY_S))

    async def revert(self, session: Session, *, token: str, why: str) -> None:
        _expect(session, await self._guard(session, "revert", token, why, timeout_s=APPLY_S))

    async def _guard(
        self,
        session: Session,
        verb: str,
        *arguments: str,
        stdin: bytes | None = None,
        timeout_s: float | None = None,
    ) -> Reply:
        """Ask the guard; install it first where it is missing or of another version."""
        command = commands.guard(verb, *arguments)
        reply = await session.run(command, check=False, stdin=stdin, timeout_s=timeout_s)
        missing = reply.status == _MISSING and "command not found" in reply.error
        if reply.status == commands.OTHER_VERSION or missing:
            await session.run(commands.install_guard(), stdin=commands.GUARD_SCRIPT)
            reply = await session.run(command, check=False, stdin=stdin, timeout_s=timeout_s)
        return reply


def _bytes(config: str) -> bytes:
    return (config.rstrip("\n") + "\n").encode()


def _messages(error: str, config: str) -> list[str]:
    """What the router said, without colours and without the secrets of the configuration."""
    secrets = sorted(secrets_in(config, SECRETS), key=len, reverse=True)
    lines = []
    for line in _COLOUR.sub("", error).splitlines():
        clean = line.strip()
        for secret in secrets:
            clean = clean.replace(secret, "<secret>")
        if clean and not clean.startswith(_NOISE):
            lines.append(clean)
    return lines


def _expect(session: Session, reply: Reply, config: str = "") -> None:
    """Raise what a failed call of the guard means."""
    if reply.status == 0:
        return
    device = session.endpoint.device
    said = " / ".join(_messages(reply.error, config)) or f"the guard ended with status {reply.status}"
    if reply.status == _BUSY:
        raise BusyError(said, subject=device, remedy="Confirm or revert that change first.")
    if reply.status == _REJECTED:
        raise ConfigRejectedError(
            f"FRR refused the configuration, nothing was changed: {said}",
            subject=device,
            remedy="Mend the design or the template.",
            output=said,
            status=reply.status,
        )
    if reply.status == _CUT:
        raise SessionClosedError(said, subject=device, remedy="Try again; nothing was changed.")
    raise CommandFailedError(
        said, subject=device, remedy=_REMEDIES.get(reply.status), output=said, status=reply.status
    )


_REMEDIES = {
    _FAILED: "The router is back on its old configuration; mend the design or the template.",
    _NOTHING: "Plan and deploy again.",
    _MOVED: "Plan again; revert this change or let its timer do it.",
    _MISSING: "Check that the login may use sudo without a password on the router.",
}
