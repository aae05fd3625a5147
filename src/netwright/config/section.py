"""RouterOS exports: ``/section`` lines with commands below them, or both on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netwright.config.statements import Block

_VERB = re.compile(r"(/[\w /-]*?)\s*\b(add|set|remove|print|import|enable|disable|move)\b(.*)$", re.DOTALL)
_FIND = re.compile(r"^\[\s*find\s*(.*?)\s*\]\s*(.*)$", re.DOTALL)
_PAIR = re.compile(r'!?[\w.-]+=(?:"(?:\\.|[^"\\])*"|\S*)|\S+')


def section_lines(text: str) -> Iterator[str]:
    """Lines without comments, with continued lines joined."""
    pending = ""
    for raw in text.split("\n"):
        line = raw.rstrip("\r")
        if not pending and line.lstrip().startswith("#"):
            continue
        if line.endswith("\\"):
            pending += line[:-1].lstrip() if pending else line[:-1]
            continue
        line = (pending + line.lstrip()) if pending else line
        pending = ""
        if line.strip():
            yield line.strip()
    if pending.strip():
        yield pending.strip()


def sections(text: str) -> Block:
    """Section -> its commands, in their order; what was printed beside them is left out."""
    root: Block = {}
    current = ""
    for line in section_lines(text):
        if line.startswith("/"):
            match = _VERB.match(line)
            current = (match[1] if match else line).strip()
            block = root.setdefault(current, {})
            if match and match[2] in {"add", "set"}:
                block.setdefault((match[2] + match[3]).strip(), {})
        elif line.startswith(("add ", "set ")):
            root.setdefault(current, {}).setdefault(line, {})
    return root


def section_commands(old: Block, new: Block) -> Iterator[tuple[str, str]]:
    """What leads from one export to the other, as (command, why). What goes, goes first: names are unique."""
    for section, lines in old.items():
        for line in lines:
            if line.startswith("add ") and line not in new.get(section, {}):
                yield f"{section} remove [ find {_without_comment(line[4:])} ]", "is not wanted any more"
    for section, lines in new.items():
        before = old.get(section, {})
        for line in lines:
            if line not in before and line.split(None, 1)[0] in {"add", "set"}:
                yield f"{section} {line}", "new"


def _without_comment(attributes: str) -> str:
    return attributes.strip()


def section_typed(root: Block, command: str) -> None:
    """Do a command to the sections in place."""
    match = _VERB.match(command.strip())
    if match is None:
        return
    block = root.setdefault(match[1].strip(), {})
    verb, rest = match[2], match[3].strip()
    if verb in {"add", "set"}:
        if verb == "set":
            target = (
                rest[: rest.find("]") + 1] if rest.startswith("[") else rest.split(None, 1)[0] if rest else ""
            )
            for line in [
                line
                for line in block
                if line.startswith(f"set {target} ") and ("=" not in target or target[0] == "[")
            ]:
                del block[line]
        block.setdefault(f"{verb} {rest}".strip(), {})
    elif verb == "remove":
        found = _FIND.match(rest)
        wanted = set(_PAIR.findall(found[1] if found else rest))
        for line in [line for line in block if wanted <= set(_PAIR.findall(line)[1:])]:
            del block[line]
