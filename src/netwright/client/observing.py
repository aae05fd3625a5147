"""What was observed, asked of the API: findings, tasks, devices that were found, reports. Each verb is an
exchange that both clients run::

    from netwright.client import Client, observing

    with Client("http://127.0.0.1:8080", token="nwt_...") as client:
        wrong = client.run(observing.findings(site="ams", kind="wrong-serial"))
        client.run(observing.acknowledge([one["id"] for one in wrong], "the spare is on its way"))
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from netwright.client.exchange import Document, Exchange, Filters, Request, pairs, taken
from netwright.client.problem import problem_of

Report: TypeAlias = Literal["models", "endings", "power"]
Filter: TypeAlias = str | Sequence[str]
_PAGE = 500


def findings(*, sort: str = "", **filters: Filter) -> Exchange[list[Document]]:
    """Those that need someone, the worst first. Filters: q, site, device, kind, severity, at_least, state
    (``open``, ``held``, ``acknowledged``, ``standing``, ``cleared``)."""
    return (yield from _all("/v1/findings", filters, sort))


def findings_csv(**filters: Filter) -> Exchange[str]:
    return (yield from _csv("/v1/findings", filters))


def acknowledge(ids: Sequence[int], why: str, until: datetime | str | None = None) -> Exchange[int]:
    """Say that findings are known. ``until``: a time with its zone; None: until they clear."""
    body: Document = {"ids": list(ids), "why": why}
    if until is not None:
        body["until"] = until if isinstance(until, str) else until.isoformat()
    answer = taken((yield Request("POST", "/v1/findings/acknowledge", body=body)))
    return int(answer["acknowledged"])


def withdraw(ids: Sequence[int]) -> Exchange[int]:
    """Take acknowledgements back; how many there were."""
    answer = taken((yield Request("POST", "/v1/findings/withdraw", body={"ids": list(ids)})))
    return int(answer["withdrawn"])


def accept(
    ids: Sequence[int],
    *,
    title: str = "",
    reason: str = "",
    change_set: int | None = None,
    dry_run: bool = False,
) -> Exchange[Document]:
    """What findings observed becomes wanted: ``change_set`` of the answer is open for review, or None when
    nothing differs."""
    body = {"ids": list(ids), "title": title, "reason": reason}
    return (yield from _propose("/v1/findings/accept", body, change_set, dry_run=dry_run))


def open_task(finding: int, *, assignee: str = "", note: str = "") -> Exchange[Document]:
    body = {"assignee": assignee, "note": note}
    path = f"/v1/findings/{finding}/task"
    return _document((yield Request("POST", path, body=body, repeatable=False)))


def close_task(task: int) -> Exchange[Document]:
    return _document((yield Request("POST", f"/v1/tasks/{task}/done", repeatable=False)))


def tasks(site: str = "") -> Exchange[list[Document]]:
    """Open ones, the oldest first."""
    return _items((yield Request("GET", "/v1/tasks", (("site", site),) if site else ())))


def known_devices(
    *, wanted: bool | None = None, sort: str = "", **filters: Filter
) -> Exchange[list[Document]]:
    """Devices that were found; ``wanted`` False: those not in the inventory. Filters: q, vendor, way."""
    asked: dict[str, str | bool | Sequence[str]] = dict(filters)
    if wanted is not None:
        asked["wanted"] = wanted
    return (yield from _all("/v1/known-devices", asked, sort))


def adopt(
    devices: Sequence[str], *, change_set: int | None = None, dry_run: bool = False, **wish: Any
) -> Exchange[Document]:
    """Found devices become wanted, as :func:`accept`. Wishes: site, role, model, asn, status, take, title,
    reason."""
    body = {"devices": list(devices), **wish}
    return (yield from _propose("/v1/known-devices/adopt", body, change_set, dry_run=dry_run))


def report(name: Report, **options: str | int) -> Exchange[list[Document]]:
    """Options: site; of endings within (days)."""
    return _items((yield Request("GET", _report(name), tuple(pairs(options)))))


def report_csv(name: Report, **options: str | int) -> Exchange[str]:
    return (yield from _csv(_report(name), options))


def _all(path: str, filters: Filters, sort: str) -> Exchange[list[Document]]:
    """Page by page."""
    found: list[Document] = []
    after = ""
    while True:
        named = {"sort": sort, "after": after, "limit": str(_PAGE)}
        params = (*pairs(filters), *((name, text) for name, text in named.items() if text))
        body = taken((yield Request("GET", path, params)))
        found += body["items"]
        after = body["next"] or ""
        if not after:
            return found


def _csv(path: str, filters: Filters) -> Exchange[str]:
    response = yield Request("GET", path, tuple(pairs(filters)), headers={"accept": "text/csv"})
    if response.status_code >= 400:
        raise problem_of(response)
    return response.text


def _propose(path: str, body: Document, change_set: int | None, *, dry_run: bool) -> Exchange[Document]:
    """Never sent twice: without an answer nobody knows whether there is a change set already."""
    params = [("changeset", str(change_set))] if change_set is not None else []
    params += [("dry_run", "true")] if dry_run else []
    said = {name: value for name, value in body.items() if value}
    return _document((yield Request("POST", path, tuple(params), body=said, repeatable=False)))


def _report(name: str) -> str:
    return f"/v1/reports/{quote(name, safe='')}"


def _document(response: Any) -> Document:
    found: Document = taken(response)
    return found


def _items(response: Any) -> list[Document]:
    found: list[Document] = taken(response)["items"]
    return found
