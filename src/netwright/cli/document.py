"""What commands give to scripts and to terminals, and who is at the keyboard."""

from __future__ import annotations

import getpass
import os
import sys

import orjson
from rich.console import Console

_PIPE_WIDTH = 1000


def author() -> str:
    """Who is at the keyboard, also behind sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def print_json(document: object) -> None:
    """A document for scripts. Dataclasses and enums come out as their values."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def output() -> Console:
    """The terminal; a pipe gets whole lines, for grep."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def age(seconds: float) -> str:
    """How long ago, in its two largest units at most: ``3 d 4 h``, ``12 min``, ``5 s``."""
    whole = max(0, int(seconds))
    units = (("d", whole // 86400), ("h", whole // 3600 % 24), ("min", whole // 60 % 60), ("s", whole % 60))
    first = next((index for index, (_, count) in enumerate(units) if count), len(units) - 1)
    shown = units[first : first + 2] if first < 2 else units[first : first + 1]
    return " ".join(f"{count} {unit}" for unit, count in shown if count) or "0 s"
