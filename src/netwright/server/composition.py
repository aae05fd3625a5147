"""The faces of one server put together; they don't know each other."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from netwright.api.application import create_api
from netwright.api.problem import answer, body_of
from netwright.app.access import Access
from netwright.app.context import Context
from netwright.base.errors import NotFoundError
from netwright.web.application import create_app
from netwright.web.security import LoginNeededError, requires


def create_server(context: Context, *, hosts: Collection[str] | None = None) -> FastAPI:
    """The web interface with the API at ``/api``. ``hosts``: names it may be asked for by; None: any."""
    app = create_app(context, hosts=hosts)
    api = create_api(context, [_by_cookie])
    api.state.web = app.state.web
    app.mount("/api", api)
    app.add_middleware(PlainPaths)
    return app


class PlainPaths:
    """Answers for paths with control characters: routes don't match them, so the API would never be asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("/api/") or path.isprintable():
            await self._app(scope, receive, send)
            return
        status, body = body_of(NotFoundError("a name has no control characters", remedy="Look at the URL."))
        await answer(status, body)(scope, receive, send)


async def _by_cookie(request: Request) -> Access | None:
    """Who is logged in by the browser. A write needs the token of our own pages, as a form does."""
    try:
        return await requires()(request)
    except LoginNeededError:
        return None
