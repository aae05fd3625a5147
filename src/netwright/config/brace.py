"""Configurations in braces (Junos, SR Linux, SR OS, PAN-OS, nginx, BIRD) and as ``set`` lines: one tree of words.

``interfaces { xe-0/0/0 { mtu 9000; } }`` and ``set interfaces xe-0/0/0 mtu 9000`` give the same tree, each word
a level. What ``inactive:`` marks is told by a path of its own below ``INACTIVE``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from netwright.config.schema import Schema
from netwright.config.statements import Block

INACTIVE = "\0inactive"
_MAX_WORDS = 512  # words of a path; what is deeper is cut off there
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\f\v]+) | (?P<line>\n) | (?P<comment>/\*.*?\*/|/\*.*\Z|(?:(?<=\s)|(?<=;)|(?<=\A))\#[^\n]*)
    | (?P<quoted>"(?:\\.|[^"\\])*"?|'[^'\n]*') | (?P<sign>[{};\[\]]) | (?P<word>(?:[^\s{};\[\]"]|\\.)+)
    """,
    re.VERBOSE | re.DOTALL,
)
_IPV6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:/\d{1,3})?")
_SAFE = re.compile(r'"([\w./:@+,*-]+)"')
_MARKS = {"inactive:", "protect:", "replace:", "delete:"}
_VERBS = {"set", "delete", "deactivate", "activate", "insert", "rename", "copy", "annotate"}


def is_set_form(text: str) -> bool:
    """Whether the text is ``set`` lines, by most of its lines."""
    lines = [line for line in text.split("\n") if line.strip() and line.lstrip()[0] not in "#!{}"]
    told = sum(line.lstrip().split(None, 1)[0] in _VERBS for line in lines)
    return bool(lines) and told * 2 >= len(lines)


def words_tree(text: str, schema: Schema) -> Block:
    """The tree of words of ``text`` in either form."""
    root: Block = {}
    if is_set_form(text):
        for words in set_lines(text):
            if words[0] in {"set", "deactivate"}:
                body = words[1:]
                if body[:1] == ["/"]:
                    body = body[1:]
                put(root, ([INACTIVE] if words[0] == "deactivate" else []) + tidied(body, schema))
        return root
    for words in _paths(text):
        put(root, tidied(words, schema))
    return root


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
    stack: list[list[str]] = []
    path: list[str] = []
    words: list[str] = []
    values: list[str] | None = None
    for kind, token in _tokens(text):
        if kind == "comment" or (kind == "line" and (not by_line or values is not None)):
            continue
        if token == "[":
            values = []
        elif token == "]" and values is not None:
            for value in values:
                yield from _marked(path, [*words, value])
            if not values:
                yield from _marked(path, words)
            words, values = [], None
        elif token == "{":
            stack.append(path)
            yield from _marked(path, words)
            path = [*path, *(word for word in words if word not in _MARKS)][:_MAX_WORDS]
            words = []
        elif token in {";", "}"} or kind == "line":
            if words:
                yield from _marked(path, words)
            words = []
            if token == "}" and stack:
                path = stack.pop()
        elif values is not None:
            values.append(token)
        else:
            words.append(token)
    if words:
        yield from _marked(path, words)


def _marked(path: list[str], words: list[str]) -> Iterator[list[str]]:
    body = [word for word in words if word not in _MARKS]
    if not body:
        return
    if "inactive:" in words:
        yield [INACTIVE, *path, *body]
    yield [*path, *body]


def tidied(words: list[str], schema: Schema) -> list[str]:
    """Words in one form: no needless quotes, IPv6 addresses as short as they can be."""
    tidy = [_tidy(word) for word in words]
    for head in schema.inline:
        name, *attributes = head.split()
        if name in tidy[:-1]:
            return _apart(tidy, tidy.index(name), attributes)
    return tidy


def _apart(words: list[str], at: int, attributes: list[str]) -> list[str]:
    """Only a mark: statements written on one line are taken apart in ``words_tree`` by ``_split``."""
    del at, attributes
    return words


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
