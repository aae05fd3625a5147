"""Paths as text and as messages (OpenConfig's gnmi-path-strings): ``/interfaces/interface[name=Et1]/state``.

A backslash takes the meaning from ``]`` and ``\\`` in a key's value, and from ``/`` and ``[`` in a name. An
origin stands before: ``openconfig:/interfaces``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from netwright.base.errors import InputError
from netwright.device.gnmi.proto.gnmi_pb2 import Path, PathElem

_ORIGIN = re.compile(r"([A-Za-z0-9_.-]+):(?=/|$)")
_NAME = re.compile(r"(?:[^/\[\\]|\\.)+", re.DOTALL)
_KEY = re.compile(r"\[((?:[^=\[\]\\]|\\.)+)=((?:[^\]\\]|\\.)*)\]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_path(text: str, *, origin: str = "", target: str = "") -> Path:
    """Raises InputError."""
    rest = text
    if found := _ORIGIN.match(text):
        origin, rest = found[1], text[found.end() :]
    elements: list[PathElem] = []
    at = 1 if rest.startswith("/") else 0
    while at < len(rest):
        name = _NAME.match(rest, at)
        if name is None:
            raise _wrong(text, "an element has no name")
        at = name.end()
        keys: dict[str, str] = {}
        while key := _KEY.match(rest, at):
            keys[_plain(key[1])] = _plain(key[2])
            at = key.end()
        if at < len(rest) and rest[at] != "/":
            raise _wrong(text, f"{rest[at:]!r} is no [key=value]")
        at += 1
        elements.append(PathElem(name=_plain(name[0]), key=keys))
    if rest.endswith("/") and len(rest) > 1 and not rest.endswith("\\/"):
        raise _wrong(text, "it ends with /")
    return Path(origin=origin, target=target, elem=elements)


def path_text(*paths: Path) -> str:
    """A prefix and what follows it as one text; keys in the order of their names, as in a schema's index."""
    origin = next((path.origin for path in paths if path.origin), "")
    return (f"{origin}:" if origin else "") + (_elements(paths) or "/")


def _elements(paths: Iterable[Path]) -> str:
    parts: list[str] = []
    for path in paths:
        for elem in path.elem:
            parts.append("/" + _escaped(elem.name, "/["))
            if elem.key:
                keys = sorted(elem.key.items())
                parts.extend(f"[{_escaped(key, '=[]')}={_escaped(value, ']')}]" for key, value in keys)
        if not path.elem and path.element:
            parts.extend("/" + name for name in path.element)  # gNMI before 0.4
    return "".join(parts)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _escaped(text: str, marks: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    for mark in marks:
        if mark in text:
            text = text.replace(mark, f"\\{mark}")
    return text


def _wrong(text: str, why: str) -> InputError:
    return InputError(
        f"{text!r} is no gNMI path: {why}", remedy="Write /interfaces/interface[name=Ethernet1]/state."
    )
