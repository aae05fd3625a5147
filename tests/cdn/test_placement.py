"""Placement: always within storage, deterministic, stable, and near the best for small cases."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.cdn.placement import ORIGIN_COST_KM, ClientGroup, Placement, Server, place

SITES = ("ams", "par", "nyc")


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Server], dict[str, int], list[ClientGroup]]:
    sites = draw(st.lists(st.sampled_from(SITES), min_size=1, max_size=5))
    servers = [Server(f"{site}-{n}", site, draw(st.integers(0, 30)), 10**9) for n, site in enumerate(sites)]
    titles = {f"t{n}": draw(st.integers(1, 12)) for n in range(draw(st.integers(1, 6)))}
    weights = st.dictionaries(st.sampled_from(sorted(titles)), st.floats(0, 100), max_size=6)
    costs = st.dictionaries(st.sampled_from(SITES), st.floats(0, 15_000), max_size=3)
    groups = [ClientGroup(f"g{n}", draw(costs), draw(weights)) for n in range(draw(st.integers(0, 4)))]
    return servers, titles, groups


def saved(titles: dict[str, frozenset[str]], servers: list[Server], groups: list[ClientGroup]) -> float:
    """Client-kilometres saved, counted from the definition."""
    total = 0.0
    for group in groups:
        for title, weight in group.demand.items():
            costs = [
                group.costs_km[server.site]
                for server in servers
                if title in titles.get(server.device, ()) and server.site in group.costs_km
            ]
            total += weight * max(0.0, ORIGIN_COST_KM - min(costs, default=ORIGIN_COST_KM))
    return total


@given(problems())
def test_never_more_than_the_storage_and_the_value_is_what_it_says(
    problem: tuple[list[Server], dict[str, int], list[ClientGroup]],
) -> None:
    servers, sizes, groups = problem
    result = place(servers, sizes, groups)
    for server in servers:
        assert sum(sizes[title] for title in result.titles[server.device]) <= server.storage_bytes
    expected = saved(dict(result.titles), servers, groups)
    assert abs(result.value - expected) <= 1e-6 * max(1.0, expected)
    assert result.value <= result.ideal + 1e-6 * max(1.0, result.ideal)


@given(problems())
def test_a_plan_made_twice_moves_nothing(
    problem: tuple[list[Server], dict[str, int], list[ClientGroup]],
) -> None:
    servers, sizes, groups = problem
    first = place(servers, sizes, groups)
    assert place(servers, sizes, groups, first.titles).titles == first.titles
    assert place(list(servers), dict(sizes), list(groups)).titles == first.titles


@settings(max_examples=60)
@given(
    st.integers(1, 4),
    st.lists(st.integers(1, 8), min_size=1, max_size=7),
    st.lists(st.floats(1, 100), min_size=7, max_size=7),
)
def test_one_server_is_within_the_greedy_bound_of_the_best(
    room: int, size_list: list[int], weights: list[float]
) -> None:
    sizes = {f"t{n}": size for n, size in enumerate(size_list)}
    server = Server("ams-1", "ams", room * 8, 10**9)
    group = ClientGroup("g", {"ams": 100.0}, {title: weights[n] for n, title in enumerate(sizes)})
    result = place([server], sizes, [group])
    subsets = chain.from_iterable(combinations(sizes, n) for n in range(len(sizes) + 1))
    best = max(
        saved({"ams-1": frozenset(chosen)}, [server], [group])
        for chosen in subsets
        if sum(sizes[title] for title in chosen) <= server.storage_bytes
    )
    # density greedy on one knapsack with items no larger than the room: at least half of the best
    assert result.value >= best / 2 - 1e-6


def test_titles_go_where_they_are_wanted() -> None:
    servers = [Server("ams-1", "ams", 10, 1), Server("nyc-1", "nyc", 10, 1)]
    groups = [
        ClientGroup("europe", {"ams": 100.0, "nyc": 6000.0}, {"football": 10.0, "baseball": 1.0}),
        ClientGroup("america", {"ams": 6000.0, "nyc": 100.0}, {"football": 1.0, "baseball": 10.0}),
    ]
    result = place(servers, {"football": 10, "baseball": 10}, groups)
    assert result == Placement(
        titles={"ams-1": frozenset({"football"}), "nyc-1": frozenset({"baseball"})},
        value=result.value,
        ideal=result.ideal,
    )


def test_what_fits_nowhere_is_said_and_room_left_takes_second_copies() -> None:
    servers = [Server("ams-1", "ams", 10, 1), Server("ams-2", "ams", 10, 1)]
    group = ClientGroup("g", {"ams": 1.0}, {"small": 1.0, "huge": 5.0})
    result = place(servers, {"small": 4, "huge": 11}, [group])
    assert result.left_out == {"huge"}
    assert result.titles == {"ams-1": frozenset({"small"}), "ams-2": frozenset({"small"})}
