"""Where a cable leads: the whole way through panels and circuits."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwright.app.access import Verb
from netwright.base.errors import NotFoundError
from netwright.intent.trace import ENDS
from netwright.inventory import KINDS
from netwright.store.naming import Namer
from netwright.store.query.named import present
from netwright.web.caller import access_of, sight_of
from netwright.web.read.path import HIGH, WIDE, cut, ways_of
from netwright.web.read.value import object_url
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()

TRACED = ("cable", *ENDS)


@router.get("/trace/{kind_name}/{object_id:int}")
def show(request: Request, kind_name: str, object_id: int) -> Response:
    state = state_of(request)
    if kind_name not in TRACED:
        raise NotFoundError(
            f"no cable is in a {kind_name}", remedy=f"A trace begins at one of: {', '.join(TRACED)}."
        )
    access = access_of(request)
    access.require(Verb.VIEW, kind_name)
    access.require(Verb.VIEW, "cable")
    report = state.health()
    kind = KINDS[kind_name]
    with state.reading() as session:
        if not present(sight_of(request, session), kind, [object_id]):
            raise NotFoundError(f"there is no {kind_name} with id {object_id}", remedy="Look in its list.")
        key = Namer(session).key(kind, object_id)
        ways = ways_of(session, kind_name, object_id, report)
    return page(
        request,
        "trace.html",
        kind=kind,
        object_id=object_id,
        key=key,
        url=object_url(kind_name, object_id, key),
        ways=ways,
        wide=WIDE,
        high=HIGH,
        cut=cut,
    )
