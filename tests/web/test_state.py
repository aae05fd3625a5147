"""What is made of the source of truth is made once a revision, and for each scope of rights by itself."""

from __future__ import annotations

from netwright.web.state import Settled


class Maker:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> int:
        self.made += 1
        return self.made


def test_is_made_again_only_for_another_head_or_object_beside() -> None:
    settled, make = Settled(), Maker()
    first, equal = [1], [1]
    assert [settled.get("map", 7, first, make) for _ in range(3)] == [1, 1, 1]
    assert settled.get("map", 8, first, make) == 2
    assert settled.get("map", 8, equal, make) == 3, "an equal report is another report"
    assert settled.get("map", 8, equal, make) == 3


def test_scopes_of_rights_never_share_a_value() -> None:
    settled = Settled()
    assert settled.get(("map", None), 7, None, lambda: "all") == "all"
    assert settled.get(("map", ("some",)), 7, None, lambda: "some") == "some"
    assert settled.get(("map", None), 7, None, lambda: "again") == "all"


def test_keeps_no_more_than_its_limit() -> None:
    settled, make = Settled(most=2), Maker()
    for key in ("a", "b", "c"):
        settled.get(key, 1, None, make)
    assert settled.get("c", 1, None, make) == 3
    assert settled.get("a", 1, None, make) == 4, "the oldest had gone"
