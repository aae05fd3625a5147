"""What every request shares: the installation, and values kept for a few seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Generic, ParamSpec, TypeVar, cast

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from netwright.app.access import Access
from netwright.app.access.narrowing import narrow, seen_names
from netwright.app.access.oidc import Provider
from netwright.app.access.sso import SECRET_NAME
from netwright.app.context import Context
from netwright.base.secret import Secret
from netwright.collect.health import HealthReport, health
from netwright.inventory import KINDS
from netwright.store.history import Revision
from netwright.store.kind import Kind
from netwright.store.query.sight import Sight
from netwright.store.query.suggest import is_few

P = ParamSpec("P")
T = TypeVar("T")


class Kept(Generic[T]):
    """A value that costs something to make and may be a few seconds old.

    One thread makes it; others take the last one meanwhile. A costly one is kept longer: making it never
    takes more than a fifth of the time."""

    def __init__(self, make: Callable[[], T], monotonic: Callable[[], float], for_s: float) -> None:
        self._make = make
        self._monotonic = monotonic
        self._for_s = for_s
        self._making = threading.Lock()
        self._made: tuple[float, T] | None = None

    def get(self) -> T:
        made = self._made
        if made is not None and (self._monotonic() < made[0] or self._making.locked()):
            return made[1]
        with self._making:
            made = self._made
            begin = self._monotonic()
            if made is not None and begin < made[0]:
                return made[1]
            value = self._make()
            end = self._monotonic()
            self._made = (end + max(self._for_s, 5 * (end - begin)), value)
            return value


class Settled:
    """Values made of the source of truth, and perhaps of one object beside it, kept until either is another.

    Each name and scope of rights has one value; the oldest go when there are too many."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._making = threading.RLock()
        self._made: dict[Hashable, tuple[Hashable, object, object]] = {}

    def get(self, key: Hashable, head: Hashable, beside: object, make: Callable[[], T]) -> T:
        """``beside`` is told apart by identity: it must not be altered."""
        with self._making:
            made = self._made.get(key)
            if made is not None and made[0] == head and made[1] is beside:
                return cast("T", made[2])
            value = make()
            self._made.pop(key, None)
            self._made[key] = (head, beside, value)
            while len(self._made) > self._most:
                del self._made[next(iter(self._made))]
            return value


FEW_KEPT_S = 60.0
HEALTH_KEPT_S = 2.0
"""How long computed health is shown before it is computed again."""


class WebState:
    """The open installation behind the pages."""

    def __init__(self, context: Context) -> None:
        self.context = context
        sso = context.settings.sso
        self.provider = Provider(sso, self._client_secret, context.clock) if sso else None
        self._health = Kept(self._read_health, context.clock.monotonic, HEALTH_KEPT_S)
        self._few = Kept(self._read_few, context.clock.monotonic, FEW_KEPT_S)
        self._settled = Settled()

    def reading(self) -> AbstractContextManager[Session]:
        """A read-only session whose objects stay readable after it."""
        return self.context.database.read()

    def health(self) -> HealthReport:
        """Health of devices, links and sites, at most a few seconds old."""
        return self._health.get()

    def few(self, kind: Kind) -> bool:
        """Whether a kind has so few objects that reading them all costs nothing; a minute old at most."""
        return kind.name in self._few.get()

    def settled(self, session: Session, name: str, beside: object, make: Callable[[], T]) -> T:
        """What ``make`` gives, kept until the source of truth has a new revision or ``beside`` is another
        object; for all who have the same rights."""
        newest = select(Revision.number, Revision.at).order_by(Revision.number.desc()).limit(1)
        head = session.execute(newest).first()
        return self._settled.get((name, self._scope()), head, beside, make)

    def sees_device(self, name: str) -> bool:
        """Whether a device may be told of, for what is kept outside the database."""
        return True

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what waits for the database without holding up other requests."""
        return await run_in_threadpool(function, *args, **kwargs)

    def _scope(self) -> Hashable:
        return None

    def _client_secret(self) -> Secret | None:
        vault = self.context.vault
        return vault.get(SECRET_NAME) if SECRET_NAME in vault.names() else None

    def _read_health(self) -> HealthReport:
        with self.context.database.read() as session:
            return health(session, self.context.clock)

    def _read_few(self) -> frozenset[str]:
        with self.context.database.read() as session:
            sight = Sight(session, KINDS)
            return frozenset(name for name, kind in KINDS.items() if is_few(sight, kind))


class NarrowedState(WebState):
    """The same for one who may not see everything."""

    def __init__(self, whole: WebState, access: Access) -> None:
        self.__dict__.update(whole.__dict__)
        self._whole = whole
        self._access = access

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._whole.reading() as session:
            narrow(session, self._access)
            yield session

    def health(self) -> HealthReport:
        """Judged with everything known, told as far as it may be."""
        report = self._whole.health()
        with self._whole.reading() as session:
            return self.settled(session, "health", report, lambda: self._told(session, report))

    def _told(self, session: Session, report: HealthReport) -> HealthReport:
        devices, links, sites = (self._seen(session, kind) for kind in ("device", "cable", "site"))
        return HealthReport(
            {name: health for name, health in report.devices.items() if name in devices},
            {name: health for name, health in report.links.items() if name in links},
            {name: health for name, health in report.sites.items() if name in sites},
        )

    def sees_device(self, name: str) -> bool:
        return name in self._devices

    @cached_property
    def _devices(self) -> set[str]:
        with self._whole.reading() as session:
            return self._seen(session, "device")

    def _seen(self, session: Session, kind: str) -> set[str]:
        return self.settled(
            session, f"names of {kind}", None, lambda: seen_names(session, self._access, kind)
        )

    def _scope(self) -> Hashable:
        return self._access.reach, self._access.grants


def state_of(request: Request) -> WebState:
    """The installation as the one who asks may see it."""
    state: WebState = request.app.state.web
    access: Access | None = getattr(request.state, "identity", None)
    return state if access is None or access.everything else NarrowedState(state, access)
