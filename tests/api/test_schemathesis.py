"""Requests made up from the API's own description: whatever is sent, the server does not break, and answers
what the description says."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.conftest import Served

from netwright.api.openapi import openapi
from netwright.inventory import KINDS

pytestmark = pytest.mark.slow

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
_PHASES = (Phase.generate, Phase.shrink)
_METHODS = ("get", "post", "put", "patch", "delete")
_SOME = {
    "region",
    "prefix",
    "batch",
    "change-sets",
    "graphql",
    "findings",
    "tasks",
    "known-devices",
    "reports",
}
"""What is tried on each run; the long one tries all."""
OPERATIONS = [
    (method, path)
    for path, item in openapi(KINDS)["paths"].items()
    for method in _METHODS
    if method in item and path != "/v1/events"  # a stream that has no end
]


@pytest.fixture(scope="session")
def described(shared: Served) -> Any:
    """The API's description as schemathesis reads it."""
    return schemathesis.openapi.from_asgi("/api/openapi.json", shared.app, headers=_headers(shared))


@pytest.mark.parametrize(
    ("method", "path"), [one for one in OPERATIONS if _SOME.intersection(one[1].split("/"))]
)
def test_nothing_breaks(method: str, path: str, described: Any, shared: Served) -> None:
    _try(method, path, described, shared, 5)


@pytest.mark.skipif("NETWRIGHT_LONG" not in os.environ, reason="hunts for an hour: set NETWRIGHT_LONG=1")
@pytest.mark.timeout(0)
def test_nothing_breaks_for_long(described: Any, shared: Served) -> None:
    """All operations, each to its own first failure. NETWRIGHT_LONG is the number of cases of each."""
    cases = max(int(os.environ["NETWRIGHT_LONG"]), 10)
    broken = []
    for method, path in OPERATIONS:
        try:
            _try(method, path, described, shared, cases)
        except Exception as failure:  # noqa: BLE001 (what the server lets through, whatever it is)
            broken.append(f"{method} {path}: {type(failure).__name__} {failure}")
            print(broken[-1], flush=True)
    assert not broken, "\n\n".join(broken)


def _try(method: str, path: str, described: Any, shared: Served, examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, suppress_health_check=_QUIET, phases=_PHASES, database=None
    )
    @given(case=described[path][method].as_strategy())
    def run(case: Any) -> None:
        case.call_and_validate(headers=_headers(shared), checks=_CHECKS)

    run()


def _headers(shared: Served) -> dict[str, str]:
    return {"authorization": f"Bearer {shared.tokens['admin']}"}
