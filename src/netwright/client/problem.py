"""What the API says no with, as exceptions: one class a cause, with every mistake of the request."""

# ruff: noqa: N818 (the classes are named after causes, as people catch them)
from __future__ import annotations

from typing import Any

import httpx

from netwright.base.errors import NetwrightError


class ApiProblem(NetwrightError):
    """The API refused. ``errors``: one mapping a mistake, with object, field and what was expected."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.body = body
        self.errors: list[dict[str, Any]] = list(body.get("errors", []))
        super().__init__(
            str(body.get("detail") or body.get("title") or f"answered {status}"),
            subject=body.get("object"),
            remedy=body.get("remedy"),
        )


class Invalid(ApiProblem, ValueError):
    """Values or a question that can't be taken (400, 422)."""


class Forbidden(ApiProblem, PermissionError):
    """Not logged in, or not allowed (401, 403)."""


class NotFound(ApiProblem, LookupError):
    """The object is not there (404)."""


class Conflict(ApiProblem):
    """The state or the rules stand against it (409)."""


class Stale(ApiProblem):
    """The object changed since it was read (412)."""


class Unreachable(NetwrightError, ConnectionError):
    """No answer, after all attempts."""


_CLASSES: dict[int, type[ApiProblem]] = {
    400: Invalid,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Stale,
    413: Invalid,
    415: Invalid,
    422: Invalid,
}


def problem_of(response: httpx.Response) -> ApiProblem:
    """The exception for an answer of 400 or more."""
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    return _CLASSES.get(response.status_code, ApiProblem)(response.status_code, body)
