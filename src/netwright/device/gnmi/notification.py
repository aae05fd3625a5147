"""A device's notifications as flat records, and the interning that makes streams cheap.

A stream names the same few thousand paths over and over. Their bytes are the key: the text of a path is
built once.
"""

from __future__ import annotations

from dataclasses import dataclass

from netwright.device.gnmi.path import path_text
from netwright.device.gnmi.proto.gnmi_pb2 import Notification as Message
from netwright.device.gnmi.proto.gnmi_pb2 import Path
from netwright.device.gnmi.value import Value, read_update, read_value

_KEPT_PATHS = 200_000
_SCALARS = {"uint_val", "int_val", "string_val", "bool_val", "double_val"}


@dataclass(frozen=True, slots=True)
class Notification:
    """What changed at one moment. ``timestamp_ns`` is the device's, since the epoch. Paths have their prefix.
    ``target`` is whom a collector in between speaks for; ``atomic``: what is not named below the prefix is
    gone."""

    timestamp_ns: int
    updates: tuple[tuple[str, Value], ...]
    deletes: tuple[str, ...] = ()
    prefix: str = "/"
    target: str = ""
    atomic: bool = False


class Below:
    """A prefix, its text, and the texts of the paths known below it."""

    __slots__ = ("prefix", "text", "texts")

    def __init__(self, prefix: Path) -> None:
        self.prefix = Path()
        self.prefix.CopyFrom(prefix)
        self.text = path_text(prefix)
        self.texts: dict[bytes, str] = {}


class PathTexts:
    """Texts of paths by their bytes. One a stream."""

    def __init__(self) -> None:
        self._prefixes: dict[bytes, Below] = {}
        self._count = 0

    def below(self, prefix: Path) -> Below:
        key = prefix.SerializeToString()
        found = self._prefixes.get(key)
        if found is None:
            if self._count > _KEPT_PATHS:
                self._prefixes.clear()
                self._count = 0
            self._count += 1
            found = self._prefixes[key] = Below(prefix)
        return found

    def add(self, below: Below, key: bytes, path: Path) -> str:
        self._count += 1
        text = below.texts[key] = path_text(below.prefix, path)
        return text


def read_notification(message: Message, texts: PathTexts) -> Notification:
    """Raises ValueError for a value that can't be read."""
    below = texts.below(message.prefix)
    known = below.texts
    updates: list[tuple[str, Value]] = []
    for update in message.update:
        path, value = update.path, update.val
        key = path.SerializeToString()
        text = known.get(key) or texts.add(below, key, path)
        kind = value.WhichOneof("value")
        if kind in _SCALARS:
            updates.append((text, getattr(value, kind)))
        elif kind is None:
            updates.append((text, read_update(update)))
        else:
            updates.append((text, read_value(value)))
    deletes = message.delete
    return Notification(
        message.timestamp,
        tuple(updates),
        tuple([path_text(below.prefix, path) for path in deletes]) if deletes else (),
        below.text,
        below.prefix.target,
        message.atomic,
    )
