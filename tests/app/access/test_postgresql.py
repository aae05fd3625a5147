"""The same on PostgreSQL: what a narrowed session tells, what roles reach, what a merge refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session
from tests.app.access.test_access import test_writes_stay_within_scope_and_fields
from tests.app.access.test_narrowing import test_each_record_class_and_its_alias_are_narrowed
from tests.app.access.test_reach import test_sql_and_memory_say_what_the_rule_says
from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.store.database import Database

__all__ = [
    "test_each_record_class_and_its_alias_are_narrowed",
    "test_sql_and_memory_say_what_the_rule_says",
    "test_writes_stay_within_scope_and_fields",
]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(postgresql: Cluster) -> Iterator[Database]:
    made = Database(postgresql.new())
    create_tables(made)
    yield made
    made.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.trial() as session:
        yield session
