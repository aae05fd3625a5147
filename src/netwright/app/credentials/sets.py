"""Sets of credentials as the settings write them: where each value comes from, and for which devices.

A value is written as text where it is no secret (a user name), else as the place where it is kept::

    [credentials.core]
    roles = ["edge"]
    username = "netops"
    password = {vault = "secret/network/core", field = "password"}
    private_key = {command = ["pass", "show", "network/core-key"]}
    snmp_community = {env = "CORE_COMMUNITY"}
    enable = {secret = "core-enable"}
"""

from __future__ import annotations

from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from netwright.app.conditions import Conditions
from netwright.base.errors import NetwrightError
from netwright.device.endpoint import AUTH_NAMES, PRIV_NAMES, Way


class UnavailableError(NetwrightError):
    """A place where a secret is kept doesn't give it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FromEnvironment(_Part):
    """A variable of this process's environment."""

    env: str

    def __str__(self) -> str:
        return f"variable {self.env}"


class FromStore(_Part):
    """A secret of this installation (``netwright secret set NAME``)."""

    secret: str

    def __str__(self) -> str:
        return f"secret {self.secret}"


class FromVault(_Part):
    """A field of a secret in HashiCorp Vault; ``vault`` is the path as its command line takes it."""

    vault: str
    field: str

    def __str__(self) -> str:
        return f"Vault {self.vault}, field {self.field}"

    @field_validator("vault")
    @classmethod
    def _path(cls, path: str) -> str:
        if "/" not in path.strip("/") or any(part in {"", ".", ".."} for part in path.strip("/").split("/")):
            raise ValueError("must be MOUNT/PATH, as secret/network/core")
        return path.strip("/")


class FromCommand(_Part):
    """What a program prints, without the last newline. No shell is involved."""

    command: Annotated[list[str], Field(min_length=1)]

    def __str__(self) -> str:
        return f"command {self.command[0]}"  # arguments may tell too much


Place: TypeAlias = FromEnvironment | FromStore | FromVault | FromCommand


class CredentialSet(Conditions):
    """One set. Without conditions it is used only where it is named; of several a device has to meet all."""

    username: str | Place = ""
    """User name; text, or where it is kept."""
    password: Place | None = None
    """Where the password is kept: `{env = "NAME"}`, `{secret = "NAME"}`, `{vault = "MOUNT/PATH", field = "NAME"}` or
    `{command = ["PROGRAM", "ARGUMENT"]}`."""  # noqa: E501
    private_key: Place | None = None
    """Where the OpenSSH private key is kept."""
    enable: Place | None = None
    """Where the password of the privileged mode is kept, when it is another than the login's."""
    snmp_community: Place | None = None
    """Where the SNMP v2c community is kept."""
    snmp_user: str | Place | None = None
    """SNMPv3 user; text, or where it is kept."""
    snmp_auth: Place | None = None
    """Where the SNMPv3 authentication password is kept."""
    snmp_priv: Place | None = None
    """Where the SNMPv3 privacy password is kept."""
    snmp_auth_protocol: str = "sha"
    """Hash of SNMPv3."""
    snmp_priv_protocol: str = "aes"
    """Cipher of SNMPv3."""
    ways: tuple[Way, ...] = ()
    """What they may be tried on, the best first: `snmp`, `ssh`, `netconf`, `gnmi`, `http`; empty: SNMP and
    SSH, as far as it has what they need."""
    ca_file: str = ""
    """Authorities (PEM) that sign the certificates of gNMI targets and APIs; empty: the system's."""
    verify_tls: bool = True
    """Whether those certificates are checked. Without, whoever sits on the way can read the password."""

    @field_validator("snmp_auth_protocol")
    @classmethod
    def _hash(cls, name: str) -> str:
        return _one_of(name, AUTH_NAMES)

    @field_validator("snmp_priv_protocol")
    @classmethod
    def _cipher(cls, name: str) -> str:
        return _one_of(name, PRIV_NAMES)


class VaultSettings(_Part):
    """HashiCorp Vault. The token is no setting: it comes from `VAULT_TOKEN`, from a file, or by AppRole."""

    address: str = ""
    """URL; empty: `VAULT_ADDR` of the environment."""
    namespace: str = ""
    """Namespace of Vault Enterprise."""
    kv: Annotated[int, Field(ge=1, le=2)] = 2
    """Version of its key-value engine."""
    token_file: str = "~/.vault-token"  # noqa: S105 (a path)
    """File with the token, read anew each time, where `VAULT_TOKEN` is not set."""
    role_id: str = ""
    """AppRole to log in with, in place of a token."""
    role_secret: FromEnvironment | FromStore | FromCommand | None = None
    """Where the secret id of the AppRole is kept."""
    ca_file: str = ""
    """Certificates that its own is checked with; empty: the system's."""
    deadline_s: Annotated[float, Field(gt=0)] = 5.0
    """Seconds that one request may take."""

    @field_validator("address")
    @classmethod
    def _secure(cls, url: str) -> str:
        return secure(url)


def secure(url: str) -> str:
    """Secrets cross it: https, or this machine. Raises ValueError."""
    parts = urlsplit(url)
    inside = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if url and parts.scheme != "https" and not (parts.scheme == "http" and inside):
        raise ValueError("must begin with https:// (http:// only for this machine)")
    return url.rstrip("/")


def _one_of(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return name
