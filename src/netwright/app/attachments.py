"""The bytes of attachments, kept beside the database under their SHA-256: equal files are kept once.

An attachment object names its bytes by that hash, so history and reverts need no copies. Bytes are written
before the object that names them; what is left of a write that was killed is removed by ``prune``.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from netwright.base.clock import Clock
from netwright.base.errors import InputError, NotFoundError, StorageError
from netwright.inventory import Attachment
from netwright.store.database import Database
from netwright.store.delta import Delta
from netwright.store.history import History

MAX_BYTES = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_GRACE_S = 24 * 3600
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that were kept."""

    sha256: str
    size_bytes: int


class Attachments:
    """The files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: Iterable[bytes]) -> Stored:
        """Keep bytes, whole or not at all. Raises InputError for too many, StorageError for a full disk."""
        digest, size = hashlib.sha256(), 0
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".incoming-") as incoming:
                for part in data:
                    size += len(part)
                    if size > MAX_BYTES:
                        raise InputError(
                            f"larger than {MAX_BYTES // 2**20} MiB",
                            subject="attachment",
                            remedy="Keep it elsewhere and attach a link.",
                        )
                    digest.update(part)
                    incoming.write(part)
                incoming.flush()
                os.fsync(incoming.fileno())
                place = self._place(digest.hexdigest())
                place.parent.mkdir(exist_ok=True, mode=0o700)
                if not place.exists():
                    os.link(incoming.name, place)
        except OSError as error:
            raise StorageError(
                f"can't be written ({error.strerror})",
                subject=str(self._folder),
                remedy="Free some space or give this user the right to write; nothing was kept.",
            ) from error
        return Stored(digest.hexdigest(), size)

    def path(self, sha256: str) -> Path:
        """Where the bytes are. Raises NotFoundError when they are lost."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFoundError(
                "the bytes of this file are not there",
                subject=sha256,
                remedy="Bring them back from a backup of the home folder.",
            )
        return place

    def prune(self, database: Database, clock: Clock) -> list[str]:
        """Remove bytes that no object, history or open change set names, older than a day; their hashes."""
        if not self._folder.is_dir():
            return []
        named = self._named(database)
        removed = []
        for file in sorted(self._folder.rglob("*")):
            if not file.is_file() or clock.now() - file.stat().st_mtime < _GRACE_S:
                continue
            if file.name.startswith(".incoming-") or file.name not in named:
                file.unlink(missing_ok=True)
                removed.append(file.name)
        return removed

    def _named(self, database: Database) -> set[str]:
        kind = Attachment.__tablename__
        with database.read() as session:
            found = set(session.scalars(select(Attachment.sha256)))
            for query in (
                select(History.before).where(History.kind == kind),
                select(Delta.before).where(Delta.kind == kind),
                select(Delta.after).where(Delta.kind == kind),
            ):
                found.update(str(doc.get("sha256", "")) for doc in session.scalars(query) if doc)
        return found

    def _place(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise InputError("not a SHA-256 in hexadecimal", subject=sha256[:80])
        return self._folder / sha256[:2] / sha256


def read_file(file: Path) -> Iterator[bytes]:
    """A file's bytes in parts. Raises InputError."""
    try:
        with file.open("rb") as stream:
            while part := stream.read(_CHUNK):
                yield part
    except OSError as error:
        raise InputError(f"can't be read ({error.strerror})", subject=str(file)) from None
