"""Devices that discovery found, and their adoption, over the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from netwright.api import table
from netwright.api.problem import ApiError
from netwright.api.proposal import proposed
from netwright.api.state import Call, call_of, flag, in_thread
from netwright.app.access import Verb
from netwright.app.access.narrowing import narrow
from netwright.app.proposal import adoption, adoption_title, told_differences
from netwright.collect.adoption.device import Wish
from netwright.collect.discovery.knownlist import SORTS, KnownFilter, KnownLine, known_page, known_walk
from netwright.collect.document import KNOWN_COLUMNS, known_row
from netwright.inventory.device import DeviceRole
from netwright.inventory.place import Status

WAYS = ("range", "lldp", "known")
PARAMETERS = ("q", "wanted", "vendor", "way", "sort", "after", "limit", "count", "format")
WISHES = ("devices", "site", "role", "model", "asn", "status", "take", "title", "reason")
ORDERS = tuple(word for name in SORTS for word in (name, f"-{name}"))


async def list_known(request: Request) -> Response:
    """GET a page, or all that fit as CSV."""
    call = await call_of(request)
    call.access.require(Verb.OBSERVE)
    table.only(call, PARAMETERS)
    wanted = table.word(call, "wanted")
    asked = KnownFilter(
        q=table.word(call, "q").strip(),
        wanted=flag(wanted) if wanted else None,
        vendors=table.words(call, "vendor"),
        ways=table.words(call, "way", WAYS),
    )
    if table.wants_csv(call):
        return table.table(KNOWN_COLUMNS, map(known_row, await in_thread(_all, call, asked)), "known-devices")
    return await in_thread(_page, call, asked)


async def adopt_known(request: Request) -> Response:
    """POST names of found devices: answers with the change set that makes them wanted, or what it would be;
    and with what is wanted otherwise than observed."""
    call = await call_of(request)
    table.only(call, ("dry_run", "changeset"))
    wanted = await table.wish_of(call, WISHES)
    return await in_thread(_adopt, call, wanted)


def _adopt(call: Call, wanted: dict[str, Any]) -> Response:
    role, status = table.text_in(wanted, "role"), table.text_in(wanted, "status")
    for name, value, choices in (("role", role, DeviceRole), ("status", status, Status)):
        if value and value not in set(choices):
            raise ApiError(422, f"expected one of {', '.join(choices)}, not {value[:40]!r}", subject=name)
    wish = Wish(
        site=table.text_in(wanted, "site", 255),
        role=role,
        model=table.text_in(wanted, "model", 255),
        asn=table.text_in(wanted, "asn", 20),
        status=status or str(Status.ACTIVE),
    )
    source = adoption(
        call.state.context,
        call.access,
        table.texts_in(wanted, "devices"),
        wish,
        table.texts_in(wanted, "take"),
    )

    def differences() -> dict[str, Any]:
        found = told_differences(call.access, source)
        return {"differences": [{"name": one.name, **asdict(one)} for one in found]}

    return proposed(call, source, wanted, adoption_title(source), differences)


def _page(call: Call, asked: KnownFilter) -> Response:
    params = call.request.query_params
    with call.state.context.database.read() as session:
        narrow(session, call.access)
        found = known_page(
            session,
            asked,
            sort=params.get("sort", ""),
            after=params.get("after", ""),
            limit=table.limit_of(call),
            count="count" in params and flag(params["count"]),
        )
    return table.page([known_row(one) for one in found.lines], found.cursor, found.total)


def _all(call: Call, asked: KnownFilter) -> list[KnownLine]:
    with call.state.context.database.read() as session:
        narrow(session, call.access)
        return list(known_walk(session, asked))
