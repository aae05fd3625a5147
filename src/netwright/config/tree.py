"""A configuration as a tree of lines. Nothing is lost: rendering a parsed text gives back the same text.

A line's children are the lines after it that stand further in. Blank lines hang below the line before them.
Only a line feed ends a line; a carriage return counts as a trailing blank. Where the dialect knows statements
of several lines (banners, certificates), each is one node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from netwright.config.dialect import PLAIN, Dialect
from netwright.config.lines import logical_lines


@dataclass(slots=True, eq=False)
class Node:
    """A line and what belongs to it. ``raw`` is the line as it came, without its line feed."""

    raw: str
    indent: int
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The line without indentation and trailing blanks."""
        return self.raw.strip()

    def walk(self) -> Iterator[Node]:
        """This line and all below it, in their order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


def parse(text: str, dialect: Dialect = PLAIN) -> Node:
    """The tree of ``text`` below a root that has no line of its own."""
    root = Node("", -1)
    blocks = [root]
    for raw in logical_lines(text, dialect):
        body = raw.lstrip()
        if not body:
            blocks[-1].children.append(Node(raw, blocks[-1].indent + 1))
            continue
        indent = len(raw) - len(body)
        while blocks[-1].indent >= indent:
            blocks.pop()
        node = Node(raw, indent)
        blocks[-1].children.append(node)
        blocks.append(node)
    return root


def render(tree: Node) -> str:
    """The text of a tree that ``parse`` made."""
    nodes = tree.walk()
    next(nodes)
    return "\n".join(node.raw for node in nodes)
