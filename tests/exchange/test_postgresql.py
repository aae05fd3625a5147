"""The same on PostgreSQL: the device-type library, a recorded NetBox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.exchange.conftest import Workshop
from tests.exchange.test_devicetypes import (
    test_a_model_with_its_parts,
    test_a_second_import_changes_nothing_and_a_changed_file_is_a_small_diff,
    test_every_sample_comes_back_equal_in_meaning,
    test_models_of_one_name_keep_apart_and_stay_so,
    test_odd_files_are_told_and_come_back_whole,
)
from tests.exchange.test_netbox import (
    test_a_change_there_is_a_small_change_here,
    test_answers_of_a_real_one,
    test_custom_fields_of_our_own_stay,
    test_everything_with_a_home,
    test_what_has_no_home_is_counted_with_examples,
)
from tests.postgresql import Cluster
from tests.tables import create_tables

from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database

__all__ = [
    "test_a_change_there_is_a_small_change_here",
    "test_a_model_with_its_parts",
    "test_a_second_import_changes_nothing_and_a_changed_file_is_a_small_diff",
    "test_answers_of_a_real_one",
    "test_custom_fields_of_our_own_stay",
    "test_every_sample_comes_back_equal_in_meaning",
    "test_everything_with_a_home",
    "test_models_of_one_name_keep_apart_and_stay_so",
    "test_odd_files_are_told_and_come_back_whole",
    "test_what_has_no_home_is_counted_with_examples",
]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables(postgresql: Cluster) -> str:
    """The URL of a database with all tables and nothing in them, to be copied."""
    database = Database(postgresql.new())
    create_tables(database)
    database.close()
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def workshop(postgresql: Cluster, tables: str, tmp_path: Path) -> Iterator[Workshop]:
    database = Database(postgresql.new(copy_of=tables))
    yield Workshop(database, ChangeSets(database, KINDS), tmp_path / "designs")
    database.close()
