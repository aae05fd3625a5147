"""Puts operations in an order in which nothing that is referred to is missing at any step.

- What defines an object comes before what refers to it; where the object changes, its new parts come first.
- What refers to an object lets go of it before the object is taken away.
- What can exist once only is freed where it was before it is taken elsewhere.
- A slot whose value can't be replaced in place is emptied before it is filled.

Beyond that the order is the one of the configuration: new things and changes block by block, then what goes.
A block's lines are kept together where the rules allow it. Where references run in a circle, the circle is
cut at its first operation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from netwright.config.operation import Kind, Name, Operation

_DEEPEST = 400  # a chain of references longer than this is cut like a circle


def in_order(operations: list[Operation], remaining: frozenset[Name]) -> list[Operation]:
    """``operations`` sorted. ``remaining``: objects that the new configuration still defines."""
    return _Sorter(operations, remaining).run()


class _Sorter:
    def __init__(self, operations: list[Operation], remaining: frozenset[Name]) -> None:
        self._operations = operations
        self._needs = _needs(operations, remaining)
        self._groups: dict[tuple[str, bool], list[Operation]] = defaultdict(list)
        for operation in operations:
            self._groups[_group(operation)].append(operation)
        self._done: dict[Operation, None] = {}
        self._open: set[Operation] = set()
        self._open_groups: set[tuple[str, bool]] = set()

    def run(self) -> list[Operation]:
        for late in (False, True):
            for key, group in self._groups.items():
                if key[1] is late:
                    self._emit_group(key, group, 0)
        return list(self._done)

    def _emit_group(self, key: tuple[str, bool], group: list[Operation], depth: int) -> None:
        if key in self._open_groups or depth > _DEEPEST:
            return
        self._open_groups.add(key)
        for operation in group:
            for need in self._needs[operation]:
                other = _group(need)
                if other != key and need not in self._done and need.kind is not Kind.REMOVE:
                    self._emit_need(need, depth + 1)
        for operation in group:
            self._emit(operation, depth + 1)

    def _emit_need(self, need: Operation, depth: int) -> None:
        """A need of another block: with its whole block if that is free to go."""
        key = _group(need)
        if key in self._open_groups or need.kind is Kind.REMOVE:
            self._emit(need, depth)
        else:
            self._emit_group(key, self._groups[key], depth)

    def _emit(self, operation: Operation, depth: int) -> None:
        if operation in self._done or operation in self._open or depth > _DEEPEST:
            return
        self._open.add(operation)
        for need in self._needs[operation]:
            if need in self._open and need.vacate and set(need.frees) & set(operation.takes):
                self._done[_vacating(need)] = None
            if need not in self._done:
                if _group(need) == _group(operation):
                    self._emit(need, depth + 1)
                else:
                    self._emit_need(need, depth + 1)
        self._done[operation] = None


def _vacating(change: Operation) -> Operation:
    """Empties the place that ``change`` will fill, where two values change places."""
    return Operation(Kind.REMOVE, change.path, change.old, change.vacate, group=change.group)


def _group(operation: Operation) -> tuple[str, bool]:
    """What is kept together. What takes whole blocks away goes last."""
    if operation.kind is Kind.REMOVE and not operation.path:
        return operation.line, True
    return operation.group, False


def _needs(operations: list[Operation], remaining: frozenset[Name]) -> dict[Operation, list[Operation]]:
    """Operation -> the operations that must come before it."""
    definers, releasers = _by_name(operations, "defines"), _by_name(operations, "releases")
    freers = _by_name(operations, "frees")
    contents = _by_name(operations, "part_of")
    emptied = {
        (operation.path, operation.slot or (operation.line,)): operation
        for operation in operations
        if operation.kind is Kind.REMOVE
    }
    needs: dict[Operation, list[Operation]] = {}
    for operation in operations:
        found: dict[Operation, None] = {}
        if operation.parent is not None:
            found[operation.parent] = None
        for name in operation.refers:
            found.update(dict.fromkeys(definers.get(name, ())))
            found.update(dict.fromkeys(contents.get(name, ())))
        for name in operation.undefines:
            if name not in remaining:
                found.update(dict.fromkeys(releasers.get(name, ())))
        for name in operation.takes:
            found.update(dict.fromkeys(freers.get(name, ())))
        if operation.swaps:
            before = emptied.get((operation.path, operation.slot or (operation.line,)))
            if before is not None:
                found[before] = None
        found.pop(operation, None)
        needs[operation] = list(found)
    return needs


def _by_name(operations: Iterable[Operation], attribute: str) -> dict[Name, list[Operation]]:
    found: dict[Name, list[Operation]] = defaultdict(list)
    for operation in operations:
        for name in getattr(operation, attribute):
            found[name].append(operation)
    return found
