"""Databases that hold invented kinds or the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from tests.tables import create_tables

from netwright.inventory import KINDS
from netwright.store.database import Database
from netwright.store.kind import Kinds

from .stores import INVENTED, Box, Part, Store, Wire, Zone

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def invented() -> Kinds:
    return Kinds((Zone, Box, Part, Wire))


@pytest.fixture(scope="session")
def new_store(invented: Kinds, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Store]:
    """Makes an empty store of invented kinds; cheap enough for each example of a property."""
    counter = iter(range(1 << 30))
    folder = tmp_path_factory.mktemp("stores")

    def make() -> Store:
        database = Database(f"sqlite:///{folder / str(next(counter))}.db")
        create_tables(database)
        INVENTED.create_all(database.writer)
        return Store(database, invented)

    return make


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Iterator[Store]:
    made = new_store()
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def new_inventory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Store]:
    """Makes an empty store of the real kinds."""
    counter = iter(range(1 << 30))
    folder = tmp_path_factory.mktemp("inventories")

    def make() -> Store:
        database = Database(f"sqlite:///{folder / str(next(counter))}.db")
        create_tables(database)
        return Store(database, KINDS)

    return make


@pytest.fixture
def inventory(new_inventory: Callable[[], Store]) -> Iterator[Store]:
    made = new_inventory()
    yield made
    made.database.close()
