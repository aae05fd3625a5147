"""A secret that does not show itself in a log, a traceback or a repr."""

from __future__ import annotations

from typing import Protocol


class Secret:
    """Holds a password or key. ``reveal`` is the one way to read it, easy to search for."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class SecretStore(Protocol):
    """Named secrets, encrypted at rest. ``get`` raises NotFoundError for an unknown name."""

    def get(self, name: str) -> Secret: ...
