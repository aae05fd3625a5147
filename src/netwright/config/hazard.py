"""What hurts on the way: looks at the simulated device after each step of a patch.

Only what holds both before and after is guarded: a name that is defined, an address an interface has, a
filter that is bound and its entries, a neighbour, a route. A change that is wanted is no hazard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netwright.config.meaning import meaning
from netwright.config.operation import Differ, Name
from netwright.config.schema import Path, Schema
from netwright.config.simulate import Device
from netwright.config.statements import Block, copied, plain


@dataclass(frozen=True, slots=True)
class Hazard:
    """``step``: index of the command after which it holds. ``kind``: ``dangling``, ``address``, ``filter``,
    ``neighbour``, ``route``, ``management`` or ``end`` (the intended configuration isn't reached)."""

    step: int
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class _State:
    """What is looked at, of one moment."""

    defined: frozenset[Name]
    referred: frozenset[Name]
    addresses: frozenset[str]
    bindings: frozenset[tuple[str, ...]]
    entries: frozenset[tuple[Name, str]]
    neighbours: frozenset[tuple[str, str]]
    routes: frozenset[str]
    lines: frozenset[tuple[Path, str]]


def hazards(running: str, intended: str, steps: Iterable[tuple[Path, str]], schema: Schema) -> list[Hazard]:
    """The hazards of sending ``steps`` one by one."""
    old, new = meaning(running, schema), meaning(intended, schema)
    differ = Differ(old, new, schema)
    differ.run()
    device = Device(copied(old.block), schema, frozenset(differ.plural))
    before, after = _state(device.block, schema), _state(new.block, schema)
    commands = list(steps)
    found: dict[tuple[str, str], Hazard] = {}
    for index, (path, command) in enumerate(commands):
        negative, place = schema.is_negative(command), (path, command)
        leads_back = (path, f"{schema.negation} {command}") in before.lines and place not in after.lines
        device.send(
            path, command, keep=negative and place in after.lines, restore=not negative and leads_back
        )
        now = _state(device.block, schema)
        inside = path if index + 1 < len(commands) and commands[index + 1][0][:1] == path[:1] else ()
        for kind, what in _hurts(before, now, after, inside[:1], schema):
            found.setdefault((kind, what), Hazard(index, kind, what))
    left = sorted(after.lines - _state(device.block, schema).lines)
    found.update({("end", line): Hazard(len(commands), "end", line) for _, line in left})
    return list(found.values())


def _hurts(
    before: _State, now: _State, after: _State, inside: Path, schema: Schema
) -> Iterator[tuple[str, str]]:
    wanting = (before.referred - before.defined) | (after.referred - after.defined)
    known = (before.defined | after.defined) - wanting
    for missing in (now.referred & known) - now.defined:
        yield "dangling", " ".join(missing)
    for place in (before.addresses & after.addresses) - now.addresses:
        if (place,) != inside:  # a block that clears its addresses and sets them again at once
            guarded = schema.management is not None and schema.management.search(place)
            yield ("management" if guarded else "address"), f"{place} has no address"
    for binding in (before.bindings & after.bindings) - now.bindings:
        yield "filter", f"{' '.join(binding)} has no filter"
    used = now.referred
    for name, entry in (before.entries & after.entries) - now.entries:
        if name in used:
            yield "filter", f"{name[0]} {name[1]} lacks '{entry}'"
    for name in used & before.defined & after.defined:
        if name[0] in schema.filters and _had(before, name) and _had(after, name) and not _had(now, name):
            yield "filter", f"{name[0]} {name[1]} is empty"
    for block, neighbour in (before.neighbours & after.neighbours) - now.neighbours:
        yield "neighbour", f"{neighbour} of {block} is gone"
    for route in (before.routes & after.routes) - now.routes:
        yield "route", f"no route {route}"


def _had(state: _State, name: Name) -> bool:
    return any(owner == name for owner, _ in state.entries)


def _state(block: Block, schema: Schema) -> _State:
    defined: set[Name] = set()
    referred: set[Name] = set()
    addresses: set[str] = set()
    bindings: set[tuple[str, ...]] = set()
    entries: set[tuple[Name, str]] = set()
    neighbours: set[tuple[str, str]] = set()
    routes: set[str] = set()
    lines: set[tuple[Path, str]] = set()
    for path, line, parts in _places(block, (), schema, []):
        if not schema.is_hidden(path, line):
            lines.add((path, line))
        own = schema.definitions(path, line)
        defined.update(own)
        references = schema.references(path, line)
        referred.update(references)
        slot = schema.slot(path, line)
        if slot is not None and any(kind in schema.filters for kind, _ in references):
            bindings.add((*path, *slot.key))
        if path and schema.holds_uniquely(path, line):
            addresses.add(path[0])
        names = [name for name in (*parts, *own) if name[0] in schema.filters]
        if names and (path or "seq" in line or "permit" in line or "deny" in line):
            entries.update((name, _unnumbered(line)) for name in names)
        words = line.split()
        if len(words) > 1 and words[0] in {"neighbor", "peer"} and path:
            neighbours.add((path[0], words[1]))
        if not path and words[:2] in (["ip", "route"], ["ipv6", "route"], ["ip", "route-static"]):
            routes.add(" ".join(words[2:-1]))
    return _State(
        frozenset(defined),
        frozenset(referred),
        frozenset(addresses),
        frozenset(bindings),
        frozenset(entries),
        frozenset(neighbours),
        frozenset(routes),
        frozenset(lines),
    )


def _unnumbered(line: str) -> str:
    """An entry without its number, so that a stand-in under another number counts as the same."""
    words = line.split()
    if words[0].isdigit():
        return " ".join(words[1:])
    for mark in ("seq", "index"):
        if mark in words[:-1]:
            at = words.index(mark)
            return " ".join(words[:at] + words[at + 2 :])
    return line


def _places(
    block: Block, path: Path, schema: Schema, parts: list[Name]
) -> Iterator[tuple[Path, str, list[Name]]]:
    for tagged, below in block.items():
        line = plain(tagged)
        yield path, line, parts
        if below:
            yield from _places(below, (*path, line), schema, [*parts, *schema.definitions(path, line)])
