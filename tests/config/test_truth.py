"""The engine on every sample set: how many cases pass by platform, and a bound below which it must not fall.

A patch passes when it brings both the engine's simulated device and the plain device of the tests, which
knows none of the engine's rules, to the intended configuration. ``docs/config-engine.md`` lists the misses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from tests.config import samples
from tests.config.plaindevice import PlainDevice
from tests.config.samples import Pair

from netwright.config.detect import guess
from netwright.config.engine import apply, commands_of, list_changes, make_patch
from netwright.config.meaning import meaning
from netwright.config.schema import Schema, Style, schema
from netwright.config.statements import Block, copied, plain, written
from netwright.config.tree import parse, render

pytestmark = pytest.mark.slow

COPIED: list[dict[str, str]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/config/peers.yaml").read_text()
)
STRICT = {"cisco_ios", "cisco_xe", "arista_eos", "cisco_nxos", "cisco_xr", "juniper_junos", "huawei_vrp"}
STRICT |= {"hp_comware", "frr"}


@pytest.mark.parametrize("name", samples.PATTERNS)
def test_every_configuration_comes_back_byte_for_byte(name: str) -> None:
    total = 0
    for file, data in samples.configs(name):
        total += 1
        text = data.decode("utf-8", "surrogateescape")
        rules = guess(text).schema
        assert render(parse(text, rules.dialect)).encode("utf-8", "surrogateescape") == data, file
        assert not list_changes(text, text, rules), file
        assert not make_patch(text, text, rules).steps, file
        assert not make_patch("", text, rules).missing, file
        assert not make_patch(text, "", rules).missing, file
    print(f"{name}: {total} of {total} lossless, from nothing and to nothing")
    assert total


@pytest.mark.parametrize("source", [samples.annet, samples.hier_config, samples.neighbours])
def test_patches_lead_to_the_intended_configuration(source: Callable[[], Iterator[Pair]]) -> None:
    tally(source(), lambda pair: reaches(pair, schema(pair.platform)), source.__name__)


@pytest.mark.parametrize("case", COPIED, ids=[case["name"] for case in COPIED])
def test_copied_cases(case: dict[str, str]) -> None:
    """Cases of peers that stand in the repository, so that they run anywhere; both ways."""
    pair = Pair(case["name"], case["platform"], case["running"], case["intended"])
    assert reaches(pair, schema(pair.platform)) == ""
    back = Pair(case["name"], case["platform"], case["intended"], case["running"])
    assert not make_patch(back.running, back.intended, schema(pair.platform)).missing


def test_peers_commands_lead_there_too() -> None:
    """The simulated device understands the commands that other engines send to real ones."""
    pairs = [
        pair for source in (samples.annet, samples.hier_config) for pair in source() if pair.commands.strip()
    ]
    misses = told([(pair, obeys(pair)) for pair in pairs], "commands of the set's own engine")
    assert len(misses) <= 0.15 * len(pairs), misses


def tally(pairs: Iterable[Pair], passes: Callable[[Pair], str], what: str) -> None:
    results = [(pair, passes(pair)) for pair in pairs]
    misses = told(results, what)
    counts = Counter(pair.platform for pair, _ in results)
    missed = Counter(pair.platform for pair, left in results if left)
    assert results
    for platform, count in counts.items():
        bound = 0.95 if platform in STRICT else 0.8
        assert count - missed[platform] >= bound * count, misses


def told(results: list[tuple[Pair, str]], what: str) -> list[str]:
    """Print passed and total by platform; the misses."""
    counts = Counter(pair.platform for pair, _ in results)
    missed = Counter(pair.platform for pair, left in results if left)
    for platform in sorted(counts):
        print(f"{what}: {platform} {counts[platform] - missed[platform]}/{counts[platform]}")
    misses = [f"{pair.platform} {pair.name}: {left}" for pair, left in results if left]
    print("\n".join(misses))
    return misses


def reaches(pair: Pair, rules: Schema) -> str:
    """What is left after the patch, on either device; empty when nothing is."""
    made = make_patch(pair.running, pair.intended, rules)
    if made.missing:
        return f"left {made.missing[0]}"
    if rules.style is not Style.INDENT:
        result = apply(pair.running, [(step.path, step.command) for step in made.steps], rules)
        left = list_changes(result, pair.intended, rules)
        return f"left {left[0]}" if rules.style is Style.SECTION and left else ""
    old, new = meaning(pair.running, rules).block, meaning(pair.intended, rules).block
    device = PlainDevice(copied(old), rules.negation, addresses=pair.platform == "frr")
    for step in made.steps:
        device.send(step.path, step.command)
    ended, wanted = shown(device.lines, rules), shown(new, rules)
    defaults = {line.replace(f"{rules.negation} ", "", 1) for line in shown(old, rules) - wanted}
    ended -= defaults - wanted  # a default brought back may be shown or not
    return "" if ended == wanted else f"the plain device differs in {sorted(ended ^ wanted)[:3]}"


def shown(block: Block, rules: Schema) -> set[str]:
    """The lines of a configuration with the blocks around them, without defaults."""
    again = meaning("\n".join(written(block, dialect=rules.dialect)), rules).block
    return {" / ".join((*path, line)) for path, line in places(again, ()) if not rules.is_hidden(path, line)}


def places(block: Block, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for line, below in block.items():
        yield path, plain(line)
        yield from places(below, (*path, plain(line)))


def obeys(pair: Pair) -> str:
    rules = schema(pair.platform)
    wrappers = {
        "conf t",
        "conf s",
        "configure exclusive",
        "system-view",
        "commit",
        "write",
        "write memory",
        "save",
    }
    wrappers |= {"save force", "copy running-config startup-config", "q", "end"}
    text = "\n".join(line for line in pair.commands.split("\n") if line not in wrappers)
    result = apply(pair.running, commands_of(text, rules), rules)
    left = list_changes(result, pair.intended, rules)
    return f"left {left[0].mark}{left[0].line}" if left else ""
