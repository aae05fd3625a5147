"""Several processes that tell the same webhook: each event once, in order; and when one of them dies."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.webhooks.receiver import receiving
from tests.app.webhooks.test_delivery import House
from tests.postgresql import cluster
from tests.tables import create_tables

from netwright.app.vault import Vault
from netwright.app.webhooks.delivery import Deliverer
from netwright.app.webhooks.hook import HookRow, Webhooks
from netwright.base.clock import SystemClock
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

CHILD = Path(__file__).with_name("child.py")
EVENTS = 12


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hooks.db'}"
    else:
        with cluster() as server:
            yield server.new()


@pytest.mark.slow
def test_two_processes_tell_each_event_once(url: str) -> None:
    database = Database(url)
    create_tables(database)
    key = secrets.token_bytes(32)
    hooks = Webhooks(database, Vault(database, key), KINDS, SystemClock())
    changesets = ChangeSets(database, KINDS)
    with receiving() as heard:
        hooks.add("h", heard.url, "ada")
        for number in range(EVENTS):
            edit = changesets.editor()
            edit.create("region", {"name": f"r{number}"})
            changesets.commit(edit, f"New {number}", "ada", lambda _session, _changes: [])
        command = [sys.executable, str(CHILD), url, key.hex(), "30"]
        children = [subprocess.Popen(command) for _ in range(2)]
        assert [child.wait(timeout=120) for child in children] == [0, 0]
        assert [message for message, _ in heard.got] == [f"evt_{n}" for n in range(1, EVENTS + 1)]
    database.close()


def test_a_lease_is_kept_and_ends(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'hooks.db'}")
    create_tables(database)
    house = House(database)
    with receiving() as heard:
        house.hooks.add("h", heard.url, "ada")
        house.merge("europe")
        with database.write() as session:
            row = session.get_one(HookRow, "h")
            row.leased_by, row.leased_until = "one that died", house.clock.time + 30
        house.tell()
        assert heard.got == []
        house.clock.time += 31
        house.tell()
        assert [message for message, _ in heard.got] == ["evt_1"]
        other = Deliverer(database, KINDS, house.hooks, house.courier, house.clock)
        house.merge("asia")
        asyncio.run(other.round())
        assert len(heard.got) == 2, "a lease is given back at the end of a round"
    database.close()
