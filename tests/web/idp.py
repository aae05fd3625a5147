"""A small identity provider on loopback: real HTTP, real signatures, and many ways to be wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "netwright"
SECRET = "planted client secret: +/%"


@dataclass
class Idp:
    """``person``: the claims of who logs in. ``spoil`` changes the claims before they are signed; ``sign``
    makes the token."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1234", "preferred_username": "Grace"})
    spoil: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[Idp, dict[str, Any]], str] | None = None
    userinfo: dict[str, Any] | None = None
    names_itself: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_for_keys: int = 0

    def rotate(self, kid: str) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": kid})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _describe(self, _request: Request) -> Response:
        found = {
            "issuer": self.names_itself or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/logout",
        }
        if self.userinfo is not None:
            found["userinfo_endpoint"] = f"{self.url}/userinfo"
        return JSONResponse(found)

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        if query["client_id"] != CLIENT or query["code_challenge_method"] != "S256":
            return Response("no", 400)
        code = f"code{len(self.codes)}"
        self.codes[code] = query
        back = urlencode({"code": code, "state": query["state"]})
        return RedirectResponse(f"{query['redirect_uri']}?{back}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        name, _, secret = b64decode(request.headers["authorization"].split()[1]).decode().partition(":")
        begun = self.codes.pop(form["code"], None)
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            begun is None
            or (unquote(name), unquote(secret)) != (CLIENT, SECRET)
            or form["redirect_uri"] != begun["redirect_uri"]
            or base64.urlsafe_b64encode(proof).decode().rstrip("=") != begun["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            **self.person,
            **self.spoil,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = (self.sign or signed)(self, claims)
        return JSONResponse({"id_token": token, "access_token": "opaque", "token_type": "Bearer"})

    async def _keys(self, _request: Request) -> Response:
        self.asked_for_keys += 1
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer opaque"
        return JSONResponse(self.userinfo)


def signed(idp: Idp, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": idp.key.kid}, claims, idp.key)


def unsigned(_idp: Idp, claims: dict[str, Any]) -> str:
    """The oldest trick: the algorithm `none`."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def keyed_by_the_public_key(idp: Idp, claims: dict[str, Any]) -> str:
    """The public key taken for a shared secret."""
    key = OctKey.import_key(idp.key.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": idp.key.kid}, claims, key)


def of_another_signer(idp: Idp, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": idp.key.kid}, claims, RSAKey.generate_key(2048))


def tampered(idp: Idp, claims: dict[str, Any]) -> str:
    head, _, tail = signed(idp, claims).split(".")
    body = json.dumps({**claims, "groups": ["admins"]}).encode()
    return f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{tail}"


@contextmanager
def running() -> Iterator[Idp]:
    """A provider that answers until the end of the block."""
    idp = Idp()
    ready = threading.Event()
    config = uvicorn.Config(idp.app(), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = _Told(config, ready)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(30)
    idp.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield idp
    finally:
        server.should_exit = True
        thread.join(10)


class _Told(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._ready.set()
