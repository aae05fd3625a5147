"""Texts that hold secrets, kept compressed and encrypted under their hash.

The key of a text is chosen by the caller and must not tell its secrets (a hash of the text with its
secrets already masked). Writing the same text again changes nothing, so a writer can be killed at any
moment and start over.
"""

from __future__ import annotations

import hashlib
import os

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from netwright.base.errors import NotFoundError, StorageError
from netwright.base.secret import Secret
from netwright.store.database import Database
from netwright.store.record import Base

_NONCE_BYTES = 12


class SealedText(Base):
    """One text: nonce and ciphertext (AES-256-GCM, bound to the hash) of its zstandard frame."""

    __tablename__ = "sealed_text"

    digest: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


def text_digest(text: str) -> str:
    """SHA-256 in hexadecimal. For texts whose secrets are masked."""
    return hashlib.sha256(text.encode()).hexdigest()


class SealedTexts:
    """The store of such texts. ``key``: any secret bytes; its own key is derived from them."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._aead = AESGCM(hashlib.sha256(b"netwright sealed text" + key).digest())

    def put(self, texts: dict[str, Secret]) -> None:
        """Keep texts by digest; those already there are left alone. Raises StorageError when the disk
        refuses; nothing is kept then."""
        if not texts:
            return
        try:
            with self._database.write() as session:
                query = select(SealedText.digest).where(SealedText.digest.in_(texts))
                known = set(session.scalars(query))
                for digest in sorted(texts.keys() - known):
                    session.add(SealedText(digest=digest, sealed=self.seal(digest, texts[digest])))
        except OperationalError as error:
            raise StorageError(
                f"the configurations can't be kept ({error.orig})",
                subject=str(self._database.url.database or self._database.url.host),
                remedy="See that its disk has space; nothing was changed.",
            ) from error

    def get(self, digest: str) -> Secret:
        """Raises NotFoundError for an unknown digest, StorageError when another key sealed it."""
        with self._database.read() as session:
            data = session.scalar(select(SealedText.sealed).where(SealedText.digest == digest))
        if data is None:
            raise NotFoundError("the whole text of this hash was never kept", subject=digest[:16])
        return self.unseal(digest, data)

    def unseal(self, digest: str, data: bytes) -> Secret:
        """The text in what ``seal`` gave. Raises StorageError when another key sealed it."""
        try:
            frame = self._aead.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], digest.encode())
        except InvalidTag:
            raise StorageError(
                "the text was sealed with another key",
                subject=digest[:16],
                remedy="Restore the home folder's key file from its backup.",
            ) from None
        return Secret(zstandard.decompress(frame).decode())

    def seal(self, digest: str, text: Secret) -> bytes:
        """The text compressed and encrypted, for a table of the caller's own."""
        nonce = os.urandom(_NONCE_BYTES)
        frame = zstandard.compress(text.reveal().encode(), 6)
        return nonce + self._aead.encrypt(nonce, frame, digest.encode())
