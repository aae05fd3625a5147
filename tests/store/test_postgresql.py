"""The same properties on PostgreSQL, and what only two writers at once can show."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.store.database import Database
from netwright.store.event import events_after
from netwright.store.kind import Kinds
from netwright.store.problem import RulesBrokenError

from . import test_properties as properties
from . import test_retention as retention
from . import test_review as review
from . import test_settling as settling
from .stores import INVENTED, Store, no_rules

Run = list[tuple[str, int, str, dict[str, Any]]]
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class KeptOpen(Database):
    """Lives as long as the module; tests of single stores close theirs."""

    def close(self) -> None:
        return


@pytest.fixture(scope="module")
def database(postgresql: Cluster) -> Iterator[Database]:
    made = KeptOpen(postgresql.new())
    create_tables(made)
    INVENTED.create_all(made.writer)
    yield made
    made.engine.dispose()


@pytest.fixture
def fresh(database: Database, invented: Kinds) -> Callable[[], Store]:
    """An empty store on the one database."""
    tables = ", ".join(
        [
            *INVENTED.tables,
            "delta",
            "history",
            "history_reference",
            "revision",
            "event",
            "changeset_comment",
            "changeset_approval",
        ]
    )

    def make() -> Store:
        with database.write() as session:
            session.execute(
                text(f"TRUNCATE {tables}, changeset, object_id, history_horizon RESTART IDENTITY CASCADE")
            )
        return Store(database, invented)

    return make


def inner(test: Any) -> Callable[..., None]:
    """A property without its own examples."""
    function: Callable[..., None] = test.hypothesis.inner_test
    return function


@FEW
@given(runs=st.lists(properties.edits(), min_size=1, max_size=5), together=st.booleans())
def test_history_replays(runs: list[Run], together: bool, fresh: Callable[[], Store]) -> None:
    inner(properties.test_history_replays_to_the_present_and_to_every_revision)(
        runs=runs, together=together, new_store=fresh
    )


@FEW
@given(setup=properties.edits(), run=properties.edits())
def test_a_revert_takes_everything_back(setup: Run, run: Run, fresh: Callable[[], Store]) -> None:
    inner(properties.test_a_revert_takes_everything_back)(setup=setup, run=run, new_store=fresh)


@FEW
@given(one=properties.field_edits(["size", "note"]), other=properties.field_edits(["weight", "on"]))
def test_the_order_of_disjoint_merges_does_not_matter(
    one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]], fresh: Callable[[], Store]
) -> None:
    inner(properties.test_the_order_of_disjoint_merges_does_not_matter)(one=one, other=other, new_store=fresh)


@FEW
@given(
    one=properties.field_edits(["size", "note", "on"]), other=properties.field_edits(["size", "note", "on"])
)
def test_no_conflict_is_lost(
    one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]], fresh: Callable[[], Store]
) -> None:
    inner(properties.test_no_conflict_is_lost_and_none_is_invented)(one=one, other=other, new_store=fresh)


@FEW
@given(setup=properties.edits(), ours=properties.edits(), theirs=properties.edits())
def test_a_rebase_changes_nothing(setup: Run, ours: Run, theirs: Run, fresh: Callable[[], Store]) -> None:
    inner(properties.test_a_rebase_changes_neither_what_merges_nor_the_conflicts)(
        setup=setup, ours=ours, theirs=theirs, new_store=fresh
    )


@FEW
@given(runs=st.lists(properties.edits(), min_size=2, max_size=4), data=st.data())
def test_pruning_keeps_answers(runs: list[Run], data: st.DataObject, fresh: Callable[[], Store]) -> None:
    inner(retention.test_what_is_kept_is_as_it_was)(runs=runs, data=data, new_store=fresh)


def test_reviews_and_settling(fresh: Callable[[], Store]) -> None:
    review.test_each_step_is_told(fresh())
    review.TestComments().test_on_the_set_an_object_a_field(fresh())
    settling.TestByField().test_each_field_in_its_own_way(fresh())
    settling.TestTakingOut().test_a_deletion_with_its_parts(fresh())
    settling.TestRelations().test_what_another_creates_comes_first(fresh())
    settling.TestRelations().test_contested_and_shared(fresh())
    retention.test_rows_of_old_values_go(fresh())


def test_merges_at_once_are_one_after_the_other(fresh: Callable[[], Store]) -> None:
    """Two writers with the same name to take: one gets it, the other is told; events keep their order."""
    store = fresh()
    waiting = [store.open(f"set {number}") for number in range(4)]
    for number, changeset in enumerate(waiting):
        store.changesets.create(changeset, "t_box", {"name": f"b{number // 2}"})
    outcomes: list[str] = []

    def merge(changeset: int) -> None:
        try:
            store.changesets.merge(changeset, "bob", no_rules)
        except RulesBrokenError as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("merged")

    threads = [threading.Thread(target=merge, args=(changeset,)) for changeset in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["RulesBrokenError", "RulesBrokenError", "merged", "merged"]
    assert sorted(doc["name"] for doc in store.dump()["t_box"].values()) == ["b0", "b1"]
    with store.database.read() as session:
        merged = [event.revision for event in events_after(session, 0) if event.revision]
    assert merged == [1, 2]


def test_a_reader_sees_one_state(fresh: Callable[[], Store]) -> None:
    store = fresh()
    box = store.make("t_box", name="b")
    with store.database.read() as session:
        before = session.scalar(text("SELECT size FROM t_box"))
        store.change("t_box", box, size=7)
        assert session.scalar(text("SELECT size FROM t_box")) == before
    assert store.dump()["t_box"][box]["size"] == 7
