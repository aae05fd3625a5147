"""Errors as problem+json (RFC 9457): what is wrong, with which object and field, what was expected, what to
do; all mistakes of a request at once."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.exc import DataError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from netwright.app.access import Refusal
from netwright.app.httpstatus import http_status
from netwright.base.errors import (
    NetwrightError,
)
from netwright.inventory import KINDS
from netwright.store.kind import FieldSpec
from netwright.store.problem import Conflict, MergeConflictError, Problem, RulesBrokenError

_LOG = logging.getLogger(__name__)

_TITLES = {
    400: "The request can't be understood",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    406: "No such form of answer",
    409: "The state does not allow it",
    412: "The object changed since it was read",
    413: "Too much at once",
    415: "Not JSON",
    422: "Values that can't be taken",
    428: "A condition is missing",
    500: "Something broke on our side",
    502: "A device did not do what was asked",
    503: "The store refused",
}


class ApiError(NetwrightError):
    """An error with its own status. ``errors``: one mapping a mistake."""

    def __init__(
        self,
        status: int,
        what: str,
        *,
        subject: str | None = None,
        remedy: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what, subject=subject, remedy=remedy)
        self.status = status
        self.errors = list(errors)
        self.headers = dict(headers or {})


def problem_entry(problem: Problem, item: int | None = None) -> dict[str, Any]:
    """A problem of the store, the rules or a value as a mapping."""
    entry: dict[str, Any] = {
        "detail": problem.message,
        "object": f"{problem.kind} {problem.key}".rstrip(),
        "severity": str(problem.severity),
    }
    if problem.object_id is not None:
        entry["id"] = problem.object_id
    if problem.field:
        entry["field"] = problem.field
        spec = _spec(problem.kind, problem.field)
        if spec is not None:
            entry["expected"] = expected(spec)
    if item is not None:
        entry["item"] = item
    return entry


def expected(spec: FieldSpec) -> str:
    """What a field takes, as a phrase."""
    if spec.choices:
        return f"one of {', '.join(spec.choices)}"
    if spec.reference:
        return f"the id or key of a {spec.reference}"
    unit = f" in {spec.unit}" if spec.unit else ""
    return f"{spec.type}{unit}"


def _spec(kind: str, name: str) -> FieldSpec | None:
    if kind not in KINDS:
        return None
    return next((spec for spec in KINDS[kind].fields if spec.name == name), None)


def _conflict_entry(conflict: Conflict) -> dict[str, Any]:
    return {
        "detail": conflict.reason,
        "object": f"{conflict.kind} {conflict.key}",
        "id": conflict.object_id,
        "field": conflict.field,
        "base": conflict.base,
        "theirs": conflict.theirs,
        "ours": conflict.ours,
    }


def body_of(error: NetwrightError) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer for an error."""
    if isinstance(error, ApiError):
        return error.status, _body(error.status, error.what, error.subject, error.remedy, error.errors)
    status = http_status(error)
    if isinstance(error, RulesBrokenError):
        refused = [one for one in error.problems if isinstance(one, Refusal)]
        entries = [problem_entry(one) for one in error.problems]
        status = 403 if refused else status
        what = f"{len(entries)} problems stand against it" if len(entries) > 1 else entries[0]["detail"]
        return status, _body(status, what, entries[0]["object"], error.remedy, entries)
    if isinstance(error, MergeConflictError):
        entries = [_conflict_entry(one) for one in error.conflicts]
        return status, _body(
            status, "others changed the same meanwhile", error.subject, error.remedy, entries
        )
    return status, _body(status, error.what, error.subject, error.remedy, ())


def _body(
    status: int,
    what: str,
    subject: str | None,
    remedy: str | None,
    errors: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "This did not work"),
        "status": status,
        "detail": what,
    }
    if subject:
        body["object"] = subject
    if remedy:
        body["remedy"] = remedy
    entries = list(errors)
    if entries:
        body["errors"] = entries
    return body


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(body, default=str), status, headers=headers, media_type="application/problem+json"
    )


async def known_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NetwrightError)
    status, body = body_of(error)
    return answer(status, body, error.headers if isinstance(error, ApiError) else None)


async def http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = _body(error.status_code, str(error.detail), None, None, ())
    return answer(error.status_code, body, error.headers)


async def refused_by_database(request: Request, error: Exception) -> Response:
    """A value that a database can't hold, or a constraint that no check of ours knows."""
    assert isinstance(error, IntegrityError | DataError)
    _LOG.warning("%s %s: %s", request.method, request.url.path, error.orig)
    return answer(409, _body(409, "the database refused the values", None, "See the server's log.", ()))


async def unknown_error(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    _LOG.error("%s %s failed, reference %s", request.method, request.url.path, reference, exc_info=error)
    return answer(500, _body(500, f"the server's log says more under reference {reference}", None, None, ()))
