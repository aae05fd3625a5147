"""A process killed anywhere in a merge leaves all of it or nothing, and the merge can be made again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.event import events_after
from netwright.store.history import current_revision
from netwright.store.kind import Kinds
from netwright.store.proposal import ChangeSetState

from .stores import INVENTED, Store, no_rules

pytestmark = pytest.mark.slow

_POINTS = 100


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'killed.db'}"
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.new()


@pytest.fixture
def store(url: str, invented: Kinds) -> Iterator[Store]:
    database = Database(url)
    create_tables(database)
    INVENTED.create_all(database.writer)
    yield Store(database, invented)
    database.close()


def in_a_child(url: str, kinds: Kinds, point: int, work: Callable[[ChangeSets], object]) -> bool:
    """Do it in a process that kills itself at a statement, or just before or after a commit, counted from 1.
    Whether it was killed, and not through before."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        passed = 0

        def step(*_: Any) -> None:
            nonlocal passed
            passed += 1
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)

        code = 3
        try:
            database = Database(url)
            for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
                event.listen(database.engine, name, step)
            work(ChangeSets(database, kinds))
            step()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def test_all_or_nothing(store: Store, url: str) -> None:
    assert make_url(url).database
    kept, gone = store.make("t_box", name="kept"), store.make("t_box", name="gone")
    store.make("t_part", box_id=gone, name="p")
    before = store.dump()
    changeset = store.open()
    with store.changesets.edit(changeset) as edit:
        edit.update("t_box", kept, {"size": 9})
        edit.delete("t_box", gone)
        edit.create("t_part", {"box_id": edit.create("t_box", {"name": "new"}), "name": "p"})
    store.database.engine.dispose()

    def merge(changesets: ChangeSets) -> int:
        return changesets.merge(changeset, "bob", no_rules)

    killed = 0
    for point in range(1, _POINTS):
        was_killed = in_a_child(url, store.kinds, point, merge)
        killed += was_killed
        state = store.changesets.get(changeset).state
        with store.database.read() as session:
            revision, told = current_revision(session), events_after(session, 0)
        if state is ChangeSetState.OPEN:
            assert was_killed
            assert store.dump() == before
            assert (revision, told[-1].type) == (3, "changeset.opened")
        else:
            assert (revision, told[-1].type, told[-1].revision) == (4, "revision.merged", 4)
            docs = store.dump()
            assert {doc["name"]: doc["size"] for doc in docs["t_box"].values()} == {"kept": 9, "new": 1}
            break
        store.database.engine.dispose()
    assert killed > 15, "it was killed at few points only"
    store.merge(store.changesets.revert(changeset, "eve"))
    assert store.dump() == before
