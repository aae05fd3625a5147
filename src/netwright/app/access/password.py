"""Passwords: how they are kept (argon2id) and checked."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from netwright.base.errors import InputError

MINIMUM_PASSWORD = 10

_HASHING = threading.BoundedSemaphore(2)  # argon2 takes 64 MiB a run; a flood of logins must not take all


def hash_password(password: str) -> str:
    with _HASHING:
        return _hasher().hash(password)


def verify(password: str, hashed: str) -> bool:
    with _HASHING:
        return _hasher().verify(password, hashed)


@cache
def nobody() -> str:
    """A hash that no password has: unknown users cost the time that known ones cost."""
    return hash_password(secrets.token_urlsafe(32))


def checked(name: str, password: str | None) -> str:
    """The password, or a random one. Raises InputError for one that is too short."""
    if password is None:
        return secrets.token_urlsafe(15)
    if len(password) < MINIMUM_PASSWORD:
        raise InputError(
            f"the password has fewer than {MINIMUM_PASSWORD} characters",
            subject=name,
            remedy="Choose a longer one.",
        )
    return password


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))
