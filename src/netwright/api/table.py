"""Lists that are no kind of wanted object: which parameters they take, and their answers as JSON pages or as
CSV (``?format=csv``, or ``Accept: text/csv``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from netwright.api.order import body_of, mapping, parsed
from netwright.api.problem import ApiError
from netwright.api.reading import JSON, MOST_AT_ONCE, integer, moment
from netwright.api.state import Call
from netwright.base.errors import InputError
from netwright.base.spreadsheet import csv_text

CSV = "text/csv"
Row = Mapping[str, object]


def only(call: Call, known: Iterable[str]) -> None:
    """Raises InputError for a parameter that means nothing here."""
    names = sorted(known)
    for name in call.request.query_params:
        if name not in names:
            there = f"There are: {', '.join(names)}." if names else "There are none."
            raise InputError(f"there is no {name[:40]!r} here", remedy=there)


def wants_csv(call: Call) -> bool:
    """Raises ApiError for another form than JSON and CSV."""
    given = call.request.query_params.get("format", "")
    if given not in {"", "csv", "json"}:
        raise ApiError(400, f"expected csv or json, not {given[:40]!r}", subject="format")
    return given == "csv" or (not given and CSV in call.request.headers.get("accept", ""))


def words(call: Call, name: str, choices: Iterable[str] = ()) -> list[str]:
    """All values of a parameter. ``choices``: what there is, if not anything. Raises ApiError."""
    found = [value for key, value in call.query if key == name and value]
    there = list(choices)
    for value in found:
        if there and value not in there:
            raise ApiError(400, f"expected one of {', '.join(there)}, not {value[:40]!r}", subject=name)
    return found


def word(call: Call, name: str, choices: Iterable[str] = ()) -> str:
    """The last value of a parameter, or nothing."""
    return (words(call, name, choices) or [""])[-1]


def limit_of(call: Call) -> int:
    return integer(call.request.query_params.get("limit"), "limit", 1, MOST_AT_ONCE, default=100) or 100


def page(rows: Sequence[Row], after: str, total: int | None) -> Response:
    """A page as JSON."""
    body: dict[str, Any] = {"items": rows, "next": after or None}
    if total is not None:
        body["total"] = total
    return answer(body)


def table(names: Sequence[str], rows: Iterable[Row], file: str) -> Response:
    """A whole list as CSV, to be kept under ``file``."""
    headers = {"content-disposition": f'attachment; filename="{file}.csv"', "cache-control": "no-store"}
    return Response(csv_text(names, rows), media_type=f"{CSV}; charset=utf-8", headers=headers)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    found = {"cache-control": "no-store", **(headers or {})}
    return Response(orjson.dumps(body, default=str), status, headers=found, media_type=JSON)


async def wish_of(call: Call, known: Iterable[str]) -> dict[str, Any]:
    """The body of a POST, a mapping with no more than these names; nothing at all is an empty one."""
    headers = call.request.headers
    sent = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    body = await body_of(call) if sent else b""
    wanted = mapping(parsed(body), "body") if body else {}
    names = sorted(known)
    for name in wanted:
        if name not in names:
            there = f"There are: {', '.join(names)}." if names else "There are none."
            raise ApiError(422, f"there is no {name[:40]!r} here", subject="body", remedy=there)
    return wanted


def text_in(wanted: Mapping[str, Any], name: str, most: int = 2_000) -> str:
    """A text of a body; empty when it is not there. Raises ApiError."""
    found = wanted.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > most:
        raise ApiError(422, f"expected a text of at most {most} signs", subject=name)
    return found.strip()


def texts_in(wanted: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts of a body."""
    found = wanted.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise ApiError(422, "expected a list of texts", subject=name)
    return found


def numbers_in(wanted: Mapping[str, Any], name: str) -> list[int]:
    """A list of numbers of a body."""
    found = wanted.get(name, [])
    if not isinstance(found, list) or not all(type(one) is int and 0 < one < 1 << 63 for one in found):
        raise ApiError(422, "expected a list of numbers", subject=name)
    return found


def time_in(wanted: Mapping[str, Any], name: str) -> float | None:
    """A time of a body, with its zone. Raises ApiError."""
    text = text_in(wanted, name)
    return moment(text, name) if text else None
