"""Context data: the narrower wins, and mappings are merged key by key."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.intent.context import context_sources, contexts, merge
from netwright.intent.view import build_views
from netwright.store.naming import resolve

from .conftest import Workshop

CONTEXTS = """
regions:
  - {name: world}
  - {name: europe, parent: world}
sites: [{name: ams, region: europe}, {name: par, region: europe}]
config_contexts:
  - {name: everywhere, data: {ntp: {servers: [192.0.2.1], vrf: mgmt}, banner: hello, level: 0}}
  - {name: eu, region: europe, data: {ntp: {servers: [192.0.2.2]}, level: 2}}
  - {name: all, region: world, data: {level: 1, root: true}}
  - {name: edges, role: edge, data: {level: 4}, weight: 10}
  - {name: edges-more, role: edge, data: {level: 5}, weight: 20}
  - {name: ams, site: ams, data: {level: 3, site: ams}}
  - {name: off, enabled: false, data: {level: 99}}
  - {name: one, device: ams-r1, data: {level: 6}}
"""
KEYS = st.sampled_from("abc")
DATA = st.recursive(st.integers(), lambda inner: st.dictionaries(KEYS, inner), max_leaves=8)
LAYERS = st.lists(st.dictionaries(KEYS, DATA), max_size=4)


@pytest.fixture
def device_ids(base: Workshop) -> dict[str, int]:
    result = base.load_text(CONTEXTS)
    assert result.ok, base.said(result)
    with base.database.read() as session:
        return {name: resolve(session, "device", name) for name in ("ams-r1", "par-r1", "ams-c1")}


def test_the_narrower_wins(base: Workshop, device_ids: dict[str, int]) -> None:
    with base.database.read() as session:
        found = contexts(session, device_ids.values())
        told = context_sources(session, [device_ids["ams-r1"]])[device_ids["ams-r1"]]
    ntp = {"servers": ["192.0.2.2"], "vrf": "mgmt"}
    common = {"ntp": ntp, "banner": "hello", "root": True}
    assert found[device_ids["ams-r1"]] == {**common, "level": 6, "site": "ams"}
    assert found[device_ids["par-r1"]] == {**common, "level": 5}
    assert found[device_ids["ams-c1"]] == {**common, "level": 3, "site": "ams"}
    assert [one.name for one in told] == ["everywhere", "all", "eu", "ams", "edges", "edges-more", "one"]


def test_views_carry_it(base: Workshop, device_ids: dict[str, int]) -> None:
    with base.database.read() as session:
        views = build_views(session, ["ams-r1"])
    assert views["ams-r1"].context["level"] == 6


@given(LAYERS, LAYERS)
def test_layers_may_be_laid_one_by_one(one: list[Any], two: list[Any]) -> None:
    before = deepcopy([*one, *two])
    assert merge([merge(one), *two]) == merge([*one, *two])
    assert [*one, *two] == before, "layers themselves stay as they are"


@given(LAYERS)
def test_the_last_plain_value_stands(layers: list[dict[str, Any]]) -> None:
    merged = merge(layers)
    for name in {key for layer in layers for key in layer}:
        last = [layer[name] for layer in layers if name in layer][-1]
        if not isinstance(last, dict):
            assert merged[name] == last
