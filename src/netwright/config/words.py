"""Patches of configurations in braces: ``set``, ``delete``, ``activate``, ``deactivate`` with whole paths.

These systems have a candidate and commit, so what counts is the end; deletions come first, and what has an
order is taken away and set again from the first place where it differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from netwright.config.brace import INACTIVE, leaves, put, spread, tidied
from netwright.config.schema import Impact, Schema
from netwright.config.statements import Block


@dataclass(slots=True)
class Changes:
    """Paths that go, with why; and paths that come."""

    gone: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    come: list[tuple[tuple[str, ...], str]] = field(default_factory=list)


def changes(old: Block, new: Block, schema: Schema) -> Changes:
    """The paths between two trees."""
    found = Changes()
    if list(leaves(old)) == list(leaves(new)):
        return found
    stack: list[tuple[Block, Block, tuple[str, ...]]] = [(old, new, ())]
    while stack:
        before, after, path = stack.pop()
        below = _level(before, after, path, found, schema)
        stack.extend(reversed(below))
    return found


def _level(
    before: Block, after: Block, path: tuple[str, ...], found: Changes, schema: Schema
) -> list[tuple[Block, Block, tuple[str, ...]]]:
    """Compare the words below ``path``; the pairs of blocks that are still to be compared."""
    kept = before.keys() & after.keys()
    stay = [word for word in before if word in kept]
    if kept and list(after)[: len(stay)] != stay and has_order(path, schema):
        kept = _in_place(stay, list(after))
    for word in before:
        if word not in kept:
            why = "is not wanted any more" if word not in after else "comes again further down"
            found.gone.extend((gone, why) for gone in _named((*path, word), before[word], schema))
    for word, below in after.items():
        if word not in kept:
            why = "new" if word not in before else "in its new place"
            found.come.extend((leaf, why) for leaf in leaves(below, (*path, word)))
    return [
        (before[word], below, (*path, word))
        for word, below in after.items()
        if word in kept and (before[word] or below)
    ]


def _named(path: tuple[str, ...], below: Block, schema: Schema) -> list[tuple[str, ...]]:
    """The paths to delete for ``path``: with the names, where a word alone is no statement (``unit``)."""
    if path[-1] in schema.named and below:
        return [(*path, name) for name in below]
    return [path]


def has_order(path: tuple[str, ...], schema: Schema) -> bool:
    """Whether the words below ``path`` mean something by their order: terms of a policy."""
    return any(pattern.regex.fullmatch(" ".join(path)) is not None for pattern in schema.ordered_paths)


def _in_place(stay: list[str], after: list[str]) -> set[str]:
    """The words that can stay: as many as are in order at the start of ``after``."""
    count = 0
    while count < len(stay) and stay[count] == after[count]:
        count += 1
    return set(stay[:count])


def commands(found: Changes, schema: Schema) -> Iterator[tuple[str, str, Impact]]:
    """What is typed, as (command, why, impact)."""
    for path, why in sorted(found.gone, key=lambda entry: entry[0][0] != INACTIVE):
        inactive = path[0] == INACTIVE
        body = " ".join(path[1:] if inactive else path)
        verb = "activate" if inactive else "delete"
        if body:
            yield f"{verb} {schema.leave}{body}", why, schema.impact((), body)
    for path, why in sorted(found.come, key=lambda entry: entry[0][0] == INACTIVE):
        inactive = path[0] == INACTIVE
        body = " ".join(path[1:] if inactive else path)
        verb = "deactivate" if inactive else "set"
        yield f"{verb} {schema.leave}{body}", why, Impact.NONE


def typed(tree: Block, words: list[str], schema: Schema) -> None:
    """Do a command to a tree in place. Words that are no command of this kind are passed over."""
    verb, body = words[0], words[1:]
    if body[:1] == ["/"]:
        body = body[1:]
    if verb == "set":
        for path in spread(tidied(body), schema):
            put(tree, path)
    elif verb == "delete":
        _delete(tree, tidied(body), schema.named)
        _delete(tree.get(INACTIVE, {}), tidied(body), schema.named)
    elif verb == "deactivate":
        put(tree, [INACTIVE, *tidied(body)])
    elif verb == "activate":
        _delete(tree, [INACTIVE, *tidied(body)], schema.named)
    elif verb == "insert":
        _insert(tree, tidied(body))
    if tree.get(INACTIVE) == {}:
        del tree[INACTIVE]


def _delete(tree: Block, path: list[str], named: frozenset[str]) -> None:
    """Take a path and all below it away, with the word before it if that says nothing without a name."""
    above: list[Block] = [tree]
    for word in path[:-1]:
        if word not in tree:
            return
        tree = tree[word]
        above.append(tree)
    if path:
        tree.pop(path[-1], None)
    if len(path) > 1 and not tree and path[-2] in named:
        above[-2].pop(path[-2], None)


def _insert(tree: Block, body: list[str]) -> None:
    """``insert PATH before|after WORDS``: move one word among its siblings."""
    for where in ("before", "after"):
        if where not in body:
            continue
        at = body.index(where)
        path, target = body[:at], body[-1]
        for word in path[:-1]:
            tree = tree.get(word, {})
        if path[-1] not in tree or target not in tree:
            return
        moved = tree.pop(path[-1])
        rest = dict(tree)
        tree.clear()
        for word, below in rest.items():
            if word == target and where == "before":
                tree[path[-1]] = moved
            tree[word] = below
            if word == target and where == "after":
                tree[path[-1]] = moved
        return
