"""The routes of the API, and its errors."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy.exc import DataError, IntegrityError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from netwright.api import problem
from netwright.api.allocation import next_free
from netwright.api.attachment import get_bytes, put_bytes
from netwright.api.audit import list_audit
from netwright.api.changeset import (
    act_on_change_set,
    diff_change_set,
    get_change_set,
    list_change_sets,
    open_change_set,
    preview_change_set,
    review_change_set,
)
from netwright.api.events import follow_events
from netwright.api.finding import (
    accept_findings,
    acknowledge_findings,
    close_finding_task,
    get_finding,
    list_findings,
    list_tasks,
    open_finding_task,
    withdraw_findings,
)
from netwright.api.graphql import graphql
from netwright.api.graphqlschema import graph_schema
from netwright.api.known import adopt_known, list_known
from netwright.api.openapi import openapi
from netwright.api.reading import JSON, get_object, index, list_objects
from netwright.api.report import get_report
from netwright.api.state import ApiState, Authenticate, call_of, in_thread
from netwright.api.targets import list_targets
from netwright.api.writing import write_batch, write_list, write_one
from netwright.app.access import Access
from netwright.app.access.refusal import is_refusal, note_error
from netwright.app.access.token import identify_token
from netwright.app.context import Context
from netwright.base.errors import NetwrightError


def create_api(context: Context, authenticators: Sequence[Authenticate] = ()) -> Starlette:
    """The API over one installation, to be mounted at ``/api``. API tokens are known here; other ways to
    say who asks (the web's cookie) are given."""
    api = Starlette(
        routes=_routes(),
        exception_handlers={
            NetwrightError: _known_error,
            HTTPException: problem.http_error,
            IntegrityError: problem.refused_by_database,
            DataError: problem.refused_by_database,
            Exception: problem.unknown_error,
        },
    )
    api.state.api = ApiState(context, (by_token(context), *authenticators))
    api.state.graph = graph_schema(context.kinds)
    api.state.openapi = orjson.dumps(openapi(context.kinds))
    return api


def by_token(context: Context) -> Authenticate:
    """Knows who sends ``Authorization: Bearer nwt_...``. Raises 401 for a token that can't be used."""

    async def authenticate(request: Request) -> Access | None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise _unauthorized(f"the scheme {scheme[:20]!r} is not known")
        address = request.client.host if request.client else ""
        access = await in_thread(identify_token, context.database, context.clock, secret.strip(), address)
        if access is None:
            raise _unauthorized(
                "the token can't be used: unknown, expired, revoked, or not from this address"
            )
        return access

    return authenticate


def _unauthorized(what: str) -> problem.ApiError:
    headers = {"www-authenticate": 'Bearer realm="netwright", error="invalid_token"'}
    return problem.ApiError(401, what, remedy="Make one with `netwright token create`.", headers=headers)


def _routes() -> list[Route]:
    """What is more special stands first: names of objects may hold slashes."""
    return [
        Route("/openapi.json", _openapi),
        Route("/docs", _docs),
        Route("/graphql", graphql, methods=["GET", "POST"]),
        Route("/v1", index),
        Route("/v1/batch", write_batch, methods=["POST"]),
        Route("/v1/events", follow_events),
        Route("/v1/audit", list_audit),
        Route("/v1/targets/{form}", list_targets),
        Route("/v1/attachment/{name:path}/bytes", get_bytes, methods=["GET"]),
        Route("/v1/attachment/{name:path}/bytes", put_bytes, methods=["PUT"]),
        Route("/v1/change-sets", list_change_sets, methods=["GET"]),
        Route("/v1/change-sets", open_change_set, methods=["POST"]),
        Route("/v1/change-sets/{number}", get_change_set),
        Route("/v1/change-sets/{number}/diff", diff_change_set),
        Route("/v1/change-sets/{number}/preview", preview_change_set),
        Route("/v1/change-sets/{number}/review", review_change_set),
        Route("/v1/change-sets/{number}/{action}", act_on_change_set, methods=["POST"]),
        Route("/v1/findings", list_findings, methods=["GET"]),
        Route("/v1/findings/acknowledge", acknowledge_findings, methods=["POST"]),
        Route("/v1/findings/withdraw", withdraw_findings, methods=["POST"]),
        Route("/v1/findings/accept", accept_findings, methods=["POST"]),
        Route("/v1/findings/{number}", get_finding, methods=["GET"]),
        Route("/v1/findings/{number}/task", open_finding_task, methods=["POST"]),
        Route("/v1/tasks", list_tasks, methods=["GET"]),
        Route("/v1/tasks/{number}/done", close_finding_task, methods=["POST"]),
        Route("/v1/known-devices", list_known, methods=["GET"]),
        Route("/v1/known-devices/adopt", adopt_known, methods=["POST"]),
        Route("/v1/reports/{name}", get_report, methods=["GET"]),
        Route("/v1/{kind}", list_objects, methods=["GET"]),
        Route("/v1/{kind}", write_list, methods=["POST", "PUT", "PATCH", "DELETE"]),
        Route("/v1/{kind}/next-free", next_free, methods=["POST"]),
        Route("/v1/{kind}/{name:path}/next-free", next_free, methods=["POST"]),
        Route("/v1/{kind}/{name:path}", get_object, methods=["GET"]),
        Route("/v1/{kind}/{name:path}", write_one, methods=["PUT", "PATCH", "DELETE"]),
    ]


async def _openapi(request: Request) -> Response:
    await call_of(request)
    return Response(request.app.state.openapi, media_type=JSON)


async def _docs(request: Request) -> Response:
    """A page of what there is, made here: nothing is loaded from elsewhere."""
    from netwright.api.docs import docs_page  # noqa: PLC0415 (only people ask for it)

    call = await call_of(request)
    return Response(docs_page(call.state.kinds), media_type="text/html; charset=utf-8")


async def _known_error(request: Request, error: Exception) -> Response:
    access: Access | None = getattr(request.state, "access", None)
    if access is not None and isinstance(error, NetwrightError) and is_refusal(error):
        context = request.app.state.api.context
        whole = error.__cause__ if isinstance(error.__cause__, NetwrightError) else error
        subject = f"{request.method} {request.url.path}"
        await in_thread(note_error, context.database, context.clock, access.actor, whole, subject)
    return await problem.known_error(request, error)
