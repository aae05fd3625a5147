"""For all tests: hypothesis without a clock, because the machines that run them are shared and noisy."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.postgresql import Cluster, cluster

settings.register_profile(
    "netwright",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",  # CI judges a submission, it doesn't hunt
    print_blob=True,
)
settings.load_profile("netwright")


@pytest.hookimpl(tryfirst=True)  # before marks are chosen by
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a database server is slow: `make check` is for between two edits."""
    for item in items:
        asks = "postgresql" in getattr(item, "fixturenames", ()) or "postgresql" in item.name
        if asks and not any(item.get_closest_marker(other) for other in ("e2e", "browser")):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A private PostgreSQL server, started once for all tests of a process that ask for it."""
    with cluster() as running:
        yield running
