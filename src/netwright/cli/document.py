"""What commands give to scripts, and who is at the keyboard."""

from __future__ import annotations

import getpass
import os
import sys

import orjson


def author() -> str:
    """Who is at the keyboard, also behind sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def print_json(document: object) -> None:
    """A document for scripts. Dataclasses and enums come out as their values."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
