"""PeeringDB's answers and backbone topologies: every sample becomes objects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwright.exchange.formats import Format
from netwright.store.problem import broken

from .conftest import Workshop, load_paths, samples


@pytest.mark.slow
def test_every_topology_of_the_samples(workshop: Workshop) -> None:
    folder = samples("topologies")
    files = sorted([*(folder / "topozoo").glob("*.json"), *(folder / "sndlib").glob("*.json")])

    result = load_paths(workshop, *files, format_=Format.TOPOLOGY)

    assert not broken(result.problems)
    documents = [json.loads(file.read_text()) for file in files]
    assert len(workshop.keys("site")) == sum(len(one["nodes"]) for one in documents)
    assert len(workshop.keys("circuit")) == sum(len(one["edges"]) for one in documents)
    assert workshop.value("site", "abvt-1", "title") == "New York"
    assert workshop.value("site", "abvt-1", "latitude") == 40.71
    assert workshop.value("site", "france-0", "latitude") == 0
    assert workshop.value("circuit", "abvt/0--2", "description") == "872 km"
    assert load_paths(workshop, *files, format_=Format.TOPOLOGY).diff == ()


def test_peeringdb_answers_of_the_samples(workshop: Workshop) -> None:
    folder = samples("peeringdb")

    result = load_paths(workshop, folder, format_=Format.PEERINGDB)

    assert not broken(result.problems)
    assert workshop.value("isp", "Fondation-RESTENA", "as_set") == "AS-RESTENA"
    assert workshop.value("isp", "Fondation-RESTENA", "max_prefixes_v4") == 10
    assert str(workshop.value("exchange", "LU-CIX", "lan_v4")) == "188.93.170.0/23"
    assert workshop.value("exchange", "LU-CIX", "mtu") == 1500
    assert any("there is no kind for fac" in str(one) for one in result.problems)
    assert load_paths(workshop, folder, format_=Format.PEERINGDB).diff == ()


def test_other_json_is_told(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text("[]")
    for format_ in (Format.PEERINGDB, Format.TOPOLOGY):
        assert len(load_paths(workshop, tmp_path, format_=format_).problems) == 1
