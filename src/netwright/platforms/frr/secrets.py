"""Where FRR's configuration holds secrets: expressions whose group ``secret`` is masked in backups."""

from __future__ import annotations

import re

from netwright.config.schema import schema

SECRETS = schema("frr").secrets


def hide(text: str) -> str:
    """``text`` with its secrets made unreadable, for messages that nobody compares."""
    return "\n".join(_hidden(line) for line in text.split("\n"))


def _hidden(line: str) -> str:
    for pattern in SECRETS:
        match = re.search(pattern, line)
        if match is not None:
            return f"{line[: match.start('secret')]}<secret>{line[match.end('secret') :]}"
    return line
