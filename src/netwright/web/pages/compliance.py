"""The matrix of compliance, and what differs in one section of a device."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from netwright.app.access import Verb
from netwright.app.compliance import ComplianceSection
from netwright.app.deployment import check_stored, compliance_of
from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import KINDS
from netwright.inventory.device import DeviceRole
from netwright.web.caller import access_of, reader_of
from netwright.web.read.compliance import DAYS, read_matrix
from netwright.web.read.table import Asked, asked_of
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()


@router.get("/compliance")
def show(request: Request) -> Response:
    state = state_of(request)
    access = access_of(request)
    access.require(Verb.OBSERVE)
    access.require(Verb.VIEW, "device")
    asked = asked_of(KINDS["device"], "/compliance", request.query_params.multi_items())
    compliance = compliance_of(state.context)
    problem = None
    with state.reading() as session:
        reader = reader_of(request, session)
        try:
            matrix = read_matrix(reader, session, compliance, asked, state.few)
        except InputError as error:
            problem = error
            plain = Asked(asked.kind, asked.path)
            matrix = read_matrix(reader, session, compliance, plain, state.few)
    return page(
        request,
        "compliance.html",
        asked=asked,
        matrix=matrix,
        days=DAYS,
        problem=problem,
        roles=list(DeviceRole),
    )


@router.post("/compliance/check")
def check(request: Request) -> Response:
    """Hold what was last read against what is wanted now."""
    access_of(request).require(Verb.OPERATE)
    check_stored(state_of(request).context)
    return RedirectResponse("/compliance", status_code=303)


@router.get("/compliance/{device}/{section:path}")
def show_section(request: Request, device: str, section: str) -> Response:
    state = state_of(request)
    access_of(request).require(Verb.OBSERVE)
    with state.reading() as session:
        row = session.get(ComplianceSection, (device, section)) if state.sees_device(device) else None
    if row is None:
        raise NotFoundError(
            f"{device} has no section {section!r} that was checked", remedy="See /compliance."
        )
    return page(request, "compliance_section.html", row=row)
