"""Distances and serving costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.cdn.geography import BACKBONE_PENALTY_KM, Point, distance_km, serving_cost_km

AMS, PAR, NYC = Point(52.3676, 4.9041), Point(48.8566, 2.3522), Point(40.7128, -74.0060)
POINTS = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("a", "b", "km"), [(AMS, PAR, 430), (AMS, NYC, 5863), (Point(0, 179.5), Point(0, -179.5), 111.2)]
)
def test_distances_of_known_places(a: Point, b: Point, km: float) -> None:
    assert distance_km(a, b) == pytest.approx(km, rel=0.01)


@given(POINTS, POINTS, POINTS)
def test_distance_is_a_metric(a: Point, b: Point, c: Point) -> None:
    assert distance_km(a, a) == 0
    assert distance_km(a, b) == pytest.approx(distance_km(b, a))
    assert distance_km(a, c) <= distance_km(a, b) + distance_km(b, c) + 1e-6


def test_attached_site_costs_its_distance_and_others_the_way_over_the_backbone() -> None:
    places = {"ams": AMS, "par": PAR, "nyc": NYC}
    assert serving_cost_km("ams", PAR, places, {"ams"}) == pytest.approx(distance_km(AMS, PAR))
    over = serving_cost_km("nyc", PAR, places, {"ams", "par"})
    assert over == pytest.approx(distance_km(NYC, PAR) + BACKBONE_PENALTY_KM)
    assert serving_cost_km("ams", PAR, places, set()) is None
