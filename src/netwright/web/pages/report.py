"""Hardware reports: counts by model with spares, what makers give up on a timeline, power by feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwright.app.report import WITHIN_DAYS, endings, feed_loads, model_counts, today
from netwright.base.errors import InputError
from netwright.intent.hardwarereport import ENDING_COLUMNS, FEED_COLUMNS, MODEL_COLUMNS
from netwright.web.caller import access_of
from netwright.web.download import csv_file
from netwright.web.read.timeline import timeline
from netwright.web.state import state_of
from netwright.web.templating import page

router = APIRouter()
TABS = (("models", "Models and spares"), ("endings", "End of life"), ("power", "Power"))
WITHIN = ((90, "3 months"), (365, "a year"), (1095, "3 years"), (3650, "10 years"))
_COLUMNS = {"models": MODEL_COLUMNS, "endings": ENDING_COLUMNS, "power": FEED_COLUMNS}
_MOST_DAYS = 3650


@router.get("/reports")
def show_models(request: Request, site: str = "") -> Response:
    return _shown(request, "models", site.strip())


@router.get("/reports/endings")
def show_endings(request: Request, site: str = "", within: int = WITHIN_DAYS) -> Response:
    days = min(max(within, 0), _MOST_DAYS)
    lines = _lines(request, "endings", site.strip(), days)
    drawn = timeline(lines, today(state_of(request).context), days)
    return _shown(request, "endings", site.strip(), lines, days=days, timeline=drawn, spans=WITHIN)


@router.get("/reports/power")
def show_power(request: Request, site: str = "") -> Response:
    return _shown(request, "power", site.strip())


@router.get("/reports/{name}/csv")
def download(request: Request, name: str, site: str = "", within: int = WITHIN_DAYS) -> Response:
    if name not in _COLUMNS:
        raise InputError(f"there is no report {name[:40]!r}", remedy=f"There are: {', '.join(_COLUMNS)}.")
    lines = _lines(request, name, site.strip(), min(max(within, 0), _MOST_DAYS))
    return csv_file(_COLUMNS[name], [one.row() for one in lines], name)


def _lines(request: Request, name: str, site: str, days: int = WITHIN_DAYS) -> Sequence[Any]:
    context, access = state_of(request).context, access_of(request)
    if name == "endings":
        return endings(context, access, days, site)
    return model_counts(context, access, site) if name == "models" else feed_loads(context, access, site)


def _shown(
    request: Request, name: str, site: str, lines: Sequence[Any] | None = None, **values: Any
) -> Response:
    found = _lines(request, name, site) if lines is None else lines
    asked = {"site": site, "within": str(values["days"]) if "days" in values else ""}
    query = urlencode({word: value for word, value in asked.items() if value})
    return page(
        request,
        f"report_{name}.html",
        lines=found,
        site=site,
        here=name,
        tabs=TABS,
        csv=f"/reports/{name}/csv{'?' if query else ''}{query}",
        **values,
    )
