"""A folder of recorded sessions, read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from netwright.base.errors import InputError, NotFoundError
from netwright.lab.replay.form import Value, entries
from netwright.lab.replay.recorder import VERSION


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """One file: its head, and what was said."""

    way: str
    head: dict[str, Value]
    said: tuple[dict[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """What was said with one device, in the order of its sessions. ``at``: when, in seconds since 1970."""

    device: str
    at: float
    sessions: tuple[RecordedSession, ...]

    @property
    def ways(self) -> list[str]:
        return list(dict.fromkeys(one.way for one in self.sessions))

    def over(self, *ways: str) -> list[RecordedSession]:
        return [one for one in self.sessions if one.way in ways]

    def about(self, name: str, default: str = "") -> str:
        """How it was asked for."""
        return next((str(one.head[name]) for one in self.sessions if name in one.head), default)


def read_recording(folder: Path, device: str | None = None) -> Recording:
    """Of the device of that name, or the only one there is. Raises InputError, NotFoundError."""
    found = recordings(folder)
    if device is None and len(found) > 1:
        raise InputError(
            f"holds the sessions of {len(found)} devices ({', '.join(list(found)[:5])})",
            subject=str(folder),
            remedy="Name one of them.",
        )
    chosen = device if device is not None else next(iter(found), "")
    if chosen not in found:
        raise NotFoundError(
            f"there are no recorded sessions{f' of {device}' if device else ''}",
            subject=str(folder),
            remedy="Give a folder that --record wrote.",
        )
    return found[chosen]


def recordings(folder: Path) -> dict[str, Recording]:
    """By device. Raises InputError for what is no recording."""
    files = sorted(folder.glob("*-[0-9][0-9][0-9]*-*.yaml"))
    by_device: dict[str, list[RecordedSession]] = {}
    for path in files:
        session = _session(path)
        if session is not None:
            by_device.setdefault(str(session.head["device"]), []).append(session)
    return {device: Recording(device, _at(one), tuple(one)) for device, one in by_device.items()}


def _session(path: Path) -> RecordedSession | None:
    """None for a file in which nothing whole stands."""
    try:
        found = entries(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"can't be read ({error})", subject=str(path), remedy="Record it again.") from None
    if not found:
        return None
    head, *said = found
    if head.get("recording") != VERSION or "device" not in head or "way" not in head:
        raise InputError(
            f"is no recording of version {VERSION}",
            subject=str(path),
            remedy="Play it back with the version of Netwright that wrote it.",
        )
    return RecordedSession(str(head["way"]), head, tuple(said))


def _at(sessions: Sequence[RecordedSession]) -> float:
    at = sessions[0].head.get("at")
    return float(at) if isinstance(at, (int, float)) else 0.0
