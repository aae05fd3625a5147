"""Waves keep their promises for any fleet."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.deploy.waves import Candidate, Limits, make_waves

_FLEETS = st.lists(
    st.builds(
        Candidate,
        device=st.from_regex(r"[a-z]{1,4}", fullmatch=True),
        site=st.sampled_from(["ams", "fra", "nyc", "par"]),
        role=st.sampled_from(["core", "edge", "tor", "origin", "other"]),
        group=st.sampled_from(["", "", "a", "b", "core"]),
        stand_in=st.booleans(),
    ),
    unique_by=lambda candidate: candidate.device,
    max_size=30,
)
_LIMITS = st.builds(Limits, wave_size=st.integers(1, 8), per_site=st.integers(1, 4))


@given(fleet=_FLEETS, limits=_LIMITS)
def test_each_device_once_and_within_the_limits(fleet: list[Candidate], limits: Limits) -> None:
    waves = make_waves(fleet, limits)
    by_name = {candidate.device: candidate for candidate in fleet}
    assert sorted(name for wave in waves for name in wave) == sorted(by_name)
    assert not waves or len(waves[0]) == 1
    for wave in waves:
        groups = Counter(by_name[name].group for name in wave if by_name[name].group)
        sites = Counter(by_name[name].site for name in wave)
        assert wave
        assert len(wave) <= limits.wave_size
        assert max(groups.values(), default=1) == 1
        assert max(sites.values()) <= limits.per_site


@given(fleet=_FLEETS, limits=_LIMITS, seed=st.randoms(use_true_random=False))
def test_the_order_they_come_in_does_not_matter(fleet: list[Candidate], limits: Limits, seed: object) -> None:
    shuffled = list(fleet)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert make_waves(shuffled, limits) == make_waves(fleet, limits)


def test_the_canary_has_a_stand_in_and_is_no_core() -> None:
    fleet = [
        Candidate("fra-core1", "fra", "core", "core", stand_in=True),
        Candidate("ams-tor1", "ams", "tor"),
        Candidate("ams-edge1", "ams", "edge", "ams-edge", stand_in=True),
        Candidate("par-edge1", "par", "edge", "par-edge", stand_in=True),
    ]
    assert make_waves(fleet, Limits())[0] == ("par-edge1",)  # the smaller site of the two


def test_a_wave_of_no_devices_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_waves([], Limits(wave_size=0))
