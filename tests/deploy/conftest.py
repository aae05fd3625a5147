"""The small network of ``fakenetwork`` with a clock that only moves when somebody sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.fakenetwork import FakeClock, Network, open_network


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def network(tmp_path: Path, clock: FakeClock) -> Iterator[Network]:
    made = open_network(tmp_path, clock, sleep=clock.sleep)
    yield made
    made.database.close()
