"""The overview: the map, the figures, what needs someone."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from netwright.collect.health import HealthReport
from netwright.web.events import stream
from netwright.web.read.overview import Places, overview, places
from netwright.web.read.site import read_layout
from netwright.web.state import WebState, state_of
from netwright.web.templating import page, text_of

router = APIRouter()


@router.get("/")
def show(request: Request) -> Response:
    return page(request, "overview.html", **_values(request))


@router.get("/events/overview")
def live(request: Request) -> Response:
    return stream(
        request, lambda: (text_of(request, "overview_live.html", **_values(request)), False), every_s=3.0
    )


def _values(request: Request) -> dict[str, Any]:
    state = state_of(request)
    report = state.health()
    with state.reading() as session:
        seen, data = state.settled(session, "places", report, lambda: _places(state, session, report))
        return {"view": overview(session, seen, state.context.clock.now()), "map_data": data}


def _places(state: WebState, session: Session, report: HealthReport) -> tuple[Places, str]:
    layout = state.settled(session, "layout", None, lambda: read_layout(session))
    seen = places(layout, report)
    return seen, map_data(seen)


def map_data(view: Places) -> str:
    """What the map draws, as JSON."""
    sites = [
        {
            "name": site.name,
            "title": site.title,
            "at": [site.longitude, site.latitude],
            "health": site.health,
            "devices": site.devices,
            "reasons": site.reasons[:4],
        }
        for site in view.sites
    ]
    links = [
        {"a": link.a, "b": link.b, "state": link.state, "up": link.up, "total": link.total}
        for link in view.links
    ]
    return orjson.dumps({"sites": sites, "links": links}).decode()
