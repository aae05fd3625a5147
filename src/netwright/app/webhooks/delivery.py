"""Telling webhooks: one event after the other a webhook, each until it is taken or given up.

The order of events holds a webhook: while one waits for another attempt, those after it wait too. What was
taken is written down after the answer, so a crash in between tells it twice, under the same id.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx
from sqlalchemy import or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from netwright import __version__
from netwright.app.vault import Vault
from netwright.app.webhooks.hook import (
    DeliveryRow,
    DeliveryState,
    Hook,
    HookRow,
    Webhooks,
    secret_name,
)
from netwright.app.webhooks.payload import body_of, probe_body
from netwright.app.webhooks.signature import key_of, signed
from netwright.app.webhooks.target import resolve_target
from netwright.base.address import Prefix
from netwright.base.clock import Clock
from netwright.base.errors import NetwrightError, NotFoundError, StorageError
from netwright.store.database import Database
from netwright.store.event import Event, events_after
from netwright.store.kind import Kinds

_LOG = logging.getLogger(__name__)
_BACKOFF_S = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200)
"""Waits between attempts; about a day and a half in all."""
_LONGEST_WAIT_S = 3_600.0
_GONE = 410
_READ_BYTES = 4_096
_AT_ONCE = 500
_LEASE_S = 60.0
"""A deliverer that says nothing for so long is taken for dead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt. ``wait_s``: how long the receiver asked us to stay away."""

    ok: bool
    status: int | None
    error: str
    seconds: float
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Courier:
    """Posts one body to one webhook, within a deadline for all of it."""

    vault: Vault
    clock: Clock
    deadline_s: float = 10.0
    allowed: Sequence[Prefix] = field(default=())

    async def post(self, hook: Hook, message_id: str, body: bytes) -> Answer:
        """Never raises for what a target does."""
        began = time.monotonic()
        status: int | None = None
        wait_s = 0.0
        try:
            async with asyncio.timeout(self.deadline_s):
                status, wait_s = await self._post(hook, message_id, body)
            error = "" if 200 <= status < 300 else f"answered {status}"
        except TimeoutError:
            error = f"no answer within {self.deadline_s:g} s"
        except (httpx.HTTPError, OSError, NetwrightError, UnicodeError) as refused:
            error = f"{type(refused).__name__}: {refused}"[:500]
        return Answer(not error, status, error, time.monotonic() - began, wait_s)

    async def _post(self, hook: Hook, message_id: str, body: bytes) -> tuple[int, float]:
        target = await resolve_target(hook.url, self.allowed)
        key = key_of(self.vault.get(secret_name(hook.name)))
        url = httpx.URL(target.url)
        headers = {
            "host": url.netloc.decode(),
            "content-type": "application/json",
            "user-agent": f"netwright/{__version__}",
            **signed(key, message_id, int(self.clock.now()), body),
        }
        client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self.deadline_s)
        async with (
            client,
            client.stream(
                "POST",
                url.copy_with(host=str(target.address)),
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            async for _ in answer.aiter_raw(_READ_BYTES):
                break  # what it says is not ours to keep
            return answer.status_code, _asked_wait(answer, self.clock.now())


class Deliverer:
    """Tells all webhooks what they want to know. Any number may run, in any number of processes: each takes a
    webhook by a lease in its row, and keeps that alive with each delivery. Of one that dies another takes
    over when the lease ends."""

    def __init__(
        self, database: Database, kinds: Kinds, hooks: Webhooks, courier: Courier, clock: Clock
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._hooks = hooks
        self._courier = courier
        self._clock = clock
        self._name = secrets.token_hex(8)
        self._lease_s = max(_LEASE_S, 3 * courier.deadline_s)

    async def run(self, stop: asyncio.Event, look_s: float = 1.0) -> None:
        """Until ``stop``; a webhook that hangs holds up no other."""
        while not stop.is_set():
            try:
                await self.round()
            except (SQLAlchemyError, StorageError):  # a full disk passes
                _LOG.exception("webhooks could not be told; it is tried again")
            try:
                async with asyncio.timeout(look_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def round(self) -> None:
        """Tell each webhook all that is due now."""
        async with asyncio.TaskGroup() as group:
            for hook in await asyncio.to_thread(self._hooks.list):
                if hook.enabled:
                    group.create_task(self._drain(hook))

    async def _drain(self, hook: Hook) -> None:
        if not await asyncio.to_thread(self._claim, hook.name):
            return
        try:
            await self._tell(await asyncio.to_thread(self._hooks.get, hook.name))
        except NotFoundError:  # removed meanwhile
            return
        finally:
            await asyncio.to_thread(self._release, hook.name)

    def _claim(self, name: str) -> bool:
        """Whether this webhook is ours to tell now."""
        now = self._clock.now()
        free = or_(HookRow.leased_until <= now, HookRow.leased_by == self._name)
        with self._database.read() as session:  # most rounds find nothing to do: they take no lock
            row = session.get(HookRow, name)
            if row is None or (row.leased_until > now and row.leased_by != self._name):
                return False
        try:
            if not self._due(self._hooks.get(name)):
                return False
        except NotFoundError:  # removed meanwhile
            return False
        values = {"leased_by": self._name, "leased_until": now + self._lease_s}
        with self._database.write() as session:
            done = session.execute(update(HookRow).where(HookRow.name == name, free).values(values))
            return bool(getattr(done, "rowcount", 0))

    def _release(self, name: str) -> None:
        with self._database.write() as session:
            mine = (HookRow.name == name, HookRow.leased_by == self._name)
            session.execute(update(HookRow).where(*mine).values(leased_by="", leased_until=0.0))

    async def _tell(self, hook: Hook) -> None:
        for event in await asyncio.to_thread(self._due, hook):
            body = await asyncio.to_thread(self._body, hook, event)
            answer = await self._courier.post(hook, f"evt_{event.id}", body)
            go_on = await asyncio.to_thread(self._note, hook, event, answer)
            if not go_on:
                return

    def _body(self, hook: Hook, event: Event) -> bytes:
        with self._database.read() as session:
            return body_of(session, self._kinds, hook, event)

    def _due(self, hook: Hook) -> list[Event]:
        """Events to tell now, in order: those to be told again, then what is new."""
        now = self._clock.now()
        waiting = select(DeliveryRow.event_id, DeliveryRow.next_at).where(
            DeliveryRow.webhook == hook.name, DeliveryRow.state == DeliveryState.WAITING
        )
        with self._database.read() as session:
            times = {row[0]: row[1] for row in session.execute(waiting)}
            again = [number for number, at in sorted(times.items()) if number <= hook.cursor and at <= now]
            due = [one for n in again for one in events_after(session, n - 1, 1) if one.id == n]
            fresh = events_after(session, hook.cursor, _AT_ONCE)
            head = next((one for one in fresh if one.id in times), None)
            if head is None or times[head.id] <= now:
                due += [one for one in fresh if hook.wants(one)]
        if fresh and not due and head is None:
            self._advance(hook, fresh[-1].id)
        return due

    def _advance(self, hook: Hook, event_id: int) -> None:
        with self._database.write() as session:
            row = session.get(HookRow, hook.name)
            if row is not None:
                row.cursor = max(row.cursor, event_id)

    def _note(self, hook: Hook, event: Event, answer: Answer) -> bool:
        """Write down what came of it; whether the next event may be told."""
        now = self._clock.now()
        query = select(DeliveryRow).where(DeliveryRow.webhook == hook.name, DeliveryRow.event_id == event.id)
        with self._database.write() as session:
            row = session.get(HookRow, hook.name)
            if row is None:  # removed meanwhile
                return False
            ours = row.leased_by == self._name
            if ours:
                row.leased_until = now + self._lease_s
            delivery = session.scalar(query)
            if delivery is None:
                delivery = DeliveryRow(webhook=hook.name, event_id=event.id, attempts=0)
                session.add(delivery)
            delivery.attempts += 1
            delivery.tried_at, delivery.status, delivery.error = now, answer.status, answer.error
            delivery.seconds = answer.seconds
            delivery.next_at = now
            if answer.ok:
                delivery.state = DeliveryState.DELIVERED
            elif delivery.attempts > len(_BACKOFF_S):
                delivery.state = DeliveryState.DEAD
            else:
                delivery.state = DeliveryState.WAITING
                delivery.next_at = now + max(_BACKOFF_S[delivery.attempts - 1], answer.wait_s)
            if answer.status == _GONE:
                row.enabled = False
            new = event.id > row.cursor
            done = delivery.state is not DeliveryState.WAITING
            if new and done:
                row.cursor = event.id
            return ours and row.enabled and (done or not new)


async def send_test(courier: Courier, hook: Hook) -> Answer:
    """Post a signed test, outside the line of events."""
    now = courier.clock.now()
    return await courier.post(hook, f"test_{int(now)}", probe_body(hook, now))


def _asked_wait(answer: httpx.Response, now: float) -> float:
    """Seconds that ``Retry-After`` asks for, within reason."""
    text = answer.headers.get("retry-after", "")
    if text.isdecimal():
        wait = float(text)
    else:
        try:
            wait = parsedate_to_datetime(text).timestamp() - now
        except (TypeError, ValueError):
            return 0.0
    return min(max(wait, 0.0), _LONGEST_WAIT_S)
