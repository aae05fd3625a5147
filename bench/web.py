"""The web on a large network: whole pages as a browser gets them (uncompressed, without its drawing), and the
reading behind search, type-ahead and lists. CPU of this process.

``NETWRIGHT_LARGE`` names a database that ``python -m bench network --keep FILE`` made; it is only read.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from bench.figure import Skip, Watch, figure
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.types import Receive, Scope, Send

from netwright.app.access import machine
from netwright.app.context import open_context
from netwright.app.home import create_home
from netwright.app.vault import load_key
from netwright.inventory import KINDS, Device, Interface, InterfaceAddress, Site
from netwright.store.database import Database
from netwright.store.kind import Kind
from netwright.store.query import Reader
from netwright.store.query.sight import Sight
from netwright.store.query.suggest import IsFew, is_few, suggest
from netwright.web.application import create_app
from netwright.web.read.search import search
from netwright.web.read.table import Asked, asked_of, read_table

_TIMES = 10


def figures() -> Iterator[dict[str, Any]]:
    """Each figure as a line of JSON: the mean of repeated reads, each in a session of its own."""
    file = os.environ.get("NETWRIGHT_LARGE", "")
    if not file or not Path(file).exists():
        raise Skip("NETWRIGHT_LARGE names no database; make one with python -m bench network --keep FILE")
    database = Database(f"sqlite:///{file}")
    try:
        yield from _pages(file, database)
        yield from _figures(database)
    finally:
        database.close()


def _pages(file: str, database: Database) -> Iterator[dict[str, Any]]:
    """Requests to the application itself, as one who may do everything; the second and later ones."""
    with database.read() as session:
        devices = session.scalar(select(func.count()).select_from(Device)) or 0
        rows = select(Device.name, Site.name).join(Site, Site.id == Device.site_id).order_by(Device.id)
        device, site = session.execute(rows.offset(1000).limit(1)).one()
        busiest = (
            select(Site.name).join(Device, Device.site_id == Site.id).group_by(Site.id, Site.name)
        ).order_by(func.count().desc())
        core = session.scalar(busiest.limit(1))
    with tempfile.TemporaryDirectory() as folder:
        home = create_home(Path(folder) / "home", f'database = "sqlite:///{Path(file).absolute()}"\n')
        load_key(home.key_file, create=True)
        context = open_context(Path(folder) / "home")
        app = create_app(context)
        try:
            for name, path in (
                ("device page", f"/devices/{device}"),
                ("device page, interfaces", f"/devices/{device}/interfaces"),
                ("device page, hardware", f"/devices/{device}/hardware"),
                ("list of devices of a site", f"/devices?site={site}"),
                ("list of 100 devices by role", "/devices?role=edge"),
                ("page of a site", f"/sites/{site}"),
                ("page of the busiest site", f"/sites/{core}"),
                ("search page", f"/search?q={device}"),
                ("findings", "/findings"),
                ("discovered devices", "/discovered"),
                ("hardware report", "/reports"),
            ):
                yield asyncio.run(_asked(app, name, path, devices))
        finally:
            context.close()


async def _asked(app: FastAPI, name: str, path: str, n: int) -> dict[str, Any]:
    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {}).update(identity=machine("bench"), csrf="x")
        await app(scope, receive, send)

    transport = httpx.ASGITransport(known)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        headers = {"accept-encoding": "identity"}
        for _ in range(2):
            answer = await client.get(path, headers=headers)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
        with Watch() as watch:
            for _ in range(_TIMES):
                await client.get(path, headers=headers)
    return figure(name, watch.cpu_s / _TIMES * 1000, "ms of CPU", n, watch.cpu_s)


def _figures(database: Database) -> Iterator[dict[str, Any]]:
    with database.read() as session:
        interfaces = session.scalar(select(func.count()).select_from(Interface)) or 0
        middle = select(Device.name).order_by(Device.id).offset(1000).limit(1)
        device = session.scalar(middle) or ""
        port = session.scalar(
            select(Interface.name)
            .join(Device, Interface.device_id == Device.id)
            .where(Device.name == device)
            .limit(1)
        )
        held = session.scalar(select(InterfaceAddress.address).limit(1))
        known = {name for name, kind in KINDS.items() if is_few(Sight(session, KINDS), kind)}

    def few(kind: Kind) -> bool:
        return kind.name in known

    asks = {
        "a name": device,
        "the beginning of a name": device[:5],
        "an interface": f"{device}/{port}",
        "an address": str(held.ip) if held else "",
        "nothing": "zz-nowhere",
    }
    for words, text in asks.items():
        yield _measured(
            database,
            f"search for {words}",
            interfaces,
            partial(_search, text, few),
        )
    yield _measured(
        database,
        "type-ahead of an interface",
        interfaces,
        lambda session: suggest(Sight(session, KINDS), KINDS["interface"], f"{device}/", 12, few),
    )
    for query in ("", "enabled=true", f"device={device}", "sort=-speed_bps"):
        params = [tuple(part.split("=", 1)) for part in query.split("&") if part]
        asked = asked_of(KINDS["interface"], "/", params)  # type: ignore[arg-type]
        yield _measured(
            database,
            f"page of 100 interfaces, {query or 'all'}".replace(device, "one device"),
            interfaces,
            partial(_page, asked, few),
        )


def _search(text: str, few: IsFew, session: Session) -> object:
    return search(Sight(session, KINDS), text, few, lambda _: True)


def _page(asked: Asked, few: IsFew, session: Session) -> object:
    return read_table(Reader(session, KINDS), asked, few)


def _measured(database: Database, name: str, n: int, read: Callable[[Session], object]) -> dict[str, Any]:
    with database.read() as session:
        read(session)
    with Watch() as watch:
        for _ in range(_TIMES):
            with database.read() as session:
                read(session)
    return figure(name, watch.cpu_s / _TIMES * 1000, "ms of CPU", n, watch.cpu_s)
