"""Content: titles and where they are held, the servers, and the steering tool."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from netwright.base.errors import NetwrightError
from netwright.cdn.records import Title
from netwright.cdn.steering import SteeringAnswer, steer
from netwright.web.read.content import list_servers, list_titles
from netwright.web.read.listing import Listing
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()


@router.get("/content")
def show_titles(request: Request, q: str = "", after: str = "") -> Response:
    with state_of(request).reading() as session:
        rows, cursor, total = list_titles(session, q=q.strip(), after=after)
    listing = Listing(
        "/content",
        {"q": q.strip()},
        "",
        after=after,
        next_after=cursor,
        shown=len(rows),
        total=total,
        noun=("title", "titles"),
    )
    return page(request, "content.html", rows=rows, listing=listing, q=q.strip())


@router.get("/content/servers")
def show_servers(request: Request) -> Response:
    with state_of(request).reading() as session:
        servers = list_servers(session)
    return page(request, "content_servers.html", servers=servers)


@router.get("/content/steering")
def show_steering(request: Request, client: str = "", title: str = "") -> Response:
    """Which servers a client would be sent to now, and why the others are not named."""
    state = state_of(request)
    client, title = client.strip(), title.strip()
    answer: SteeringAnswer | None = None
    problem = ""
    report = state.health()
    with state.reading() as session:
        titles = list(session.execute(select(Title.id, Title.name).order_by(Title.id).limit(500)))
        if client and title:
            try:
                answer = steer(session, client, title, report)
            except NetwrightError as error:
                problem = str(error)
    return page(
        request,
        "steering.html",
        status=400 if problem else 200,
        client=client,
        title=title,
        titles=titles,
        answer=answer,
        problem=problem,
    )
