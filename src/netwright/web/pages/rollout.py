"""Rollouts: the list, one with live progress, stop, and starting one."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from netwright.app.access import Verb
from netwright.base.errors import NetwrightError, NotFoundError
from netwright.deploy.journal import Journal
from netwright.deploy.records import RolloutDevice
from netwright.inventory import Device
from netwright.web.deployment import deployments
from netwright.web.diff import by_section, unified
from netwright.web.events import stream
from netwright.web.read.configuration import patch_of
from netwright.web.read.rollout import list_rollouts, planned_texts, rollout_view
from netwright.web.security import requires
from netwright.web.state import state_of
from netwright.web.templating import page, text_of

router = APIRouter()
_DEPLOY = [Depends(requires(Verb.DEPLOY))]


@router.get("/rollouts")
def show_list(request: Request) -> Response:
    with state_of(request).reading() as session:
        rollouts = list_rollouts(session)
    return page(request, "rollouts.html", rollouts=rollouts, planning=deployments(request).current())


@router.post("/rollouts", dependencies=_DEPLOY)
def start(request: Request, reason: str = Form("", max_length=500)) -> Response:
    """Have a plan made and rolled out, by a process beside this one: the web talks to no device."""
    deployments(request).start(request.state.identity.name, reason.strip())
    return RedirectResponse("/rollouts/planning", status_code=303)


@router.get("/rollouts/planning")
def show_planning(request: Request) -> Response:
    found = deployments(request).current()
    if found is not None and found.rollout:
        return RedirectResponse(f"/rollouts/{found.rollout}", status_code=303)
    return page(request, "planning.html", planning=found)


@router.get("/rollouts/{rollout_id}")
def show(request: Request, rollout_id: str) -> Response:
    with state_of(request).reading() as session:
        view = rollout_view(session, rollout_id)
    return page(request, "rollout.html", view=view)


@router.get("/rollouts/{rollout_id}/events")
def live(request: Request, rollout_id: str) -> Response:
    state = state_of(request)

    def make() -> tuple[str, bool]:
        with state.reading() as session:
            view = rollout_view(session, rollout_id)
        return text_of(request, "rollout_live.html", view=view), view.head.state.final

    return stream(request, make)


@router.post("/rollouts/{rollout_id}/stop", dependencies=_DEPLOY)
def stop(request: Request, rollout_id: str) -> Response:
    context = state_of(request).context
    with context.database.read() as session:
        rollout_view(session, rollout_id)  # NotFoundError for an unknown one
    Journal(context.database, context.clock).request_stop(rollout_id, request.state.identity.name)
    return RedirectResponse(f"/rollouts/{rollout_id}", status_code=303)


@router.get("/rollouts/{rollout_id}/devices/{device}")
def show_device(request: Request, rollout_id: str, device: str, show: str = "diff") -> Response:
    """One device's part: the difference, both sides, or the commands that lead there and back."""
    with state_of(request).reading() as session:
        view = rollout_view(session, rollout_id)
        row = session.get(RolloutDevice, (rollout_id, device))
        if row is None:
            raise NotFoundError(f"{device} is no part of this rollout", subject=rollout_id)
        difference = row.diff
        texts = planned_texts(session, row) if show != "diff" else None
        platform = session.scalar(select(Device.platform).where(Device.name == device)) or ""
    patch, problem = None, ""
    if show != "diff" and texts is None:
        problem = "The device runs something else by now than what was planned from, or to."
    elif texts is not None and show != "side":
        try:
            before, after = texts if show == "patch" else (texts[1], texts[0])
            patch = patch_of(before, after, platform)
        except NetwrightError as error:
            problem = str(error)
    return page(
        request,
        "rollout_device.html",
        view=view,
        row=row,
        show=show if show in {"side", "patch", "inverse"} else "diff",
        lines=unified(difference),
        sections=by_section(*texts) if texts is not None and show == "side" else [],
        patch=patch,
        problem=problem,
        steps=[step for step in reversed(view.steps) if step.device == device],
    )
