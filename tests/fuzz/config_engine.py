"""Fuzzes the configuration engine with atheris, which steers by branches: not part of the suite.

    python -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install atheris pyyaml
    PYTHONPATH=src nice /tmp/fuzz/bin/python tests/fuzz/config_engine.py \\
        -max_total_time=900 -timeout=20 -rss_limit_mb=1500 CORPUS

CORPUS is a folder that libFuzzer fills; the texts of ``tests/cases/config`` are a good beginning. What must
hold for any bytes as two configurations and any platform: they parse and render byte for byte, a patch is
made without a traceback, none is made between a text and itself, and what is scrubbed keeps its lines.
"""

from __future__ import annotations

import sys

import atheris  # type: ignore  # noqa: PGH003 (in an environment of its own)

with atheris.instrument_imports(include=["netwright.config"]):
    from netwright.base.secret import Secret
    from netwright.config.detect import guess
    from netwright.config.engine import apply, commands_of, make_patch, text_of, unified
    from netwright.config.schema import platforms, schema
    from netwright.config.scrub import scrub_config
    from netwright.config.tree import parse, render

KEY = Secret("fuzz")
NAMES = platforms()
guess("interface x\n")  # reads all rules, so that the first input isn't slow


def one_input(data: bytes) -> None:
    """The first byte chooses the platform, the rest is two texts with a zero byte between them."""
    if len(data) < 2:
        return
    name = NAMES[data[0] % len(NAMES)]
    running, _, intended = data[1:].decode("utf-8", "surrogateescape").partition("\0")
    intended = intended.replace("\0", "")
    rules = schema(name) if data[0] < 200 else guess(running).schema
    assert render(parse(running, rules.dialect)) == running
    made = make_patch(running, intended, rules)
    if not made.missing:
        ended = apply(running, [(step.path, step.command) for step in made.steps], rules)
        apply(ended, commands_of(text_of(made.steps, rules), rules), rules)
    unified(running, intended, rules)
    assert not make_patch(running, running, rules).steps
    masked = scrub_config(running, rules, KEY)
    assert masked.count("\n") == running.count("\n")
    assert scrub_config(masked, rules, KEY) == masked


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
