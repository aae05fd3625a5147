"""Compliance by sections: table cases of our own, and the verdicts of netutils' test data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.config import samples

from netwright.base.errors import InputError, NotFoundError
from netwright.config.compliance import check, read_rules
from netwright.config.detect import style
from netwright.config.schema import Schema, general, schema

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/config/compliance.yaml").read_text()
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    rules = read_rules(case["rules"]) if "rules" in case else None
    results = check(case["running"], case["intended"], schema(case["platform"]), rules)
    found = {
        result.name: {
            "compliant": result.compliant,
            "missing": list(result.missing),
            "extra": list(result.extra),
        }
        for result in results
    }
    assert found == case["found"]


@pytest.mark.parametrize(
    "document", [{}, "x", [{}], [{"name": "a", "section": "b"}], [{"name": "a", "section": [1]}]]
)
def test_rules_that_are_none(document: object) -> None:
    with pytest.raises(InputError):
        read_rules(document)


def test_verdicts_of_netutils() -> None:
    """Compliant or not, feature by feature; XML and formats without a known way of writing included."""
    total, misses = 0, []
    for feature in sorted((samples.folder() / "netutils/compliance/compliance").glob("*/*_feature.py.json")):
        start = str(feature).removesuffix("feature.py.json")
        running, intended = (
            samples.text(Path(start + "backup.txt")),
            samples.text(Path(start + "intended.txt")),
        )
        expected = json.loads(Path(start + "received.json").read_text())
        rules = read_rules(json.loads(feature.read_text()))
        for result in check(running, intended, platform(feature.parent.name, running), rules):
            total += 1
            verdict = expected[result.name]["compliant"]
            if result.compliant is not verdict:
                misses.append(f"{feature.parent.name} {result.name}: {result.compliant}, not {verdict}")
    print(f"netutils: {total - len(misses)} of {total} verdicts")
    print("\n".join(misses))
    assert total
    assert len(misses) <= 0.1 * total, misses


def platform(name: str, text: str) -> Schema:
    try:
        return schema(name)
    except NotFoundError:
        return general(style(text))
