"""Devices: the list, and a device's page with a tab for each of its sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwright.app.access import Verb
from netwright.app.access.telling import namer_for
from netwright.app.deployment import omissions_of
from netwright.base.errors import NetwrightError, NotFoundError
from netwright.collect.findinglist import standing_of
from netwright.collect.observed import ObservedConfig
from netwright.intent.context import ContextSource, context_sources, merge
from netwright.inventory import KINDS, Attachment
from netwright.store.history import history_of
from netwright.web.caller import access_of, told_findings
from netwright.web.diff import by_section, unified
from netwright.web.pages.inventory import list_page, writes
from netwright.web.read import part, telemetry
from netwright.web.read.attachment import files_of
from netwright.web.read.configuration import patch_of, wanted_configuration
from netwright.web.read.device import DeviceHead, device_head, fact_lines, health_of
from netwright.web.read.hardware import hardware
from netwright.web.read.object import history_lines
from netwright.web.read.port import ports_of
from netwright.web.state import WebState, state_of
from netwright.web.templating import page

router = APIRouter()

TABS = (
    ("", "Overview"),
    ("interfaces", "Interfaces"),
    ("hardware", "Hardware"),
    ("ports", "Ports and power"),
    ("routing", "Routing"),
    ("configuration", "Configuration"),
    ("backups", "Backups"),
    ("data", "Data and files"),
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
            "findings": told_findings(request, standing_of(session, state.context.clock.now(), device=name)),
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
            "tree": hardware(session, name, head.id),
            "sensors": part.sensors(session, name),
        }
    return page(request, "device_hardware.html", **values)


@router.get("/devices/{name}/ports")
def show_ports(request: Request, name: str) -> Response:
    state, head, values = _head(request, name, "ports")
    with state.reading() as session:
        ports = ports_of(session, head.id)
    return page(request, "device_ports.html", ports=ports, **values)


@router.get("/devices/{name}/data")
def show_data(request: Request, name: str) -> Response:
    """Context data for templates, and files."""
    state, head, values = _head(request, name, "data")
    sources: Sequence[ContextSource] = ()
    files: Sequence[Attachment] = ()
    access = access_of(request)
    with state.reading() as session:
        if head.id is not None and access.may(Verb.VIEW, "config_context"):
            sources = context_sources(session, [head.id]).get(head.id, ())
        if head.id is not None and access.may(Verb.VIEW, "attachment"):
            files = files_of(session, "device", head.id)
    merged = merge([one.data for one in sources])
    return page(
        request,
        "device_data.html",
        sources=[(one, _pretty(one.data)) for one in sources],
        merged=_pretty(merged) if merged else "",
        files=files,
        may_attach=writes(request, KINDS["attachment"], Verb.CREATE),
        may_remove=writes(request, KINDS["attachment"], Verb.DELETE),
        **values,
    )


def _pretty(data: Mapping[str, Any]) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()


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
    omissions = omissions_of(state.context, [name]) if wanted is not None else []
    rows: Any = []
    if view == "side" and wanted is not None and running is not None:
        rows = by_section(running.running, wanted)
    elif view == "diff" and running is not None:
        rows = unified(running.diff)
    patch = None
    if view in {"patch", "inverse"} and wanted is not None and running is not None:
        texts = (running.running, wanted) if view == "patch" else (wanted, running.running)
        try:
            patch = patch_of(*texts, head.platform)
        except NetwrightError as error:
            problem = str(error)
    return page(
        request,
        "device_configuration.html",
        view=view,
        running=running,
        wanted=wanted,
        omissions=omissions,
        problem=problem,
        rows=rows,
        patch=patch,
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
    may_update = head.id is not None and writes(request, KINDS["device"], Verb.UPDATE)
    return page(request, "device_history.html", entries=lines, may_update=may_update, **values)


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
