"""Writing the folder, and its manifest: revision, a sum of each file, and a signature by the home's key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.exchange.tree.render import SHARED, render_devices, render_shared, shared_path
from netwright.store.history import current_revision

MANIFEST = "manifest.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds. ``files``: SHA-256 in hexadecimal by path."""

    revision: int
    files: Mapping[str, str]
    signature: str = ""

    def signed(self, key: bytes) -> Manifest:
        return Manifest(self.revision, self.files, self._signature(key))

    def is_signed_by(self, key: bytes) -> bool:
        return hmac.compare_digest(self.signature, self._signature(key))

    def data(self) -> bytes:
        document = {**self._said(), "signature": self.signature}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"

    def _said(self) -> dict[str, object]:
        return {"format": _FORMAT, "revision": self.revision, "files": dict(self.files)}

    def _signature(self, key: bytes) -> str:
        own = hmac.digest(key, b"netwright export", "sha256")
        return hmac.digest(own, orjson.dumps(self._said(), option=orjson.OPT_SORT_KEYS), "sha256").hex()


def read_manifest(folder: Path) -> Manifest:
    """Raises InputError when there is none that can be read."""
    file = folder / MANIFEST
    try:
        document = orjson.loads(file.read_bytes())
        if document["format"] != _FORMAT:
            raise InputError(f"is of format {document['format']}, not {_FORMAT}", subject=str(file))
        files = {str(path): str(digest) for path, digest in document["files"].items()}
        return Manifest(int(document["revision"]), files, str(document["signature"]))
    except FileNotFoundError:
        raise InputError("there is no manifest", subject=str(folder)) from None
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        remedy = "Export anew, or import the files without it."
        raise InputError("is no manifest of an export", subject=str(file), remedy=remedy) from None


def is_export(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_tree(session: Session, folder: Path, key: bytes) -> Manifest:
    """Write everything below ``folder``; files of an older export that hold nothing any more are deleted.

    Raises InputError for a folder that holds something else."""
    old: Mapping[str, str] = {}
    if folder.is_dir() and any(folder.iterdir()):
        if not is_export(folder):
            raise InputError(
                "holds something that is no export", subject=str(folder), remedy="Give an empty folder."
            )
        old = read_manifest(folder).files
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    files: dict[str, str] = {}
    revision = current_revision(session)
    for path, text in _rendered(session):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        file.write_bytes(data)
        files[path] = digest(data)
    for path in old.keys() - files.keys():
        if (folder / path).resolve().is_relative_to(folder.resolve()):
            (folder / path).unlink(missing_ok=True)
    manifest = Manifest(revision, files).signed(key)
    (folder / MANIFEST).write_bytes(manifest.data())
    return manifest


def _rendered(session: Session) -> Iterator[tuple[str, str]]:
    for kind in SHARED:
        if text := render_shared(session, kind):
            yield shared_path(kind), text
    yield from render_devices(session)
