"""How a running configuration stands to intent, and who compares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from netwright.device.session import Session
from netwright.platforms.target import Target


@dataclass(frozen=True, slots=True)
class DriftReport:
    """A running configuration held against the wanted one. Texts are scrubbed; ``equal`` None: not
    comparable, as when the wanted one can't be rendered."""

    running: str
    running_hash: str
    equal: bool | None
    diff: str = ""


DriftCheck = Callable[[Target, Session, str], Awaitable[DriftReport]]
"""Compares a device's running text with what is wanted; ``app`` fills it, since intent is rendered above.
The session serves to ask the device itself when the texts differ."""
