"""SNMPv3 users: protocols by the names that devices' configurations use, and keys out of passwords (RFC 3414,
appendix A.2; RFC 7860 for SHA-2; longer AES keys by Blumenthal's draft or Reeder's, which Cisco uses)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials


@dataclass(frozen=True, slots=True)
class AuthProtocol:
    """A hash by hashlib's name, and how many of its octets sign a message."""

    hash: str
    signature: int


@dataclass(frozen=True, slots=True)
class PrivProtocol:
    """``key``: its octets. ``reeder``: how a key is made longer where the hash is too short."""

    cipher: str
    key: int
    reeder: bool = False


AUTH: Mapping[str, AuthProtocol] = {
    "md5": AuthProtocol("md5", 12), "sha": AuthProtocol("sha1", 12), "sha224": AuthProtocol("sha224", 16),
    "sha256": AuthProtocol("sha256", 24), "sha384": AuthProtocol("sha384", 32),
    "sha512": AuthProtocol("sha512", 48),
}  # fmt: skip
PRIV: Mapping[str, PrivProtocol] = {
    "des": PrivProtocol("des", 16), "aes": PrivProtocol("aes", 16), "aes192": PrivProtocol("aes", 24),
    "aes256": PrivProtocol("aes", 32), "aes192c": PrivProtocol("aes", 24, reeder=True),
    "aes256c": PrivProtocol("aes", 32, reeder=True),
}  # fmt: skip
"""With a ``c``: keys made longer in Cisco's way (Reeder) where the hash is too short, not Blumenthal's."""
SHORTEST_PASSWORD = 8
"""RFC 3414, 11.2: shorter ones are refused by agents."""
_STRETCHED = 1 << 20
_KEYS_KEPT = 256


@dataclass(frozen=True, slots=True)
class User:
    """A user of one device. Without ``auth`` nothing is signed, without ``priv`` nothing is encrypted."""

    name: str
    auth: AuthProtocol | None = None
    priv: PrivProtocol | None = None
    auth_password: Secret | None = None
    priv_password: Secret | None = None

    def auth_key(self, engine: bytes) -> bytes:
        """For one agent. Empty without ``auth``."""
        if self.auth is None or self.auth_password is None:
            return b""
        return _localized(self.auth.hash, self.auth_password.reveal().encode(), engine)

    def priv_key(self, engine: bytes) -> bytes:
        """For one agent, as long as the cipher takes it; the hash is the authentication's."""
        if self.auth is None or self.priv is None or self.priv_password is None:
            return b""
        hash_name = self.auth.hash
        key = _localized(hash_name, self.priv_password.reveal().encode(), engine)
        while len(key) < self.priv.key:
            if self.priv.reeder:
                key += _localized(hash_name, key, engine)
            else:
                key += hashlib.new(hash_name, key, usedforsecurity=False).digest()
        return key[: self.priv.key]


@lru_cache(maxsize=_KEYS_KEPT)
def _stretched(hash_name: str, password: bytes) -> bytes:
    """A megabyte of the password, hashed. Kept: it costs a millisecond or more, and a network has few
    passwords."""
    whole = password * (_STRETCHED // len(password) + 1)
    return hashlib.new(hash_name, whole[:_STRETCHED], usedforsecurity=False).digest()


def _localized(hash_name: str, password: bytes, engine: bytes) -> bytes:
    key = _stretched(hash_name, password)
    return hashlib.new(hash_name, key + engine + key, usedforsecurity=False).digest()


def user(known: Credentials, device: str) -> User:
    """The user of these credentials. Raises InputError for a protocol that is none, privacy without
    authentication, a password that is too short."""
    if known.snmp_priv is not None and known.snmp_auth is None:
        raise InputError(
            "SNMPv3 has no privacy without authentication",
            subject=device,
            remedy="Give the authentication password too.",
        )
    auth = priv = None
    if known.snmp_auth is not None:
        auth = AUTH.get(known.snmp_auth_protocol)
        _check(known.snmp_auth, known.snmp_auth_protocol, AUTH, device)
    if known.snmp_priv is not None:
        priv = PRIV.get(known.snmp_priv_protocol)
        _check(known.snmp_priv, known.snmp_priv_protocol, PRIV, device)
    return User(known.snmp_user or "", auth, priv, known.snmp_auth, known.snmp_priv)


def _check(password: Secret, name: str, protocols: Mapping[str, object], device: str) -> None:
    if name not in protocols:
        raise InputError(
            f"there is no SNMPv3 protocol {name!r}",
            subject=device,
            remedy=f"Known are {', '.join(protocols)}.",
        )
    if len(password.reveal()) < SHORTEST_PASSWORD:
        raise InputError(
            f"the SNMPv3 {name} password has fewer than {SHORTEST_PASSWORD} characters",
            subject=device,
            remedy="Agents refuse such passwords (RFC 3414); give the one that is configured.",
        )
