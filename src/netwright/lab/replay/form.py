"""How a recorded session looks in a file: a list in YAML that grows by whole entries, for people to read.

Each entry ends with a line ``#``. A process that is killed may leave an entry without it: that one is passed
over, what stands before it counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import yaml

from netwright.base.errors import InputError

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
Entry: TypeAlias = Mapping[str, Value]

_END = "#\n"
_SHOWN = re.compile(r"[^\n]*\n|[^\n]+")
_PLAIN = re.compile(r"[A-Za-z][\w ./-]*[\w/]|[A-Za-z]")
_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n", "none"}
"""Plain words that YAML takes for something else."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST_FLOW = 100


def written(entry: Entry) -> str:
    """The entry as it stands in a file."""
    lines: list[str] = []
    for key, value in entry.items():
        lines.append(f"{'  ' if lines else '- '}{key}:{_value(value, 2)}")
    return "\n".join(lines) + "\n" + _END


def entries(text: str, where: str = "") -> list[dict[str, Value]]:
    """All whole entries of a file. Raises InputError."""
    whole = text[: text.rfind("\n" + _END) + 1]
    try:
        found = yaml.load(whole, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        raise InputError(f"is no recording ({error})", subject=where, remedy="Record it again.") from None
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InputError("is no list of entries", subject=where, remedy="Record it again.")
    return found


def _value(value: Value, indent: int) -> str:
    """What follows a key and its colon."""
    if isinstance(value, str):
        return _text(value, indent)
    if isinstance(value, Mapping):
        flow = "{" + ", ".join(f"{quoted(key)}: {_flow(one)}" for key, one in value.items()) + "}"
        return f" {flow}"
    if isinstance(value, Sequence):
        flow = "[" + ", ".join(map(_flow, value)) + "]"
        if len(flow) <= _LONGEST_FLOW:
            return f" {flow}"
        margin = "\n" + " " * indent + "- "
        return "".join(f"{margin}{_flow(one)}" for one in value)
    return f" {_flow(value)}"


def _flow(value: Value) -> str:
    """On one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else quoted(value)
        case Mapping():
            return "{" + ", ".join(f"{quoted(key)}: {_flow(one)}" for key, one in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(_flow, value)) + "]"


def _text(text: str, indent: int) -> str:
    """Lines as they are where YAML can say them so; else in quotes."""
    if "\n" not in text[:-1]:
        return f" {_flow(text)}"
    lines = text.split("\n")
    if not text.strip() or not all(line.replace("\t", " ").isprintable() for line in lines):
        return f" {quoted(text)}"
    kept = "+" if text.endswith("\n") else "-"
    margin = " " * (indent + 2)
    body = "\n".join(margin + line if line else "" for line in (lines[:-1] if kept == "+" else lines))
    return f" |2{kept}\n{body}"


def quoted(text: str) -> str:
    """In double quotes, everything that YAML may not hold as an escape."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    if one.isprintable():
        return one
    code = ord(one)
    short = {10: "\\n", 13: "\\r", 9: "\\t", 27: "\\e", 8: "\\b", 7: "\\a"}.get(code)
    if short:
        return short
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def lines_of(text: str) -> list[str]:
    """Cut behind each line feed."""
    return _SHOWN.findall(text)
