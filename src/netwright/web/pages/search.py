"""Search over everything, and the type-ahead of references."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from netwright.app.access import Verb
from netwright.inventory import KINDS
from netwright.store.query.suggest import suggest
from netwright.web.caller import access_of, sight_of
from netwright.web.read.search import Group, search
from netwright.web.state import state_of
from netwright.web.templating import page, text_of

router = APIRouter()
_PICKED = 12
_LONG = 50


@router.get("/search")
def show(request: Request, q: str = "") -> Response:
    return page(request, "search.html", q=q.strip(), groups=_found(request, q, _LONG))


@router.get("/search/results")
def results(request: Request, q: str = "") -> Response:
    """The list under the search field."""
    return HTMLResponse(text_of(request, "search_list.html", q=q.strip(), groups=_found(request, q, 6)[:8]))


def _found(request: Request, q: str, limit: int) -> list[Group]:
    state = state_of(request)
    access = access_of(request)
    with state.reading() as session:
        return search(
            sight_of(request, session),
            q[:200],
            state.few,
            lambda kind: access.may(Verb.VIEW, kind.name),
            limit,
        )


@router.get("/pick/{kind_name}")
def pick(request: Request, kind_name: str, q: str = "") -> Response:
    """Names of a kind that begin like ``q``."""
    access_of(request).require(Verb.VIEW, kind_name)
    state = state_of(request)
    with state.reading() as session:
        found = suggest(sight_of(request, session), KINDS[kind_name], q[:200], _PICKED, state.few)
    return JSONResponse([doc["key"] for doc in found])
