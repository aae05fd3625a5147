"""The commands that lead from a running configuration to the intended one.

Operations are put in order by references, sent to a simulated device one by one, and what a command clears on
the way is put back at once. What the device then has is held against the intended configuration before anyone
sees the patch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from netwright.config.meaning import Meaning, add_up, expanded, meaning
from netwright.config.numbers import listed, ranges
from netwright.config.operation import Differ, Kind, Name, Operation
from netwright.config.order import in_order
from netwright.config.schema import Impact, Path, Schema
from netwright.config.simulate import Device, Effect
from netwright.config.statements import AGAIN, Block, copied, inside, plain

_Find: TypeAlias = Callable[[Path, str], list[Name]]
_ROUNDS = 4  # times what is still missing after all commands is sent again
_SPANS = 10  # runs of numbers that a command line takes (VRP: &<1-10>)
_DRESSED = re.compile(r'["();,]')  # a name may stand between these
_NUMBER = re.compile(r"(?:(?<=\bseq )|(?<=\bindex )|^)(\d+)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One command below the heads in ``path``; ``why`` it is there and what it does to traffic."""

    path: Path
    command: str
    why: str
    impact: Impact = Impact.NONE


@dataclass(frozen=True, slots=True)
class Patch:
    """``missing``: differences that stay after all steps, as lines; empty when the simulated device ends
    with the intended configuration."""

    steps: tuple[Step, ...]
    missing: tuple[str, ...] = ()


def patch(running: str, intended: str, schema: Schema) -> Patch:
    """The steps from ``running`` to ``intended`` on a line-at-a-time system."""
    old, new = meaning(running, schema), meaning(intended, schema)
    return _Writer(old, new, schema).run()


def known_names(block: Block, schema: Schema, names: Iterable[Name], *, defined: bool) -> frozenset[Name]:
    """Those of ``names`` that a configuration defines, or refers to; and others on the way."""
    wanted = set(names)
    if not wanted:
        return frozenset()
    find, rules = (schema.definitions, schema.defines) if defined else (schema.references, schema.refers)
    kinds = frozenset(kind for kind, _ in wanted)
    told = frozenset(name for _, name in wanted) if rules.names_words(kinds) else None
    return frozenset(_names_in(block, _Search(find, rules.words_of(kinds), told), ()))


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for: ``starts`` are the first words of lines that can name it, ``names`` the words that
    do, None where they may be parts of words."""

    find: _Find
    starts: frozenset[str]
    names: frozenset[str] | None

    def may_name(self, line: str) -> bool:
        if "\n" in line:
            return True
        if "" not in self.starts and line.partition(" ")[0] not in self.starts:
            return False
        if self.names is None or not self.names.isdisjoint(line.split()):
            return True
        return _DRESSED.search(line) is not None


def _names_in(block: Block, search: _Search, path: Path) -> Iterator[Name]:
    for line, below in block.items():
        if search.may_name(line):
            yield from search.find(path, line.partition(AGAIN)[0] if AGAIN in line else line)
        if below:
            yield from _names_in(below, search, (*path, line))


@dataclass
class _Writer:
    old: Meaning
    new: Meaning
    schema: Schema
    steps: list[Step] = field(default_factory=list)
    _used: frozenset[Name] | None = None
    _operations: list[Operation] = field(default_factory=list)
    _numbers: dict[Path, dict[str, set[str]]] = field(default_factory=dict)

    def run(self) -> Patch:
        differ = Differ(self.old, self.new, self.schema)
        operations = self._operations = differ.run()
        if not operations:
            return Patch(())
        self._device = Device(copied(self.old.block), self.schema, frozenset(differ.plural))
        self._partners = {
            (operation.path, operation.slot): operation for operation in operations if operation.swaps
        }
        for _ in range(_ROUNDS):
            self._send(operations)
            if differ.equal(self._device.block, self.new.block, ()):
                operations = []
                break
            operations = Differ(Meaning(self._device.block), self.new, self.schema).run()
            if not operations:
                break
        missing = tuple(" / ".join((*operation.path, operation.command)) for operation in operations)
        return Patch(tuple(_joined(self.steps, self.schema, self.old, self.new)), missing)

    def _send(self, operations: list[Operation]) -> None:
        remaining = self._remaining = self._still_defined(operations)
        self._first_user = _first_users(operations)
        self._swapped = [
            operation for operation in operations if operation.kind is Kind.REMOVE and operation.slot
        ]
        self._leaving = {
            (operation.path, operation.line): operation
            for operation in operations
            if operation.kind is Kind.REMOVE and operation.path
        }
        for operation in in_order(operations, remaining):
            self._perform(operation)

    def _still_defined(self, operations: list[Operation]) -> frozenset[Name]:
        """What the intended configuration defines, as far as it matters for what is taken away."""
        undefining = [operation for operation in operations if operation.undefines]
        if not undefining:
            return frozenset()
        block = self.new.block
        if not any(operation.path for operation in undefining):
            block = {line: {} for line in block}
        names = [name for operation in undefining for name in operation.undefines]
        return known_names(block, self.schema, names, defined=True)

    def _perform(self, operation: Operation) -> None:
        block = self._device.inside(operation.path)
        if operation.kind is Kind.REMOVE:
            if block is None or operation.line not in block:
                return
            if self._spared(operation):
                return
            self._leaving.pop((operation.path, operation.line), None)
        elif operation.kind is Kind.ADD and block is not None and operation.line in block:
            return
        self._clear_first(operation)
        self._step(operation)

    def _clear_first(self, operation: Operation) -> None:
        """Take away by name what is not wanted and what the command would clear with it, so that nothing
        depends on the device clearing it. A neighbour's lines go with the neighbour."""
        if not operation.path or self.schema.anchors.first(operation.path, operation.line):
            return
        for rule in self.schema.clears.candidates(operation.path, operation.command):
            key = rule.pattern.key(operation.command)
            for pattern in rule.affected(key) if key is not None else ():
                for place, other in list(self._leaving.items()):
                    if (
                        place[0] == operation.path
                        and other is not operation
                        and pattern.regex.fullmatch(place[1])
                    ):
                        self._perform(other)

    def _step(self, operation: Operation) -> None:
        effect = self._device.send(
            operation.path, operation.command, keep=operation.keep, restore=operation.restore
        )
        why, impact = self._why(operation), self._impact(operation)
        guarded = self.schema.management
        if (
            guarded is not None
            and impact is Impact.FLAP
            and guarded.search((*operation.path, operation.line)[0])
        ):
            why += "; this is the management port, so let the device revert by its own timer"
        self.steps.append(Step(operation.path, operation.command, why, impact))
        self._put_back(effect, operation)

    def _put_back(self, effect: Effect, operation: Operation) -> None:
        """Send again what is wanted and was cleared on the way."""
        own, depth = (*operation.path, operation.line), len(operation.path) + 1
        lost = [
            (path, line)
            for path, line in effect.went
            if not (operation.kind is Kind.REMOVE and (*path, line)[:depth] == own)
            and self._wanted(path, line)
        ]
        for path, line in sorted(lost, key=lambda place: self.schema.rank(*place)):
            block = self._device.inside(path)
            if block is not None and line not in block:
                self._device.send(path, plain(line), keep=self.schema.is_negative(line))
                why = f"'{operation.command}' cleared it"
                self.steps.append(Step(path, plain(line), why, self.schema.impact(path, line)))

    def _wanted(self, path: Path, line: str) -> bool:
        block = inside(self.new.block, path)
        return block is not None and (line in block or line in add_up(block, path, self.schema))

    def _spared(self, operation: Operation) -> bool:
        """Change the entries of a filter in use without a moment without them: the new entries come under
        spare numbers first, all of them, because an entry may only move. True when that was done."""
        names = {
            name
            for name in (*operation.undefines, *operation.part_of)
            if name[0] in self.schema.filters and name in self._in_use()
        }
        if not names or (operation.path, operation.slot) not in self._partners:
            return False
        block = self._device.inside(operation.path) or {}
        spares: dict[Operation, str] = {}
        for other in self._swapped:
            partner = self._partners.get((other.path, other.slot))
            same = other.path == operation.path and names & {*other.undefines, *other.part_of}
            if partner is not None and same and other.line in block:
                spare = self._spare(partner.line, other.path)
                if spare is not None:
                    spares[other] = spare
        if operation not in spares:
            return False
        path = operation.path
        for spare in spares.values():
            self._say(path, spare, "stands in for an entry that is changed, so that the filter has no gap")
        for other in spares:
            line = plain(self._partners[other.path, other.slot].line)
            self._step(other)
            self._say(path, line, f"takes the place of '{plain(other.line)}'")
        for spare in spares.values():
            self._say(path, self.schema.negated(path, spare), "the entry it stood in for is there")
        return True

    def _spare(self, line: str, path: Path) -> str | None:
        """``line`` under the next free number, None when it has no number."""
        match = _NUMBER.search(line)
        if match is None:
            return None
        start = line[: match.start()]
        taken = self._numbers_at(path).setdefault(start, set())
        for number in range(int(match[1]) + 1, int(match[1]) + 200):
            spare = f"{start}{number}{line[match.end() :]}"
            if str(number) not in taken and self.schema.slot(path, spare) is not None:
                taken.add(str(number))
                return spare
        return None

    def _numbers_at(self, path: Path) -> dict[str, set[str]]:
        """What stands before a number in a block -> the numbers that are taken, now or in the end."""
        if path not in self._numbers:
            numbers: dict[str, set[str]] = {}
            for line in (*(self._device.inside(path) or ()), *(inside(self.new.block, path) or ())):
                match = _NUMBER.search(line)
                if match is not None:
                    numbers.setdefault(line[: match.start()], set()).add(match[1])
            self._numbers[path] = numbers
        return self._numbers[path]

    def _say(self, path: Path, command: str, why: str) -> None:
        self._device.send(path, command)
        self.steps.append(Step(path, command, why, Impact.NONE))

    def _in_use(self) -> frozenset[Name]:
        """The filters among the objects of this patch that something refers to."""
        if self._used is None:
            names = {
                name
                for operation in self._operations
                for name in (*operation.part_of, *operation.defines, *operation.undefines)
                if name[0] in self.schema.filters
            }
            self._used = known_names(self.old.block, self.schema, names, defined=False)
        return self._used

    def _impact(self, operation: Operation) -> Impact:
        own = self.schema.impact(operation.path, plain(operation.old or operation.line))
        if own is not Impact.NONE and not self._fresh(operation):
            return own
        filters = self.schema.filters
        if (
            operation.kind is Kind.REMOVE
            and operation.undefines
            and not self._remaining & set(operation.undefines)
        ):
            return Impact.NONE
        if (
            any(name[0] in filters for name in (*operation.releases, *operation.refers))
            and not operation.parent
        ):
            return Impact.FILTER
        parts = [*operation.part_of, *operation.defines, *operation.undefines]
        if any(name[0] in filters and name in self._in_use() for name in parts):
            return Impact.FILTER
        return Impact.NONE

    def _fresh(self, operation: Operation) -> bool:
        """Whether the operation only brings something new, so that nothing that ran is disturbed: a new
        block, a first address, a new neighbour."""
        if operation.kind is not Kind.ADD:
            return False
        if operation.parent is not None or not operation.path or operation.takes:
            return True
        block = inside(self.old.block, operation.path[:1])
        subject = " ".join(self.schema.positive(operation.line).split()[:2])
        return subject.startswith("neighbor ") and not any(
            line.startswith((subject + " ", f"no {subject} ")) or line == subject for line in block or ()
        )

    def _why(self, operation: Operation) -> str:
        if operation.kind is Kind.REMOVE:
            for name in operation.undefines:
                if name not in self._remaining:
                    return f"{_said(name)} is not wanted any more, and nothing refers to it now"
            return "brings back the default" if operation.restore else "is not wanted any more"
        if operation.old:
            return f"takes the place of '{plain(operation.old)}'"
        for name in operation.defines:
            user = self._first_user.get(name)
            if user is not None and user is not operation:
                place = " / ".join((*user.path, plain(user.line)))
                return f"{_said(name)} must be there before '{place}' refers to it"
        if operation.refers:
            return "new; it refers to " + ", ".join(_said(name) for name in operation.refers)
        return "new"


def _first_users(operations: list[Operation]) -> dict[Name, Operation]:
    users: dict[Name, Operation] = {}
    for operation in operations:
        for name in operation.refers:
            users.setdefault(name, operation)
    return users


def _said(name: Name) -> str:
    return f"{name[0]} {name[1]}"


def _joined(steps: list[Step], schema: Schema, old: Meaning, new: Meaning) -> Iterator[Step]:
    """Steps with members of one list put on one line again, as the list was written."""
    if not schema.expand:
        yield from steps
        return
    at = 0
    while at < len(steps):
        run = [steps[at]]
        origins = old.origins if schema.is_negative(steps[at].command) else new.origins
        head = schema.positive(steps[at].command)
        written = origins.get(head) if not steps[at].path else None
        while written and at + len(run) < len(steps):
            following = steps[at + len(run)]
            negative = schema.is_negative(following.command) == schema.is_negative(run[0].command)
            if following.path or not negative or origins.get(schema.positive(following.command)) != written:
                break
            run.append(following)
        if written:
            yield from _one(run, written, schema)
        else:
            yield run[0]
        at += len(run)


def _one(run: list[Step], written: str, schema: Schema) -> Iterator[Step]:
    """The steps of one list as one command, or as several where a line can't bear it."""
    lines = [schema.positive(step.command) for step in run]
    coming = not schema.is_negative(run[0].command)
    if coming or set(lines) == set(expanded(written, schema)):
        lines = expanded(written, schema)
    values = [int(line.rsplit(" ", 1)[1]) for line in lines]
    spans, words = list(ranges(values)), schema.short_negation
    head = next(head for head in schema.expand if written.startswith(head + " "))
    for start in range(0, len(spans), _SPANS):
        part = [value for low, high in spans[start : start + _SPANS] for value in range(low, high + 1)]
        whole = len(spans) <= _SPANS and len(lines) == len(expanded(written, schema))
        line = written if whole else f"{head} {listed(part, words=words)}"
        command = line if coming else f"{schema.negation} {line}"
        yield Step((), command, run[0].why, run[0].impact)
