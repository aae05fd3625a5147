"""The web application: routes, who may use them, and errors as pages."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from netwright.app.access.refusal import is_refusal
from netwright.app.context import Context
from netwright.app.httpstatus import http_status
from netwright.base.errors import (
    NetwrightError,
)
from netwright.web.deployment import Deployments
from netwright.web.pages import (
    account,
    attachment,
    audit,
    backup,
    bulk,
    change,
    compliance,
    content,
    device,
    discovered,
    finding,
    inventory,
    login,
    overview,
    pool,
    record,
    report,
    review,
    roles,
    rollout,
    search,
    site,
    sso,
    template,
    trace,
    users,
)
from netwright.web.security import LoginNeededError, SecurityHeaders, log_refusal, login_url, requires
from netwright.web.state import WebState
from netwright.web.templating import STATIC, page

_LOG = logging.getLogger(__name__)

_TITLES = {
    400: "That can't be done as asked",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "Something changed in the meantime",
    429: "Too many attempts",
    500: "Something broke on our side",
    502: "A device did not do what was asked",
    503: "The store refused",
}


class Assets(StaticFiles):
    """Static files; those asked for with a mark of their content may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = "public, max-age=31536000, immutable" if scope.get("query_string") else "no-cache"
        response.headers["cache-control"] = kept
        return response


def create_app(context: Context, *, hosts: Collection[str] | None = None) -> FastAPI:
    """The pages over one installation. ``hosts``: names it may be asked for by; None: any."""
    app = FastAPI(title="Netwright", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.web = WebState(context)
    app.state.deployments = Deployments(context)
    app.mount("/static", Assets(directory=STATIC), name="static")
    app.include_router(login.router)
    app.include_router(sso.router)
    members = [Depends(requires())]
    network = (
        overview,
        site,
        device,
        finding,
        change,
        rollout,
        backup,
        content,
        inventory,
        pool,
        record,
        review,
        bulk,
        search,
        trace,
        attachment,
        compliance,
        template,
        discovered,
        report,
    )
    for module in (*network, account, users, roles, audit):
        app.include_router(module.router, dependencies=members)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(SecurityHeaders)
    if hosts is not None:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_exception_handler(LoginNeededError, _to_login)
    app.add_exception_handler(NetwrightError, _known_error)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(Exception, _unknown_error)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await run_in_threadpool(app.state.deployments.close)


async def _to_login(request: Request, _error: Exception) -> Response:
    target = login_url(request)
    if request.headers.get("hx-request"):
        return PlainTextResponse("Log in first.", status_code=401, headers={"hx-redirect": target})
    return RedirectResponse(target, status_code=303)


async def _known_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NetwrightError)
    status = http_status(error)
    if is_refusal(error):
        status = 403
        await log_refusal(request, error)
    return _error_page(request, status, error.what, error.subject or "", error.remedy or "")


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException | StarletteHTTPException)
    known = error.detail if error.status_code in {401, 403} else ""
    response = _error_page(request, error.status_code, known)
    response.headers.update(error.headers or {})
    return response


async def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    names = ", ".join(sorted({str(item["loc"][-1]) for item in error.errors()}))
    return _error_page(request, 400, f"These values can't be used: {names}.")


async def _unknown_error(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    _LOG.error("%s %s failed, reference %s", request.method, request.url.path, reference, exc_info=error)
    return _error_page(request, 500, f"The server's log says more under reference {reference}.")


def _error_page(
    request: Request, status: int, what: str, subject: str = "", remedy: str = ""
) -> HTMLResponse:
    title = _TITLES.get(status, "This did not work")
    return page(
        request, "error.html", status, title=title, code=status, what=what, subject=subject, remedy=remedy
    )
