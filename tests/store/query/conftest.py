"""A store of invented kinds on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.postgresql import Cluster
from tests.store.stores import INVENTED, Box, Part, Store, Wire, Zone
from tests.tables import create_tables

from netwright.store.database import Database
from netwright.store.kind import Kinds

INVENTED_KINDS = Kinds((Zone, Box, Part, Wire))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Store]:
    """Makes empty stores, on each of the two databases."""
    folder = tmp_path_factory.mktemp("stores")
    numbers = iter(range(1 << 30))
    server: Cluster | None = request.getfixturevalue("postgresql") if request.param != "sqlite" else None

    def make() -> Store:
        database = Database(server.new() if server else f"sqlite:///{folder / str(next(numbers))}.db")
        create_tables(database)
        INVENTED.create_all(database.writer)
        return Store(database, INVENTED_KINDS)

    return make


@pytest.fixture
def either(new_database: Callable[[], Store]) -> Iterator[Store]:
    store = new_database()
    yield store
    store.database.close()
