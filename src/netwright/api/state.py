"""What the API works with, and who calls it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

from sqlalchemy import ColumnElement
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from netwright.api.problem import ApiError
from netwright.app.access import Access, Verb
from netwright.app.context import Context
from netwright.store.kind import Kind, Kinds
from netwright.store.query import Restriction, Unrestricted

Authenticate: TypeAlias = Callable[[Request], Awaitable[Access | None]]
"""Who sent a request, by one means; None when it does not carry that means."""
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ApiState:
    """One installation behind the API. ``authenticators`` are asked in their order."""

    context: Context
    authenticators: Sequence[Authenticate]

    @property
    def kinds(self) -> Kinds:
        return self.context.kinds


class Seen:
    """What a caller may see, remembered for one request."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._hidden: dict[str, frozenset[str]] = {}
        self._where: dict[str, ColumnElement[bool] | None] = {}

    def where(self, kind: Kind) -> ColumnElement[bool] | None:
        if kind.name not in self._where:
            self._where[kind.name] = self._access.where(Verb.VIEW, kind)
        return self._where[kind.name]

    def hidden(self, kind: Kind) -> Collection[str]:
        if kind.name not in self._hidden:
            self._hidden[kind.name] = frozenset(self._access.hidden(kind))
        return self._hidden[kind.name]


def restriction(access: Access) -> Restriction:
    """What ``access`` lets through, for readers."""
    return Unrestricted() if access.everything else Seen(access)


@dataclass(frozen=True, slots=True)
class Call:
    """A request of someone known."""

    request: Request
    state: ApiState
    access: Access
    seen: Restriction = field(default_factory=Unrestricted)

    def kind(self) -> Kind:
        """The kind in the path. Raises NotFoundError, or ForbiddenError when the caller may not see any."""
        kind = self.state.kinds[self.request.path_params["kind"]]
        self.access.require(Verb.VIEW, kind.name)
        return kind

    @property
    def query(self) -> list[tuple[str, str]]:
        return list(self.request.query_params.multi_items())


async def call_of(request: Request) -> Call:
    """Raises ApiError 401 when nobody is known."""
    state = cast("ApiState", request.app.state.api)
    for authenticate in state.authenticators:
        access = await authenticate(request)
        if access is not None:
            request.state.access = access
            return Call(request, state, access, restriction(access))
    raise ApiError(
        401,
        "nobody is logged in",
        remedy="Send a token as `Authorization: Bearer nwt_...`, made by `netwright token create`.",
        headers={"www-authenticate": 'Bearer realm="netwright"'},
    )


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The database is not asked in the event loop."""
    return await run_in_threadpool(partial(work, *args, **kwargs))


def flag(value: Any) -> bool:
    """``?dry_run=true``."""
    return str(value).lower() in {"true", "1", "yes", ""}
