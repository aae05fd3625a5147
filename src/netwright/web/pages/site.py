"""Sites: the list, and a site with its devices, racks and findings."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwright.app.access import Verb
from netwright.base.errors import NotFoundError
from netwright.collect.findinglist import standing_of
from netwright.inventory import KINDS, Region
from netwright.store.query.named import present
from netwright.web.caller import access_of, reader_of, sight_of, told_findings
from netwright.web.pages.inventory import beside_of, list_page
from netwright.web.read.rack import feeds_of, rack_view, racks_of
from netwright.web.read.site import find_site, site_links
from netwright.web.read.table import Asked, read_table
from netwright.web.read.topology import site_topology
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()


_DEVICES = ("name", "health", "role", "model", "management_address", "findings", "answered")
_MOST = 100


@router.get("/sites")
def show_list(request: Request) -> Response:
    return list_page(request, "site")


@router.get("/sites/{name}")
def show(request: Request, name: str) -> Response:
    state = state_of(request)
    report = state.health()
    with state.reading() as session:
        site = find_site(session, name)
        region = session.get_one(Region, site.region_id)
        devices = read_table(
            reader_of(request, session),
            Asked(KINDS["device"], "/devices", (("site", name),), sort="name", columns=_DEVICES),
            state.few,
            limit=_MOST,
            beside=beside_of(state, session, KINDS["device"]),
        )
        racks = racks_of(session, site.id, report)
        topology = site_topology(session, site.id, report)
        findings = told_findings(request, standing_of(session, state.context.clock.now(), site=name))
        links = site_links(session, report, site.id)
    return page(
        request,
        "site.html",
        site=site,
        region=region,
        health=report.sites.get(name),
        devices=devices,
        racks=racks,
        topology=topology,
        findings=findings,
        links=links,
    )


@router.get("/racks/{rack_id:int}")
def show_rack(request: Request, rack_id: int) -> Response:
    state = state_of(request)
    access_of(request).require(Verb.VIEW, "rack")
    report = state.health()
    with state.reading() as session:
        if not present(sight_of(request, session), KINDS["rack"], [rack_id]):
            raise NotFoundError(f"there is no rack with id {rack_id}", remedy="See the list of racks.")
        rack = rack_view(session, rack_id, report)
        feeds = feeds_of(session, rack_id)
    return page(request, "rack.html", rack=rack, feeds=feeds)
