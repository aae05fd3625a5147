"""People: one's own password, the users, the logins."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app import users
from netwright.app.access import Role
from netwright.app.users import LoginOutcome
from netwright.base.errors import InputError
from netwright.web.security import client_address, requires, session_cookie
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()
_ADMIN = [Depends(requires(Role.ADMIN))]
_EVENTS = 100


@router.get("/account")
def show_account(request: Request) -> Response:
    return page(request, "account.html", problem="", done="done" in request.query_params)


@router.post("/account/password")
def change_password(
    request: Request,
    current: str = Form("", max_length=1000),
    new: str = Form("", max_length=1000),
    again: str = Form("", max_length=1000),
) -> Response:
    context = state_of(request).context
    name = request.state.identity.name
    address = client_address(request)
    checked = users.login(context.database, context.clock, name, current, address)  # counts against the limit
    problem = ""
    if checked.outcome is LoginOutcome.LIMITED:
        problem = "Too many failed attempts. Try again later."
    elif checked.outcome is not LoginOutcome.SUCCESS:
        problem = "The current password is wrong."
    elif new != again:
        problem = "The new password was not typed the same twice."
    if not problem:
        try:
            users.set_password(context.database, name, new, clock=context.clock)
        except InputError as error:
            problem = f"{error.what}. {error.remedy}"
    if problem:
        return page(request, "account.html", 400, problem=problem[0].upper() + problem[1:], done=False)
    fresh = users.login(context.database, context.clock, name, new, address)
    response = RedirectResponse("/account?done", status_code=303)
    response.set_cookie(**session_cookie(request, fresh.token))
    return response


@router.get("/users", dependencies=_ADMIN)
def show_users(request: Request) -> Response:
    return _users_page(request)


@router.post("/users", dependencies=_ADMIN)
def add_user(
    request: Request, name: str = Form("", max_length=200), role: str = Form("", max_length=20)
) -> Response:
    context = state_of(request).context
    try:
        password = users.create_user(context.database, name.strip(), None, role, clock=context.clock)
    except InputError as error:
        return _users_page(request, problem=str(error), status=400)
    return _users_page(request, shown=(name.strip(), password))


@router.post("/users/{name}/password", dependencies=_ADMIN)
def new_password(request: Request, name: str) -> Response:
    context = state_of(request).context
    password = users.set_password(context.database, name, None, clock=context.clock)
    return _users_page(request, shown=(name, password))


@router.post("/users/{name}/disable", dependencies=_ADMIN)
def disable(request: Request, name: str) -> Response:
    users.set_disabled(state_of(request).context.database, name, True)
    return RedirectResponse("/users", status_code=303)


@router.post("/users/{name}/enable", dependencies=_ADMIN)
def enable(request: Request, name: str) -> Response:
    users.set_disabled(state_of(request).context.database, name, False)
    return RedirectResponse("/users", status_code=303)


@router.get("/logins", dependencies=_ADMIN)
def show_logins(request: Request, before: int | None = None) -> Response:
    events = users.login_events(state_of(request).context.database, before=before, limit=_EVENTS + 1)
    more = len(events) > _EVENTS
    return page(request, "logins.html", events=events[:_EVENTS], more=more, before=before)


def _users_page(
    request: Request, shown: tuple[str, str] | None = None, problem: str = "", status: int = 200
) -> Response:
    found = users.list_users(state_of(request).context.database)
    return page(request, "users.html", status, users=found, roles=list(Role), shown=shown, problem=problem)
