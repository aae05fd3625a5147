"""What is free next in a prefix: the form of a new address or prefix, with it filled in. Nothing is taken
before that is saved, and what was taken meanwhile is refused then."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Verb
from netwright.base.errors import NotFoundError
from netwright.intent.allocation import Wish, allocate
from netwright.inventory import KINDS, Prefix, Vrf
from netwright.store.query.named import present
from netwright.web.caller import access_of, sight_of
from netwright.web.read.inside import child_length
from netwright.web.state import state_of

router = APIRouter()


@router.get("/inventory/prefix/{object_id:int}/next/{made}")
def next_free(request: Request, object_id: int, made: str, interface: str = "") -> Response:
    """``made``: ``address`` or ``prefix``. Raises ConflictError when nothing is free."""
    if made not in {"address", "prefix"}:
        raise NotFoundError(f"a prefix gives addresses and prefixes, no {made[:40]!r}")
    access_of(request).require(Verb.CREATE, made)
    kind = KINDS[made]
    with state_of(request).reading() as session:
        if not present(sight_of(request, session), KINDS["prefix"], [object_id]):
            raise NotFoundError(f"there is no prefix with id {object_id}", remedy="See the list of prefixes.")
        pool = session.get_one(Prefix, object_id)
        length = child_length(session, pool) if made == "prefix" else None
        wish = Wish(kind, kind.field(made), within=pool.prefix, length=length, scope={"vrf_id": pool.vrf_id})
        (found,) = allocate(session, KINDS, wish)
        given = {made: found, "interface": interface}
        if pool.vrf_id is not None:
            given["vrf"] = session.get_one(Vrf, pool.vrf_id).name
    told = urlencode({name: value for name, value in given.items() if value})
    return RedirectResponse(f"/inventory/{made}/new?{told}", status_code=303)
