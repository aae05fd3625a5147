"""Secrets by platform: what is one is masked, and nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.config import samples

from netwright.base.secret import Secret
from netwright.config.detect import guess
from netwright.config.schema import schema
from netwright.config.scrub import scrub_config

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/config/secrets.yaml").read_text()
)
MASK = re.compile(r"<secret:[0-9a-f]{16}>")
KEY = Secret("a key")


@pytest.mark.parametrize("case", CASES, ids=[case["line"].strip() for case in CASES])
def test_lines(case: dict[str, Any]) -> None:
    rules = schema(case["platform"])
    masked = scrub_config(case["line"], rules, KEY)
    assert MASK.sub(lambda _: str(case["secret"]), masked) == case["line"]
    assert len(MASK.findall(masked)) == case.get("times", bool(case["secret"]))
    assert scrub_config(masked, rules, KEY) == masked
    if case["secret"]:
        assert scrub_config(case["line"], rules, Secret("another key")) != masked


def test_a_community_is_a_secret_only_below_snmp() -> None:
    text = "snmp {\n    community s3cret {\n        x;\n    }\n}\npolicy {\n    community GREEN {\n    }\n}\n"
    masked = scrub_config(text, schema("juniper_junos"), KEY)
    assert MASK.sub("s3cret", masked) == text
    assert "GREEN" in masked
    assert "s3cret" not in masked


def test_no_listed_secret_survives() -> None:
    """Every secret that Oxidized's specs list, in their captured configurations."""
    checked = 0
    for file in sorted((samples.folder() / "oxidized").glob("*#secret.yaml")):
        text = samples.text(file.with_name(file.name.replace("#secret.yaml", "#output.txt")))
        masked = scrub_config(text, guess(text).schema, KEY)
        for secret in yaml.safe_load(file.read_text())["fail"]:
            checked += 1
            assert secret not in masked
            assert not any(re.search(secret, line) for line in masked.split("\n")), (file.name, secret)
        assert len(masked.split("\n")) == len(text.split("\n"))
    print(f"oxidized: {checked} of {checked} listed secrets masked")
    assert checked
