"""Single sign-on: out to the identity provider and back. Without the setting ``sso`` these are not there."""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access.oidc import Attempt, Provider, SsoError
from netwright.app.access.sso import note_failure, sign_in
from netwright.app.home import SsoSettings
from netwright.web.pages.login import login_page
from netwright.web.security import client_address, is_https, safe_next, session_cookie
from netwright.web.state import state_of

router = APIRouter()
_MINUTES = 10
_CALLBACK = "/login/sso/callback"


@router.get("/login/sso")
def begin(request: Request, next: str = "/") -> Response:  # noqa: A002 (the query's name)
    settings, provider = _sso(request)
    attempt = Attempt(secrets.token_urlsafe(32))
    try:
        url = provider.authorization_url(attempt, _redirect_uri(request, settings))
    except SsoError as error:
        return _failed(request, error)
    response = RedirectResponse(url, status_code=303)
    response.set_cookie(**_cookie(request, f"{attempt.secret}.{quote(safe_next(next), safe='')}"))
    return response


@router.get(_CALLBACK)
def finish(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    settings, provider = _sso(request)
    context = state_of(request).context
    secret, _, target = request.cookies.get(_cookie(request, "")["key"], "").partition(".")
    attempt = Attempt(secret)
    try:
        _check_answer(attempt, state, "" if error else code)
        claims = provider.claims(attempt, code, _redirect_uri(request, settings))
        token = sign_in(context.database, context.clock, settings, claims, client_address(request))
    except SsoError as problem:
        return _failed(request, problem)
    response = RedirectResponse(safe_next(unquote(target)), status_code=303)
    response.set_cookie(**session_cookie(request, token))
    _forget(request, response)
    return response


def _check_answer(attempt: Attempt, state: str, code: str) -> None:
    """Raises SsoError unless this browser began it and the provider let the person in."""
    if not attempt.secret or not hmac.compare_digest(state.encode(), attempt.state.encode()):
        raise SsoError("this browser did not begin this login, or began it too long ago")
    if not code:
        raise SsoError("the provider did not let you in")


def _failed(request: Request, error: SsoError) -> Response:
    context = state_of(request).context
    if error.subject is None:  # else the refusal is in the log already
        note_failure(context.database, context.clock, error, client_address(request))
    response = login_page(request, problem=f"Single sign-on failed: {error.what}.", status=401)
    _forget(request, response)
    return response


def _sso(request: Request) -> tuple[SsoSettings, Provider]:
    settings = state_of(request).context.settings.sso
    provider = state_of(request).provider
    if settings is None or provider is None:
        raise HTTPException(404)
    return settings, provider


def _redirect_uri(request: Request, settings: SsoSettings) -> str:
    base = settings.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
    return base + _CALLBACK


def _cookie(request: Request, value: str) -> dict[str, Any]:
    """The browser's half of an attempt; ``lax``, because the provider's page leads back."""
    secure = is_https(request)
    return {
        "key": "__Host-netwright-sso" if secure else "netwright-sso",
        "value": value,
        "max_age": _MINUTES * 60,
        "httponly": True,
        "samesite": "lax",
        "secure": secure,
        "path": "/",
    }


def _forget(request: Request, response: Response) -> None:
    cookie = _cookie(request, "")
    response.delete_cookie(cookie["key"], path="/", secure=cookie["secure"], httponly=True, samesite="lax")
