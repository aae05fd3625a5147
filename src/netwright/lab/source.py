"""A YAML file read with its line numbers, so that each error names the line it is about."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TypeVar

import yaml

from netwright.base.errors import InputError

T = TypeVar("T")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Value:
    """A place in the file: a scalar, a list or a mapping, with its line."""

    def __init__(self, node: yaml.Node, file: str) -> None:
        self._node = node
        self._file = file

    @property
    def where(self) -> str:
        return f"{self._file}:{self._node.start_mark.line + 1}"

    def error(self, what: str, remedy: str | None = None) -> InputError:
        return InputError(what, subject=self.where, remedy=remedy)

    def text(self) -> str:
        if not isinstance(self._node, yaml.ScalarNode) or self._node.value == "":
            raise self.error("expected a word or a number here")
        value: str = self._node.value
        return value

    def number(self, low: int = 0, high: int = 2**32 - 1) -> int:
        text = self.text()
        try:
            number = int(text)
        except ValueError:
            raise self.error(f"{text!r} is not a whole number") from None
        if not low <= number <= high:
            raise self.error(f"{number} is not between {low} and {high}")
        return number

    def parse(self, kind: Callable[[str], T], noun: str) -> T:
        """The scalar through ``kind``, whose ValueError becomes "is not a NOUN"."""
        text = self.text()
        try:
            return kind(text)
        except ValueError as error:
            raise self.error(f"{text!r} is not {noun} ({error})") from None

    def address(self) -> ipaddress.IPv4Address:
        return self.parse(ipaddress.IPv4Address, "an IPv4 address")

    def interface(self) -> ipaddress.IPv4Interface:
        if "/" not in self.text():
            raise self.error(f"{self.text()!r} lacks its prefix length", "Write it as 198.18.1.3/31.")
        return self.parse(ipaddress.IPv4Interface, "an address with its prefix length")

    def network(self) -> ipaddress.IPv4Network:
        return self.parse(ipaddress.IPv4Network, "an IPv4 prefix")

    def items(self) -> list[Value]:
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error("expected a list here")
        return [Value(item, self._file) for item in self._node.value]

    def pairs(self) -> dict[str, Value]:
        """A mapping's entries; a key given twice is an error (YAML itself would take the last)."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error("expected a mapping (name: value) here")
        found: dict[str, Value] = {}
        for key, value in self._node.value:
            name = Value(key, self._file).text()
            if name in found:
                raise Value(key, self._file).error(f"{name} is given twice")
            found[name] = Value(value, self._file)
        return found

    def fields(self, required: str, optional: str = "") -> dict[str, Value]:
        """A mapping whose keys are known: two lists of words. Any other key is an error."""
        found = self.pairs()
        needed, allowed = required.split(), required.split() + optional.split()
        for name, value in found.items():
            if name not in allowed:
                raise value.error(f"unknown field {name}", f"Fields here: {', '.join(allowed)}.")
        for name in needed:
            if name not in found:
                raise self.error(f"the field {name} is missing")
        return found


def read_yaml(text: str, file: str) -> Value:
    """The file's one document. Raises InputError with the line where YAML itself breaks."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(
            f"not valid YAML ({error.problem})", subject=f"{file}:{line}", remedy="Mend the file."
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML ({error})", subject=file, remedy="Mend the file.") from None
    if node is None:
        raise InputError("the file is empty", subject=file, remedy="See examples/demo/lab.yaml.")
    return Value(node, file)
