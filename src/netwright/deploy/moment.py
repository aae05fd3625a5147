"""The named moments of a rollout, for whoever watches it: progress, measurements, crash tests."""

from __future__ import annotations

import enum
from typing import Protocol


class Moment(enum.StrEnum):
    """A moment in the life of one device's change, in order. Each is announced right after it came, before
    anything else is written or sent."""

    BEGUN = "begun"
    PRECHECKED = "prechecked"
    """The checks before the change passed; nothing is on the device yet."""
    ARMING = "arming"
    """Written down that we are about to arm."""
    ARMED = "armed"
    """The device runs the change and its timer; not yet written down here."""
    CHECKED = "checked"
    """The checks after the change passed."""
    CONFIRMING = "confirming"
    """Written down that we are about to confirm."""
    CONFIRMED = "confirmed"
    """The device keeps the change; not yet written down here."""
    REVERTING = "reverting"
    """Written down that we are about to revert."""
    REVERTED = "reverted"
    """The device is back; not yet written down here."""
    ENDED = "ended"
    """The device's result is written down."""


class Observer(Protocol):
    """Is told each moment, in the worker's own thread; must return soon and not raise."""

    def moment(self, moment: Moment, device: str) -> None: ...


class Unobserved:
    """Nobody watches."""

    def moment(self, moment: Moment, device: str) -> None:
        """Nothing to do."""
