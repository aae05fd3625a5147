"""The one rule by which a part of the settings is for a device."""

from __future__ import annotations

import pytest

from netwright.app.conditions import Conditions, Placed, ask_places, first_fit

EDGE = Placed(name="ams1-edge1", platform="eos", site="ams1", role="edge", regions=frozenset({"nl", "emea"}))


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"devices": ["ams?-*"]}, True),
        ({"devices": ["fra*"]}, False),
        ({"sites": ["fra1", "ams1"]}, True),
        ({"regions": ["emea"]}, True),
        ({"regions": ["apac"]}, False),
        ({"roles": ["edge"], "platforms": ["eos"]}, True),
        ({"roles": ["edge"], "platforms": ["ios"]}, False),
        ({}, False),
    ],
)
def test_a_device_has_to_meet_all_conditions(conditions: dict[str, list[str]], fits: bool) -> None:
    assert Conditions.model_validate(conditions).fits(EDGE) is fits


def test_the_first_that_fits_decides() -> None:
    parts = {
        "none": Conditions(),
        "ios": Conditions(platforms=["ios"]),
        "emea": Conditions(regions=["emea"]),
        "all": Conditions(devices=["*"]),
    }
    assert first_fit(parts, EDGE) == "emea"
    assert first_fit({"ios": parts["ios"]}, EDGE) is None
    assert ask_places(parts)
    assert not ask_places({"none": Conditions()})


def test_conditions_in_words() -> None:
    assert Conditions(sites=["ams1", "fra1"], roles=["edge"]).words() == "sites ams1, fra1; roles edge"
    assert Conditions().words() == "where named"
