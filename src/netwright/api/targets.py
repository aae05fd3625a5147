"""Lists of devices as other tools fetch them over HTTP: Prometheus, Oxidized, gnmic.

A caller gets the devices that it sees, with site and model; a field that is hidden from it is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from netwright.api.reading import JSON, integer
from netwright.api.state import Call, call_of, flag, in_thread
from netwright.app.access import Verb
from netwright.app.access.narrowing import narrow
from netwright.base.errors import InputError, NotFoundError
from netwright.exchange.others import lists
from netwright.exchange.others.target import Target, targets

GROUPS = ("site", "region", "role", "platform", "model", "status", "cluster", "tag")
_FORMS: Mapping[str, Callable[[Sequence[Target], int | None], Any]] = {
    "prometheus": lists.prometheus,
    "oxidized": lambda found, _port: lists.oxidized(found),
    "gnmic": lambda found, port: lists.gnmic_targets(found, port or lists.GNMI_PORT),
}
FORMS = tuple(_FORMS)
PARAMETERS = ("port", "every", *GROUPS)


async def list_targets(request: Request) -> Response:
    """GET the devices in the form of a tool. ``?role=edge&region=eu`` narrows; several values: any."""
    call = await call_of(request)
    call.access.require(Verb.VIEW, "device")
    form = request.path_params["form"]
    if form not in _FORMS:
        raise NotFoundError(
            f"there are no targets for {form[:40]!r}", remedy=f"There are: {', '.join(FORMS)}."
        )
    wanted: dict[str, set[str]] = {}
    for name, value in call.query:
        if name not in PARAMETERS:
            raise InputError(f"there is no {name[:40]!r} here", remedy=f"There are: {', '.join(PARAMETERS)}.")
        if name in GROUPS:
            wanted.setdefault(name, set()).add(value)
    port = integer(request.query_params.get("port"), "port", 1, 65_535)
    every = flag(request.query_params.get("every", "false"))
    found = await in_thread(_read, call, wanted, every=every)
    return Response(orjson.dumps(_FORMS[form](found, port)), media_type=JSON)


def _read(call: Call, wanted: Mapping[str, set[str]], *, every: bool) -> list[Target]:
    hidden = call.access.hidden(call.state.kinds["device"])
    context = call.state.context
    endpoints = {
        name: (one.host, one.ssh_port if one.ssh_port != 22 else None)
        for name, one in context.settings.endpoints.items()
    }
    with context.database.read() as session:
        narrow(session, call.access)
        found = targets(session, every=every, endpoints=endpoints)
    told = [_told(one, hidden) for one in found]
    return [one for one in told if _fits(one, wanted)]


def _fits(target: Target, wanted: Mapping[str, set[str]]) -> bool:
    groups: dict[str, set[str]] = {}
    for sort, word in target.groups():
        groups.setdefault(sort, set()).add(word)
    return all(not words.isdisjoint(groups.get(sort, ())) for sort, words in wanted.items())


def _told(target: Target, hidden: frozenset[str]) -> Target:
    if not hidden:
        return target

    def text(name: str, value: str) -> str:
        return "" if name in hidden else value

    return replace(
        target,
        address=text("management_address", target.address),
        port=None if "management_address" in hidden else target.port,
        site=text("site", target.site),
        regions=() if "site" in hidden else target.regions,
        role=text("role", target.role),
        model=text("model", target.model),
        manufacturer=text("model", target.manufacturer),
        platform=text("platform", target.platform),
        status=text("status", target.status),
        serial=text("serial", target.serial),
        rack=text("rack", target.rack),
        tags=() if "tags" in hidden else target.tags,
        custom={} if "custom" in hidden else target.custom,
    )
