"""Telling a real server on loopback: what is told, in which order, and what when it does not listen."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.tables import create_tables

from netwright.app.vault import Vault
from netwright.app.webhooks.delivery import _BACKOFF_S, Courier, Deliverer, send_test
from netwright.app.webhooks.hook import DeliveryState, Webhooks
from netwright.app.webhooks.signature import new_secret, signed
from netwright.app.webhooks.target import TargetRefusedError, check_url, resolve_target
from netwright.base.clock import SystemClock
from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

from .receiver import Receiver, receiving, verify


class Hand(SystemClock):
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def now(self) -> float:
        return self.time


class House:
    """A database with webhooks and their deliverer, on a clock of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Hand()
        self.vault = Vault(database, secrets.token_bytes(32))
        self.changesets = ChangeSets(database, KINDS, clock=self.clock)
        self.hooks = Webhooks(database, self.vault, KINDS, self.clock)
        self.courier = Courier(self.vault, self.clock, deadline_s=3.0)
        self.deliverer = Deliverer(database, KINDS, self.hooks, self.courier, self.clock)

    def merge(self, *names: str) -> None:
        edit = self.changesets.editor()
        for name in names:
            edit.create("region", {"name": name})
        self.changesets.commit(edit, f"New {names[0]}", "ada", lambda session, changes: [])

    def tell(self) -> None:
        asyncio.run(self.deliverer.round())

    def log(self, name: str = "h") -> list[tuple[int, str, int]]:
        return [(one.event_id, one.state.value, one.attempts) for one in reversed(self.hooks.log(name))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = Database(f"sqlite:///{tmp_path / 'hooks.db'}")
    create_tables(database)
    yield House(database)
    database.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def test_what_is_told(house: House, receiver: Receiver) -> None:
    house.merge("before the webhook")
    secret = house.hooks.add("h", receiver.url, "ada")
    house.merge("europe", "asia")
    house.tell()
    [(command, path, body, headers)] = receiver.asked
    assert (command, path, headers["content-type"]) == ("POST", "/hook?x=1", "application/json")
    assert headers["host"] == receiver.url.split("/")[2]
    assert verify(secret.reveal(), headers, body)
    assert not verify(secret.reveal(), headers, body + b" ")
    assert not verify(new_secret().reveal(), headers, body)
    [(message, told)] = receiver.got
    assert message == "evt_2"
    assert (told["type"], told["timestamp"]) == ("revision.merged", "1970-01-01T00:16:40Z")
    data = told["data"]
    assert (data["revision"], data["author"], data["title"]) == (2, "ada", "New europe")
    assert data["summary"] == {"region": {"create": 2}}
    assert [(one["key"], one["op"]) for one in data["changes"]] == [("asia", "create"), ("europe", "create")]
    assert data["changes"][0]["fields"]["name"] == {"before": None, "after": "asia"}
    assert not data["truncated"]
    house.tell()
    assert len(receiver.asked) == 1
    assert house.log() == [(2, "delivered", 1)]


def test_only_what_it_wants(house: House, receiver: Receiver) -> None:
    house.hooks.add("h", receiver.url, "ada", kinds=["asn"])
    house.hooks.add("d", receiver.url, "ada", verbs=["delete"])
    house.hooks.add("o", receiver.url, "ada", events=["changeset.opened"])
    house.merge("europe")
    house.tell()
    assert receiver.got == []
    edit = house.changesets.editor()
    edit.create("asn", {"number": 64512})
    edit.create("region", {"name": "asia"})
    house.changesets.commit(edit, "Both", "ada", lambda session, changes: [])
    house.changesets.open("Waiting", "eve")
    house.tell()
    told = {told["data"]["title"]: told for _, told in receiver.got}
    assert told.keys() == {"Both", "Waiting"}
    assert [one["kind"] for one in told["Both"]["data"]["changes"]] == ["asn"]
    assert [hook.cursor for hook in house.hooks.list()] == [3, 2, 3]


@pytest.mark.parametrize(
    ("mood", "error"),
    [(500, "answered 500"), (302, "answered 302"), ("hang", "no answer within 3 s"), ("drop", "Error")],
)
def test_it_is_told_later_in_order(house: House, receiver: Receiver, mood: int | str, error: str) -> None:
    house.hooks.add("h", receiver.url, "ada")
    receiver.mood = mood
    house.merge("one")
    house.merge("two")
    house.tell()
    [waiting] = house.hooks.log("h")
    assert (waiting.event_id, waiting.state, waiting.attempts) == (1, DeliveryState.WAITING, 1)
    assert error in waiting.error
    house.tell()
    assert len(receiver.asked) == 1, "told again before its time"
    receiver.mood = 200
    house.clock.time += _BACKOFF_S[0]
    house.tell()
    assert [message for message, _ in receiver.got] == ["evt_1", "evt_2"]
    assert house.log() == [(1, "delivered", 2), (2, "delivered", 1)]


def test_a_server_that_is_away_and_comes_back(house: House) -> None:
    with receiving() as gone:
        url = gone.url
    house.hooks.add("h", url, "ada")
    house.merge("one")
    house.tell()
    assert "ConnectError" in house.hooks.log("h")[0].error


def test_it_is_given_up_and_the_next_one_told(house: House, receiver: Receiver) -> None:
    house.hooks.add("h", receiver.url, "ada")
    receiver.mood = 500
    house.merge("one")
    for wait in _BACKOFF_S:
        house.tell()
        house.clock.time += wait
    house.tell()
    assert house.log() == [(1, "dead", len(_BACKOFF_S) + 1)]
    assert house.hooks.list()[0].dead == 1
    receiver.mood = 200
    house.merge("two")
    house.tell()
    assert [message for message, _ in receiver.got] == ["evt_2"]
    house.hooks.retry("h", 1)
    house.tell()
    assert [message for message, _ in receiver.got] == ["evt_2", "evt_1"]
    assert house.log() == [(1, "delivered", 1), (2, "delivered", 1)]
    with pytest.raises(NotFoundError, match="never told of event 9"):
        house.hooks.retry("h", 9)


def test_a_retry_that_fails_does_not_hold_up_what_is_new(house: House, receiver: Receiver) -> None:
    house.hooks.add("h", receiver.url, "ada")
    house.merge("one")
    house.tell()
    house.hooks.retry("h", 1)
    receiver.mood = 500
    house.tell()
    receiver.mood = 200
    house.merge("two")
    house.tell()
    assert [message for message, _ in receiver.got] == ["evt_1", "evt_2"]


def test_one_that_hangs_holds_up_no_other(house: House, receiver: Receiver) -> None:
    with receiving() as slow:
        slow.mood = "hang"
        house.hooks.add("a-slow", slow.url, "ada")
        house.hooks.add("quick", receiver.url, "ada")
        for name in ("one", "two", "three"):
            house.merge(name)
        house.tell()
        assert len(receiver.got) == 3
        assert len(slow.asked) == 1


def test_it_is_asked_to_wait(house: House, receiver: Receiver) -> None:
    house.hooks.add("h", receiver.url, "ada")
    receiver.mood, receiver.headers = 429, {"retry-after": "120"}
    house.merge("one")
    house.tell()
    assert house.hooks.log("h")[0].next_at == house.clock.time + 120


def test_one_that_is_gone_is_disabled(house: House, receiver: Receiver) -> None:
    house.hooks.add("h", receiver.url, "ada")
    receiver.mood = 410
    house.merge("one")
    house.tell()
    assert not house.hooks.get("h").enabled
    receiver.mood = 200
    house.clock.time += 3600
    house.tell()
    assert len(receiver.asked) == 1
    house.hooks.enable("h", True)
    house.merge("two")
    house.tell()
    assert [message for message, _ in receiver.got] == ["evt_1", "evt_2"]


def test_an_event_told_but_not_written_down_is_told_again(house: House, receiver: Receiver) -> None:
    """A crash between the answer and the log: at least once, under the same id."""
    house.hooks.add("h", receiver.url, "ada")
    house.merge("one")
    asyncio.run(house.courier.post(house.hooks.get("h"), "evt_1", b"{}"))
    house.tell()
    assert [message for message, _ in receiver.got] == ["evt_1", "evt_1"]


def test_removed_it_leaves_nothing(house: House, receiver: Receiver) -> None:
    house.hooks.add("h", receiver.url, "ada")
    house.merge("one")
    house.tell()
    house.hooks.remove("h")
    assert (house.hooks.list(), house.vault.names()) == ([], [])


def test_a_test_is_signed_and_outside_the_line(house: House, receiver: Receiver) -> None:
    secret = house.hooks.add("h", receiver.url, "ada")
    answer = asyncio.run(send_test(house.courier, house.hooks.get("h")))
    assert (answer.ok, answer.status) == (True, 204)
    [(_, _, body, headers)] = receiver.asked
    assert verify(secret.reveal(), headers, body)
    assert receiver.got[0][1]["type"] == "webhook.test"
    assert house.hooks.log("h") == []


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "http://[fe80::1]/", "http://224.0.0.1/", "http://[::ffff:169.254.169.254]/",
     "http://0.0.0.0/", "http://100.100.100.200/"],
)  # fmt: skip
def test_it_never_asks_for_a_machines_credentials(house: House, url: str) -> None:
    house.hooks.add("h", url, "ada")
    house.merge("one")
    house.tell()
    assert "which no webhook may ask" in house.hooks.log("h")[0].error
    with pytest.raises(TargetRefusedError):
        asyncio.run(resolve_target(url, ()))
    everywhere = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    asyncio.run(resolve_target(url, everywhere))


@pytest.mark.parametrize(
    "url",
    ["ftp://host/", "http:///path", "host", "http://user:word@host/", "http://host:99999/", "https://h/#x"],
)
def test_what_is_no_url_to_post_to(url: str) -> None:
    with pytest.raises(InputError):
        check_url(url)


def test_what_is_refused(house: House) -> None:
    add = house.hooks.add
    add("h", "http://127.0.0.1/", "ada")
    with pytest.raises(InputError, match="already"):
        add("h", "http://127.0.0.1/", "ada")
    with pytest.raises(NotFoundError, match="no kind 'devices'"):
        add("k", "http://127.0.0.1/", "ada", kinds=["devices"])
    with pytest.raises(InputError, match="burn: no verb"):
        add("k", "http://127.0.0.1/", "ada", verbs=["burn"])
    with pytest.raises(InputError, match="not a webhook's secret"):
        add("k", "http://127.0.0.1/", "ada", secret=Secret("whsec_short"))
    assert [hook.name for hook in house.hooks.list()] == ["h"]


def test_the_specifications_own_example() -> None:
    """The test vector of the Standard Webhooks specification."""
    key = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
