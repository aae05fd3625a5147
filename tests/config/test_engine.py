"""The verbs on texts, and what must hold for any pair of configurations."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.config.detect import guess
from netwright.config.engine import apply, commands_of, list_changes, make_patch, text_of, unified
from netwright.config.hazard import hazards
from netwright.config.schema import Style, general, platforms, schema
from netwright.config.tree import parse, render

NAMES = ["A", "B", "C"]
LIKE_IOS = ["cisco_ios", "arista_eos", "frr", "cisco_nxos"]


def ios(seed: int) -> str:
    """A small IOS configuration whose parts refer to one another."""
    rng = random.Random(seed)
    lists, maps, vrfs = ([name for name in NAMES if rng.random() < share] for share in (0.7, 0.7, 0.4))
    lines: list[str] = []
    for name in lists:
        lines.append(f"ip access-list extended {name}")
        lines += [
            f" {n * 10} permit tcp any host 10.0.0.{rng.randint(1, 3)}" for n in range(1, rng.randint(2, 4))
        ]
    for name in maps:
        lines += [
            f"route-map {name} {rng.choice(['permit', 'deny'])} 10",
            f" match ip address prefix-list {name}",
        ]
        lines += [
            f"ip prefix-list {name} seq {n * 5} permit 10.{rng.randint(0, 2)}.0.0/16"
            for n in range(1, rng.randint(2, 4))
        ]
    for name in vrfs:
        lines += [f"vrf definition {name}", f" rd 1:{NAMES.index(name)}"]
    for port in range(1, 4):
        lines.append(f"interface GigabitEthernet0/{port}")
        lines += [f" vrf forwarding {name}" for name in vrfs if rng.random() < 0.2][:1]
        if rng.random() < 0.8:
            lines.append(f" ip address 10.{port}.{rng.randint(0, 1)}.1 255.255.255.0")
        lines += [f" ip access-group {name} in" for name in lists if rng.random() < 0.3][:1]
        lines.append(rng.choice([" shutdown", f" description port {rng.randint(1, 2)}"]))
    return "\n".join([*lines, *bgp(rng, maps)]) + "\n"


def bgp(rng: random.Random, maps: list[str]) -> list[str]:
    lines = [f"router bgp {rng.choice([65000, 65000, 65000, 65001])}"]
    groups = [name for name in ("PG1", "PG2") if rng.random() < 0.6]
    for name in groups:
        lines += [f" neighbor {name} peer-group", f" neighbor {name} remote-as {rng.randint(1, 3)}"]
    for subject in ("10.0.0.2", "10.0.0.6", "10.0.0.10"):
        if groups and rng.random() < 0.4:
            lines.append(f" neighbor {subject} peer-group {rng.choice(groups)}")
        elif rng.random() < 0.7:
            lines.append(f" neighbor {subject} remote-as {rng.randint(1, 3)}")
        else:
            continue
        lines += [f" neighbor {subject} route-map {name} in" for name in maps if rng.random() < 0.4][:1]
    return lines


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.sampled_from(["cisco_ios", "arista_eos", "frr", "cisco_nxos"]),
)
def test_a_patch_leads_to_the_intended_configuration_and_back(one: int, other: int, platform: str) -> None:
    rules, running, intended = schema(platform), ios(one), ios(other)
    forth = make_patch(running, intended, rules)
    assert not forth.missing
    assert bool(forth.steps) is bool(list_changes(running, intended, rules))
    assert not make_patch(intended, running, rules).missing


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(["cisco_ios", "arista_eos"]))
def test_nothing_dangles_and_no_filter_opens_on_the_way(one: int, other: int, platform: str) -> None:
    rules, running, intended = schema(platform), ios(one), ios(other)
    steps = [(step.path, step.command) for step in make_patch(running, intended, rules).steps]
    found = hazards(running, intended, steps, rules)
    new_router = running.split("router bgp ")[1][:5] != intended.split("router bgp ")[1][:5]
    assert [hazard for hazard in found if hazard.kind != "neighbour" or not new_router] == []


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_printed_patch_says_the_same(one: int, other: int) -> None:
    """Applying the patch as text gives the intended configuration; the second patch is empty."""
    rules, running, intended = schema("cisco_ios"), ios(one), ios(other)
    text = text_of(make_patch(running, intended, rules).steps, rules)
    result = apply(running, commands_of(text, rules), rules)
    assert not list_changes(result, intended, rules)
    assert not make_patch(result, intended, rules).steps


PIECES: list[str] = yaml.safe_load((Path(__file__).parents[1] / "cases/config/pieces.yaml").read_text())
JUNK = st.lists(st.one_of(st.text(max_size=30), st.sampled_from(PIECES)), max_size=25).map("\n".join)


@settings(deadline=None, max_examples=80)
@given(JUNK, JUNK, st.sampled_from(platforms()))
def test_rubbish_is_borne(running: str, intended: str, platform: str) -> None:
    rules = schema(platform)
    running, intended = running.replace("\0", ""), intended.replace("\0", "")
    assert render(parse(running, rules.dialect)) == running
    made = make_patch(running, intended, rules)
    apply(running, [(step.path, step.command) for step in made.steps], rules)
    unified(running, intended, rules)
    assert not make_patch(running, running, rules).steps


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300))
def test_bytes_come_back(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    rules = guess(text).schema
    assert render(parse(text, rules.dialect)).encode("utf-8", "surrogateescape") == data


@pytest.mark.slow
@pytest.mark.parametrize("style", list(Style))
def test_depth_without_end_is_borne(style: Style) -> None:
    rules = general(style)
    stairs = "\n".join(" " * n + f"x{n}" for n in range(2000))
    braces = "a { " * 5000 + "b;" + " }" * 5000
    for text in (stairs, braces, "set " + "a " * 5000, "/a\nadd " + "b=c " * 5000):
        assert not make_patch(text, text, rules).steps
        make_patch("", text, rules)


def test_unknown_ways_of_writing_are_told_apart() -> None:
    assert guess("a {\n  b;\n  c {\n    d;\n  }\n}\n").schema.style is Style.BRACE
    assert guess("set a b\nset a c\n").schema.style is Style.BRACE
    assert guess("block one\n line\n line two\nblock two\n line\n").schema.style is Style.INDENT
    assert not guess("block one\n line\n").sure


def test_crlf_says_nothing() -> None:
    rules = schema("cisco_ios")
    assert not list_changes(ios(1), ios(1).replace("\n", "\r\n"), rules)


def test_a_list_of_more_numbers_than_there_are_vlans_is_no_list() -> None:
    """Found by fuzzing: fifty thousand VLANs, each a block of its own, took minutes."""
    rules = schema("cisco_ios")
    made = make_patch("vlan 180,8-51816\n", "vlan 2\n", rules)
    assert [step.command for step in made.steps] == ["vlan 2", "no vlan 180,8-51816"]
