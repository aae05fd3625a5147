"""SSH host keys of devices: trusted on first use, and a change is refused until a person accepts it.

A key is OpenSSH public key text without a comment: ``ssh-ed25519 AAAA…``.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import Protocol


class HostKeys(Protocol):
    """Which host key each device is known by. ``app`` keeps it in the database."""

    def known(self, device: str) -> str | None:
        """The recorded key, None before the first login."""
        ...

    def record(self, device: str, key: str) -> None:
        """Keep the key of a first login. A key that is already there stays."""
        ...

    def refuse(self, device: str, key: str) -> None:
        """Note another key that the device showed, so that a person can accept it."""
        ...


class MemoryHostKeys:
    """Host keys of one process's life: trust on first use, for laboratories and tests."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    def known(self, device: str) -> str | None:
        return self.keys.get(device)

    def record(self, device: str, key: str) -> None:
        self.keys.setdefault(device, key)

    def refuse(self, device: str, key: str) -> None:
        self.refused[device] = key


def fingerprint(key: str) -> str:
    """The key as ``ssh-keygen -l`` shows it: ``SHA256:`` and 43 characters."""
    blob = b64decode(key.split()[1])
    return "SHA256:" + b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
