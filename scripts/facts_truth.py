"""How true facts are: raw replies of NAPALM's own tests against what they expect.

    python scripts/facts_truth.py [WORD...] [--samples DIR] [--mutate COPIES]

The samples are a folder ``napalm`` below NETWRIGHT_SAMPLES or --samples. WORD: show the misses of cases whose
name holds it. Prints passed/total fields by platform and getter. --mutate also reads that many spoilt copies
of each reply: each has to end without an exception.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.platforms.napalm_replies import (
    PLATFORMS,
    cases,
    question,
    replies,
    shows,
    spoilt,
    text_of,
    understood,
)
from tests.platforms.napalm_shape import SHAPES, conventions, shape
from tests.platforms.truth import compared

from netwright.platforms.show import read


def mutate(copies: int, samples: Path) -> int:
    rng, count = random.Random(5), 0
    for platform, _, _, folder in cases(samples):
        for name, answer in replies(folder):
            show = question(name, answer, shows(platform))
            for _ in range(copies if show else 0):
                assert show is not None
                read(show, spoilt(answer, rng))
                count += 1
    print(f"{count} spoilt answers read without an exception")
    return count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    parser.add_argument("--samples", type=Path, default=Path(os.environ.get("NETWRIGHT_SAMPLES", "samples")))
    parser.add_argument("--mutate", type=int, default=0)
    options = parser.parse_args()
    good: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for platform, getter, case, folder in cases(options.samples):
        if getter not in SHAPES:
            continue
        expected: Any = json.loads(text_of(next(folder.glob("expected_result*"))))
        missing: list[str] = []
        found = understood(folder, shows(platform), missing)
        count, misses = compared(shape(getter, found, expected), expected)
        good[platform, getter] += count - len(misses)
        total[platform, getter] += count
        label = f"{platform}/{getter}/{case}"
        if any(one in label for one in options.words):
            print(f"--- {label}: {count - len(misses)}/{count}", *missing[:6])
            for path, ours, theirs in misses[:25]:
                print(f"    {path}: {str(ours)[:90]!r} expected {str(theirs)[:90]!r}")
            for where, what in found.unparsed[:5]:
                print(f"    UNPARSED {where}: {what[:300]}")
    for platform in PLATFORMS:
        passed = sum(count for key, count in good.items() if key[0] == platform)
        print(f"{platform}: {passed}/{sum(count for key, count in total.items() if key[0] == platform)}")
        for key in sorted(key for key in total if key[0] == platform):
            print(f"    {key[1]}: {good[key]}/{total[key]}")
    if options.mutate:
        mutate(options.mutate, options.samples)


if __name__ == "__main__":
    main()
