"""Plays a terminal session with a real device back: what was sent, and what came, control characters and all.

Read are Oxidized's ``#simulation.yaml``: the text has escapes of its own (``\\x20``, ``\\e``), commands are a
mapping, or a list of the exchanges in their order.
"""

from __future__ import annotations

import gzip
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import yaml

from netwright.device.cli.terminal import row

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "e": "\x1b", "b": "\b", "a": "\a", "0": "\0"}


class Recording:
    """``greeting``, and the ``exchanges``: what is sent and the reply."""

    def __init__(self, greeting: str, exchanges: list[tuple[str, str]]) -> None:
        self.greeting = greeting
        self.exchanges = exchanges

    @property
    def prompt(self) -> str:
        """The last line of the greeting, as it came."""
        return self.greeting.rpartition("\n")[2]

    @property
    def execs(self) -> bool:
        """It was taken on exec channels: no reply ends with a prompt."""
        prompt = row(self.prompt).strip()
        last = (row(reply.rpartition("\n")[2]).strip() for _, reply in self.exchanges)
        return not prompt or prompt not in last

    def line(self) -> RecordedLine:
        return RecordedLine(self)


class RecordedLine:
    """The terminal of one login. A reply that stands twice is given in its order, the last one again and
    again; what was never sent is refused."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._typed = ""
        self._replies: dict[str, deque[str]] = {}
        for sent, reply in recording.exchanges:
            self._replies.setdefault(sent.replace("\r\n", "\n"), deque()).append(reply)
        self.left = False

    def greet(self) -> str:
        return self._recording.greeting

    def type(self, text: str) -> Iterator[str]:
        for character in text:
            self._typed += character
            if self._typed in self._replies or character == "\n":
                sent, self._typed = self._typed, ""
                yield self._reply(sent)

    def execute(self, command: str) -> tuple[str, int]:
        replies = self._replies.get(f"{command}\n")
        return (replies[0], 0) if replies else ("unknown command\n", 1)

    def _reply(self, sent: str) -> str:
        replies = self._replies.get(sent)
        if replies is None:
            refusal = "% Invalid command\n" if sent.strip() else ""
            return f"{sent}{refusal}{self._recording.prompt}"
        if sent.strip() in {"exit", "quit", "logout"}:
            self.left = True
        return replies.popleft() if len(replies) > 1 else replies[0]


def read_oxidized(path: Path) -> Recording:
    """One simulation. Raises ValueError where it has no commands."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    document = yaml.safe_load(text)
    commands = document["commands"]
    rows = [commands] if isinstance(commands, dict) else commands
    exchanges = [(_plain(sent), _plain(reply or "")) for row in rows for sent, reply in row.items()]
    if not exchanges:
        raise ValueError(f"{path.name}: no commands")
    return Recording(_plain(document.get("init_prompt") or ""), exchanges)


def _plain(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _SIMPLE.get(code, code)
