"""Who wants to know what, and what became of telling them. Times are Unix seconds."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, ForeignKey, Index, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.app.vault import StoredSecret, Vault
from netwright.app.webhooks.signature import key_of, new_secret
from netwright.app.webhooks.target import check_url
from netwright.base.clock import Clock
from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret
from netwright.store.database import Database
from netwright.store.delta import Op
from netwright.store.event import Event, EventType, last_event
from netwright.store.kind import Kinds
from netwright.store.record import Base

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


class DeliveryState(enum.StrEnum):
    """``dead``: given up; the event is kept and can be told again by hand."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class HookRow(Base):
    """A webhook. ``cursor``: the last event that is done, one way or another. ``leased_by`` tells it until
    ``leased_until``; nobody else does meanwhile."""

    __tablename__ = "webhook"

    name: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    verbs: Mapped[list[str]] = mapped_column(JSON)
    events: Mapped[list[str]] = mapped_column(JSON)
    enabled: Mapped[bool]
    cursor: Mapped[int]
    created_at: Mapped[float]
    created_by: Mapped[str]
    leased_by: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[float] = mapped_column(default=0.0)


class DeliveryRow(Base):
    """What became of telling one webhook of one event. ``status``: the last answer's, if there was one."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("uq_webhook_delivery_event", "webhook", "event_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhook.name"))
    event_id: Mapped[int]
    state: Mapped[DeliveryState]
    attempts: Mapped[int]
    next_at: Mapped[float]
    tried_at: Mapped[float]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text)
    seconds: Mapped[float]


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as lists show it. Empty ``kinds`` or ``verbs``: all; both are about merges only."""

    name: str
    url: str
    kinds: Sequence[str]
    verbs: Sequence[str]
    events: Sequence[str]
    enabled: bool
    created_at: float
    created_by: str
    cursor: int
    waiting: int = 0
    dead: int = 0

    def wants(self, event: Event) -> bool:
        if event.type not in self.events:
            return False
        if event.type != EventType.REVISION_MERGED or not (self.kinds or self.verbs):
            return True
        return any(self.wants_change(kind, op) for kind, ops in event.summary.items() for op in ops)

    def wants_change(self, kind: str, op: str) -> bool:
        return (not self.kinds or kind in self.kinds) and (not self.verbs or op in self.verbs)


@dataclass(frozen=True, slots=True)
class Delivery:
    """See :class:`DeliveryRow`."""

    id: int
    webhook: str
    event_id: int
    state: DeliveryState
    attempts: int
    next_at: float
    tried_at: float
    status: int | None
    error: str
    seconds: float


class Webhooks:
    """The verbs on webhooks. A webhook hears what happens after it was added."""

    def __init__(self, database: Database, vault: Vault, kinds: Kinds, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._kinds = kinds
        self._clock = clock

    def add(
        self,
        name: str,
        url: str,
        author: str,
        *,
        kinds: Sequence[str] = (),
        verbs: Sequence[str] = (),
        events: Sequence[str] = (EventType.REVISION_MERGED,),
        secret: Secret | None = None,
    ) -> Secret:
        """Add one; its secret, which is kept in the vault and shown this once."""
        if not _NAME.match(name):
            raise InputError(
                "not a webhook's name", subject=name, remedy="Use small letters, digits, dots and dashes."
            )
        check_url(url)
        for kind in kinds:
            self._kinds[kind]
        _words("verb", verbs, [op.value for op in Op])
        _words("event", events, [one.value for one in EventType])
        secret = secret or new_secret()
        key_of(secret)
        with self._database.write() as session:
            if session.get(HookRow, name) is not None:
                raise InputError("there is a webhook of this name already", subject=name)
            session.add(
                HookRow(
                    name=name,
                    url=url,
                    kinds=list(kinds),
                    verbs=list(verbs),
                    events=[str(event) for event in events],
                    enabled=True,
                    cursor=last_event(session),
                    created_at=self._clock.now(),
                    created_by=author,
                )
            )
        self._vault.put(secret_name(name), secret)
        return secret

    def remove(self, name: str) -> None:
        """Remove one with its log and its secret."""
        with self._database.write() as session:
            _row(session, name)
            session.execute(delete(DeliveryRow).where(DeliveryRow.webhook == name))
            session.execute(delete(HookRow).where(HookRow.name == name))
            session.execute(delete(StoredSecret).where(StoredSecret.name == secret_name(name)))

    def enable(self, name: str, enabled: bool) -> None:
        """Disabled, it is told nothing; enabled again, all that it missed."""
        with self._database.write() as session:
            _row(session, name).enabled = enabled

    def list(self) -> list[Hook]:
        counts: dict[tuple[str, str], int] = {}
        query = select(DeliveryRow.webhook, DeliveryRow.state, func.count()).group_by(
            DeliveryRow.webhook, DeliveryRow.state
        )
        with self._database.read() as session:
            for name, state, count in session.execute(query):
                counts[name, state] = count
            return [
                _hook(row, counts.get((row.name, "waiting"), 0), counts.get((row.name, "dead"), 0))
                for row in session.scalars(select(HookRow).order_by(HookRow.name))
            ]

    def get(self, name: str) -> Hook:
        with self._database.read() as session:
            return _hook(_row(session, name))

    def log(self, name: str, *, state: DeliveryState | None = None, limit: int = 50) -> Sequence[Delivery]:
        """Deliveries, the newest event first."""
        query = select(DeliveryRow).where(DeliveryRow.webhook == name)
        if state is not None:
            query = query.where(DeliveryRow.state == state)
        with self._database.read() as session:
            _row(session, name)
            rows = session.scalars(query.order_by(DeliveryRow.event_id.desc()).limit(limit))
            return [delivery_of(row) for row in rows]

    def retry(self, name: str, event_id: int) -> None:
        """Tell it again of an event, delivered or given up."""
        query = select(DeliveryRow).where(DeliveryRow.webhook == name, DeliveryRow.event_id == event_id)
        with self._database.write() as session:
            row = session.scalar(query)
            if row is None:
                raise NotFoundError(
                    f"was never told of event {event_id}",
                    subject=f"webhook {name}",
                    remedy=f"See `netwright webhook log {name}`.",
                )
            row.state, row.attempts, row.next_at = DeliveryState.WAITING, 0, self._clock.now()


def secret_name(name: str) -> str:
    """Where the vault keeps a webhook's secret."""
    return f"webhook/{name}"


def delivery_of(row: DeliveryRow) -> Delivery:
    return Delivery(
        row.id,
        row.webhook,
        row.event_id,
        row.state,
        row.attempts,
        row.next_at,
        row.tried_at,
        row.status,
        row.error,
        row.seconds,
    )


def _hook(row: HookRow, waiting: int = 0, dead: int = 0) -> Hook:
    return Hook(
        name=row.name,
        url=row.url,
        kinds=tuple(row.kinds),
        verbs=tuple(row.verbs),
        events=tuple(row.events),
        enabled=row.enabled,
        created_at=row.created_at,
        created_by=row.created_by,
        cursor=row.cursor,
        waiting=waiting,
        dead=dead,
    )


def _row(session: Session, name: str) -> HookRow:
    row = session.get(HookRow, name)
    if row is None:
        raise NotFoundError(
            "there is no webhook of this name", subject=name, remedy="See `netwright webhook list`."
        )
    return row


def _words(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    for word in given:
        if word not in known:
            raise InputError(f"no {what}", subject=word, remedy=f"There are: {', '.join(known)}.")
