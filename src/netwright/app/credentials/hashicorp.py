"""Secrets from HashiCorp Vault's key-value engine, version 1 or 2, over its HTTP API.

https://developer.hashicorp.com/vault/api-docs/secret/kv, .../auth/approle. A token is read anew for each
round of requests, so that an agent may renew the file; an AppRole's token is kept until shortly before it
ends. Redirects are not followed: a token goes to the address of the settings only.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from netwright.app.credentials.sets import UnavailableError, VaultSettings, secure
from netwright.base.clock import Clock
from netwright.base.errors import InputError
from netwright.base.secret import Secret

_MOST_BYTES = 1 << 20
_EARLIER_S = 30.0
"""A token is taken for ended this long before it is."""


class HashiCorpVault:
    """One Vault. ``role_secret`` gives the secret id of the AppRole when it is asked for.

    ``environment`` gives VAULT_ADDR, VAULT_TOKEN and VAULT_NAMESPACE where the settings say nothing."""

    def __init__(
        self,
        settings: VaultSettings,
        clock: Clock,
        environment: Mapping[str, str] | None = None,
        role_secret: Callable[[], Secret] | None = None,
    ) -> None:
        known = os.environ if environment is None else environment
        self._settings = settings
        self._clock = clock
        self._given_token = known.get("VAULT_TOKEN", "")
        self._namespace = settings.namespace or known.get("VAULT_NAMESPACE", "")
        self._role_secret = role_secret
        self._lent: tuple[str, float] | None = None
        try:
            self._address = secure(settings.address or known.get("VAULT_ADDR", ""))
        except ValueError as error:
            raise InputError(f"its address {error}", subject="Vault", remedy="Mend VAULT_ADDR.") from None

    def field(self, path: str, name: str) -> str:
        """Raises UnavailableError, InputError."""
        mount, _, rest = path.partition("/")
        where = f"{mount}/data/{rest}" if self._settings.kv == 2 else path
        answer = self._ask("GET", where, token=self._token())
        data = answer.get("data")
        if self._settings.kv == 2 and isinstance(data, dict):
            data = data.get("data")
        if not isinstance(data, dict) or name not in data:
            known = ", ".join(sorted(map(str, data))) if isinstance(data, dict) else "none"
            raise UnavailableError(
                f"has no field {name}", subject=f"Vault {path}", remedy=f"Its fields are: {known}."
            )
        value = data[name]
        if not isinstance(value, str):
            raise UnavailableError(
                f"field {name} is no text", subject=f"Vault {path}", remedy="Keep the secret as a text."
            )
        return value

    def _token(self) -> str:
        if self._settings.role_id:
            return self._role_token()
        if self._given_token:
            return self._given_token
        file = Path(self._settings.token_file).expanduser()
        try:
            return file.read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise UnavailableError(
                "there is no token",
                subject="Vault",
                remedy=f"Set VAULT_TOKEN, put a token in {file}, or set role_id and role_secret.",
            ) from None

    def _role_token(self) -> str:
        now = self._clock.now()
        if self._lent is not None and now < self._lent[1]:
            return self._lent[0]
        body = {"role_id": self._settings.role_id}
        if self._role_secret is not None:
            body["secret_id"] = self._role_secret().reveal()
        auth = self._ask("POST", "auth/approle/login", body=body).get("auth")
        token = auth.get("client_token") if isinstance(auth, dict) else None
        lease = auth.get("lease_duration") if isinstance(auth, dict) else None
        if not isinstance(token, str):
            raise UnavailableError(
                "its answer to the AppRole has no token", subject="Vault", remedy="Check the role there."
            )
        until = now + max(0.0, (float(lease) if isinstance(lease, int) else 0.0) - _EARLIER_S)
        self._lent = (token, until)
        return token

    def _ask(
        self, method: str, path: str, *, token: str = "", body: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        headers = {"X-Vault-Request": "true"}
        if token:
            headers["X-Vault-Token"] = token
        if self._namespace:
            headers["X-Vault-Namespace"] = self._namespace
        try:
            with httpx.Client(
                verify=self._trust(), timeout=self._settings.deadline_s, trust_env=False
            ) as http:
                answer = http.request(method, f"{self._address}/v1/{path}", headers=headers, json=body)
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError(
                f"{self._address} does not answer ({type(error).__name__})",
                subject="Vault",
                remedy="Check the address, the way there and its certificate.",
            ) from None
        if answer.status_code != httpx.codes.OK:
            raise self._refused(answer.status_code, path)
        if len(answer.content) > _MOST_BYTES:
            raise UnavailableError(
                "its answer is too long", subject=f"Vault {path}", remedy="Check the path."
            )
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise UnavailableError(
                "its answer is no JSON object", subject=f"Vault {path}", remedy="Is this address a Vault?"
            )
        return found

    def _refused(self, status: int, path: str) -> UnavailableError:
        """Vault's statuses (https://developer.hashicorp.com/vault/api-docs#http-status-codes)."""
        cause, remedy = {
            400: ("refuses the request", "Check the role id, the secret id and the version of the engine."),
            403: ("refuses the token, or the token may not read this", "Check the token and its policies."),
            404: ("has nothing there", "Check the path and the version of the engine (`kv`)."),
            429: ("is a standby or has had too many requests", "Give the address of the active node."),
            472: ("is a standby for disaster recovery", "Give the address of the active node."),
            473: ("is a performance standby", "Give the address of the active node."),
            503: ("is sealed or under maintenance", "Unseal it."),
        }.get(status, (f"answers with status {status}", "Look at its log."))
        return UnavailableError(cause, subject=f"Vault {path}", remedy=remedy)

    def _trust(self) -> ssl.SSLContext | bool:
        if not self._settings.ca_file:
            return True
        try:
            return ssl.create_default_context(cafile=self._settings.ca_file)
        except (OSError, ssl.SSLError):
            raise InputError(
                "holds no certificates that can be read",
                subject=self._settings.ca_file,
                remedy="Give a file of PEM certificates as `ca_file` of [vault].",
            ) from None
