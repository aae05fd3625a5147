"""Who may ask for what: sessions in a cookie, rights, and proof that a form is ours.

A POST needs three things: a session (but for the login), an ``Origin`` that is this server, and the token
that our own page put into the form. The token is derived from the session's, so nothing more is kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netwright.app.access import Access, Verb
from netwright.app.access.login import SESSION_S, identify
from netwright.app.access.refusal import note_error
from netwright.base.errors import NetwrightError
from netwright.web.state import state_of

_COOKIE = "netwright"
_SECURE_COOKIE = "__Host-netwright"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class LoginNeededError(Exception):
    """Nobody is logged in; the page's handler sends to the login."""


class SecurityHeaders:
    """Sets the headers on every answer; pages are not kept by caches unless they say so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        await self._app(scope, receive, guarded)


def _add_headers(message: MutableMapping[str, Any]) -> None:
    headers = list(message.get("headers", []))
    present = {name for name, _ in headers}
    headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    if b"cache-control" not in present:
        headers.append((b"cache-control", b"no-store"))
    message["headers"] = headers


def session_token(request: Request) -> str:
    """The session's token from the cookie; empty without one."""
    return request.cookies.get(_SECURE_COOKIE if is_https(request) else _COOKIE, "")


def session_cookie(request: Request, token: str) -> dict[str, Any]:
    """Arguments of ``set_cookie`` for a new session."""
    secure = is_https(request)
    return {
        "key": _SECURE_COOKIE if secure else _COOKIE,
        "value": token,
        "max_age": SESSION_S,
        "httponly": True,
        "samesite": "lax",
        "secure": secure,
        "path": "/",
    }


def client_address(request: Request) -> str:
    """Address of the peer, as uvicorn sees it; headers of proxies are uvicorn's business."""
    return request.client.host if request.client else "unknown"


def csrf_token(session: str) -> str:
    """The token of the forms of a session."""
    return hmac.new(session.encode(), b"netwright form", hashlib.sha256).hexdigest()[:40]


def requires(verb: Verb | None = None) -> Callable[[Request], Awaitable[Access]]:
    """A dependency: the one who asks is logged in and may do this (None: anything at all), and a POST is
    from our own page."""

    async def check(request: Request) -> Access:
        access: Access | None = getattr(request.state, "identity", None)
        if access is None:
            access = await _identify(request)
        if verb is not None:
            access.require(verb)
        return access

    return check


async def log_refusal(request: Request, error: NetwrightError) -> None:
    """Write a refused request down."""
    access: Access | None = getattr(request.state, "identity", None)
    if access is None:
        return
    state = state_of(request)
    context = state.context
    subject = f"{request.method} {request.url.path}"
    await state.in_thread(note_error, context.database, context.clock, access.actor, error, subject)


async def same_origin(request: Request) -> None:
    """Refuses a POST that another site's page sent. Raises HTTPException 403."""
    if request.method in _SAFE:
        return
    source = request.headers.get("origin") or request.headers.get("referer", "")
    if not source or urlsplit(source).netloc != request.headers.get("host", ""):
        raise HTTPException(403, "This form was not sent by a page of this server.")


async def _identify(request: Request) -> Access:
    token = session_token(request)
    state = state_of(request)
    database, clock = state.context.database, state.context.clock
    found = (
        await state.in_thread(identify, database, clock, token, client_address(request)) if token else None
    )
    if found is None:
        raise LoginNeededError
    if request.method not in _SAFE:
        await _check_form(request, token)
    request.state.identity = found
    request.state.csrf = csrf_token(token)
    return found


async def _check_form(request: Request, session: str) -> None:
    await same_origin(request)
    given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest(given.encode(), csrf_token(session).encode()):
        raise HTTPException(403, "This form is out of date: load the page again and repeat.")


def login_url(request: Request) -> str:
    """The login page, coming back here afterwards when that is harmless."""
    if request.method not in _SAFE:
        return "/login"
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/login" if here == "/" else f"/login?next={quote(here, safe='')}"


def safe_next(target: str) -> str:
    """``target`` if it is a path on this server, else the overview."""
    parts = urlsplit(target)
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if plain and not parts.scheme and not parts.netloc and target.isprintable() else "/"


def is_https(request: Request) -> bool:
    return request.url.scheme == "https"
