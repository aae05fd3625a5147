"""Roles of one's own with their grants, and groups."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import GLOBAL_VERBS, OBJECT_VERBS, Actor, Verb, role
from netwright.app.access.user import list_users
from netwright.app.access.wording import said, take_grant
from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import KINDS
from netwright.web.security import requires
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter(dependencies=[Depends(requires(Verb.USERS))])


@router.get("/roles")
def show_roles(request: Request) -> Response:
    return _roles_page(request)


@router.post("/roles")
def add_role(
    request: Request, name: str = Form("", max_length=200), description: str = Form("", max_length=1000)
) -> Response:
    context = state_of(request).context
    try:
        role.create_role(context.database, context.clock, name.strip(), description, by=_by(request))
    except InputError as error:
        return _roles_page(request, problem=str(error))
    return _back()


@router.post("/roles/{name}/remove")
def remove_role(request: Request, name: str) -> Response:
    context = state_of(request).context
    role.remove_role(context.database, context.clock, name, by=_by(request))
    return _back()


@router.post("/roles/{name}/grants")
def add_grant(
    request: Request,
    name: str,
    verb: Annotated[list[str], Form()] = [],  # noqa: B006
    kinds: str = Form("", max_length=4000),
    places: str = Form("", max_length=4000),
    unplaced: bool = Form(False),
    fields: str = Form("", max_length=4000),
    without: str = Form("", max_length=4000),
) -> Response:
    context = state_of(request).context
    try:
        with context.database.read() as session:
            grant = take_grant(
                session,
                verb,
                kinds=_words(kinds),
                places=places.split(),
                unplaced=unplaced,
                fields=_words(fields),
                without=_words(without),
            )
        role.add_grant(context.database, context.clock, name, grant, by=_by(request))
    except (InputError, NotFoundError) as error:
        return _roles_page(request, problem=str(error))
    return _back()


@router.post("/roles/{name}/grants/{grant_id}/remove")
def remove_grant(request: Request, name: str, grant_id: int) -> Response:
    context = state_of(request).context
    role.remove_grant(context.database, context.clock, name, grant_id, by=_by(request))
    return _back()


@router.post("/groups")
def add_group(
    request: Request, name: str = Form("", max_length=200), description: str = Form("", max_length=1000)
) -> Response:
    context = state_of(request).context
    try:
        role.create_group(context.database, context.clock, name.strip(), description, by=_by(request))
    except InputError as error:
        return _roles_page(request, problem=str(error))
    return _back()


@router.post("/groups/{name}")
def set_group(
    request: Request,
    name: str,
    roles: str = Form("", max_length=4000),
    members: str = Form("", max_length=40_000),
) -> Response:
    context = state_of(request).context
    try:
        role.set_group(
            context.database,
            context.clock,
            name,
            roles=_words(roles),
            members=_words(members),
            by=_by(request),
        )
    except (InputError, NotFoundError) as error:
        return _roles_page(request, problem=str(error))
    return _back()


@router.post("/groups/{name}/remove")
def remove_group(request: Request, name: str) -> Response:
    context = state_of(request).context
    role.remove_group(context.database, context.clock, name, by=_by(request))
    return _back()


def _back() -> Response:
    return RedirectResponse("/roles", status_code=303)


def _by(request: Request) -> Actor:
    actor: Actor = request.state.identity.actor
    return actor


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _roles_page(request: Request, problem: str = "") -> Response:
    database = state_of(request).context.database
    roles = role.list_roles(database)
    with database.read() as session:
        grants = {one.name: [(number, said(session, grant)) for number, grant in one.grants] for one in roles}
    return page(
        request,
        "roles.html",
        400 if problem else 200,
        roles=roles,
        grants=grants,
        groups=role.list_groups(database),
        verbs=sorted(OBJECT_VERBS, key=list(Verb).index) + sorted(GLOBAL_VERBS, key=list(Verb).index),
        kind_names=list(KINDS),
        user_names=[user.name for user in list_users(database)],
        problem=problem,
    )
