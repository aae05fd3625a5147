"""An OpenID Connect provider: what it says of itself, its keys, and the ID tokens that it signs.

Authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636). The state, the nonce and the code
verifier are derived from one random secret in a short-lived cookie of the browser that began, so nothing is
kept here, and nobody else's answer can be slipped in.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet

from netwright.app.home import SsoSettings
from netwright.base.clock import Clock
from netwright.base.errors import NetwrightError
from netwright.base.secret import Secret

SKEW_S = 60
"""How far the provider's clock may be from ours."""
METADATA_S = 3600.0
"""How long the provider's description and keys are believed."""
REFRESH_S = 10.0
"""Keys are asked for again at most this often, however many tokens name an unknown one."""
_TIMEOUT_S = 10.0
_LARGEST = 1 << 20
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make. Never `none`, never one keyed by a shared secret."""

Claims = Mapping[str, Any]


class SsoError(NetwrightError):
    """The provider's answer can't be trusted, or there is none. ``what`` is for the audit log and the login
    page; it holds nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The discovery document, as far as it is used."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One browser's way through the provider; ``secret`` is in its cookie and nowhere else."""

    secret: str

    @property
    def state(self) -> str:
        return self._derived("state")

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        return _base64(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, use: str) -> str:
        return _base64(hmac.new(self.secret.encode(), use.encode(), hashlib.sha256).digest())


class Provider:
    """Talks to the provider; ``secret`` gives the client's secret, None for a public client.

    Raises SsoError from every call."""

    def __init__(
        self,
        settings: SsoSettings,
        secret: Callable[[], Secret | None],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def authorization_url(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser is sent to log in."""
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self.metadata().authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    def claims(self, attempt: Attempt, code: str, redirect_uri: str) -> Claims:
        """Who logged in: the claims of the ID token that the code is exchanged for, checked; with those of
        the userinfo endpoint when name or groups are told only there."""
        answer = self._exchange(attempt, code, redirect_uri)
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str):
            raise SsoError("the provider gave no ID token")
        claims = self._verified(id_token, attempt.nonce)
        endpoint = self.metadata().userinfo_endpoint
        wanted = {self._settings.groups_claim, self._settings.name_claim}
        if wanted <= claims.keys() or not endpoint or not isinstance(access_token, str):
            return claims
        more = self._get(endpoint, {"authorization": f"Bearer {access_token}"})
        if more.get("sub") != claims["sub"]:
            raise SsoError("the provider's user information is about someone else")
        return {**more, **claims}

    def metadata(self) -> Metadata:
        with self._lock:
            now = self._clock.monotonic()
            if self._metadata is None or now >= self._metadata[0]:
                self._metadata = (now + METADATA_S, self._discover())
            return self._metadata[1]

    def end_session_url(self, back: str) -> str:
        """Where a browser ends its session with the provider too; empty when there is no such page."""
        endpoint = self.metadata().end_session_endpoint
        query = urlencode({"client_id": self._settings.client_id, "post_logout_redirect_uri": back})
        return f"{endpoint}?{query}" if endpoint else ""

    def _discover(self) -> Metadata:
        issuer = self._settings.issuer
        found = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise SsoError("the provider names itself otherwise than the setting sso.issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str):
                raise SsoError(f"the provider's description lacks {name}")
        made = Metadata(
            found["authorization_endpoint"],
            found["token_endpoint"],
            found["jwks_uri"],
            str(found.get("userinfo_endpoint") or ""),
            str(found.get("end_session_endpoint") or ""),
        )
        plain = urlsplit(issuer).scheme == "http"  # for this machine only, see the setting
        for url in (made.authorization_endpoint, made.token_endpoint, made.jwks_uri, made.userinfo_endpoint):
            if url and not plain and urlsplit(url).scheme != "https":
                raise SsoError("the provider names an address without https")
        return made

    def _exchange(self, attempt: Attempt, code: str, redirect_uri: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        secret = self._secret()
        auth = httpx.Auth()
        if secret is None:
            form["client_id"] = self._settings.client_id
        else:  # RFC 6749, 2.3.1: both parts are form-encoded first
            auth = httpx.BasicAuth(quote(self._settings.client_id, safe=""), quote(secret.reveal(), safe=""))
        with self._client() as client:
            return _answer(lambda: client.post(self.metadata().token_endpoint, data=form, auth=auth))

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            return self._checked(token, nonce, self._key_set())
        except (ClaimError, ValueError) as error:
            raise _bad(error) from None
        except JoseError as error:
            keys = self._key_set(fresh=True)  # it may have changed its keys
            if keys is None:
                raise _bad(error) from None
        try:
            return self._checked(token, nonce, keys)
        except (JoseError, ValueError) as error:
            raise _bad(error) from None

    def _checked(self, token: str, nonce: str, keys: KeySet | None) -> dict[str, Any]:
        assert keys is not None
        decoded = jwt.decode(token, keys, algorithms=list(_ALGORITHMS))
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock.now()),
            leeway=SKEW_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(decoded.claims)
        audience, party = decoded.claims["aud"], decoded.claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if (several or party is not None) and party != self._settings.client_id:
            raise ValueError("it was made for another client")
        return decoded.claims

    def _key_set(self, *, fresh: bool = False) -> KeySet | None:
        """The provider's keys; ``fresh``: asked for again, None when that was done just now."""
        uri = self.metadata().jwks_uri
        with self._lock:
            now = self._clock.monotonic()
            age = None if self._keys is None else now - self._keys[0]
            if self._keys is not None and age is not None and age < (REFRESH_S if fresh else METADATA_S):
                return None if fresh else self._keys[1]
            try:
                keys = KeySet.import_key_set(self._get(uri))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError):
                raise SsoError("the provider's keys can't be read") from None
            self._keys = (now, keys)
            return keys

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        with self._client() as client:
            return _answer(lambda: client.get(url, headers=headers))

    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False)


def _answer(ask: Callable[[], httpx.Response]) -> dict[str, Any]:
    try:
        response = ask()
    except httpx.HTTPError as error:
        raise SsoError(f"the provider can't be reached ({type(error).__name__})") from None
    if response.status_code != 200 or len(response.content) > _LARGEST:
        raise SsoError(f"the provider answered {response.status_code}")
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SsoError("the provider's answer can't be read")
    return found


def _bad(error: JoseError | ValueError) -> SsoError:
    if isinstance(error, ClaimError):
        reason = f"{error.error}: {error.claim}"
    else:
        reason = error.error if isinstance(error, JoseError) else str(error)
    return SsoError(f"the ID token is not good ({reason})")


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
