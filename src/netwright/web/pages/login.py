"""Log in and out: the only routes without a session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access.login import LoginOutcome, login, logout
from netwright.app.access.oidc import SsoError
from netwright.web.security import (
    LoginNeededError,
    client_address,
    requires,
    safe_next,
    same_origin,
    session_cookie,
    session_token,
)
from netwright.web.state import state_of
from netwright.web.templating import page
from netwright.web.words import duration

router = APIRouter()


@router.get("/login")
def show(request: Request, next: str = "/") -> Response:  # noqa: A002 (the query's name)
    return login_page(request, target=safe_next(next))


@router.post("/login", dependencies=[Depends(same_origin)])
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    context = state_of(request).context
    name = name.strip()
    answer = login(context.database, context.clock, name, password, client_address(request))
    if answer.outcome is LoginOutcome.SUCCESS:
        response = RedirectResponse(safe_next(next), status_code=303)
        response.set_cookie(**session_cookie(request, answer.token))
        return response
    if answer.outcome is LoginOutcome.LIMITED:
        problem = f"Too many failed attempts. Try again in {duration(answer.wait_s)}."
        return login_page(request, name=name, problem=problem, target=safe_next(next), status=429)
    problem = "Wrong user or password."
    return login_page(request, name=name, problem=problem, target=safe_next(next), status=401)


@router.post("/logout", dependencies=[Depends(same_origin)])
async def log_out(request: Request) -> Response:
    try:
        await requires()(request)
    except LoginNeededError:
        return RedirectResponse("/login", status_code=303)
    state = state_of(request)
    context = state.context
    token = session_token(request)
    await state.in_thread(logout, context.database, context.clock, token, client_address(request))
    response = RedirectResponse("/login?out", status_code=303)
    cookie = session_cookie(request, "")
    response.delete_cookie(cookie["key"], path="/", secure=cookie["secure"], httponly=True, samesite="lax")
    return response


def login_page(
    request: Request, *, name: str = "", problem: str = "", target: str = "/", status: int = 200
) -> Response:
    """The login page; with a button for single sign-on where that is set up."""
    sso = state_of(request).context.settings.sso
    title = sso.title if sso else ""
    return page(
        request, "login.html", status, next=target, name=name, problem=problem, sso=title, left=_left(request)
    )


def _left(request: Request) -> str:
    """After a logout: where the session with the provider is ended too."""
    provider = state_of(request).provider
    if provider is None or "out" not in request.query_params:
        return ""
    try:
        return provider.end_session_url(f"{request.url.scheme}://{request.url.netloc}/login")
    except SsoError:
        return ""
