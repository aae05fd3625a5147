"""One's own account: the password, and the API tokens that act for one."""

from __future__ import annotations

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Access
from netwright.app.access.audit import DAY_S
from netwright.app.access.login import LoginOutcome, login
from netwright.app.access.token import TokenLimits, create_token, list_tokens, revoke_token
from netwright.app.access.user import set_password
from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import KINDS
from netwright.web.security import client_address, session_cookie
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()


@router.get("/account")
def show_account(request: Request) -> Response:
    return _account_page(request, done="done" in request.query_params)


@router.post("/account/password")
def change_password(
    request: Request,
    current: str = Form("", max_length=1000),
    new: str = Form("", max_length=1000),
    again: str = Form("", max_length=1000),
) -> Response:
    context = state_of(request).context
    me = _me(request)
    address = client_address(request)
    checked = login(context.database, context.clock, me.name, current, address)  # counts against the limit
    problem = ""
    if checked.outcome is LoginOutcome.LIMITED:
        problem = "Too many failed attempts. Try again later."
    elif checked.outcome is not LoginOutcome.SUCCESS:
        problem = "The current password is wrong."
    elif new != again:
        problem = "The new password was not typed the same twice."
    if not problem:
        try:
            set_password(context.database, me.name, new, by=me.actor, clock=context.clock)
        except InputError as error:
            problem = f"{error.what}. {error.remedy}"
    if problem:
        return _account_page(request, problem=problem[0].upper() + problem[1:], status=400)
    fresh = login(context.database, context.clock, me.name, new, address)
    response = RedirectResponse("/account?done", status_code=303)
    response.set_cookie(**session_cookie(request, fresh.token))
    return response


@router.post("/account/tokens")
def add_token(
    request: Request,
    name: str = Form("", max_length=200),
    days: int = Form(90, ge=0, le=3650),
    read_only: bool = Form(False),
    kinds: str = Form("", max_length=4000),
    networks: str = Form("", max_length=4000),
) -> Response:
    context = state_of(request).context
    me = _me(request)
    limits = TokenLimits(read_only=read_only, kinds=_words(kinds), networks=_words(networks))
    expires_at = context.clock.now() + days * DAY_S if days else None
    try:
        secret = create_token(
            context.database, context.clock, me.name, name.strip(), limits, expires_at=expires_at, by=me.actor
        )
    except (InputError, NotFoundError) as error:
        return _account_page(request, token_problem=str(error), status=400)
    return _account_page(request, shown=(name.strip(), secret.reveal()))


@router.post("/account/tokens/{token_id}/revoke")
def end_token(request: Request, token_id: int) -> Response:
    context = state_of(request).context
    me = _me(request)
    revoke_token(context.database, context.clock, token_id, by=me.actor, user=me.name)
    return RedirectResponse("/account", status_code=303)


def _account_page(
    request: Request,
    *,
    problem: str = "",
    token_problem: str = "",
    done: bool = False,
    shown: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    tokens = list_tokens(state_of(request).context.database, _me(request).name)
    return page(
        request,
        "account.html",
        status,
        problem=problem,
        token_problem=token_problem,
        done=done,
        shown=shown,
        tokens=tokens,
        kind_names=list(KINDS),
    )


def _me(request: Request) -> Access:
    access: Access = request.state.identity
    return access


def _words(text: str) -> list[str] | None:
    return text.replace(",", " ").split() or None
