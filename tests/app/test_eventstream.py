"""Following events: resumed by number, silent connections noticed, in the format of server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from tests.tables import create_tables

from netwright.app.eventstream import EventSource, message
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'events.db'}")
    create_tables(made)
    yield made
    made.close()


def merge(database: Database, name: str) -> None:
    changesets = ChangeSets(database, KINDS)
    edit = changesets.editor()
    edit.create("region", {"name": name.split(maxsplit=1)[0]})
    changesets.commit(edit, name, "ada", lambda session, changes: [])


async def test_what_was_missed_and_what_comes(database: Database) -> None:
    for name in ("one", "two", "three"):
        merge(database, name)
    source = EventSource(database, look_s=0.01, quiet_s=60)
    following = source.follow(1)
    got = [await anext(following), await anext(following)]
    waiting = asyncio.ensure_future(anext(following))
    await asyncio.to_thread(merge, database, "four")
    got.append(await waiting)
    assert [(event.id, event.title) for event in got if event] == [(2, "two"), (3, "three"), (4, "four")]
    assert source.newest() == 4


async def test_silence_is_told(database: Database) -> None:
    source = EventSource(database, look_s=0.01, quiet_s=0.02)
    assert await anext(source.follow(0)) is None
    assert message(None) == b": quiet\n\n"


def test_the_format(database: Database) -> None:
    merge(database, "one\nline")
    [event] = EventSource(database).after(0)
    lines = message(event).decode().split("\n")
    assert lines[:2] == ["id: 1", "event: revision.merged"]
    assert lines[3:] == ["", ""]
    assert orjson.loads(lines[2].removeprefix("data: "))["title"] == "one\nline"
