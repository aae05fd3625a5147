"""The templates of every platform: what they write for a device with everything is what a person read and
accepted, and the configuration engine can work with it."""

from __future__ import annotations

import dataclasses

import pytest
from tests.platforms.richcase import RENDERED, VARIATIONS, CaseSecrets, golden, view, written

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.config import engine
from netwright.config.hazard import hazards
from netwright.config.schema import Style, schema
from netwright.config.scrub import scrub_config
from netwright.config.tree import parse, render
from netwright.intent.render import Renderer

SETS = {"cisco_xr", "juniper_junos", "nokia_srl"}
"""Platforms whose prefix lists are sets, which can't refuse."""


@pytest.mark.parametrize("platform", RENDERED)
def test_the_rich_device_is_written_as_accepted(platform: str) -> None:
    assert written(platform) == golden(platform).read_text(), "see tests/platforms/richcase.py"


@pytest.mark.parametrize("platform", RENDERED)
def test_parsing_loses_nothing(platform: str) -> None:
    text = written(platform)
    assert render(parse(text, schema(platform).dialect)) == text


@pytest.mark.parametrize("platform", RENDERED)
def test_scrubbing_hides_every_secret_and_nothing_else(platform: str) -> None:
    text = written(platform)
    masked = scrub_config(text, schema(platform), Secret("key"))
    assert "hush" not in masked
    assert "saltsalt" not in masked
    assert masked.count("<secret:") == text.count("hush-") + text.count("$6$")


@pytest.mark.slow
@pytest.mark.parametrize("variation", ["", *VARIATIONS])
@pytest.mark.parametrize("platform", RENDERED)
def test_patches_from_nothing_and_from_variations_end_right(platform: str, variation: str) -> None:
    whole, rules = written(platform), schema(platform)
    other = written(platform, variation) if variation else ""
    assert other != whole
    for running, intended in ((other, whole), (whole, other)):
        patch = engine.make_patch(running, intended, rules)
        sent = [(step.path, step.command) for step in patch.steps]
        assert not patch.missing
        assert engine.list_changes(engine.apply(running, sent, rules), intended, rules) == []
        if variation and rules.style is Style.INDENT:
            assert hazards(running, intended, sent, rules) == []


@pytest.mark.parametrize("platform", RENDERED)
def test_a_refusal_in_a_prefix_list_is_written_or_told(platform: str) -> None:
    """Never left out: the prefix would pass by the wider entry behind it."""
    device = view(platform)
    first = device.prefix_lists[0]
    refusal = first.entries[0]._replace(sequence=1, permit=False)
    refusing = dataclasses.replace(first, entries=(refusal, *first.entries))
    device = dataclasses.replace(device, prefix_lists=(refusing, *device.prefix_lists[1:]))
    if platform in SETS:
        with pytest.raises(InputError) as told:
            Renderer().render(device, CaseSecrets())
        assert told.value.subject == device.name
        assert f"entry 1 of prefix list {first.name} refuses {refusal.prefix}" in told.value.what
    else:
        lines = [line.split() for line in Renderer().render(device, CaseSecrets()).splitlines()]
        assert any("deny" in words and str(refusal.prefix) in words for words in lines)


def test_a_route_without_next_hop_is_told_where_one_is_needed() -> None:
    device = view("nokia_srl")
    route = dataclasses.replace(device.static_routes[2], next_hop=None, interface="ethernet-1/1")
    device = dataclasses.replace(device, static_routes=(route,))
    with pytest.raises(InputError, match="names no next hop but interface ethernet-1/1") as told:
        Renderer().render(device, CaseSecrets())
    assert told.value.subject == device.name
