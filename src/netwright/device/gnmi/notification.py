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


class PathTexts:
    """Texts of paths by their bytes. One a stream."""

    def __init__(self) -> None:
        self._prefixes: dict[bytes, tuple[Path, dict[bytes, str]]] = {}
        self._count = 0

    def below(self, prefix: Path) -> tuple[Path, dict[bytes, str]]:
        """The prefix, kept, and the texts known below it."""
        key = prefix.SerializeToString()
        found = self._prefixes.get(key)
        if found is None:
            if self._count > _KEPT_PATHS:
                self._prefixes.clear()
                self._count = 0
            kept = Path()
            kept.CopyFrom(prefix)
            found = self._prefixes[key] = (kept, {})
        return found

    def add(self, texts: dict[bytes, str], key: bytes, prefix: Path, path: Path) -> str:
        self._count += 1
        text = texts[key] = path_text(prefix, path)
        return text


def read_notification(message: Message, texts: PathTexts) -> Notification:
    """Raises ValueError for a value that can't be read."""
    prefix, known = texts.below(message.prefix)
    updates: list[tuple[str, Value]] = []
    for update in message.update:
        key = update.path.SerializeToString()
        text = known.get(key)
        if text is None:
            text = texts.add(known, key, prefix, update.path)
        kind = update.val.WhichOneof("value")
        if kind in _SCALARS:
            updates.append((text, getattr(update.val, kind)))
        elif kind is None:
            updates.append((text, read_update(update)))
        else:
            updates.append((text, read_value(update.val)))
    return Notification(
        message.timestamp,
        tuple(updates),
        tuple(path_text(prefix, path) for path in message.delete),
        path_text(prefix),
        prefix.target,
        message.atomic,
    )
