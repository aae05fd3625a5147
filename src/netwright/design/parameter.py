"""Parameters of a design: what a person may say, and what is taken when they say nothing."""

from __future__ import annotations

import difflib
import enum
import ipaddress
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from netwright.base.errors import InputError


class ParameterType(enum.StrEnum):
    """How a parameter is written."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    ADDRESS = "address"
    PREFIX = "prefix"
    REFERENCE = "reference"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. ``kind``: of a reference, what it names. ``least`` and ``most`` bound numbers."""

    name: str
    type: ParameterType = ParameterType.TEXT
    help: str = ""
    required: bool = True
    default: Any = None
    choices: tuple[str, ...] = ()
    kind: str = ""
    least: float | None = None
    most: float | None = None

    def take(self, value: Any) -> Any:
        """A value as plain data. Raises InputError that names the parameter and what is expected."""
        if value is None and not self.required:
            return self.default
        try:
            taken = _TAKE[self.type](value)
        except (TypeError, ValueError):
            raise self._wrong(value, _EXPECTED[self.type]) from None
        if self.choices and taken not in self.choices:
            near = difflib.get_close_matches(str(taken), self.choices, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise self._wrong(value, f"one of {', '.join(self.choices)}{hint}")
        if isinstance(taken, int | float) and not isinstance(taken, bool) and not self._inside(taken):
            raise self._wrong(value, f"a number{self._bounds()}")
        return taken

    def _inside(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def _bounds(self) -> str:
        least = "" if self.least is None else f" from {self.least:g}"
        return least if self.most is None else f"{least} to {self.most:g}"

    def _wrong(self, value: Any, expected: str) -> InputError:
        return InputError(
            f"expected {expected}, not {str(value)[:80]!r}",
            subject=f"parameter {self.name}",
            remedy=f"Give it: {self.help or self.type}.",
        )


def take_all(parameters: Collection[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters with their values. Raises InputError for one that is unknown, missing or wrong."""
    known = {one.name for one in parameters}
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(sorted(known))}."
            raise InputError("the design has no such parameter", subject=f"parameter {name}", remedy=hint)
    missing = [one for one in parameters if one.required and given.get(one.name) is None]
    if missing:
        wanted = "; ".join(f"{one.name}: {one.help}" if one.help else one.name for one in missing)
        raise InputError(
            f"missing: {', '.join(one.name for one in missing)}",
            subject="parameters",
            remedy=f"Give {wanted}.",
        )
    return {one.name: one.take(given.get(one.name)) for one in parameters}


def _boolean(value: Any) -> bool:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError(value)
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _text(value: Any) -> str:
    if isinstance(value, list | dict) or value is None:
        raise TypeError(value)
    return str(value)


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return list(value)


_TAKE: dict[ParameterType, Callable[[Any], Any]] = {
    ParameterType.TEXT: _text,
    ParameterType.INTEGER: _integer,
    ParameterType.NUMBER: _number,
    ParameterType.BOOLEAN: _boolean,
    ParameterType.CHOICE: _text,
    ParameterType.ADDRESS: lambda value: str(ipaddress.ip_address(_text(value))),
    ParameterType.PREFIX: lambda value: str(ipaddress.ip_network(_text(value))),
    ParameterType.REFERENCE: _text,
    ParameterType.LIST: _list,
}
_EXPECTED = {
    ParameterType.TEXT: "text",
    ParameterType.INTEGER: "an integer",
    ParameterType.NUMBER: "a number",
    ParameterType.BOOLEAN: "true or false",
    ParameterType.CHOICE: "a word",
    ParameterType.ADDRESS: "an IP address",
    ParameterType.PREFIX: "a prefix, as 192.0.2.0/24",
    ParameterType.REFERENCE: "the name of an object",
    ParameterType.LIST: "a list, or words with commas",
}
