"""How true facts are: recordings of real devices, against what others made of them.

    python scripts/facts_truth.py [--set NAME] [WORD...] [--samples DIR] [--mutate COPIES] [--table]

The samples are a folder below NETWRIGHT_SAMPLES or --samples. Prints right/total fields by set, platform and
part, and those that neither side knows. WORD: show what is wrong in parts and cases whose name holds it.
--mutate also reads that many spoilt copies of each answer: each has to end without an exception. --table
prints the Markdown of docs/howto/facts.md.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.platforms.napalm_replies import spoilt
from tests.platforms.truth import Score
from tests.platforms.truth_sets import SETS, totals, whole

from netwright.platforms.show import read


def mutate(name: str, copies: int, samples: Path) -> int:
    rng, count = random.Random(5), 0
    for show, answer in SETS[name].answers(samples):
        for _ in range(copies):
            read(show, spoilt(answer, rng))
            count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    parser.add_argument("--set", choices=sorted(SETS), action="append")
    parser.add_argument("--samples", type=Path, default=Path(os.environ.get("NETWRIGHT_SAMPLES", "samples")))
    parser.add_argument("--mutate", type=int, default=0)
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if options.table:
        _row("set", "platform", "right", "of", "share", "known to neither", "rows ours alone")
        _row(*["---"] * 7)
    for name in options.set or SETS:
        for platform, parts in totals(SETS[name], options.samples).items():
            _tell(name, platform, parts, options)
        if options.mutate:
            count = mutate(name, options.mutate, options.samples)
            print(f"{name}: {count} spoilt answers read without an exception")


def _row(*cells: object) -> None:
    print("|", " | ".join(map(str, cells)), "|")


def _tell(name: str, platform: str, parts: dict[str, Score], options: argparse.Namespace) -> None:
    score = whole(parts)
    if options.table:
        _row(name, platform, score.right, score.total, f"{score.share:.1%}", score.unknown, score.alone)
        return
    print(f"{name} {platform}: {score}")
    for part, one in sorted(parts.items()):
        print(f"    {part}: {one.right}/{one.total}, {one.unknown}")
        for path, ours, theirs in one.misses:
            if any(word in f"{platform}/{part}/{path}" for word in options.words):
                print(f"        {path}: {str(ours)[:90]!r} expected {str(theirs)[:90]!r}")


if __name__ == "__main__":
    main()
