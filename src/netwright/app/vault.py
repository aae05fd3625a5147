"""Secrets of the installation, encrypted at rest with AES-256-GCM under a key kept beside them."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from netwright.base.errors import NotFoundError, StorageError
from netwright.base.secret import Secret
from netwright.store.database import Database
from netwright.store.record import Base

_NONCE_BYTES = 12


class StoredSecret(Base):
    """A named secret: nonce and ciphertext, base64; the name is bound to it."""

    __tablename__ = "stored_secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)


def load_key(file: Path, *, create: bool = False) -> bytes:
    """The 32-byte key in ``file``; made on first use when ``create``."""
    try:
        key = b64decode(file.read_text())
    except FileNotFoundError:
        if not create:
            raise StorageError(
                "the key of the secrets is missing", subject=str(file), remedy="Restore it from its backup."
            ) from None
        key = AESGCM.generate_key(256)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(b64encode(key))
    return key


class Vault:
    """A SecretStore in the database. Its own key also serves as the key of scrubbing."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._aead = AESGCM(key)
        self.scrub_key = Secret(b64encode(b"scrub" + key).decode())

    def get(self, name: str) -> Secret:
        with self._database.read() as session:
            sealed = session.scalar(select(StoredSecret.sealed).where(StoredSecret.name == name))
        if sealed is None:
            raise NotFoundError(
                f"there is no secret {name!r}", remedy=f"Set it with `netwright secret set {name}`."
            )
        data = b64decode(sealed)
        try:
            plain = self._aead.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise StorageError(
                "the secret was sealed with another key", subject=name, remedy="Set it again."
            ) from None
        return Secret(plain.decode())

    def put(self, name: str, secret: Secret) -> None:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = b64encode(
            nonce + self._aead.encrypt(nonce, secret.reveal().encode(), name.encode())
        ).decode()
        with self._database.write() as session:
            session.merge(StoredSecret(name=name, sealed=sealed))

    def versions(self) -> dict[str, str]:
        """A hash of each secret by name, of what is stored: it changes with the secret and tells nothing."""
        with self._database.read() as session:
            rows = session.execute(select(StoredSecret.name, StoredSecret.sealed))
            return {name: sha256(sealed.encode()).hexdigest()[:16] for name, sealed in rows}

    def names(self) -> list[str]:
        with self._database.read() as session:
            return list(session.scalars(select(StoredSecret.name).order_by(StoredSecret.name)))
