"""Real configurations changed at random: whatever changes, the patch gets there and back, on both simulated
devices, and nothing hurts on the way that could be avoided.

``NETWRIGHT_MUTATIONS``: pairs of configurations a platform (8 if not given); ``NETWRIGHT_SEED``: the first.
"""

from __future__ import annotations

import os
import random
import re
from collections import defaultdict
from functools import cache

import pytest
from tests.config import samples
from tests.config.mutation import mutated
from tests.config.samples import Pair
from tests.config.test_truth import reaches

from netwright.config.detect import guess
from netwright.config.engine import make_patch
from netwright.config.hazard import Hazard, hazards
from netwright.config.meaning import meaning
from netwright.config.schema import Schema, Style, schema
from netwright.config.tree import parse, render

COUNT = int(os.environ.get("NETWRIGHT_MUTATIONS", "8"))
SEED = int(os.environ.get("NETWRIGHT_SEED", "0"))
BOUND = 0.9
"""Some samples are grammar tests that say a thing and its opposite: the plain device takes both."""
PLATFORMS = ["arista_eos", "aruba_aoscx", "cisco_ios", "cisco_nxos", "cisco_xe", "cisco_xr", "frr"]
PLATFORMS += ["hp_comware", "huawei_vrp", "indent", "juniper_junos", "nokia_sros", "paloalto_panos"]


@cache
def texts() -> dict[str, list[tuple[str, str]]]:
    """Platform -> its sample configurations of a handy size, with their names. Patches are left out."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in samples.PATTERNS:
        for file, data in samples.configs(name):
            text = data.decode("utf-8", "surrogateescape")
            if 200 <= len(text) <= 60_000 and not re.search("remediation|rollback", file):
                found[guess(text).schema.name].append((file, text))
    for pair in samples.annet():
        found[pair.platform].extend((pair.name, text) for text in (pair.running, pair.intended) if text)
    return found


def pair_of(platform: str, seed: int) -> Pair:
    """Two configurations that have one sample as their origin."""
    rng = random.Random(seed)
    rules, files = schema(platform), texts()[platform]
    name, text = rng.choice(files)
    others = [other for _, other in rng.sample(files, min(3, len(files)))]
    before = rng.choice([0, 3])
    one = mutated(text, others, rules, seed, before)
    return Pair(
        f"{name}, seed {seed}", platform, one, mutated(text, others, rules, -seed - 1, rng.randint(1, 6))
    )


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_changes_at_random(platform: str) -> None:
    rules, misses = schema(platform), []
    for seed in range(SEED, SEED + COUNT):
        pair = pair_of(platform, seed)
        assert render(parse(pair.intended, rules.dialect)) == pair.intended
        back = Pair(pair.name, platform, pair.intended, pair.running)
        wrong = reaches(pair, rules) or reaches(back, rules)
        if not wrong and rules.style is Style.INDENT:
            wrong = ", ".join(map(str, hurts(pair, rules)))
        if wrong:
            misses.append(f"{pair.name}: {wrong}")
    print(f"changes at random: {platform} {COUNT - len(misses)}/{COUNT}")
    print("\n".join(misses))
    assert len(misses) <= (1 - BOUND) * COUNT + 1, misses


def hurts(pair: Pair, rules: Schema) -> list[Hazard]:
    """What hurts on the way and could have been avoided."""
    steps = [(step.path, step.command) for step in make_patch(pair.running, pair.intended, rules).steps]
    return [
        hazard
        for hazard in hazards(pair.running, pair.intended, steps, rules)
        if not unavoidable(hazard, pair, rules)
    ]


def unavoidable(hazard: Hazard, pair: Pair, rules: Schema) -> bool:
    """A new number of the system takes all neighbours; a neighbour that is not to have an AS number any more
    goes; an address that another interface gives up must be free first."""
    if hazard.kind in {"neighbour", "filter"} and system(pair.running) != system(pair.intended):
        return True
    if hazard.kind == "neighbour":
        name = hazard.what.split(" of ")[0]
        return not all(
            re.search(
                rf"(?m)^\s*(?:neighbor|peer) {re.escape(name)} (?:remote-as|as-number|peer|group|interface)",
                text,
            )
            for text in (pair.running, pair.intended)
        )
    if hazard.kind in {"address", "management"}:
        place = hazard.what.removesuffix(" has no address")
        wanted = held(pair.intended, rules).get(place, set())
        others = held(pair.running, rules)
        return any(wanted & taken for other, taken in others.items() if other != place)
    return False


def system(text: str) -> list[str]:
    return re.findall(r"(?m)^(?:router )?bgp (\S+)", text)


def held(text: str, rules: Schema) -> dict[str, set[tuple[str, str]]]:
    """Block -> what it holds that can exist once only."""
    return {
        head: {name for line in below for name in rules.holds_uniquely((head,), line)}
        for head, below in meaning(text, rules).block.items()
    }
