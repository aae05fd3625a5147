"""One round of questions over a switch's HTTP API: eAPI, NX-API, SR Linux' JSON-RPC.

Which one a device has is found by asking, when nobody says: the others answer with HTTP 404.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import fields, replace
from typing import Any

import orjson

from netwright.base.errors import DeviceError, NotFoundError, SessionClosedError, UnparsedAnswerError
from netwright.device.endpoint import Endpoint
from netwright.device.http.eapi import eapi
from netwright.device.http.jsonrpc import ApiError
from netwright.device.http.nxapi import nxapi
from netwright.device.http.srlinux import srlinux
from netwright.device.http.web import HttpRefusedError
from netwright.device.tls import Tls
from netwright.platforms.arista_eos import shows as arista
from netwright.platforms.cisco_nxos import shows as cisco
from netwright.platforms.facts import DeviceFacts, Found
from netwright.platforms.show import Show, read_all, wanted
from netwright.platforms.yang import openconfig
from netwright.platforms.yang.tree import Tree, from_json

Run = Callable[..., Awaitable[list[Any]]]
_GONE = (SessionClosedError,)


async def web_facts(
    endpoint: Endpoint,
    port: int,
    tls: Tls,
    now: float,
    *,
    api: str = "auto",
    subjects: Collection[str] = (),
) -> DeviceFacts:
    """``api``: a name in ``APIS``. ``subjects``: only these facts; empty: all.

    Raises DeviceError when the API can't be spoken with."""
    if api != "auto":
        return await APIS[api](endpoint, port, tls, now, subjects)
    for ask in APIS.values():
        try:
            return await ask(endpoint, port, tls, now, subjects)
        except (HttpRefusedError, UnparsedAnswerError) as error:
            if isinstance(error, HttpRefusedError) and error.status not in {404, 405}:
                raise
    raise NotFoundError(
        f"no API that we know answers at port {port} ({', '.join(APIS)})",
        subject=endpoint.device,
        remedy="Turn it on at the device, or give the port where it listens.",
    )


async def _eapi(
    endpoint: Endpoint, port: int, tls: Tls, now: float, subjects: Collection[str]
) -> DeviceFacts:
    async with eapi(endpoint, port=port, tls=tls) as client:
        await client.run(["show version"])
        return await _asked(
            client.run, _chosen(arista.SHOWS, subjects), endpoint, now, ("eapi", "Arista", "eos")
        )


async def _nxapi(
    endpoint: Endpoint, port: int, tls: Tls, now: float, subjects: Collection[str]
) -> DeviceFacts:
    async with nxapi(endpoint, port=port, tls=tls) as client:
        await client.run(["show version"])
        return await _asked(
            client.run, _chosen(cisco.SHOWS, subjects), endpoint, now, ("nxapi", "Cisco", "nxos")
        )


async def _srlinux(
    endpoint: Endpoint, port: int, tls: Tls, now: float, subjects: Collection[str]
) -> DeviceFacts:
    """In OpenConfig's models."""
    tree: Tree = {}
    problems: list[tuple[str, str]] = []
    async with srlinux(endpoint, port=port, tls=tls) as client:
        (runs,) = await client.get(["/system/information/version"])
        for path in openconfig.paths(subjects):
            try:
                (told,) = await client.get([path], models="oc")
            except ApiError as error:
                problems.append((f"srlinux {path}", str(error)))
            else:
                tree |= from_json({path.removeprefix("/"): told})
    found = openconfig.read(tree, now=now)
    version = runs if isinstance(runs, str) else None
    system = replace(found.system, vendor="Nokia", os="srlinux", os_version=version)
    return _facts(replace(found, system=system), endpoint, now, "srlinux", problems)


def _chosen(shows: tuple[Show, ...], subjects: Collection[str]) -> list[Show]:
    return [show for show in wanted(shows, subjects) if not show.rarely]


APIS = {"eapi": _eapi, "nxapi": _nxapi, "srlinux": _srlinux}


async def _asked(
    run: Run, chosen: list[Show], endpoint: Endpoint, now: float, named: tuple[str, str, str]
) -> DeviceFacts:
    """One question after the other: a refused one must not take others' answers with it."""
    source, vendor, runs = named
    answers: dict[str, str] = {}
    problems: list[tuple[str, str]] = []
    for show in chosen:
        text = show.api_command == show.command
        try:
            (told,) = await run([show.api_command], text=text)
        except _GONE:
            raise
        except (DeviceError, ValueError) as error:
            problems.append((f"{source} {show.api_command}", str(error)))
        else:
            answers[show.command] = told if isinstance(told, str) else orjson.dumps(told).decode()
    found = read_all(chosen, answers)
    system = replace(found.system, vendor=found.system.vendor or vendor, os=runs)
    return _facts(replace(found, system=system), endpoint, now, source, problems)


def _facts(
    found: Found, endpoint: Endpoint, now: float, source: str, problems: list[tuple[str, str]]
) -> DeviceFacts:
    values = {spec.name: getattr(found, spec.name) for spec in fields(Found)}
    values["unparsed"] = (*found.unparsed, *problems)
    return DeviceFacts(
        device=endpoint.device, platform=found.system.os or "unknown", observed_at=now, sources=(source,),
        answered=((source, now),), **values,
    )  # fmt: skip
