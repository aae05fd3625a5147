"""Oxidized's recorded sessions: of each command that is a question of ours, whether its answer is understood
whole. What a session's answer is, is the business of the tests of sessions; here echo and prompt are cut off.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from netwright.platforms.show import Show, Via, read

from .napalm_replies import word
from .truth import Score, compared

Judged = tuple[str, str, str, Score]
PLATFORMS = {"eos": "arista_eos", "ios": "cisco_ios", "nxos": "cisco_nxos", "junos": "juniper_junos"}


def judged(samples: Path) -> Iterator[Judged]:
    for platform, case, show, text in _answers(samples):
        left = len(read(show, text).unparsed)
        yield platform, "understood", f"{case} {show.command}", compared({"left": left}, {"left": 0}, {})


def answers(samples: Path) -> Iterator[tuple[Show, str]]:
    for _, _, show, text in _answers(samples):
        yield show, text


def _answers(samples: Path) -> Iterator[tuple[str, str, Show, str]]:
    for path in sorted((samples / "oxidized").glob("*#simulation.yaml")):
        platform = PLATFORMS.get(path.name.partition("#")[0])
        if platform is None:
            continue
        shows = importlib.import_module(f"netwright.platforms.{platform}.shows").SHOWS
        known = {word(one.command): one for one in shows if one.via is Via.CLI}
        for command, reply in _commands(yaml.safe_load(path.read_text())["commands"]):
            show = known.get(word(command.partition("| no-more")[0]))
            if show is not None:
                yield platform, path.stem, show, _body(command, reply)


def _commands(said: Any) -> Iterator[tuple[str, str]]:
    for one in said if isinstance(said, list) else [said]:
        for command, reply in one.items():
            if isinstance(reply, str):
                yield str(command), reply


def _body(command: str, reply: str) -> str:
    """Without the echo before it and the prompt behind it, and with the escapes that the file writes."""
    text = reply.replace('\\"', '"').replace("\\x20", " ").replace("\\r", "").replace("\r", "")
    return text.removeprefix(command.strip()).lstrip("\n").rpartition("\n")[0]
