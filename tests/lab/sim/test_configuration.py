from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.lab.sim.configuration import Configuration, difference, enter_all, load

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("name", ["router", "many-forms"])
def test_it_prints_what_frr_printed(name: str) -> None:
    """The cases were entered into FRR 8.4.4 with frr-reload.py; ``running`` is what it then showed."""
    configuration, errors = load((CASES / f"{name}.in.conf").read_text())
    assert errors == []
    assert configuration.text() == (CASES / f"{name}.running.conf").read_text()


def test_a_line_that_is_no_command_is_refused_with_its_number() -> None:
    _, errors = load("hostname a\nbogus line\nrouter bgp 1\n neighbor 1.1.1.1 foo\nexit\n")
    assert [(error.number, error.syntax) for error in errors] == [(2, True), (4, True)]
    assert str(errors[0]) == "line 2: % Unknown command: bogus line"


def test_a_neighbour_needs_an_as_first() -> None:
    _, errors = load("router bgp 1\n neighbor 1.1.1.1 description x\n")
    assert [error.syntax for error in errors] == [False]
    assert "remote-as" in errors[0].message


def test_a_second_line_of_a_setting_takes_the_first_ones_place() -> None:
    configuration, _ = load("hostname a\nhostname b\ninterface swp1\n description x\n description y z\n")
    assert "hostname b\n" in configuration.text()
    assert " description y z\n" in configuration.text()
    assert "description x" not in configuration.text()


def test_list_entries_without_numbers_get_the_next_ones_once() -> None:
    once = "ip prefix-list A permit 10.0.0.0/8\nip prefix-list A permit 11.0.0.0/8\n"
    configuration, _ = load(once + once)
    assert [line for line in configuration.text().splitlines() if "prefix-list" in line] == [
        "ip prefix-list A seq 5 permit 10.0.0.0/8",
        "ip prefix-list A seq 10 permit 11.0.0.0/8",
    ]


@pytest.mark.parametrize(
    ("command", "gone"),
    [
        ("no ip route 198.18.2.0/24 blackhole", "ip route"),
        ("no ip prefix-list ANY seq 5 permit any", "prefix-list ANY seq"),
        ("no route-map OUT deny 20", "route-map OUT deny"),
        ("no route-map OUT", "route-map OUT permit"),
        ("interface swp1\nno description", " description to the other"),
        ("interface swp1\nno ip address 10.254.1.1/31", "10.254.1.1/31"),
        ("router bgp 65002\nno neighbor 10.254.1.0", "neighbor 10.254.1.0"),
        ("router bgp 65002\nno neighbor 10.254.1.0 password", "password"),
        ("router bgp 65002\naddress-family ipv4 unicast\nno network 198.18.2.0/24", "network 198.18"),
        ("no router bgp 65002", "router bgp"),
    ],
)
def test_no_takes_a_setting_away(command: str, gone: str) -> None:
    configuration, _ = load((CASES / "router.in.conf").read_text())
    assert gone in configuration.text()
    assert enter_all(configuration, command.splitlines()) == []
    assert gone not in configuration.text()


def test_a_default_that_is_switched_off_is_printed_until_it_is_on_again() -> None:
    configuration = Configuration()
    enter_all(configuration, ["router bgp 1", "no bgp default ipv4-unicast"])
    assert " no bgp default ipv4-unicast\n" in configuration.text()
    enter_all(configuration, ["bgp default ipv4-unicast"])
    assert "ipv4-unicast" not in configuration.text()


def test_the_difference_names_the_section_of_each_line() -> None:
    before, _ = load("hostname a\ninterface swp1\n description x\n")
    after, _ = load("hostname a\ninterface swp1\n description y\nrouter bgp 1\n")
    delete, add = difference(before.text(), after.text())
    assert delete == ["interface swp1\n no description x"]
    assert add == ["interface swp1\n description y", "router bgp 1"]
    assert difference(after.text(), after.text()) == ([], [])


ADDRESSES = st.builds("10.{}.{}.{}".format, *[st.integers(0, 255)] * 3)
INTERFACES = st.builds(
    "interface swp{}\n ip address {}/31\n description {}\nexit".format,
    st.integers(1, 20),
    ADDRESSES,
    st.from_regex(r"\A[a-z][a-z0-9 ]{0,10}[a-z]\Z"),
)
NEIGHBORS = st.builds(
    " neighbor {0} remote-as {1}\n neighbor {0} password {2}".format,
    ADDRESSES,
    st.integers(1, 4294967295),
    st.from_regex(r"\A[a-zA-Z0-9]{1,12}\Z"),
)
PREFIX_LISTS = st.builds(
    "ip prefix-list {} seq {} permit {}/32".format,
    st.sampled_from(["A", "B", "C"]),
    st.integers(1, 1000),
    ADDRESSES,
)
MAPS = st.builds(
    "route-map {} {} {}\n match ip address prefix-list A\nexit".format,
    st.sampled_from(["M", "N"]),
    st.sampled_from(["permit", "deny"]),
    st.integers(1, 100),
)
CONFIGURATIONS = st.builds(
    lambda interfaces, neighbors, lists, maps: "\n".join(
        ["hostname x", *interfaces, "router bgp 65000", *neighbors, "exit", *lists, *maps]
    ),
    st.lists(INTERFACES, max_size=8),
    st.lists(NEIGHBORS, max_size=8),
    st.lists(PREFIX_LISTS, max_size=8),
    st.lists(MAPS, max_size=5),
)


@pytest.mark.slow
@given(CONFIGURATIONS)
def test_what_is_printed_loads_as_itself(text: str) -> None:
    configuration, errors = load(text)
    assert errors == []
    again, errors = load(configuration.text())
    assert errors == []
    assert again.text() == configuration.text()


@pytest.mark.slow
@given(CONFIGURATIONS, CONFIGURATIONS)
def test_there_is_a_difference_only_between_what_differs(one: str, other: str) -> None:
    before, after = load(one)[0].text(), load(other)[0].text()
    delete, add = difference(before, after)
    same_lines = sorted(before.splitlines()) == sorted(after.splitlines())
    assert (not delete and not add) == same_lines
