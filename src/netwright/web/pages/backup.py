"""Backups: runs over all devices, and a device's copies with what changed from one to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwright.app.deployment import archive_of
from netwright.backup.archive import Archive
from netwright.base.errors import NotFoundError
from netwright.store.gitrepo import CommitInfo
from netwright.web.diff import DiffLine, unified
from netwright.web.pages.device import device_values
from netwright.web.state import WebState, state_of
from netwright.web.templating import page

router = APIRouter()
_RUNS = 50
_COPIES = 100


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a device's configuration: the commit, and the one before it (empty for the first)."""

    commit: CommitInfo
    before: str


def device_of(path: str) -> str:
    """The device whose file it is."""
    return path.rpartition("/")[2].removesuffix(".cfg")


@router.get("/backups")
def show_list(request: Request) -> Response:
    state = state_of(request)
    repository = state.context.backups
    runs = repository.log(limit=_RUNS)
    devices = _seen(state, repository.paths())
    listed = [(run, _seen(state, run.paths)) for run in runs]
    return page(request, "backups.html", runs=listed, devices=devices, limit=_RUNS)


@router.get("/backups/{revision}")
def show_run(request: Request, revision: str) -> Response:
    state = state_of(request)
    repository = state.context.backups
    run = next((run for run in repository.log(limit=1000) if run.id.startswith(revision)), None)
    if run is None:
        raise NotFoundError("there is no such backup run", subject=revision)
    return page(request, "backup.html", run=run, devices=_seen(state, run.paths))


@router.get("/devices/{name}/backups")
def show_device(request: Request, name: str, at: str = "", view: str = "diff") -> Response:
    state, values = device_values(request, name, "backups")
    archive = archive_of(state.context)
    copies = _copies(archive, name)
    chosen = next(
        (copy for copy in copies if at and copy.commit.id.startswith(at)), copies[0] if copies else None
    )
    text = ""
    lines: list[DiffLine] = []
    if chosen is not None:
        whole = view == "text" or not chosen.before
        text = archive.read(name, chosen.commit.id) if whole else ""
        lines = [] if whole else unified(archive.diff(name, chosen.before, chosen.commit.id))
    return page(
        request,
        "device_backups.html",
        copies=copies,
        chosen=chosen,
        text=text,
        lines=lines,
        view=view,
        **values,
    )


def _seen(state: WebState, paths: Iterable[str]) -> list[str]:
    """Devices whose files they are, as far as they may be told."""
    return sorted(name for name in map(device_of, paths) if state.sees_device(name))


def _copies(archive: Archive, name: str) -> list[Copy]:
    try:
        commits = archive.log(name, _COPIES)
    except NotFoundError:
        return []
    older = [*(commit.id for commit in commits[1:]), ""]
    return [Copy(commit, before) for commit, before in zip(commits, older, strict=True)]
