"""Switches that make a simulated device misbehave on the wire, in the words of the tests."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from netwright.base.errors import InputError


class Fault(enum.StrEnum):
    """How a device fails. All stay until healed; they meet new sessions and commands."""

    REFUSE = "refuse"
    """TCP is refused: no SSH server runs."""
    SILENT = "silent"
    """TCP is accepted by the machine, then nothing: hung before the SSH banner."""
    GARBAGE = "garbage"
    """Something that is not SSH answers."""
    CLOSE = "close"
    """The connection is closed before the banner."""
    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - the name of a fault
    """Every login is refused."""
    NEW_HOST_KEY = "new-host-key"
    """It shows another host key than before."""
    HANG = "hang"
    """A command's answer stops half way and never ends."""
    DROP = "drop"
    """The session is dropped half way through an answer."""
    FLOOD = "flood"
    """A command's answer never stops."""
    NOISE = "noise"
    """Bytes that are no text come for an answer."""
    SLOW = "slow"
    """Answers trickle, 256 bytes every tenth of a second."""
    NO_SNMP = "no-snmp"
    """The SNMP agent is silent."""
    READ_ONLY = "read-only"
    """Configuration can't be applied: the device's disk takes no writes."""


@dataclass(slots=True)
class Faults:
    """The faults a device has now."""

    present: frozenset[Fault] = frozenset()

    def set(self, name: str, *, on: bool) -> None:
        """Raises InputError for a fault that is unknown."""
        try:
            fault = Fault(name)
        except ValueError:
            raise InputError(
                f"there is no fault {name!r}", remedy=f"Faults are {', '.join(Fault)}."
            ) from None
        self.present = self.present | {fault} if on else self.present - {fault}

    def __contains__(self, fault: Fault) -> bool:
        return fault in self.present
