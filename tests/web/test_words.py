"""Values as people read them, and lines of charts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.store.query.cursor import decode_cursor, encode_cursor
from netwright.web import words
from netwright.web.charts import rates, spark_path
from netwright.web.read.listing import Listing
from netwright.web.read.part import natural


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (0, "0 bit/s"), (999, "999 bit/s"), (1000, "1 kbit/s"), (1234, "1.23 kbit/s"),
        (10_000_000_000, "10 Gbit/s"), (999_600, "1.00 Mbit/s"), (-2_500_000, "-2.50 Mbit/s"),
    ],
)  # fmt: skip
def test_rates_in_words(value: float | None, text: str) -> None:
    assert words.bits(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_700, "1 h 1 min"),
        (90_000, "1 d 1 h"),
        (86_400, "1 d"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [(0, "just now"), (12, "12 s ago"), (3599, "59 min ago"), (200_000, "2 d ago"), (-30, "in 30 s")],
)
def test_ages(age: float, text: str) -> None:
    assert words.ago(1_000_000 - age, 1_000_000) == text


@given(st.floats(min_value=0, max_value=1e17))
def test_any_size_has_at_most_three_digits(value: float) -> None:
    digits = words.octets(value).split(" ")[0].replace(".", "").lstrip("0")
    assert len(digits) <= 3


def test_a_reset_counter_leaves_a_hole() -> None:
    assert rates([(0, 100), (10, 200), (20, 50), (30, 150)], 8) == [(10, 80.0), (30, 80.0)]
    assert rates([(5, 1.0)]) == []


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e12)), min_size=2, max_size=80))
def test_a_line_stays_in_its_box(points: list[tuple[float, float]]) -> None:
    path = spark_path(sorted(points), width=100, height=20)
    for part in path.replace("M", "L").split("L")[1:]:
        x, y = (float(number) for number in part.split(" "))
        assert 0 <= x <= 100
        assert 0 <= y <= 20


def test_a_gap_breaks_the_line() -> None:
    steady = [(float(t), 1.0) for t in range(10)]
    assert spark_path(steady).count("M") == 1
    assert spark_path([*steady, (100.0, 1.0), (101.0, 1.0)]).count("M") == 2


def test_names_sort_as_people_count() -> None:
    assert sorted(["swp10", "swp9", "eth0", "swp1", "lo"], key=natural) == [
        "eth0",
        "lo",
        "swp1",
        "swp9",
        "swp10",
    ]


@given(st.text(), st.text())
def test_cursors_come_back(value: str, name: str) -> None:
    assert decode_cursor(encode_cursor((value, name)), str, str) == [value, name]


def test_urls_of_a_list_leave_out_what_is_empty() -> None:
    listing = Listing("/devices", {"q": "", "site": "ams"}, "name", default_sort="name", next_after="abc")
    assert listing.next_url == "/devices?site=ams&after=abc"
    assert listing.url(site="") == "/devices"
    assert listing.url(sort="-role") == "/devices?site=ams&sort=-role"
