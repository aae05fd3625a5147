"""``netwright sim`` in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from netwright.base.errors import NetwrightError
from netwright.cli.sim import app

LAB = """
name: two
management: 10.250.0.1/24
models:
  R: {manufacturer: Maker, part_number: R, ports: 2, power_supplies: {count: 2, part_number: PSU},
      fans: {count: 1, part_number: FAN}, temperature_sensors: 1, optic: SFP}
nodes:
  a: {type: router-frr, site: one, model: R, serial: A01, management: 10.250.0.2}
  b: {type: router-frr, site: two, model: R, serial: B01, management: 10.250.0.3}
cables:
  - a swp1 -- b swp1
"""

Run = Callable[..., str]


@pytest.fixture
def sim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs ``netwright sim`` and gives what it printed, or its error; whatever it started is ended."""
    (tmp_path / "lab.yaml").write_text(LAB)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETWRIGHT_SIM", str(tmp_path / "state"))

    def run(*words: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, words)
        if isinstance(done.exception, NetwrightError):
            assert status == 2, done.exception
            return str(done.exception)
        assert done.exit_code == status, done.output
        return done.output

    yield run
    run("down")
