"""Tags and custom fields on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.inventory import KINDS
from netwright.store.database import Database

from . import test_mention as mention
from .stores import Store
from .test_mention import TestDeletion, TestMeanwhile, TestRenaming, World
from .test_postgresql import FEW, KeptOpen, inner

__all__ = ["TestDeletion", "TestMeanwhile", "TestRenaming"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(postgresql: Cluster) -> Iterator[Database]:
    made = KeptOpen(postgresql.new())
    create_tables(made)
    yield made
    made.engine.dispose()


@pytest.fixture
def new_inventory(database: Database) -> Callable[[], Store]:
    """An empty store on the one database."""

    def make() -> Store:
        words = "tag, custom_field, region, manufacturer, mention, changeset, delta, history, revision, event"
        with database.write() as session:
            session.execute(text(f"TRUNCATE {words}, history_reference, object_id RESTART IDENTITY CASCADE"))
        return Store(database, KINDS)

    return make


@pytest.fixture
def inventory(new_inventory: Callable[[], Store]) -> Store:
    return new_inventory()


@pytest.fixture
def world(inventory: Store) -> World:
    return World(inventory)


def test_filters_and_odd_words(inventory: Store, world: World) -> None:
    mention.TestFilter().test_by_word_and_by_value(inventory, world)
    mention.TestFilter().test_in_the_past_by_what_was(inventory, world)
    mention.test_words_that_can_be_no_name_do_no_harm(inventory, world)


@FEW
@given(first=mention.RUN, runs=st.lists(mention.RUN, min_size=1, max_size=3))
def test_no_word_is_left_dangling(
    first: mention.Edits, runs: list[mention.Edits], new_inventory: Callable[[], Store]
) -> None:
    inner(mention.test_no_word_is_left_dangling)(first=first, runs=runs, new_inventory=new_inventory)
