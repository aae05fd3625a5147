"""Who may log in to the lab's nodes: made at random at ``lab up``, handed on in ``access.yaml``."""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from netwright.base.secret import Secret
from netwright.lab.state import LabState, write_atomic
from netwright.lab.system import LabError

USERNAME = "netops"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An ed25519 key in OpenSSH's forms."""

    private: Secret
    public: str


@dataclass(frozen=True, slots=True)
class Access:
    """What opens the lab's nodes. ``secrets``: the ISPs' TCP MD5 passwords by name."""

    namespace: str
    username: str
    key: KeyPair
    password: Secret
    password_hash: Secret
    snmp_community: Secret
    snmp_user: str
    snmp_auth: Secret
    snmp_priv: Secret
    secrets: dict[str, Secret]


def make_key() -> KeyPair:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return KeyPair(Secret(private.decode()), public.decode())


def make_access(namespace: str, secret_names: Iterable[str]) -> Access:
    """Fresh credentials for one lab."""
    password = secrets.token_urlsafe(18)
    return Access(
        namespace=namespace,
        username=USERNAME,
        key=make_key(),
        password=Secret(password),
        password_hash=Secret(_crypt(password)),
        snmp_community=Secret(secrets.token_hex(12)),
        snmp_user=USERNAME,
        snmp_auth=Secret(secrets.token_hex(16)),
        snmp_priv=Secret(secrets.token_hex(16)),
        # TCP MD5 keys hold 80 bytes at most (TCP_MD5SIG_MAXKEYLEN); letters and digits need no quoting
        secrets={name: Secret(secrets.token_hex(16)) for name in secret_names},
    )


def write_access(state: LabState, access: Access) -> None:
    """``access.yaml``, readable by its owner only, for `netwright init`; and the private key alone."""
    document = {
        "namespace": access.namespace,
        "username": access.username,
        "password": access.password.reveal(),
        "private_key": access.key.private.reveal(),
        "snmp_community": access.snmp_community.reveal(),
        "snmp_user": access.snmp_user,
        "snmp_auth": access.snmp_auth.reveal(),
        "snmp_priv": access.snmp_priv.reveal(),
        "secrets": {name: secret.reveal() for name, secret in access.secrets.items()},
    }
    # the nodes' files are written again on `lab swap`; they need what can't be derived from the above
    lab_only = {"public_key": access.key.public, "password_hash": access.password_hash.reveal()}
    write_atomic(state.access_file, yaml.safe_dump({**document, **lab_only}, sort_keys=False))
    write_atomic(state.folder / "id_ed25519", access.key.private.reveal())


def read_access(state: LabState) -> Access:
    """What ``write_access`` wrote."""
    try:
        data = yaml.safe_load(state.access_file.read_text())
    except PermissionError:
        raise LabError("no rights to the access file", subject=state.name, remedy="Run as root.") from None
    except FileNotFoundError:
        raise LabError("the lab has no access file", subject=state.name, remedy="Start it again.") from None
    return Access(
        namespace=data["namespace"],
        username=data["username"],
        key=KeyPair(Secret(data["private_key"]), data["public_key"]),
        password=Secret(data["password"]),
        password_hash=Secret(data["password_hash"]),
        snmp_community=Secret(data["snmp_community"]),
        snmp_user=data["snmp_user"],
        snmp_auth=Secret(data["snmp_auth"]),
        snmp_priv=Secret(data["snmp_priv"]),
        secrets={name: Secret(value) for name, value in data["secrets"].items()},
    )


def _crypt(password: str) -> str:
    """crypt(3) with SHA-512, from libcrypt, which every Debian has (Python's module crypt is going)."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    hashed: bytes | None = crypt(password.encode(), f"$6${secrets.token_hex(8)}".encode())
    if hashed is None:
        raise LabError("libcrypt could not hash the nodes' password")
    return hashed.decode()
