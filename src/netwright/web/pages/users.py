"""Users: who there is, with which roles; new passwords; who is shut out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Actor, Verb
from netwright.app.access import user as users
from netwright.app.access.role import list_groups, list_roles
from netwright.app.access.token import list_tokens, revoke_token
from netwright.base.errors import InputError
from netwright.web.security import requires
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter(dependencies=[Depends(requires(Verb.USERS))])


@router.get("/users")
def show_users(request: Request) -> Response:
    return _users_page(request)


@router.post("/users")
def add_user(
    request: Request, name: str = Form("", max_length=200), role: str = Form("", max_length=64)
) -> Response:
    context = state_of(request).context
    try:
        password = users.create_user(
            context.database, name.strip(), None, role, by=_by(request), clock=context.clock
        )
    except InputError as error:
        return _users_page(request, problem=str(error), status=400)
    return _users_page(request, shown=(name.strip(), password))


@router.post("/users/{name}/password")
def new_password(request: Request, name: str) -> Response:
    context = state_of(request).context
    password = users.set_password(context.database, name, None, by=_by(request), clock=context.clock)
    return _users_page(request, shown=(name, password))


@router.post("/users/{name}/roles")
def set_roles(request: Request, name: str, role: Annotated[list[str], Form()] = []) -> Response:  # noqa: B006
    context = state_of(request).context
    users.set_roles(context.database, name, role, by=_by(request), clock=context.clock)
    return RedirectResponse("/users", status_code=303)


@router.post("/users/{name}/disable")
def disable(request: Request, name: str) -> Response:
    context = state_of(request).context
    users.set_disabled(context.database, name, True, by=_by(request), clock=context.clock)
    return RedirectResponse("/users", status_code=303)


@router.post("/users/{name}/enable")
def enable(request: Request, name: str) -> Response:
    context = state_of(request).context
    users.set_disabled(context.database, name, False, by=_by(request), clock=context.clock)
    return RedirectResponse("/users", status_code=303)


@router.post("/tokens/{token_id}/revoke")
def end_token(request: Request, token_id: int) -> Response:
    context = state_of(request).context
    revoke_token(context.database, context.clock, token_id, by=_by(request))
    return RedirectResponse("/users", status_code=303)


def _by(request: Request) -> Actor:
    actor: Actor = request.state.identity.actor
    return actor


def _users_page(
    request: Request, shown: tuple[str, str] | None = None, problem: str = "", status: int = 200
) -> Response:
    database = state_of(request).context.database
    groups: dict[str, list[str]] = {}
    for group in list_groups(database):
        for member in group.members:
            groups.setdefault(member, []).append(group.name)
    return page(
        request,
        "users.html",
        status,
        users=users.list_users(database),
        roles=[role.name for role in list_roles(database)],
        groups=groups,
        tokens=list_tokens(database),
        shown=shown,
        problem=problem,
    )
