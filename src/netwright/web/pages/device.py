"""Devices: the list, and a device's page with a tab for each of its sides."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwright.app.access.telling import namer_for
from netwright.base.errors import NetwrightError, NotFoundError
from netwright.collect.observed import ObservedConfig
from netwright.inventory import KINDS
from netwright.store.history import history_of
from netwright.web.caller import access_of
from netwright.web.diff import side_by_side, unified
from netwright.web.pages.inventory import list_page
from netwright.web.read import part, telemetry
from netwright.web.read.configuration import wanted_configuration
from netwright.web.read.device import DeviceHead, device_head, fact_lines, health_of
from netwright.web.read.finding import findings_of
from netwright.web.read.object import history_lines
from netwright.web.state import WebState, state_of
from netwright.web.templating import page

router = APIRouter()

TABS = (
    ("", "Overview"),
    ("interfaces", "Interfaces"),
    ("hardware", "Hardware"),
    ("routing", "Routing"),
    ("configuration", "Configuration"),
    ("backups", "Backups"),
    ("history", "History"),
)


@router.get("/devices")
def show_list(request: Request) -> Response:
    return list_page(request, "device")


@router.get("/devices/{name}")
def show(request: Request, name: str) -> Response:
    state, head, values = _head(request, name, "")
    with state.reading() as session:
        values |= {
            "facts": fact_lines(head),
            "findings": findings_of(session, device=name),
            "sensors": part.sensors(session, name),
            "lines": part.interfaces(session, name, head.id),
        }
    return page(request, "device.html", **values)


@router.get("/devices/{name}/interfaces")
def show_interfaces(request: Request, name: str) -> Response:
    state, head, values = _head(request, name, "interfaces")
    with state.reading() as session:
        lines = part.interfaces(session, name, head.id)
    traffic = telemetry.interface_traffic(
        state.context.series, name, [line.name for line in lines], state.context.clock.now()
    )
    return page(request, "device_interfaces.html", lines=lines, traffic=traffic, **values)


@router.get("/devices/{name}/interfaces/{interface:path}")
def show_interface(request: Request, name: str, interface: str) -> Response:
    state, head, values = _head(request, name, "interfaces")
    with state.reading() as session:
        lines = part.interfaces(session, name, head.id)
    found = next((line for line in lines if line.name == interface), None)
    span = telemetry.span_of(request.query_params.get("span", ""))
    return page(
        request,
        "device_interface.html",
        line=found,
        interface=interface,
        spans=telemetry.SPANS,
        span=span,
        **values,
    )


@router.get("/devices/{name}/hardware")
def show_hardware(request: Request, name: str) -> Response:
    state, head, values = _head(request, name, "hardware")
    with state.reading() as session:
        values |= {
            "components": part.components(session, name, head.id),
            "sensors": part.sensors(session, name),
        }
    return page(request, "device_hardware.html", **values)


@router.get("/devices/{name}/routing")
def show_routing(request: Request, name: str) -> Response:
    state, head, values = _head(request, name, "routing")
    with state.reading() as session:
        sessions = part.sessions(session, name, head.id)
    return page(request, "device_routing.html", sessions=sessions, **values)


@router.get("/devices/{name}/configuration")
def show_configuration(request: Request, name: str, view: str = "diff") -> Response:
    state, head, values = _head(request, name, "configuration")
    with state.reading() as session:
        running = session.get(ObservedConfig, name)
    wanted, problem = _wanted(state, head)
    rows: Any = []
    if view == "side" and wanted is not None and running is not None:
        rows = side_by_side(running.running, wanted)
    elif view == "diff" and running is not None:
        rows = unified(running.diff)
    return page(
        request,
        "device_configuration.html",
        view=view,
        running=running,
        wanted=wanted,
        problem=problem,
        rows=rows,
        **values,
    )


@router.get("/devices/{name}/history")
def show_history(request: Request, name: str) -> Response:
    state, head, values = _head(request, name, "history")
    access = access_of(request)
    with state.reading() as session:
        entries = history_of(session, "device", head.id) if head.id is not None else []
        namer, hidden = namer_for(access, session), access.hidden(KINDS["device"])
        lines = history_lines(namer, KINDS["device"], entries, hidden)
    return page(request, "device_history.html", entries=lines, **values)


@router.get("/devices/{name}/series")
def series(request: Request, name: str, object: str, span: str = "") -> Response:  # noqa: A002
    """Points of one object's chart as JSON."""
    state = state_of(request)
    if not state.sees_device(name):
        raise NotFoundError("there is no such device", subject=name)
    context = state.context
    data = telemetry.chart(context.series, name, object, telemetry.span_of(span), context.clock.now())
    return Response(data, media_type="application/json")


def _head(request: Request, name: str, tab: str) -> tuple[WebState, DeviceHead, dict[str, Any]]:
    state = state_of(request)
    with state.reading() as session:
        head = device_head(session, name)
    word, reasons = health_of(state.health(), name)
    return state, head, {"head": head, "health": word, "reasons": reasons, "tab": tab, "tabs": TABS}


def device_values(request: Request, name: str, tab: str) -> tuple[WebState, dict[str, Any]]:
    """What the frame of a device's page shows, for tabs that live elsewhere."""
    state, _, values = _head(request, name, tab)
    return state, values


def _wanted(state: WebState, head: DeviceHead) -> tuple[str | None, str]:
    """The wanted configuration, scrubbed; or why there is none."""
    if head.id is None:
        return None, "Nobody wants this device: it is not in the inventory."
    try:
        return wanted_configuration(state.context, head.name, head.platform)
    except NetwrightError as error:
        return None, str(error)
