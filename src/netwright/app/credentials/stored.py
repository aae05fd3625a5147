"""What we log in to devices with: the default set, kept as secrets in the vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from netwright.base.errors import NotFoundError
from netwright.base.secret import Secret, SecretStore
from netwright.device.endpoint import Credentials

_USERNAME = "device/username"
_SECRETS = {
    "password": "device/password",
    "private_key": "device/private-key",
    "enable": "device/enable",
    "snmp_community": "device/snmp-community",
    "snmp_auth": "device/snmp-auth",
    "snmp_priv": "device/snmp-priv",
}
_SNMP_USER = "device/snmp-user"


class Keeper(SecretStore, Protocol):
    """A SecretStore that can be written."""

    def put(self, name: str, secret: Secret) -> None: ...


@dataclass(frozen=True, slots=True)
class LaterKeeper:
    """Opened when something is asked for: sets that are kept elsewhere need no database."""

    opened: Callable[[], Keeper]

    def get(self, name: str) -> Secret:
        return self.opened().get(name)

    def put(self, name: str, secret: Secret) -> None:
        self.opened().put(name, secret)


@dataclass(frozen=True, slots=True)
class CredentialStore:
    """Reads and writes the default credentials."""

    vault: Keeper

    def default(self) -> Credentials:
        """Raises NotFoundError when none were set."""
        username = self._get(_USERNAME)
        if username is None:
            raise NotFoundError(
                "there are no credentials for devices",
                remedy="Set them with `netwright secret credentials --username NAME`.",
            )
        snmp_user = self._get(_SNMP_USER)
        known = {field: self._get(name) for field, name in _SECRETS.items()}
        return Credentials(
            username=username.reveal(),
            snmp_user=snmp_user.reveal() if snmp_user else None,
            password=known["password"],
            private_key=known["private_key"],
            enable=known["enable"],
            snmp_community=known["snmp_community"],
            snmp_auth=known["snmp_auth"],
            snmp_priv=known["snmp_priv"],
        )

    def put(self, credentials: Credentials) -> None:
        self.vault.put(_USERNAME, Secret(credentials.username))
        if credentials.snmp_user:
            self.vault.put(_SNMP_USER, Secret(credentials.snmp_user))
        for field, name in _SECRETS.items():
            secret: Secret | None = getattr(credentials, field)
            if secret is not None:
                self.vault.put(name, secret)

    def _get(self, name: str) -> Secret | None:
        try:
            return self.vault.get(name)
        except NotFoundError:
            return None
