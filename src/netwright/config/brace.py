"""Configurations in braces (Junos, SR Linux, SR OS, PAN-OS, nginx, BIRD) and as ``set`` lines: one tree of
words.

``interfaces { xe-0/0/0 { mtu 9000; } }`` and ``set interfaces xe-0/0/0 mtu 9000`` give the same tree, each
word a level. What ``inactive:`` marks is told by a path of its own below ``INACTIVE``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from netwright.config.dialect import Dialect
from netwright.config.schema import Schema
from netwright.config.statements import Block, statements

INACTIVE = "\0inactive"
_MAX_WORDS = 256  # words of a path; what is deeper is cut off there
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\f\v]+) | (?P<line>\n)
    | (?P<comment>/\*.*?\*/|/\*.*\Z|(?:(?<=\s)|(?<=;)|(?<=\A))\#[^\n]*)
    | (?P<quoted>"(?:\\.|[^"\\])*"?|'[^'\n]*') | (?P<sign>[{};\[\]]) | (?P<word>(?:[^\s{};\[\]"]|\\.)+)
    """,
    re.VERBOSE | re.DOTALL,
)
_IPV6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:/\d{1,3})?")
_SAFE = re.compile(r'"([\w./:@+,*-]+)"')
_MARGINS = Dialect("margins", silent_prefixes=("#",))
_MARKS = {"inactive:", "protect:", "replace:"}
_VERBS = {"set", "delete", "deactivate", "activate", "insert", "rename", "copy", "annotate"}


def is_set_form(text: str) -> bool:
    """Whether the text is ``set`` lines, but for comments and stray lines."""
    lines = [line for line in _outside_quotes(text) if line.strip() and line.lstrip()[0] not in "#!{}"]
    told = sum(line.lstrip().split(None, 1)[0] in _VERBS for line in lines)
    return bool(lines) and told * 10 >= len(lines) * 9


def _outside_quotes(text: str) -> Iterator[str]:
    """Lines that don't begin inside a quoted text of several lines."""
    inside = False
    for line in text.split("\n"):
        if not inside:
            yield line
        inside ^= line.count('"') % 2 == 1


def words_tree(text: str, schema: Schema) -> Block:
    """The tree of words of ``text`` in either form."""
    root: Block = {}
    if is_set_form(text):
        for words in set_lines(text):
            if words[0] in {"set", "deactivate"}:
                body = words[1:]
                if body[:1] == ["/"]:
                    body = body[1:]
                mark = [INACTIVE] if words[0] == "deactivate" else []
                for path in spread(tidied(body), schema):
                    put(root, mark + path)
        return root
    for words in _paths(text) if "{" in text or ";" in text else _indented(text):
        for path in spread(_unwrapped(tidied(words), schema), schema):
            put(root, path)
    return root


def _unwrapped(words: list[str], schema: Schema) -> list[str]:
    """A path without the outer blocks that only the form in braces has."""
    for wrapper in schema.wrappers:
        if tuple(words[: len(wrapper)]) == wrapper[: len(words)]:
            return words[len(wrapper) :]
    return words


def _indented(text: str) -> Iterator[list[str]]:
    """Paths of a text that tells the blocks by indentation only, as some tools print them."""
    for path in leaves(statements(text, _MARGINS)):
        yield [word for line in path for words in set_lines(line) for word in words]


def put(root: Block, words: list[str]) -> None:
    """Add a path to the tree."""
    for word in words[:_MAX_WORDS]:
        root = root.setdefault(word, {})


def leaves(block: Block, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of a tree, in its order, without recursion."""
    stack: list[tuple[tuple[str, ...], Block]] = [(path, block)]
    while stack:
        at, below = stack.pop()
        if not below:
            yield at
            continue
        stack.extend(((*at, word), rest) for word, rest in reversed(below.items()))


def set_lines(text: str) -> Iterator[list[str]]:
    """The words of each line; a quoted text may go over several lines."""
    words: list[str] = []
    for kind, token in _tokens(text):
        if kind == "line":
            if words:
                yield words
            words = []
        elif kind != "comment":
            words.append(token)
    if words:
        yield words


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            yield kind, match.group()


def _paths(text: str) -> Iterator[list[str]]:
    """Paths of a text in braces. Where no statement ends in a semicolon, a line ends it."""
    by_line = re.search(r";[ \t]*(?:#.*)?\r?$", text, re.MULTILINE) is None
    reader = _Reader()
    for kind, sign in _tokens(text):
        if kind == "comment" or (kind == "line" and (not by_line or reader.values is not None)):
            continue
        yield from reader.read(";" if kind == "line" else sign)
    yield from reader.read(";")


class _Reader:
    """Reads a text in braces sign by sign. ``values``: the members of an open ``[`` list."""

    def __init__(self) -> None:
        self.values: list[str] | None = None
        self._stack: list[list[str]] = []
        self._path: list[str] = []
        self._words: list[str] = []

    def read(self, sign: str) -> Iterator[list[str]]:
        if sign == "[" and self.values is None:
            self.values = []
        elif sign == "]" and self.values is not None:
            for value in self.values or [""]:
                yield from _marked(self._path, [*self._words, *([value] if value else [])])
            self._words, self.values = [], None
        elif sign == "{":
            yield from _marked(self._path, self._words)
            self._stack.append(self._path)
            self._path = [*self._path, *(word for word in self._words if word not in _MARKS)][:_MAX_WORDS]
            self._words = []
        elif sign in {";", "}"}:
            yield from _marked(self._path, self._words)
            self._words = []
            if sign == "}" and self._stack:
                self._path = self._stack.pop()
        else:
            (self._words if self.values is None else self.values).append(sign)


def _marked(path: list[str], words: list[str]) -> Iterator[list[str]]:
    body = [word for word in words if word not in _MARKS]
    if not body:
        return
    if "inactive:" in words:
        yield [INACTIVE, *path, *body]
    yield [*path, *body]


def tidied(words: list[str]) -> list[str]:
    """Words in one form: no needless quotes, IPv6 addresses as short as they can be."""
    return [_tidy(word) for word in words]


def spread(words: list[str], schema: Schema) -> list[list[str]]:
    """A statement whose attributes stand on one line (``archive size 10m files 5``) as one path for each, as
    a block would tell them."""
    for head in schema.inline:
        name, *attributes = head.split()
        if name in words[:-1]:
            at = words.index(name) + 1
            arity = dict(entry.split(":") for entry in attributes)
            paths: list[list[str]] = []
            while at < len(words):
                count = arity.get(words[at])
                if count is None:
                    return [words]
                paths.append([*words[: words.index(name) + 1], *words[at : at + 1 + int(count)]])
                at += 1 + int(count)
            return paths
    return [words]


def _tidy(word: str) -> str:
    if word[0] == '"':
        match = _SAFE.fullmatch(word)
        return match[1] if match else word
    if word.count(":") > 1 and _IPV6.fullmatch(word):
        return _short(word)
    return word


def _short(word: str) -> str:
    address, slash, length = word.partition("/")
    try:
        return str(ipaddress.IPv6Address(address)) + slash + length
    except ValueError:
        return word
