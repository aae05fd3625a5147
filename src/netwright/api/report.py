"""Hardware reports over the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from netwright.api import table
from netwright.api.reading import integer
from netwright.api.state import Call, call_of, in_thread
from netwright.app.report import MOST_DAYS, WITHIN_DAYS, endings, feed_loads, model_counts
from netwright.base.errors import NotFoundError
from netwright.intent.hardwarereport import ENDING_COLUMNS, FEED_COLUMNS, MODEL_COLUMNS, Row

COLUMNS = {"models": MODEL_COLUMNS, "endings": ENDING_COLUMNS, "power": FEED_COLUMNS}


class _Line(Protocol):
    def row(self) -> Row: ...


async def get_report(request: Request) -> Response:
    """GET a report, of all or of a site (``?site=ams``); of what ends within so many days
    (``?within=90``)."""
    call = await call_of(request)
    name = request.path_params["name"]
    if name not in COLUMNS:
        raise NotFoundError(f"there is no report {name[:40]!r}", remedy=f"There are: {', '.join(COLUMNS)}.")
    table.only(call, ("site", "format", *(("within",) if name == "endings" else ())))
    days = integer(request.query_params.get("within"), "within", 0, MOST_DAYS, default=WITHIN_DAYS)
    rows = [one.row() for one in await in_thread(_lines, call, name, table.word(call, "site"), days or 0)]
    if table.wants_csv(call):
        return table.table(COLUMNS[name], rows, name)
    return table.page(rows, "", None)


def _lines(call: Call, name: str, site: str, days: int) -> Sequence[_Line]:
    context, access = call.state.context, call.access
    if name == "endings":
        return endings(context, access, days, site)
    return model_counts(context, access, site) if name == "models" else feed_loads(context, access, site)
