"""XML answers without their namespaces: a vendor's change with each release and tell us nothing.

Junos writes the same tree as JSON too (``| display json``): it is read as the XML that it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
from lxml import etree

from netwright.platforms import values

_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")


class Element:
    """An element of an answer. Paths are names with ``/`` between them."""

    __slots__ = ("node",)

    def __init__(self, node: etree._Element) -> None:
        self.node = node

    @property
    def name(self) -> str:
        return _local(self.node)

    @property
    def own(self) -> str | None:
        """Its own text."""
        return values.words(self.node.text)

    def each(self, path: str) -> Iterator[Element]:
        """Children at the end of a path."""
        first, _, rest = path.partition("/")
        for node in self.node:
            if _local(node) == first:
                if rest:
                    yield from Element(node).each(rest)
                else:
                    yield Element(node)

    def below(self, name: str) -> Iterator[Element]:
        """Elements of that name at any depth, in the document's order."""
        for node in self.node.iter():
            if _local(node) == name:
                yield Element(node)

    def text(self, path: str) -> str | None:
        """The text at the end of a path; None where it is absent or empty."""
        return next((found for one in self.each(path) if (found := values.words(one.node.text))), None)

    def need(self, path: str) -> str:
        """The same. Raises ValueError where it is absent."""
        found = self.text(path)
        if found is None:
            raise ValueError(f"{self.name} has no {path}")
        return found

    def number(self, path: str) -> int | None:
        return values.integer(self.text(path))

    def attribute(self, path: str, name: str) -> str | None:
        """An attribute of the element at the end of a path, whatever its namespace."""
        for one in self.each(path):
            for key, value in one.node.attrib.items():
                if str(key).rpartition("}")[2] == name:
                    return str(value)
        return None

    def __str__(self) -> str:
        return str(etree.tostring(self.node, encoding="unicode"))


def _local(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _of_xml(answer: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(_DECLARED.sub("", answer).strip().encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"is no XML: {error}") from None


_MOST_DEEP = 60


def _of_json(answer: str) -> etree._Element:
    """Junos' JSON: an element is a list of objects, its text is ``data``, its attributes ``attributes``."""
    root = etree.Element("rpc-reply")
    _fill(root, orjson.loads(answer), _MOST_DEEP)
    return root


def _fill(node: etree._Element, said: Any, levels: int) -> None:
    if levels == 0:
        raise ValueError("is nested too deeply")
    for name, each in said.items() if isinstance(said, dict) else ():
        if name == "data":
            node.text = each if isinstance(each, str) else None
        elif name == "attributes":
            for key, value in each.items():
                node.set(re.sub(r"\W", "_", str(key).rpartition(":")[2]) or "_", str(value))
        elif isinstance(each, list):
            for one in each:
                _fill(etree.SubElement(node, _tag(name)), one, levels - 1)
        elif isinstance(each, str):
            etree.SubElement(node, _tag(name)).text = each


def _tag(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][\w.-]*", name):
        raise ValueError(f"{name!r} is no name of an element")
    return name


def document(answer: str, *expected: str) -> Element:
    """The root of an answer. ``expected``: names of which one has to be in it. Raises ValueError for what is
    no XML, is cut off, or holds something else. Entities are not resolved, nothing is fetched."""
    found = Element(_of_json(answer) if answer.lstrip()[:1] == "{" else _of_xml(answer))
    if expected and not any(True for name in expected for _ in found.below(name)):
        raise ValueError(f"holds no {' and no '.join(expected)}")
    return found
