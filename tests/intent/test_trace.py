"""The whole way of a cable, from whichever end or piece of it one begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwright.intent.trace import End, whole_path, whole_paths
from netwright.store.naming import Namer, resolve

from .conftest import Workshop

RIG = Path(__file__).parents[1] / "web" / "rig.yaml"
PATCHED = [
    "cable patch-1",
    "port pp1/front/f2",
    "port pp1/rear/trunk",
    "cable trunk-1",
    "port pp2/rear/trunk",
    "port pp2/front/f2",
    "cable patch-2",
    "circuit_end carrier/C1/A",
    "circuit carrier/C1",
    "circuit_end carrier/C1/Z",
    "cable patch-3",
]


@pytest.fixture
def rig(workshop: Workshop) -> Workshop:
    result = workshop.load(RIG)
    assert result.ok, workshop.said(result)
    return workshop


def way(rig: Workshop, kind: str, key: str) -> tuple[list[str], bool] | None:
    """Names of all that a way leads through, both ends included, and whether it is complete."""
    with rig.database.read() as session:
        path = whole_path(session, (kind, resolve(session, kind, key)))
        if path is None:
            return None
        namer = Namer(session)

        def said(step: End) -> str:
            return f"{step[0]} {namer.key(step[0], step[1])}"

        return [said(path.start), *(said(step) for step in path.steps)], path.complete


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("interface", "r1/et-1/0"),
        ("interface", "r2/e0"),
        ("port", "pp1/front/f2"),
        ("port", "pp2/front/f2"),
        ("circuit_end", "carrier/C1/A"),
        ("circuit_end", "carrier/C1/Z"),
    ],
)
def test_each_piece_of_a_way_tells_all_of_it(rig: Workshop, kind: str, key: str) -> None:
    found = way(rig, kind, key)
    assert found is not None
    steps, complete = found
    whole = ["interface r1/et-1/0", *PATCHED, "interface r2/e0"]
    assert steps in (whole, whole[::-1])
    assert complete


def test_an_open_way_is_told_as_far_as_it_is_known(rig: Workshop) -> None:
    found = way(rig, "interface", "r1/et-1/1")
    assert found == (
        [
            "interface r1/et-1/1",
            "cable patch-open",
            "port pp1/front/f1",
            "port pp1/rear/trunk",
            "cable trunk-1",
            "port pp2/rear/trunk",
            "port pp2/front/f1",
        ],
        False,
    )
    from_the_panel = way(rig, "port", "pp1/front/f1")
    assert from_the_panel is not None
    assert set(from_the_panel[0]) >= {"interface r1/et-1/1", "cable patch-open", "port pp1/front/f1"}


def test_a_feed_leads_to_what_it_feeds(rig: Workshop) -> None:
    wanted = ["power_feed ams/A/f1", "cable w1", "port pdu1/power/inlet"]
    assert way(rig, "power_feed", "ams/A/f1") == (wanted, True)


def test_nothing_plugged_in_is_no_way(rig: Workshop) -> None:
    assert way(rig, "interface", "r2/e1") is None
    assert way(rig, "port", "pdu1/power-outlet/out2") is None


def test_a_trunk_has_a_way_for_each_front_that_is_used(rig: Workshop) -> None:
    with rig.database.read() as session:
        trunk: End = ("port", resolve(session, "port", "pp1/rear/trunk"))
        paths = whole_paths(session, trunk)
        namer = Namer(session)
        begins = {namer.key(path.start[0], path.start[1]) for path in paths}
        assert all(trunk in path.steps for path in paths)
    assert begins <= {"r1/et-1/0", "r2/e0", "r1/et-1/1"}
    assert len(paths) == 2


def test_an_end_that_is_no_trunk_has_one_way(rig: Workshop) -> None:
    with rig.database.read() as session:
        interface = resolve(session, "interface", "r1/et-1/0")
        assert len(whole_paths(session, ("interface", interface))) == 1
        assert whole_paths(session, ("interface", resolve(session, "interface", "r2/e1"))) == []
