"""The list of findings."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwright.web.read.finding import SEVERITIES, FindingFilter, kinds_seen, list_findings, open_by_severity
from netwright.web.read.listing import Listing
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()


@router.get("/findings")
def show_list(
    request: Request,
    q: str = "",
    site: str = "",
    severity: str = "",
    kind: str = "",
    state: str = "",
    device: str = "",
    after: str = "",
) -> Response:
    wanted = FindingFilter(q.strip(), site, severity, kind, state, device)
    with state_of(request).reading() as session:
        rows, cursor, total = list_findings(session, wanted, after=after)
        kinds = kinds_seen(session)
        counts = open_by_severity(session)
    listing = Listing(
        "/findings",
        wanted.values(),
        sort="",
        after=after,
        next_after=cursor,
        shown=len(rows),
        total=total,
        noun=("finding", "findings"),
    )
    return page(
        request,
        "findings.html",
        rows=rows,
        listing=listing,
        wanted=wanted,
        kinds=kinds,
        severities=SEVERITIES,
        counts=counts,
    )
