"""SNMPv3 users: protocols by the names that devices' configurations use, as the library's keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from gufo.snmp import User
from gufo.snmp.user import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    BaseAuthKey,
    BasePrivKey,
    DesKey,
    KeyExpansion,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
)

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials

AUTH: Mapping[str, type[BaseAuthKey]] = {
    "md5": Md5Key, "sha": Sha1Key, "sha224": Sha224Key, "sha256": Sha256Key, "sha384": Sha384Key,
    "sha512": Sha512Key,
}  # fmt: skip
PRIV: Mapping[str, type[BasePrivKey]] = {
    "des": DesKey, "aes": Aes128Key, "aes192": Aes192Key, "aes256": Aes256Key, "aes192c": Aes192Key,
    "aes256c": Aes256Key,
}  # fmt: skip
"""With a ``c``: keys made longer in Cisco's way (Reeder) where the hash is too short, not Blumenthal's."""
K = TypeVar("K", BaseAuthKey, BasePrivKey)
SHORTEST_PASSWORD = 8
"""RFC 3414, 11.2: shorter ones are refused by agents."""


def user(known: Credentials, device: str) -> User:
    """The library's user. Raises InputError for a protocol that is none, privacy without authentication, a
    password that is too short."""
    if known.snmp_priv is not None and known.snmp_auth is None:
        raise InputError(
            "SNMPv3 has no privacy without authentication",
            subject=device,
            remedy="Give the authentication password too.",
        )
    auth = _key(AUTH, known.snmp_auth_protocol, known.snmp_auth, device)
    priv = _key(PRIV, known.snmp_priv_protocol, known.snmp_priv, device)
    cisco = known.snmp_priv_protocol.endswith("c")
    return User(
        known.snmp_user or "",
        auth_key=auth,
        priv_key=priv,
        key_expansion=KeyExpansion.Cisco if cisco else KeyExpansion.Blumenthal,
    )


def _key(classes: Mapping[str, type[K]], name: str, given: Secret | None, device: str) -> K | None:
    if given is None:
        return None
    password = given.reveal()
    if name not in classes:
        raise InputError(
            f"there is no SNMPv3 protocol {name!r}", subject=device, remedy=f"Known are {', '.join(classes)}."
        )
    if len(password) < SHORTEST_PASSWORD:
        raise InputError(
            f"the SNMPv3 {name} password has fewer than {SHORTEST_PASSWORD} characters",
            subject=device,
            remedy="Agents refuse such passwords (RFC 3414); give the one that is configured.",
        )
    return classes[name](password.encode())
