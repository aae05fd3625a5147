"""From two configurations to the operations between them, not yet in order.

An operation is one command at one place. It knows which objects it defines, refers to, takes away or lets go
of, so that the order can be found (``order``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import IntEnum

from netwright.config.meaning import Meaning, add_up, list_part
from netwright.config.numbers import listed
from netwright.config.schema import Path, Schema, Slot
from netwright.config.statements import Block, is_ordered, plain

Name = tuple[str, str]
"""An object as (kind, name)."""


class Kind(IntEnum):
    """What an operation does. The numbers are the usual order: bring, change, take away."""

    ADD = 0
    CHANGE = 1
    REMOVE = 2


@dataclass(eq=False, slots=True)
class Operation:
    """``line`` is the statement that comes, or that goes when ``kind`` is REMOVE; ``old`` the statement whose
    place it takes. ``command`` is what is typed. ``parent`` is the operation that makes the block. ``group``:
    what is kept together. ``vacate``: the command that empties the place of a change, for where two values
    change places. ``keep`` and ``restore`` are told to the simulated device."""

    kind: Kind
    path: Path
    line: str
    command: str
    old: str = ""
    parent: Operation | None = None
    keep: bool = False
    restore: bool = False
    position: int = 0
    defines: list[Name] = field(default_factory=list)
    refers: list[Name] = field(default_factory=list)
    undefines: list[Name] = field(default_factory=list)
    releases: list[Name] = field(default_factory=list)
    takes: list[Name] = field(default_factory=list)
    frees: list[Name] = field(default_factory=list)
    part_of: list[Name] = field(default_factory=list)
    slot: tuple[str, ...] | None = None
    swaps: bool = False
    group: str = ""
    vacate: str = ""


class Differ:
    """Finds the operations from one configuration to another."""

    def __init__(self, old: Meaning, new: Meaning, schema: Schema) -> None:
        self._old, self._new, self._schema = old, new, schema
        self.operations: list[Operation] = []
        self._parts: dict[Path, list[Name]] = {}
        self.plural: set[tuple[Path, tuple[str, ...]]] = set()

    def run(self) -> list[Operation]:
        """All operations, in the order in which the configurations tell them."""
        self._blocks(self._old.block, self._new.block, (), None)
        for index, operation in enumerate(self.operations):
            operation.position = index
        return self.operations

    def _blocks(self, old: Block, new: Block, path: Path, parent: Operation | None) -> None:
        schema = self._schema
        raw = new
        if old.keys() != new.keys():
            old, new = add_up(old, path, schema), add_up(new, path, schema)
        if self._has_order(path, old, new):
            if [*map(plain, old)] != [*map(plain, new)]:
                self._in_order(old, new, path, parent)
            self._below(old, new, path)
            return
        gone = [line for line in old if line not in new]
        come = [line for line in new if line not in old]
        if gone or come:
            self._changes(gone, come, old, new, raw, path, parent)
        self._below(old, new, path)

    def _below(self, old: Block, new: Block, path: Path) -> None:
        for line, below in new.items():
            before = old.get(line)
            if before is not None and (before or below) and not self.equal(before, below, (*path, line)):
                self._blocks(before, below, (*path, line), None)

    def equal(self, old: Block, new: Block, path: Path) -> bool:
        """Whether two blocks mean the same; order counts where the platform says so."""
        if old != new:
            return False
        if self._schema.dialect.ordered and (not path or path[0].startswith(self._schema.dialect.ordered)):
            if list(old) != list(new) and self._has_order(path, old, new):
                return False
            return all(
                not below or self.equal(old[line], below, (*path, line)) for line, below in new.items()
            )
        return True

    def _has_order(self, path: Path, old: Block, new: Block) -> bool:
        ordered = self._schema.dialect.ordered
        if not ordered or not path or not any(is_ordered(head, self._schema.dialect) for head in path[-1:]):
            return False
        return not all(line[:1].isdigit() for block in (old, new) for line in block)

    def _changes(
        self,
        gone: list[str],
        come: list[str],
        old: Block,
        new: Block,
        raw: Block,
        path: Path,
        parent: Operation | None,
    ) -> None:
        schema = self._schema
        gone = [
            line
            for line in gone
            if not schema.is_hidden(path, line) and not self._says_nothing(path, line, old)
        ]
        come = [line for line in come if not self._says_nothing(path, line, new)]
        told = [line for line in come if not schema.is_hidden(path, line) or schema.positive(line) in old]
        if not gone and not told:
            return
        self._find_plural(gone, old, path)
        self._find_plural(come, new, path)
        places = self._places(gone, path)
        pairs = {line: self._before(line, path, places, old) for line in come}
        replaced = set(pairs.values())
        twins = self._twins([line for line in gone if line not in replaced], come, pairs, old, new, path)
        gone = [line for line in gone if line not in replaced]
        early = [
            line for line in gone if line in twins or schema.rank(path, schema.negated(path, plain(line))) < 0
        ]
        for line in early:
            self._go(line, old[line], path, parent)
        if path:
            come = sorted(come, key=lambda line: schema.rank(path, line))
        come = sorted(come, key=lambda line: bool(pairs[line]) and self._swaps(path, line))
        for line in come:
            self._come(line, pairs[line], old, new, raw, path, parent)
        self._leave([line for line in gone if line not in early], old, new, path, parent)

    def _leave(self, gone: list[str], old: Block, new: Block, path: Path, parent: Operation | None) -> None:
        """Take lines away. What goes by itself with another line (all of a neighbour) needs no command."""
        schema = self._schema
        covered: set[str] = set()
        groups = {name for line in gone for _, name in schema.definitions(path, line)}
        anchors = [
            line
            for line in gone
            if schema.anchors.first(path, line)
            and (line.split()[1] not in groups or schema.definitions(path, line))
        ]
        for anchor in sorted(anchors, key=lambda line: bool(schema.definitions(path, line))):
            if anchor in covered:
                continue
            self._go(anchor, old[anchor], path, parent)
            operation = self.operations[-1]
            if not self._go_whole(operation, new):
                covered.add(anchor)
                continue
            for line in gone:
                if line != anchor and line not in covered and self._goes_with(line, operation):
                    covered.add(line)
                    self._let_go(operation, line, old[line], path)
            covered.add(anchor)
        for line in gone:
            if line not in covered:
                self._go(line, old[line], path, parent)

    def _twins(
        self, gone: list[str], come: list[str], pairs: dict[str, str], old: Block, new: Block, path: Path
    ) -> set[str]:
        """Lines that go and differ from one that comes only in the last word, where nothing is known of them:
        they may be one value, and then taking the old one away after the new one came would take both."""
        schema = self._schema
        coming = {_start(line) for line in come if not pairs[line] and not new[line]} - {""}
        twins = [
            line
            for line in gone
            if _start(line) in coming
            and not old[line]
            and not schema.definitions(path, plain(line))
            and not schema.is_many(path, plain(line))
        ]
        return {line for line in twins if not any(_beside(line, block) for block in (old, new))}

    def _go_whole(self, operation: Operation, new: Block) -> bool:
        """Take the whole subject away (``no neighbor N``) where nothing of it is to stay."""
        found = self._schema.anchors.first(operation.path, operation.line)
        subject = " ".join(operation.line.split()[:2]) + " "
        if found is None or any(line.startswith(subject) for line in new):
            return False
        if found[0].value:
            operation.command = found[0].pattern.regex.sub(found[0].value, operation.line)
        return True

    def _goes_with(self, line: str, operation: Operation) -> bool:
        for rule in self._schema.clears.candidates(operation.path, operation.command):
            key = rule.pattern.key(operation.command)
            if key is not None and any(entry.regex.fullmatch(line) for entry in rule.affected(key)):
                return not self._schema.definitions(operation.path, line)
        return False

    def _find_plural(self, lines: Iterable[str], block: Block, path: Path) -> None:
        """Slots that hold more than one line in a configuration that exists: they are none here."""
        schema = self._schema
        slots = [
            slot for line in lines if (slot := schema.slot(path, plain(line))) and slot.mode == "replace"
        ]
        if not slots:
            return
        words = {slot.pattern.first for slot in slots if slot.pattern is not None}
        starts = tuple(start for word in words for start in (word, f"{schema.negation} {word}"))
        holders: dict[tuple[str, ...], str] = {}
        for line in block:
            if line.startswith(starts):
                slot = schema.slot(path, plain(line))
                if slot is not None and holders.setdefault(slot.key, line) != line:
                    self.plural.add((path, slot.key))

    def _slot(self, path: Path, line: str) -> Slot | None:
        """The slot of a line, unless it turned out to hold several."""
        slot = self._schema.slot(path, plain(line))
        return None if slot is not None and (path, slot.key) in self.plural else slot

    def _places(self, gone: list[str], path: Path) -> dict[tuple[str, ...], str]:
        """Slot -> the line that leaves it."""
        places: dict[tuple[str, ...], str] = {}
        for line in gone:
            slot = self._slot(path, line)
            if slot is not None:
                places[slot.key] = line
        return places

    def _before(self, line: str, path: Path, places: dict[tuple[str, ...], str], old: Block) -> str:
        """The line whose place ``line`` takes, by its slot or as its opposite."""
        schema = self._schema
        slot = self._slot(path, line)
        if slot is not None and slot.key in places:
            return places[slot.key]
        opposite = schema.positive(line) if schema.is_negative(line) else f"{schema.negation} {line}"
        return opposite if opposite in old and opposite != line else ""

    def _swaps(self, path: Path, line: str) -> bool:
        """Whether the place of ``line`` must be emptied before it is filled."""
        slot = self._slot(path, line)
        return slot is not None and slot.mode == "swap"

    def _come(
        self, line: str, before: str, old: Block, new: Block, raw: Block, path: Path, parent: Operation | None
    ) -> None:
        schema = self._schema
        slot = self._slot(path, line)
        swaps = bool(before) and self._swaps(path, line)
        if slot is not None and slot.mode in {"range", "cumulative"} and "\n" not in line:
            self._list(line, before, slot.mode, raw, path, parent)
            return
        if swaps:
            self._go(before, old[before], path, parent)
        kind = Kind.CHANGE if before and not swaps else Kind.ADD
        operation = self._operation(kind, path, line, plain(line), parent)
        operation.old = "" if swaps else before
        operation.swaps = swaps
        operation.keep = schema.is_negative(line)
        if kind is Kind.CHANGE:
            self._let_go(operation, before, old[before], path)
            if operation.frees:
                operation.vacate = schema.negated(path, plain(before))
            if old[before] and not self.equal(old[before], new[line], (*path, line)):
                self._blocks(old[before], new[line], (*path, line), operation)
            elif not old[before]:
                self._children(new[line], (*path, line), operation)
            return
        self._children(new[line], (*path, line), operation)

    def _children(self, block: Block, path: Path, parent: Operation) -> None:
        schema = self._schema
        if len(block) > 1:
            self._find_plural(block, block, path)
        lines = sorted(block, key=lambda line: schema.rank(path, line))
        if self._has_order(path, {}, block):
            lines = list(block)
        for line in lines:
            operation = self._operation(Kind.ADD, path, line, plain(line), parent)
            operation.keep = schema.is_negative(line)
            self._children(block[line], (*path, line), operation)

    def _list(
        self, line: str, before: str, mode: str, raw: Block, path: Path, parent: Operation | None
    ) -> None:
        """Change a list of numbers by what comes and what goes."""
        schema = self._schema
        part, was = list_part(line, path, schema), list_part(before, path, schema) if before else None
        written = [
            other
            for other in raw
            if (there := list_part(other, path, schema)) and part and there[0] == part[0]
        ]
        if part is None or part[3] is None or (mode == "range" and len(written) == 1):
            command = written[0] if written else line
            operation = self._operation(Kind.CHANGE if before else Kind.ADD, path, line, command, parent)
            operation.old = before
            return
        values, old = part[3], (was[3] if was and was[3] is not None else set())
        words = schema.short_negation
        head = part[1]
        add, remove = (
            ("", f"{schema.negation} {head}") if mode == "cumulative" else (" add", f"{head} remove")
        )
        if not old:
            for other in written:
                self._operation(Kind.ADD, path, line, other, parent)
            return
        for chunk in _chunks(values - old, words=words):
            self._operation(Kind.CHANGE, path, line, f"{head}{add} {chunk}", parent).old = before
        for chunk in _chunks(old - values, words=words):
            self._operation(Kind.CHANGE, path, line, f"{remove} {chunk}", parent).old = before

    def _says_nothing(self, path: Path, line: str, block: Block) -> bool:
        """Whether the line is the head of a block that is there only as long as something is in it."""
        return not block[line] and self._schema.hollow.first(path, line) is not None

    def _go(self, line: str, below: Block, path: Path, parent: Operation | None) -> None:
        schema = self._schema
        if below and schema.hollow.first(path, line) is not None:
            self._blocks(below, {}, (*path, line), parent)
            return
        operation = self._operation(Kind.REMOVE, path, line, schema.negated(path, plain(line)), parent)
        operation.restore = schema.is_negative(line)
        self._let_go(operation, line, below, path)

    def _let_go(self, operation: Operation, line: str, below: Block, path: Path) -> None:
        """What ``line`` and all below it held."""
        schema = self._schema
        line = plain(line)
        if operation.kind is Kind.REMOVE:
            operation.undefines.extend(schema.definitions(path, line))
            for inner, rest in below.items():
                self._let_go(operation, inner, rest, (*path, line))
        operation.releases.extend(schema.references(path, line))
        operation.frees.extend(schema.holds_uniquely(path, line))

    def _operation(
        self, kind: Kind, path: Path, line: str, command: str, parent: Operation | None
    ) -> Operation:
        schema = self._schema
        operation = Operation(kind, path, line, command, parent=parent)
        if kind is not Kind.REMOVE:
            operation.defines = schema.definitions(path, plain(line))
            operation.refers = schema.references(path, plain(line))
            operation.takes = schema.holds_uniquely(path, plain(line))
        slot = self._slot(path, line)
        operation.slot = slot.key if slot else None
        operation.part_of = [*self._part_of(path), *schema.belongs_to(path, plain(line))]
        own = {*operation.defines, *operation.part_of}
        operation.refers = [name for name in operation.refers if name not in own]
        outer = schema.definitions((), path[0] if path else plain(line))
        operation.group = "\0".join(outer[0]) if outer else (path[0] if path else plain(line))
        self.operations.append(operation)
        return operation

    def _part_of(self, path: Path) -> list[Name]:
        """The objects that the blocks around a line define."""
        if path not in self._parts:
            self._parts[path] = [
                name
                for depth, head in enumerate(path)
                for name in self._schema.definitions(path[:depth], head)
            ]
        return self._parts[path]

    def _in_order(self, old: Block, new: Block, path: Path, parent: Operation | None) -> None:
        """Lines whose order counts: what stands before the first change stays, what has to move is taken
        away and comes again at the end."""
        before, after = [plain(line) for line in old], [plain(line) for line in new]
        news = dict(zip(after, new, strict=False))
        keep, tail = _kept(before, after)
        for line in before:
            if line not in keep:
                self._go(line, old.get(line, {}), path, parent)
        for line in tail:
            operation = self._operation(Kind.ADD, path, line, line, parent)
            operation.keep = self._schema.is_negative(line)
            operation.swaps = line in before
            self._children(new[news[line]], (*path, line), operation)


def _beside(line: str, block: Block) -> bool:
    """Whether a block holds two lines that differ in the last word only, as ``line`` and another."""
    start = _start(line) + " "
    near = [other for other in block if other.startswith(start) and _start(other) + " " == start]
    return len(near) > 1


def _start(line: str) -> str:
    """All words but the last; nothing for a line of one word."""
    return plain(line).rpartition(" ")[0]


def _kept(before: list[str], after: list[str]) -> tuple[set[str], list[str]]:
    """The lines of ``before`` that can stay where they are, and those of ``after`` to be appended to them."""
    stay: list[str] = []
    for kind, i1, i2, _, _ in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            stay.extend(before[i1:i2])
    count = 0
    while count < len(stay) and count < len(after) and stay[count] == after[count]:
        count += 1
    return set(stay[:count]), after[count:]


def _chunks(values: set[int], *, words: bool) -> Iterator[str]:
    """A list in pieces that a command line can bear."""
    ordered = sorted(values)
    text = listed(ordered, words=words)
    parts = text.split(" " if words else ",")
    if len(parts) <= 20:
        if ordered:
            yield text
        return
    for start in range(0, len(ordered), 100):
        yield listed(ordered[start : start + 100], words=words)
