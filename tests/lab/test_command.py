"""`netwright lab`: what people type wrong, and what they are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.errors import NetwrightError
from netwright.cli.lab import app, parse_delay, parse_rate
from netwright.lab.impairment import Impairment
from netwright.lab.system import LabError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_LAB_DIR", str(tmp_path / "labs"))


@given(st.integers(1, 10**6))
def test_units(number: int) -> None:
    assert parse_rate(f"{number}kbit") == number * 1000
    assert parse_rate(f"{number}Mbit") == number * 10**6
    assert parse_delay(f"{number}ms") == number
    assert parse_delay(f"{number}s") == number * 1000


@pytest.mark.parametrize("text", ["", "20", "mbit", "-1mbit", "xmbit", "nanmbit", "infmbit", "20mb"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(LabError):
        parse_rate(text)


@pytest.mark.parametrize("text", ["", "20", "ms", "-1ms", "xms", "nans"])
def test_what_is_no_delay(text: str) -> None:
    with pytest.raises(LabError):
        parse_delay(text)


@pytest.mark.parametrize(
    "argv",
    [
        ["status"],
        ["access"],
        ["cut", "a", "b"],
        ["crash", "a"],
        ["exec", "a", "true"],
        ["pull", "a", "psu1"],
        ["loss", "a", "b", "5"],
        ["up", "nowhere.yaml"],
        ["down", "--name", "Not-A-Name"],
    ],
)
def test_commands_on_no_lab_say_so(argv: list[str]) -> None:
    done = CliRunner().invoke(app, [*argv, *([] if "--name" in argv else ["--name", "nosuchlab"])])
    assert isinstance(done.exception, NetwrightError)
    assert done.exception.remedy


def test_down_of_nothing_is_no_error() -> None:
    done = CliRunner().invoke(app, ["down", "--name", "nosuchlab"])
    assert (done.exit_code, done.output) == (0, "There was no lab nosuchlab.\n")


def test_an_impairment_in_words() -> None:
    assert not Impairment()
    assert str(Impairment(5, 20_000_000, 20, 1)) == "loss 5 %, rate 20 Mbit/s, delay 20 ms ± 1 ms"
