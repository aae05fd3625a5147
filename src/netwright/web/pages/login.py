"""Log in and out: the only routes without a session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access.login import LoginOutcome, login, logout
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
    return page(request, "login.html", next=safe_next(next), name="", problem="")


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
        return page(request, "login.html", 429, next=safe_next(next), name=name, problem=problem)
    problem = "Wrong user or password."
    return page(request, "login.html", 401, next=safe_next(next), name=name, problem=problem)


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
    response = RedirectResponse("/login", status_code=303)
    cookie = session_cookie(request, "")
    response.delete_cookie(cookie["key"], path="/", secure=cookie["secure"], httponly=True, samesite="lax")
    return response
