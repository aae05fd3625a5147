"""Changes real configurations at random, in the ways in which networks change: blocks come, go and are
renamed, values change, interfaces move into other VRFs, filters are unbound, addresses change places."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from tests.config.plaindevice import ONE_VALUE

from netwright.config.schema import Schema
from netwright.config.tree import Node, parse, render

_NUMBER = re.compile(r"(?<![\w.:/])\d{1,5}(?![\w.:/])")
_ADDRESS = re.compile(r"\b(\d+\.\d+\.\d+\.)(\d+)\b")
_VRF = re.compile(r"(ip vrf forwarding|vrf forwarding|vrf member|vrf|ip binding vpn-instance) (\S+)")

Change = Callable[[Node, random.Random, Schema, Sequence[Node]], None]


def mutated(text: str, others: Sequence[str], rules: Schema, seed: int, count: int) -> str:
    """``text`` after ``count`` random changes; blocks that come are taken from ``others``."""
    rng = random.Random(seed)
    root = parse(text, rules.dialect)
    strangers = [parse(other, rules.dialect) for other in others]
    for _ in range(count):
        rng.choice(CHANGES)(root, rng, rules, strangers)
    _settle(root, (), rules)
    return render(root)


def _settle(block: Node, path: tuple[str, ...], rules: Schema) -> None:
    """Of two lines that can't stand beside one another the later one stays, as on a device."""
    last: dict[tuple[str, ...], Node] = {}
    for node in block.children:
        for key in _keys(node.text, path, rules) if _said(node) else ():
            last[key] = node
    block.children = [
        node
        for node in block.children
        if not _said(node) or all(last[key] is node for key in _keys(node.text, path, rules))
    ]
    for node in block.children:
        if node.children:
            _settle(node, (*path, node.text), rules)


def _keys(line: str, path: tuple[str, ...], rules: Schema) -> list[tuple[str, ...]]:
    body = rules.positive(line)
    keys: list[tuple[str, ...]] = [("line", body)]
    slot = rules.slot(path, line)
    if slot is not None and slot.mode in {"replace", "swap"}:
        keys.append(("slot", *slot.key))
    for place, expression in ONE_VALUE:
        match = expression.fullmatch(body)
        if match and (path or ("",))[0].startswith(place):
            keys.append(("value", *(word or "" for word in match.groups())))
            break
    return keys


def _said(node: Node) -> bool:
    return bool(node.text) and node.text[0] not in "!#" and "\n" not in node.raw


def _blocks(root: Node) -> list[Node]:
    return [node for node in root.walk() if node.children]


def _spot(root: Node, rng: random.Random) -> tuple[Node, int] | None:
    """A parent and the index of a child that says something."""
    places = [
        (block, index)
        for block in _blocks(root)
        for index, child in enumerate(block.children)
        if _said(child)
    ]
    return rng.choice(places) if places else None


def _delete(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    spot = _spot(root, rng)
    if spot:
        del spot[0].children[spot[1]]


def _come(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    if others:
        stranger = rng.choice(others)
        new = [node for node in stranger.children if _said(node)]
        if new:
            root.children.insert(rng.randint(0, len(root.children)), rng.choice(new))


def _exchange(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    spot = _spot(root, rng)
    if spot:
        block, index = spot
        other = rng.randrange(len(block.children))
        block.children[index], block.children[other] = block.children[other], block.children[index]


def _value(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    lines = [node for node in root.walk() if _said(node) and _NUMBER.search(node.raw)]
    if lines:
        node = rng.choice(lines)
        match = rng.choice(list(_NUMBER.finditer(node.raw)))
        number = str(max(1, int(match[0]) + rng.choice([-1, 1, 5])))
        node.raw = node.raw[: match.start()] + number + node.raw[match.end() :]


def _address(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    lines = [node for node in root.walk() if _said(node) and _ADDRESS.search(node.raw)]
    if lines:
        node = rng.choice(lines)
        node.raw = _ADDRESS.sub(lambda match: f"{match[1]}{(int(match[2]) + 4) % 250}", node.raw, count=1)


def _rename(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    """An object under another name, everywhere or where it is defined only."""
    names = sorted(
        {
            name
            for node in root.children
            for _, name in rules.definitions((), node.text)
            if len(name) > 2 and not name[0].isdigit()
        }
    )
    if not names:
        return
    name, everywhere = rng.choice(names), rng.random() < 0.7
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    for node in list(root.walk()) if everywhere else root.children:
        node.raw = word.sub(f"{name}-2", node.raw)


def _unbind(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    """A line that refers to something goes."""
    places = [
        (block, child)
        for block in _blocks(root)
        for child in block.children
        if _said(child) and rules.references((block.text,) if block is not root else (), child.text)
    ]
    if places:
        block, child = rng.choice(places)
        block.children.remove(child)


def _bind(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    """A line that refers to something is told in a second block of the same kind."""
    places = [
        (block, child)
        for block in root.children
        for child in block.children
        if _said(child) and rules.references((block.text,), child.text)
    ]
    if places:
        block, child = rng.choice(places)
        word = block.text.split(None, 1)[0]
        alike = [other for other in root.children if other.text.startswith(word + " ") and other is not block]
        if alike:
            rng.choice(alike).children.insert(0, Node(child.raw, child.indent, list(child.children)))


def _vrf(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    ports = [node for node in root.children if node.text.startswith("interface ") and node.children]
    found = [match[1] for node in root.walk() if (match := _VRF.fullmatch(node.text)) and node.indent > 0]
    if ports and found:
        port, form = rng.choice(ports), rng.choice(found)
        port.children = [node for node in port.children if not _VRF.fullmatch(node.text)]
        if rng.random() < 0.7:
            margin = port.children[0].indent if port.children else 1
            port.children.insert(0, Node(" " * margin + f"{form} {rng.choice(['BLUE', 'RED'])}", margin))


def _places(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    """Two interfaces exchange their addresses."""
    lines = [
        node
        for port in root.children
        if port.text.startswith("interface ")
        for node in port.children
        if node.text.startswith(("ip address ", "ipv4 address ", "ipv6 address "))
    ]
    if len(lines) > 1:
        one, other = rng.sample(lines, 2)
        one.raw, other.raw = other.raw, one.raw


def _system(root: Node, rng: random.Random, rules: Schema, others: Sequence[Node]) -> None:
    """The AS number of the router changes."""
    for node in root.children:
        if match := re.fullmatch(r"(router bgp|bgp) (\d+)", node.text):
            node.raw = node.raw.replace(match[2], str(int(match[2]) % 60000 + 1))


CHANGES: tuple[Change, ...] = (
    _delete, _come, _exchange, _value, _address, _rename, _unbind, _bind, _vrf, _places,
    _delete, _come, _value, _system,
)  # fmt: skip
