"""XML as NETCONF uses it: parsed as it comes, without entities, DTDs or the network (RFC 6241, 3)."""

from __future__ import annotations

import re
from typing import cast

from lxml import etree
from lxml.etree import _Element

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
DEFAULTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class XmlError(ValueError):
    """Not well-formed, or with a document type, which NETCONF forbids."""


class StreamedXml:
    """One message, parsed piece by piece. Raises XmlError."""

    def __init__(self) -> None:
        self._parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_blank_text=False
        )
        self._started = False

    def feed(self, piece: bytes) -> None:
        if not self._started:
            piece = piece.lstrip()
            self._started = bool(piece)
        if piece:
            try:
                self._parser.feed(piece)
            except etree.XMLSyntaxError as error:
                raise XmlError(str(error)) from None

    def close(self) -> _Element:
        if not self._started:
            raise XmlError("the message is empty")
        try:
            root: _Element = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise XmlError(str(error)) from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise XmlError("the message has a document type declaration, which NETCONF forbids")
        return root


def parse(text: str | bytes) -> _Element:
    """A whole document. Raises XmlError."""
    reader = StreamedXml()
    reader.feed(text.encode() if isinstance(text, str) else text)
    return reader.close()


def elements(text: str) -> list[_Element]:
    """The elements of a piece of XML, or of a whole document. One without a namespace is in NETCONF's base.
    Raises XmlError."""
    around = parse(f'<_ xmlns="{BASE}">{_DECLARATION.sub("", text, count=1)}</_>')
    return [node for node in around if isinstance(node.tag, str)]


def qualified(name: str, namespace: str = BASE) -> str:
    return f"{{{namespace}}}{name}"


def element(name: str, text: str | None = None, *, namespace: str = BASE) -> _Element:
    made = etree.Element(qualified(name, namespace), nsmap=cast("dict[str, str]", {None: namespace}))
    made.text = text
    return made


def child(parent: _Element, name: str, text: str | None = None, *, namespace: str = BASE) -> _Element:
    made = etree.SubElement(parent, qualified(name, namespace))
    made.text = text
    return made


def local(node: _Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(node).localname


def text_of(node: _Element) -> str:
    return "".join(str(words) for words in node.itertext()).strip()


def xml_text(node: _Element) -> str:
    return etree.tostring(node, encoding="unicode", with_tail=False)


def xml_bytes(node: _Element) -> bytes:
    return etree.tostring(node, encoding="UTF-8", xml_declaration=True, with_tail=False)
