"""Files put into a node's /etc, /home and so on from outside, before it boots.

A node sees the machine's /etc and /var with a layer of its own on top (overlayfs). A folder made in the
layer hides the owner and mode of the one below it, so folders are made with those of the machine's.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layer:
    """The upper layer of one folder of a node, as ``etc`` over the machine's ``/etc``."""

    upper: Path
    below: Path

    def write(self, path: str, text: str, mode: int = 0o644, owner: str = "root") -> None:
        """Write a file in the layer. ``path`` is relative to the layered folder."""
        file = self.upper / path
        self._folders(Path(path).parent)
        user = pwd.getpwnam(owner)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            os.fchown(descriptor, user.pw_uid, user.pw_gid)
            os.fchmod(descriptor, mode)
            stream.write(text)

    def has(self, path: str) -> bool:
        return (self.upper / path).exists()

    def _folders(self, path: Path) -> None:
        made = self.upper
        for word in path.parts:
            made = made / word
            if made.is_dir():
                continue
            made.mkdir()
            below = self.below / made.relative_to(self.upper)
            if below.is_dir():
                stat = below.stat()
                os.chown(made, stat.st_uid, stat.st_gid)
                made.chmod(stat.st_mode & 0o7777)
            else:
                made.chmod(0o755)
