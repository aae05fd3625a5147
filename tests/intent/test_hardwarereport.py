"""Counts by model, what ends, and what hangs on feeds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from netwright.base.errors import NotFoundError
from netwright.intent.hardwarereport import endings, feed_loads, model_counts

from .conftest import Workshop

DESIGN = """\
regions: [{name: EMEA}]
sites:
  - {name: ams, region: EMEA, kind: core, latitude: 52, longitude: 5}
  - {name: fra, region: EMEA, kind: core, latitude: 50, longitude: 8}
manufacturers: [{name: Maker}]
models:
  - name: R1
    manufacturer: Maker
    end_of_sale: "2026-06-30"
    end_of_support: "2027-03-01"
    ports:
      - {port_class: power, name: PSU0, allocated_draw_w: 300}
      - {port_class: power, name: PSU1, maximum_draw_w: 200}
  - {name: LC, manufacturer: Maker, form: module, end_of_support: "2026-12-01"}
  - {name: unused, manufacturer: Maker, end_of_support: "2020-01-01"}
power_panels:
  - {site: ams, name: A, power_feeds: [{name: f1, voltage_v: 100, amperage_a: 10, share_percent: 80}]}
  - site: ams
    name: B
    power_feeds: [{name: f2, voltage_v: 230, amperage_a: 16, share_percent: 80, phase: three}]
devices:
  - {name: ams-r1, site: ams, role: core, model: R1, platform: frr}
  - {name: ams-r2, site: ams, role: core, model: R1, status: decommissioned, platform: frr}
  - {name: fra-r1, site: fra, role: core, model: R1, platform: frr}
assets:
  - {serial: S1, model: R1, site: ams}
  - {serial: S2, model: LC, site: fra}
  - {serial: S3, model: LC, site: fra, status: faulty}
"""


@pytest.fixture
def shop(workshop: Workshop) -> Workshop:
    result = workshop.load_text(
        DESIGN
        + """\
cables:
  - {name: w1, a_power_feed: ams/A/f1, b_port: ams-r1/power/PSU0}
  - {name: w2, a_power_feed: ams/B/f2, b_port: ams-r1/power/PSU1}
"""
    )
    assert result.revision is not None, workshop.said(result)
    return workshop


def test_models_in_use_and_in_stock(shop: Workshop) -> None:
    with shop.database.read() as session:
        every = {one.model: one for one in model_counts(session)}
        ams = {one.model: one for one in model_counts(session, "ams")}
    assert set(every) == {"R1", "LC"}  # nobody asked for what is neither
    assert (every["R1"].devices, every["R1"].spares, every["R1"].used) == (2, 1, 2)
    assert (every["LC"].modules, every["LC"].spares, every["LC"].faulty) == (0, 1, 1)
    assert set(ams) == {"R1"}
    assert (ams["R1"].devices, ams["R1"].spares) == (1, 1)


@pytest.mark.parametrize(
    ("days", "ends"),
    [(0, [("sale", -147)]), (96, [("sale", -147)]), (97, [("sale", -147), ("support", 97)])],
)
def test_what_ends_of_models_in_use(shop: Workshop, days: int, ends: list[tuple[str, int]]) -> None:
    with shop.database.read() as session:
        found = endings(session, date(2026, 11, 24), timedelta(days=days))
    assert [(one.what, one.days) for one in found] == ends


def test_feeds_with_what_hangs_on_them(shop: Workshop) -> None:
    with shop.database.read() as session:
        one, other = feed_loads(session)
        assert feed_loads(session, "fra") == []
    assert (one.site, one.panel, one.feed, one.devices) == ("ams", "A", "f1", 1)
    assert (one.capacity_w, one.planned_w, one.worst_w) == (800, 300, 500)
    assert (round(other.capacity_w), other.planned_w, other.worst_w) == (5099, 200, 500)


def test_a_site_that_is_none(shop: Workshop) -> None:
    with shop.database.read() as session, pytest.raises(NotFoundError, match="no such site"):
        model_counts(session, "nowhere")
