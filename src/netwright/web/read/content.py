"""Content: titles, where they are held, what each server has room for."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.cdn.records import Holding, HoldingState, Title
from netwright.inventory import Appliance, Device, Site
from netwright.store.query.cursor import decode_cursor, encode_cursor
from netwright.web.read.listing import PAGE

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class TitleRow:
    """A title and its copies: (device, state, error), the held ones first; ``copies`` counts all."""

    id: str
    name: str
    path: str
    size_bytes: int
    sha256: str
    holdings: list[tuple[str, str, str]]
    copies: int


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A cache or origin server with what lies on it."""

    device: str
    site: str
    role: str
    storage_bytes: int
    address: str
    held_bytes: int
    states: dict[str, int]


def list_titles(
    session: Session, *, q: str = "", after: str = "", limit: int = PAGE
) -> tuple[list[TitleRow], str, int]:
    """A page of titles by id with their copies, the cursor of the next, the number in all."""
    query = select(Title).order_by(Title.id).limit(limit + 1)
    count = select(func.count(Title.id))
    if q:
        text = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        matches = Title.id.ilike(text, escape="\\") | Title.name.ilike(text, escape="\\")
        query, count = query.where(matches), count.where(matches)
    total = session.scalar(count) or 0
    if after:
        query = query.where(Title.id > decode_cursor(after, str)[0])
    titles = list(session.scalars(query))
    more, titles = len(titles) > limit, titles[:limit]
    copies: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    found = session.execute(
        select(Holding.title_id, Holding.device, Holding.state, Holding.error)
        .where(Holding.title_id.in_([title.id for title in titles]))
        .order_by(Holding.device)
    )
    for title_id, device, state, error in found:
        copies[title_id].append((device, state.value, error))
    rows = [_title(title, copies[title.id]) for title in titles]
    return rows, encode_cursor((titles[-1].id,)) if more else "", total


def _title(title: Title, copies: list[tuple[str, str, str]]) -> TitleRow:
    shown = sorted(copies, key=lambda copy: (copy[1] != HoldingState.HELD.value, copy[0]))[:_SHOWN]
    return TitleRow(title.id, title.name, title.path, title.size_bytes, title.sha256, shown, len(copies))


def list_servers(session: Session) -> list[ServerRow]:
    """All content servers by site, in two statements."""
    lying: defaultdict[str, Counter[str]] = defaultdict(Counter)
    held_bytes: Counter[str] = Counter()
    rows = session.execute(
        select(Holding.device, Holding.state, func.count(), func.sum(Title.size_bytes))
        .join(Title, Holding.title_id == Title.id)
        .group_by(Holding.device, Holding.state)
    )
    for device, state, number, size in rows:
        lying[device][state.value] = number
        if state in {HoldingState.HELD, HoldingState.EVICTING}:
            held_bytes[device] += size or 0
    servers = session.execute(
        select(Device.name, Site.name, Device.role, Appliance.storage_bytes, Appliance.service_address)
        .join(Device, Appliance.device_id == Device.id)
        .join(Site, Device.site_id == Site.id)
        .order_by(Site.name, Device.name)
    )
    return [
        ServerRow(device, site, role.value, storage, str(address), held_bytes[device], dict(lying[device]))
        for device, site, role, storage, address in servers
    ]
