"""The audit log: logins, refusals, tokens at new addresses, changes of rights."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from netwright.app.access import Verb
from netwright.app.access.audit import Event, entries
from netwright.web.security import requires
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter(dependencies=[Depends(requires(Verb.AUDIT))])
_LINES = 100


@router.get("/audit")
def show_log(request: Request, who: str = "", event: str = "", before: int | None = None) -> Response:
    what = Event(event) if event in list(Event) else None
    found = entries(
        state_of(request).context.database, who=who.strip(), what=what, before=before, limit=_LINES + 1
    )
    return page(
        request,
        "audit.html",
        lines=found[:_LINES],
        more=len(found) > _LINES,
        before=before,
        who=who.strip(),
        chosen=what.value if what else "",
        kinds_of_events=list(Event),
    )
