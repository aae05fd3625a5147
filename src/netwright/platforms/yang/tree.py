"""Data of YANG models as one tree: from XML (NETCONF), from paths and values (gNMI), from JSON.

Names have no prefixes; a top name has its models' family before it (``openconfig:interfaces``,
``ietf:interfaces``), since both have containers of one name. A list is read by ``rows``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from lxml.etree import QName, _Element

from netwright.device.gnmi.path import parse_path
from netwright.platforms.show import NOT_UNDERSTOOD

Tree = dict[str, Any]
T = TypeVar("T")
_DEEPEST = 60


class Rows(dict[tuple[tuple[str, str], ...], Tree]):
    """A list's entries by their keys."""


class Parts:
    """Reads a tree part by part: one that makes no sense is told in ``unparsed``, with what came before it
    kept."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.unparsed: list[tuple[str, str]] = []

    def read(self, part: str, facts: Iterable[T]) -> tuple[T, ...]:
        found: list[T] = []
        try:
            for fact in facts:
                found.append(fact)  # noqa: PERF402 -- what came before an error stays
        except NOT_UNDERSTOOD as error:
            self.unparsed.append((f"{self._name} {part}", f"{type(error).__name__}: {error}"))
        return tuple(found)


def from_xml(*parents: _Element) -> Tree:
    """Of ``data`` elements."""
    made: Tree = {}
    for parent in parents:
        for node in parent:
            if isinstance(node.tag, str):
                name = QName(node)
                _add(made, f"{_family(name.namespace or '')}:{name.localname}", _xml(node, 0))
    return made


def from_updates(updates: Iterable[tuple[str, Any]]) -> Tree:
    """Of gNMI's paths and values; the values may be whole subtrees in JSON."""
    made: Tree = {}
    for text, value in updates:
        path = parse_path(text)
        place: Tree = made
        names = [(elem.name, dict(elem.key)) for elem in path.elem]
        if not names:
            _merge(made, from_json(value))
            continue
        for at, (name, keys) in enumerate(names):
            plain = _plain(name) if at else _top(name, path.origin)
            last = at == len(names) - 1
            if keys:
                rows = place.setdefault(plain, Rows())
                if not isinstance(rows, Rows):
                    rows = place[plain] = Rows()
                place = rows.setdefault(tuple(sorted(keys.items())), dict(keys))
                if last:
                    _merge(place, _json(value, 0))
            elif last:
                _set(place, plain, _json(value, 0))
            else:
                below = place.get(plain)
                if not isinstance(below, dict):
                    below = place[plain] = {}
                place = below
    return made


def from_json(value: Any, origin: str = "") -> Tree:
    """Of a whole document (RFC 7951)."""
    if not isinstance(value, Mapping):
        return {}
    return {_top(str(name), origin): _json(inner, 0) for name, inner in value.items()}


def below(node: Any, *names: str) -> Tree:
    """The container down there; an empty one where it is not."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def rows(node: Any, *names: str) -> Iterator[Tree]:
    """A list's entries, however they came."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    if isinstance(node, Rows):
        yield from node.values()
    elif isinstance(node, dict):
        yield node
    elif isinstance(node, list):
        yield from (item for item in node if isinstance(item, dict))


def words(node: Tree, *names: str) -> str | None:
    """The first of these leaves that says something."""
    for name in names:
        value = node.get(name)
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()
    return None


def identity(node: Tree, name: str) -> str | None:
    """An identity's own name: ``iana-hardware:chassis`` is ``chassis``."""
    value = words(node, name)
    return value.rpartition(":")[2] if value else None


def number(node: Tree, *names: str) -> int | None:
    value = real(node, *names)
    return None if value is None else int(value)


def real(node: Tree, *names: str) -> float | None:
    """The first of these leaves that is a number; 64-bit ones come as text in JSON."""
    for name in names:
        value = node.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        try:
            found = int(value) if not isinstance(value, float) else value
        except ValueError:
            try:
                found = float(value)
            except ValueError:
                continue
        if math.isfinite(found):
            return found
    return None


def truth(node: Tree, name: str) -> bool | None:
    value = node.get(name)
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).lower())


def _xml(node: _Element, depth: int) -> Any:
    children = [child for child in node if isinstance(child.tag, str)]
    if not children or depth > _DEEPEST:
        return (node.text or "").strip()
    made: Tree = {}
    for child in children:
        _add(made, QName(child).localname, _xml(child, depth + 1))
    return made


def _json(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {_plain(str(name)): _json(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_json(item, depth + 1) for item in value]
    return value


def _add(made: Tree, name: str, value: Any) -> None:
    """A second node of one name makes a list of them."""
    if name not in made:
        made[name] = value
    elif isinstance(made[name], list):
        made[name].append(value)
    else:
        made[name] = [made[name], value]


def _set(place: Tree, name: str, value: Any) -> None:
    if isinstance(place.get(name), dict) and isinstance(value, Mapping):
        _merge(place[name], value)
    else:
        place[name] = value


def _merge(place: Tree, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _set(place, name, inner)


def _top(name: str, origin: str) -> str:
    prefix, colon, plain = name.rpartition(":")
    return f"{_family(prefix if colon else origin or 'openconfig')}:{plain}"


def _plain(name: str) -> str:
    return name.rpartition(":")[2]


def _family(namespace: str) -> str:
    """Whose model a module's name or namespace is; others keep theirs whole."""
    if "openconfig" in namespace:
        return "openconfig"
    if namespace.startswith(("urn:ietf:params:xml:ns:yang:", "ietf-", "ietf")):
        return "ietf"
    return namespace
