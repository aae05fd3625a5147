"""The web's reading on a large network: search, type-ahead, pages of lists. CPU of this process.

``NETWRIGHT_LARGE`` names a database that ``python -m bench network --keep FILE`` made; it is only read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.figure import Skip, Watch, figure
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.inventory import KINDS, Device, Interface, InterfaceAddress
from netwright.store.database import Database
from netwright.store.kind import Kind
from netwright.store.query import Reader
from netwright.store.query.sight import Sight
from netwright.store.query.suggest import IsFew, is_few, suggest
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
        yield from _figures(database)
    finally:
        database.close()


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
