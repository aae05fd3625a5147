"""A second, much simpler picture of a line-at-a-time device, written without the engine's rules: the engine's
patches are tried on it, so that a mistake in the rules can't hide in the engine's own simulation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias

import yaml

Lines: TypeAlias = "dict[str, Lines]"

ONE_VALUE = [
    (row.get("in", ""), re.compile(row["line"], re.DOTALL))
    for row in yaml.safe_load((Path(__file__).parents[1] / "cases/config/one-value.yaml").read_text())
]
MANY = r"radius-server (?:host|attribute|dynamic-authorization|tls).*"
WHOLE = re.compile(r"(neighbor|peer) (\S+)(?: (?:remote-as|as-number)(?: \S+)?)?")


class PlainDevice:
    """Commands change ``lines`` in place. ``negation``: ``no`` or ``undo``.
    ``addresses``: whether an interface takes a second address beside the first, as Linux does."""

    def __init__(self, lines: Lines, negation: str, *, addresses: bool = False) -> None:
        self.lines = lines
        self._many = re.compile(MANY + ("|ip address .*" if addresses else ""))
        self._no = negation + " "

    def send(self, path: tuple[str, ...], command: str) -> None:
        block = self.lines
        for head in path:
            self._set(block, head, path)
            block = block[head]
        if command.startswith("default interface "):
            block.pop(command[8:], None)
        elif command.startswith(self._no):
            self._negate(block, command[len(self._no) :], command)
        else:
            self._set(block, command, path)

    def _negate(self, block: Lines, target: str, command: str) -> None:
        whole = WHOLE.fullmatch(target)
        near = [line for line in block if line.startswith((target + " ", target + "\n")) or line == target]
        near = [line for line in near if _key(line) == target] or near
        if re.fullmatch(r"vlan (?:batch )?[\d,\- to]+", target) and not near:
            numbers = re.findall(r"(\d+)(?:(?:-| to )(\d+))?", target)
            near = [f"vlan {n}" for low, high in numbers for n in range(int(low), int(high or low) + 1)]
        if target.startswith("group "):
            _sweep(block, f"peer {target[6:]} ")
        if whole and (whole[0] == f"{whole[1]} {whole[2]}" or near):
            _sweep(block, f"{whole[1]} {whole[2]} ")
        elif target.startswith("neighbor ") and target.endswith((" peer-group", " peer group")):
            _sweep(block, " ".join(target.split()[:2]) + " ")
            return
        gone = [target] if target in block else near or _without_action(block, target)
        for line in gone:
            block.pop(line, None)
        if not gone:
            block[command] = {}

    def _set(self, block: Lines, line: str, path: tuple[str, ...]) -> None:
        if line in block:
            return
        block.pop(self._no + line, None)
        below: Lines = {}
        for place, expression in ONE_VALUE:
            match = expression.fullmatch(line)
            if match is None or self._many.fullmatch(line) or not (path or ("",))[0].startswith(place):
                continue
            for other in list(block):
                there = expression.fullmatch(other)
                if there and there.groups() == match.groups():
                    below = block.pop(other)
            block.pop(self._no + " ".join(match.groups()), None)
            break
        block[line] = below


def _key(line: str) -> str:
    """The words of a one-value line without the value."""
    for _, expression in ONE_VALUE:
        match = expression.fullmatch(line)
        if match:
            return " ".join(match.groups())
    return ""


def _without_action(block: Lines, target: str) -> list[str]:
    """``route-policy X node 10`` for ``route-policy X deny node 10``."""
    return [line for line in block if line.replace(" deny ", " ").replace(" permit ", " ") == target]


def _sweep(block: Lines, start: str) -> None:
    for line in list(block):
        if line.startswith(start):
            del block[line]
        else:
            _sweep(block[line], start)
