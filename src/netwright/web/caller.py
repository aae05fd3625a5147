"""Who asks for a page, and what of the inventory they may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fastapi import Request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from netwright.app.access import Access, Verb
from netwright.app.tending import told_lines
from netwright.collect.findinglist import FindingLine
from netwright.inventory import KINDS
from netwright.store.kind import Kind
from netwright.store.query import Reader
from netwright.store.query.sight import Sight
from netwright.web.state import state_of


def access_of(request: Request) -> Access:
    """What the one who asks may do."""
    access: Access = request.state.identity
    return access


class Seen:
    """Rights to look, as the query layer asks for them."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def where(self, kind: Kind) -> ColumnElement[bool] | None:
        return self._access.where(Verb.VIEW, kind)

    def hidden(self, kind: Kind) -> Collection[str]:
        return self._access.hidden(kind)


def sight_of(request: Request, session: Session) -> Sight:
    return Sight(session, KINDS, Seen(access_of(request)))


def reader_of(request: Request, session: Session) -> Reader:
    return Reader(session, KINDS, Seen(access_of(request)))


def told_findings(request: Request, lines: Sequence[FindingLine]) -> Sequence[FindingLine]:
    """Findings as far as the one who asks may know of what they are about."""
    access = access_of(request)
    if access.everything or not lines:
        return lines
    with state_of(request).context.database.read() as session:
        return told_lines(access, session, lines)
