"""Small values that several sections share, and how context data may write them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar, dataclass_transform

from pydantic import AfterValidator, BeforeValidator, Field

_CLOSED: dict[str, Any] = {"extra": "forbid"}

_T = TypeVar("_T")
_C = TypeVar("_C")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_WORD = re.compile(r"[!-~]+")
_STEP = 10
DSCP_NAMES: dict[str, int] = {
    "default": 0,
    "be": 0,
    "ef": 46,
    "va": 44,
    **{f"cs{number}": 8 * number for number in range(8)},
    **{f"af{one}{drop}": 8 * one + 2 * drop for one in range(1, 5) for drop in range(1, 4)},
}
"""RFC 2474, 2597, 3246, 5865."""


@dataclass_transform(frozen_default=True)
def section(declared: type[_C]) -> type[_C]:
    """A frozen dataclass that context data can fill: pydantic refuses keys that it doesn't have."""
    declared.__pydantic_config__ = _CLOSED  # type: ignore[attr-defined]
    return dataclass(frozen=True, slots=True)(declared)


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if all(_LABEL.fullmatch(label) for label in text.rstrip(".").split(".")):
            return text
        raise ValueError("should be an address or a DNS name") from None


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError("should be one word without blanks")
    return text


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("should be one line without control characters")
    return text


def _text(text: str) -> str:
    if not all(char.isprintable() or char == "\n" for char in text):
        raise ValueError("should have no control characters but line ends")
    return text


def _dscp(value: object) -> object:
    return DSCP_NAMES.get(value.lower(), value) if isinstance(value, str) else value


def _named(value: object) -> object:
    """``{a: {x: 1}}`` as ``[{name: a, x: 1}]`` in order of name: mappings merge key by key, and a database
    need not keep their order."""
    if not isinstance(value, dict):
        return value
    return [{"name": name, **_body(value[name])} for name in sorted(value) if value[name] is not None]


def _numbered(value: object) -> object:
    """Entries as a list (numbered 10, 20 ...) or as a mapping by number."""
    if isinstance(value, dict):
        numbers = sorted(value, key=lambda one: (len(str(one)), str(one)))
        return [{"sequence": one, **_body(value[one])} for one in numbers if value[one] is not None]
    if isinstance(value, list):
        return [
            {"sequence": _STEP * place, **one} if isinstance(one, dict) else one
            for place, one in enumerate(value, 1)
        ]
    return value


def _body(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("should be a mapping, of names or numbers to mappings")  # noqa: TRY004 (pydantic's)
    return value


def _hosts(value: object) -> object:
    """A host alone stands for an entry with nothing but the host."""
    if not isinstance(value, list):
        return value
    return [{"host": one} if isinstance(one, str) else one for one in value]


Host: TypeAlias = Annotated[str, AfterValidator(_host)]
Word: TypeAlias = Annotated[str, AfterValidator(_word)]
Line: TypeAlias = Annotated[str, AfterValidator(_line)]
Text: TypeAlias = Annotated[str, AfterValidator(_text)]
SecretName: TypeAlias = Annotated[str, AfterValidator(_word)]
"""Name of a secret; its value is read while rendering and stands nowhere else."""
PortNumber: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Dscp: TypeAlias = Annotated[int, BeforeValidator(_dscp), Field(ge=0, le=63)]
Named: TypeAlias = Annotated[tuple[_T, ...], BeforeValidator(_named)]
"""In context data a mapping by name, so that a narrower context changes one of them."""
Numbered: TypeAlias = Annotated[tuple[_T, ...], BeforeValidator(_numbered)]
Hosts: TypeAlias = Annotated[tuple[_T, ...], BeforeValidator(_hosts)]

__all__ = [
    "DSCP_NAMES",
    "Dscp",
    "Host",
    "Hosts",
    "Line",
    "Named",
    "Numbered",
    "PortNumber",
    "SecretName",
    "Text",
    "Word",
    "section",
]
