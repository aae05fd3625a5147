"""The faces of one server put together; they don't know each other."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import FastAPI
from starlette.requests import Request

from netwright.api.application import create_api
from netwright.app.access import Access
from netwright.app.context import Context
from netwright.web.application import create_app
from netwright.web.security import LoginNeededError, requires


def create_server(context: Context, *, hosts: Collection[str] | None = None) -> FastAPI:
    """The web interface with the API at ``/api``. ``hosts``: names it may be asked for by; None: any."""
    app = create_app(context, hosts=hosts)
    api = create_api(context, [_by_cookie])
    api.state.web = app.state.web
    app.mount("/api", api)
    return app


async def _by_cookie(request: Request) -> Access | None:
    """Who is logged in by the browser. A write needs the token of our own pages, as a form does."""
    try:
        return await requires()(request)
    except LoginNeededError:
        return None
