"""Devices that discovery found: the list, and their adoption by a change set that is shown first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Verb
from netwright.app.proposal import (
    NotEnoughError,
    adoption,
    adoption_title,
    propose,
    rehearse,
    told_diff,
    told_differences,
)
from netwright.base.errors import InputError
from netwright.collect.adoption.device import Wish
from netwright.collect.discovery.knownlist import (
    KnownFilter,
    known_named,
    known_numbers,
    known_page,
    known_walk,
    vendors_seen,
)
from netwright.collect.document import KNOWN_COLUMNS, known_row
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import Status
from netwright.store.merging import MergePreview
from netwright.web.caller import access_of
from netwright.web.desk import Desk
from netwright.web.download import csv_file
from netwright.web.read.change import object_change
from netwright.web.read.listing import PAGE, Listing
from netwright.web.record import last_of, sent
from netwright.web.security import requires
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter(dependencies=[Depends(requires(Verb.OBSERVE))])
Sent = Annotated[dict[str, list[str]], Depends(sent)]
FILTERS = ("q", "vendor", "wanted")
_SHOWN = 200


@router.get("/discovered")
def show_list(request: Request, sort: str = "", after: str = "") -> Response:
    asked = _asked(request.query_params)
    state = state_of(request)
    with state.reading() as session:
        found = known_page(session, _filter(asked), sort=sort, after=after, limit=PAGE, count=True)
        vendors = vendors_seen(session)
        wanted, strange = known_numbers(session)
    listing = Listing(
        "/discovered",
        asked,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        after=after,
        next_after=found.cursor,
        shown=len(found.lines),
        total=found.total,
        noun=("device", "devices"),
    )
    csv = urlencode({name: value for name, value in asked.items() if value})
    return page(
        request,
        "discovered.html",
        rows=found.lines,
        listing=listing,
        asked=asked,
        vendors=vendors,
        numbers={"": strange, "yes": wanted},
        csv=f"/discovered/csv?{csv}",
    )


@router.get("/discovered/csv")
def download(request: Request) -> Response:
    """All that fit."""
    with state_of(request).reading() as session:
        lines = list(known_walk(session, _filter(_asked(request.query_params))))
    return csv_file(KNOWN_COLUMNS, map(known_row, lines), "known-devices")


@router.post("/discovered/adopt")
def adopt(request: Request, given: Sent) -> Response:
    """Steps of one page: ``ask`` asks what devices don't tell, ``preview`` shows what would change, ``save``
    opens the change set."""
    access, context = access_of(request), state_of(request).context
    access.require(Verb.PROPOSE)
    devices = [name for name in given.get("id", []) if name]
    if not devices:
        raise InputError("no device is ticked", remedy="Go back and tick the ones you mean.")
    wish = Wish(
        site=last_of(given, "site"),
        role=last_of(given, "role"),
        model=last_of(given, "model"),
        asn=last_of(given, "asn"),
        status=last_of(given, "status") or str(Status.ACTIVE),
    )
    take = given.get("take", [])
    step = last_of(given, "action")
    chosen = Desk(request).chosen
    source = adoption(context, access, devices, wish, take)
    with state_of(request).reading() as session:
        lines = known_named(session, devices)
    shown: dict[str, Any] = {
        "lines": lines,
        "devices": devices,
        "wish": wish,
        "take": take,
        "roles": list(DeviceRole),
        "statuses": list(Status),
        "fresh": any(not line.wanted for line in lines),
    }
    if step == "save":
        number = None
        try:
            number = propose(
                context, access, source, adoption_title(source), changeset=chosen.id if chosen else None
            )
        except NotEnoughError:
            step = "preview"
        if number is not None:
            return RedirectResponse(f"/changes/{number}", status_code=303)
    if step == "ask" and shown["fresh"] and not (wish.site and wish.role):
        return page(request, "adopt.html", preview=None, differences=(), changes=[], total=0, **shown)
    found = rehearse(context, access, source, chosen.id if chosen else None)
    with context.database.read() as session:
        diff = told_diff(access, session, found.preview.diff if found.preview else ())
    conflicts = found.preview.conflicts if found.preview else []
    counts: dict[str, int] = {}
    for one in diff:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    return page(
        request,
        "adopt.html",
        preview=MergePreview(diff, conflicts, found.problems),
        possible=found.preview is not None,
        differences=told_differences(access, source),
        changes=[object_change(one) for one in diff[:_SHOWN]],
        counts=counts,
        total=len(diff),
        **shown,
    )


def _asked(params: Mapping[str, str]) -> dict[str, str]:
    return {name: params.get(name, "").strip() for name in FILTERS}


def _filter(asked: Mapping[str, str]) -> KnownFilter:
    """Without a word about it: those that are not in the inventory."""
    return KnownFilter(
        q=asked["q"],
        wanted=asked["wanted"] == "yes",
        vendors=(asked["vendor"],) if asked["vendor"] else (),
    )
