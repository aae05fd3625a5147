"""Ways of cables: through panels, trunks and circuits to the far end; circles and dead ends stop."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from netwright.intent.trace import End, Path, trace
from netwright.store.naming import natural_keys, resolve

from .conftest import Workshop

PLACE = """
regions: [eu]
manufacturers: [Acme]
models: [{name: M, manufacturer: Acme}]
sites:
  - {name: a, region: eu, kind: core, latitude: 1, longitude: 1}
  - {name: b, region: eu, kind: core, latitude: 2, longitude: 2}
devices:
  - {name: r1, site: a, model: M, role: edge, interfaces: [e1, e2, e3, e4]}
  - {name: r2, site: b, model: M, role: edge, interfaces: [e1, e2, e3, e4]}
  - name: p1
    site: a
    model: M
    role: patch-panel
    ports:
      - {port_class: rear, name: R, positions: 2}
      - {port_class: front, name: F1, rear_port: p1/rear/R, rear_position: 1}
      - {port_class: front, name: F2, rear_port: p1/rear/R, rear_position: 2}
      - {port_class: front, name: F3}
  - name: p2
    site: b
    model: M
    role: patch-panel
    ports:
      - {port_class: rear, name: R, positions: 2}
      - {port_class: front, name: F1, rear_port: p2/rear/R, rear_position: 1}
      - {port_class: front, name: F2, rear_port: p2/rear/R, rear_position: 2}
providers:
  - name: w
    circuits:
      - {name: C, circuit_type: wave, ends: [{side: A, site: a}, {side: Z, site: b}]}
      - {name: D, circuit_type: wave, ends: [{side: A, site: a}]}
"""


@pytest.fixture
def place(workshop: Workshop) -> Workshop:
    assert workshop.load_text(PLACE).ok
    return workshop


def _cables(workshop: Workshop, *cables: str) -> None:
    result = workshop.load_text("cables:\n" + "\n".join(f"  - {{{one}}}" for one in cables))
    assert result.ok, workshop.said(result)


def _trace(workshop: Workshop, kind: str, key: str) -> Path | None:
    with workshop.database.read() as session:
        start: End = (kind, resolve(session, kind, key))
        return trace(session, [start]).get(start)


def _said(workshop: Workshop, path: Path | None) -> list[str]:
    """The steps by name, without what all ports of a class have."""
    assert path is not None
    with workshop.database.read() as session:
        names = {kind: natural_keys(session, kind) for kind in {kind for kind, _ in path.steps}}
    return [names[kind][number] for kind, number in path.steps]


def test_an_end_without_a_cable_has_no_way(place: Workshop) -> None:
    assert _trace(place, "interface", "r1/e1") is None


def test_one_cable(place: Workshop) -> None:
    _cables(place, "name: c, a: r1/e1, b: r2/e1")
    for here, there in (("r1/e1", "r2/e1"), ("r2/e1", "r1/e1")):
        path = _trace(place, "interface", here)
        assert _said(place, path) == ["c", there]
        assert path is not None
        assert path.complete


def test_through_two_panels_by_the_position_on_the_trunk(place: Workshop) -> None:
    _cables(
        place,
        "name: c1, a: r1/e1, b_port: p1/front/F1",
        "name: c2, a: r1/e2, b_port: p1/front/F2",
        "name: t, a_port: p1/rear/R, b_port: p2/rear/R",
        "name: d1, a: r2/e1, b_port: p2/front/F1",
        "name: d2, a: r2/e2, b_port: p2/front/F2",
    )
    path = _trace(place, "interface", "r1/e2")
    ways = ["c2", "p1/front/F2", "p1/rear/R", "t", "p2/rear/R", "p2/front/F2", "d2", "r2/e2"]
    assert _said(place, path) == ways
    back = _trace(place, "interface", "r2/e2")
    assert back is not None
    assert back.through("cable")[::-1] == (path.through("cable") if path else [])


def test_a_trunk_of_many_does_not_say_where_it_leads(place: Workshop) -> None:
    """From behind a panel without having come in at a position, the front port can't be told."""
    _cables(place, "name: x, a: r1/e1, b_port: p2/rear/R", "name: y, a: r2/e1, b_port: p2/front/F1")
    path = _trace(place, "interface", "r1/e1")
    assert _said(place, path) == ["x", "p2/rear/R"]
    assert path is not None
    assert not path.complete


def test_through_a_circuit(place: Workshop) -> None:
    _cables(place, "name: x, a: r1/e1, b_circuit_end: w/C/A", "name: y, a_circuit_end: w/C/Z, b: r2/e1")
    path = _trace(place, "interface", "r1/e1")
    assert _said(place, path) == ["x", "w/C/A", "w/C", "w/C/Z", "y", "r2/e1"]
    assert path is not None
    assert path.complete


@pytest.mark.parametrize("end", ["b_circuit_end: w/D/A", "b_port: p1/front/F3", "b_port: p1/front/F1"])
def test_a_dead_end_is_told_as_one(place: Workshop, end: str) -> None:
    """At a partner's, in a panel with nothing behind it, in a trunk that leads on to nothing."""
    _cables(place, f"name: x, a: r1/e1, {end}")
    path = _trace(place, "interface", "r1/e1")
    assert path is not None
    assert path.far is not None
    assert not path.complete


def test_a_circle_ends(place: Workshop) -> None:
    _cables(
        place,
        "name: t, a_port: p1/rear/R, b_port: p2/rear/R",
        "name: u, a_port: p1/front/F1, b_port: p2/front/F1",
    )
    for port in ("p1/front/F1", "p2/rear/R"):
        path = _trace(place, "port", port)
        assert path is not None
        assert not path.complete
        assert len(path.through("cable")) == len(set(path.through("cable"))) <= 2


def test_a_chain_of_panels_stops_after_32_cables(workshop: Workshop) -> None:
    panels = "\n".join(
        f"  - {{name: q{n}, site: a, model: M, role: patch-panel, ports: ["
        f"{{port_class: rear, name: R}}, {{port_class: front, name: F, rear_port: q{n}/rear/R}}]}}"
        for n in range(40)
    )
    assert workshop.load_text(PLACE.replace("providers:", f"{panels}\nproviders:")).ok
    links = [f"name: k{n}, a_port: q{n}/rear/R, b_port: q{n + 1}/front/F" for n in range(39)]
    _cables(workshop, "name: k, a: r1/e1, b_port: q0/front/F", *links)
    path = _trace(workshop, "interface", "r1/e1")
    assert path is not None
    assert len(path.through("cable")) == 32
    assert not path.complete


def test_lanes_of_a_breakout_are_traced_by_their_parent(place: Workshop) -> None:
    """A cable is at the port; a lane holds none of its own."""
    _cables(place, "name: c, a: r1/e1, b: r2/e1")
    assert place.load_text("interfaces: [{device: r1, name: 'e1:1', parent: r1/e1, lane: 1}]").ok
    assert _trace(place, "interface", "r1/e1:1") is None
    assert _trace(place, "interface", "r1/e1") is not None


def test_many_ways_cost_no_more_statements_than_one(place: Workshop) -> None:
    _cables(place, *(f"name: c{n}, a: r1/e{n}, b: r2/e{n}" for n in range(1, 5)))
    counts = []
    with place.database.read() as session:
        said: list[str] = []
        event.listen(place.database.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
        for names in (["r1/e1"], ["r1/e1", "r1/e2", "r1/e3", "r1/e4"]):
            starts: list[End] = [("interface", resolve(session, "interface", name)) for name in names]
            said.clear()
            assert len(trace(session, starts)) == len(names)
            counts.append(len(said))
    assert counts[0] == counts[1]
