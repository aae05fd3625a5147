"""A real lab for the end-to-end tests: the demo's network, once a test process, taken down in any case.

``lab``: the running lab, shared by the session. ``whole_lab``: the same, and after the test every cable is
whole, every impairment gone and every node on (configurations are left as they are). ``small_lab``: one POP,
once a test module. Where a lab can't run these tests are skipped with the reason; with CI=true that is a
failure.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from netwright.lab import system
from netwright.lab.generate import generate
from netwright.lab.lab import Lab
from netwright.lab.topology import Topology
from netwright.lab.topologyfile import read_topology

T = TypeVar("T")
DEMO = Path(__file__).parents[2] / "examples" / "demo" / "lab.yaml"


def require_lab() -> None:
    """Skip loudly, or fail in CI, where this machine can't hold a lab."""
    lacks = system.missing()
    if lacks:
        not_run(f"a lab of real routers needs {', '.join(lacks)}")


def not_run(why: str) -> NoReturn:
    """Skip loudly; in CI, where everything must be there, fail."""
    reason = f"NOT RUN, END TO END: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (CI must have it)", pytrace=False)
    pytest.skip(reason)


def running_lab(topology: Topology) -> Iterator[Lab]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    lab = Lab(f"e2e{worker}{secrets.token_hex(3)}")
    try:
        lab.up(topology)
        yield lab
    finally:
        lab.down()


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The demo network, running, routers bare at first."""
    require_lab()
    yield from running_lab(read_topology(DEMO))


@pytest.fixture(scope="module")
def small_lab() -> Iterator[Lab]:
    """A lab of one POP, for the tests of one module."""
    require_lab()
    yield from running_lab(generate(1))


@pytest.fixture
def whole_lab(lab: Lab) -> Iterator[Lab]:
    """The session's lab, mended after the test."""
    yield lab
    for status in lab.nodes():
        if not status.running:
            lab.boot(status.node.name)
        if status.management_cut:
            lab.heal(status.node.name, "eth0")
    for cable in lab.cables():
        ends = (cable.cable.a.node, cable.cable.b.node)
        if cable.impairment:
            lab.clear(*ends)
        if cable.cut:
            lab.heal(*ends)


@pytest.fixture
def eventually() -> Callable[..., object]:
    """``eventually(check, deadline_s=20)``: the first true answer of ``check``, asked until the deadline."""

    def wait(check: Callable[[], T], deadline_s: float = 20.0) -> T:
        end = time.monotonic() + deadline_s
        while not (answer := check()):
            if time.monotonic() > end:
                pytest.fail(f"not within {deadline_s:g} s; last answer {answer!r}")
            time.sleep(0.1)
        return answer

    return wait
