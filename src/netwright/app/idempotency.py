"""Requests that were done, by the key that their sender gave: sent again, they are answered and not repeated.

The row is written in the transaction of the merge, so what was merged is known to be done even when the
answer never arrived.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Index, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.base.errors import ConflictError, InputError
from netwright.store.record import Base

KEPT_S = 24 * 3600
"""A key is remembered this long."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")


class DoneRequest(Base):
    """A request that was done. ``objects`` is what must be known to answer it again."""

    __tablename__ = "done_request"
    __table_args__ = (Index("ix_done_request_at", "at"),)

    user: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    at: Mapped[float]
    revision: Mapped[int]
    objects: Mapped[Any] = mapped_column(JSON)

    @property
    def answer(self) -> dict[str, Any]:
        """``items``: kind, id, verb and what was told of a failure, each; ``created``: ids; ``warnings``; and
        ``change_set`` when it went into an open one."""
        if isinstance(self.objects, dict):
            return self.objects
        items = [[*one, None] for one in self.objects]  # as it was written before version 0.2
        return {"items": items, "created": [], "warnings": []}


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Who sent a request under which key; ``digest`` is of all that it asks."""

    user: str
    key: str
    digest: str


def request_key(user: str, key: str, *parts: bytes) -> RequestKey:
    """Raises InputError for a key that is none."""
    if not _KEY.match(key):
        raise InputError(
            "expected 1 to 255 printable characters without spaces",
            subject="Idempotency-Key",
            remedy="Send a new UUID with each request that is not a repetition.",
        )
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return RequestKey(user, key, digest.hexdigest())


def done(session: Session, key: RequestKey, now: float) -> DoneRequest | None:
    """The request that was done under this key. Raises ConflictError when it was another one."""
    found = session.scalar(
        select(DoneRequest).where(
            DoneRequest.user == key.user, DoneRequest.key == key.key, DoneRequest.at > now - KEPT_S
        )
    )
    if found is not None and found.digest != key.digest:
        raise ConflictError(
            "was used for another request", subject=f"Idempotency-Key {key.key}", remedy="Send a new key."
        )
    return found


def write_done(
    session: Session, key: RequestKey, now: float, revision: int, answer: Mapping[str, Any]
) -> None:
    """Call it in the transaction that does it. ``revision`` -1: it went into an open change set."""
    session.execute(delete(DoneRequest).where(DoneRequest.at <= now - KEPT_S))
    session.execute(
        insert(DoneRequest).values(
            user=key.user,
            key=key.key,
            digest=key.digest,
            at=now,
            revision=revision,
            objects=dict(answer),
        )
    )
