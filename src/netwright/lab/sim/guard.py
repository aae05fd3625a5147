"""The guard on a simulated router: what ``platforms/frr/guard.sh`` does on a real one, call for call.

A change is armed with a token and a timer of the device's own. Until it is confirmed the startup
configuration stays the old one, so that a restart reverts it too. One change at a time; each call may come
again with the same token and is answered as the first time.
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from netwright.lab.sim.configuration import LineError, difference, load
from netwright.lab.sim.faults import Fault
from netwright.lab.sim.result import Result
from netwright.lab.sim.router import Router
from netwright.platforms.frr.commands import PATCH_MARK

INSTALLED = "/var/lib/netwright/guard"
_VERSION = re.compile(rb"^VERSION='([^']*)'", re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z0-9._-]+")


class Exit(enum.IntEnum):
    """Exit codes of the guard."""

    REJECTED = 65
    NOTHING = 66
    BUSY = 67
    FAILED = 68
    CUT = 69
    STUCK = 70
    MOVED = 71
    OTHER_VERSION = 90


class Timer(Protocol):
    """A call that is to come; ``asyncio.TimerHandle`` is one."""

    def cancel(self) -> None: ...

    def when(self) -> float: ...


class Timers(Protocol):
    """What runs a device's timers; an event loop does."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer: ...

    def time(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Armed:
    """A change that waits for its confirmation, with what ran before and what runs now."""

    token: str
    previous: str
    applied: str
    timer: Timer


class Guard:
    """The guard of one router. It is there once its script was put on the router."""

    def __init__(self, router: Router, timers: Timers) -> None:
        self._router = router
        self._timers = timers
        self._armed: Armed | None = None
        self._journal: dict[str, str] = {}
        router.on_power.append(self._power)

    @property
    def armed(self) -> str | None:
        """The token of the pending change."""
        return self._armed.token if self._armed else None

    @property
    def journal(self) -> dict[str, str]:
        """The result of each finished change by its token, oldest first."""
        return dict(self._journal)

    def run(self, words: list[str], stdin: bytes) -> Result:
        """The guard called with these arguments."""
        version = self._version()
        if words[:1] == ["-v"]:
            if words[1:2] != [version]:
                return Result(status=Exit.OTHER_VERSION)
            words = words[2:]
        match words:
            case ["check", checksum]:
                return self._check(stdin, checksum)
            case ["arm", token, seconds, checksum] if _TOKEN.fullmatch(token) and seconds.isdigit():
                return self._arm(token, int(seconds), checksum, stdin)
            case ["state"]:
                return self._state(version)
            case ["confirm", token] if _TOKEN.fullmatch(token):
                return self._confirm(token)
            case ["revert", token, *why] if _TOKEN.fullmatch(token):
                return self._revert(token, why[0] if why else "asked")
            case ["boot"]:
                return Result()
            case _:
                return _end(2, "usage: guard check|arm|state|confirm|revert|boot")

    def _version(self) -> str:
        match = _VERSION.search(self._router.files.get(INSTALLED, b""))
        return match[1].decode() if match else ""

    def _check(self, stdin: bytes, checksum: str) -> Result:
        if hashlib.sha256(stdin).hexdigest() != checksum:
            return _cut()
        return reload_test(self._router, stdin.decode(errors="replace"))

    def _arm(self, token: str, seconds: int, checksum: str, stdin: bytes) -> Result:
        if Fault.READ_ONLY in self._router.faults:
            return _end(Exit.STUCK, "nothing can be written below /var/lib/netwright")
        if hashlib.sha256(stdin).hexdigest() != checksum:
            return _cut()
        if self._armed is not None:
            if self._armed.token == token:
                return self._state(self._version())
            return _end(Exit.BUSY, f"another change is pending: {self._armed.token}")
        if (result := self._journal.get(token)) is not None:
            if result == "confirmed":
                return Result("armed before, confirmed\n")
            return _end(Exit.FAILED, result)
        previous = self._router.running_text
        config, _, _ = stdin.decode(errors="replace").partition(PATCH_MARK)  # it has no way but replacing all
        errors = self._router.replace(config)
        if any(error.syntax for error in errors):
            return Result("", syntax(errors), Exit.REJECTED)
        if errors:
            self._router.replace(previous)
            self._journal[token] = f"failed: {errors[0].message}"
            return Result("", f"{errors[0].message}\n{self._journal[token]}\n", Exit.FAILED)
        timer = self._timers.call_later(seconds, self._time_is_over)
        self._armed = Armed(token, previous, self._router.running_text, timer)
        return self._state(self._version())

    def _state(self, version: str) -> Result:
        lines = [f"version={version}"]
        if (armed := self._armed) is not None:
            left = max(0.0, armed.timer.when() - self._timers.time())
            lines += [f"token={armed.token}", "phase=armed", f"remaining={round(left)}"]
        if self._journal:
            token, result = list(self._journal.items())[-1]
            lines.append(f"last={token} {result}")
        return Result("\n".join(lines) + "\n")

    def _confirm(self, token: str) -> Result:
        armed = self._armed
        if armed is None or armed.token != token:
            result = self._journal.get(token)
            if result == "confirmed":
                return Result()
            words = f"{token} was {result}" if result else f"nothing is pending under {token}"
            return _end(Exit.NOTHING, words)
        if self._router.running_text != armed.applied:
            return _end(
                Exit.MOVED,
                "the running configuration is not the one that was armed:"
                " somebody changed it, or FRR restarted",
            )
        self._router.save()
        self._finish("confirmed")
        return Result()

    def _revert(self, token: str, why: str) -> Result:
        if self._armed is not None and self._armed.token == token:
            self._go_back(f"reverted: {why}")
            return Result()
        result = self._journal.get(token)
        if result is not None and result.startswith(("reverted", "failed")):
            return Result()
        return _end(Exit.NOTHING, f"{token} was {result}" if result else f"nothing is pending under {token}")

    def _time_is_over(self) -> None:
        self._go_back("reverted: not confirmed in time")

    def _go_back(self, result: str) -> None:
        assert self._armed is not None
        self._router.replace(self._armed.previous)
        self._finish(result)

    def _finish(self, result: str) -> None:
        assert self._armed is not None
        armed, self._armed = self._armed, None
        armed.timer.cancel()
        self._journal[armed.token] = result

    def forget(self) -> None:
        """The device's disk is gone, and what ran on it."""
        if self._armed is not None:
            self._armed.timer.cancel()
        self._armed = None
        self._journal.clear()

    def _power(self, on: bool) -> None:
        """The timer dies with the power; the start script closes the change that the restart undid."""
        if self._armed is None:
            return
        if on:
            self._finish("reverted: the device restarted")
        else:
            self._armed.timer.cancel()


def reload_test(router: Router, text: str) -> Result:
    """``frr-reload.py --test``: what would be deleted and added, or what the parser refuses."""
    configuration, errors = load(text)
    if any(error.syntax for error in errors):
        return Result("", syntax(errors), Exit.REJECTED)
    if "agentx" in router.running().top.lines:
        configuration.enter("end")
        configuration.enter("agentx")
    delete, add = difference(router.running_text, configuration.text())
    parts = []
    if delete:
        parts.append("\n".join(["", "Lines To Delete", "===============", *delete]))
    if add:
        parts.append("\n".join(["", "Lines To Add", "============", *add]))
    return Result("\n".join(parts) + "\n" if parts else "")


def syntax(errors: list[LineError]) -> str:
    """The refused lines, as ``vtysh -C`` prints them."""
    return "".join(f"{error}\n" for error in errors if error.syntax)


def _end(status: int, words: str) -> Result:
    return Result("", f"{words}\n", status)


def _cut() -> Result:
    return _end(Exit.CUT, "the configuration arrived incomplete")
