"""Questions about what stands inside a JSON field by name: ``custom.owner=ada``, ``custom.year__gte=2024``.

JSON has no declared types, so values are compared as text; order is asked of numbers alone. Both databases
give the same answer, also for ``true``, which SQLite reads from JSON as 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, String, case, cast, func, not_, or_
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.store.query.lookup import escaped, listed

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
_COMPARED: dict[str, Callable[[ColumnElement[Any], float], ColumnElement[bool]]] = {
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
}
_KNOWN = ("eq", "n", "in", "isnull", "ic", "sw", *_COMPARED)


def inside(
    session: Session,
    column: ColumnElement[Any],
    names: Sequence[str],
    asked: str,
    values: Sequence[Any],
    subject: str,
) -> ColumnElement[bool]:
    """The condition of one filter. Raises InputError for a lookup that JSON does not have."""
    value = _Value(session.get_bind().dialect.name == "sqlite", column, names)
    if asked in {"", "eq", "in"}:
        return _any(value, listed(values) if asked == "in" else values)
    if asked == "n":
        return or_(value.text.is_(None), not_(_any(value, values)))
    if asked == "isnull":
        absent = value.text.is_(None)
        return or_(*(absent if str(one).lower() in {"true", "1", "yes"} else not_(absent) for one in values))
    if asked in {"ic", "sw"}:
        before = "%" if asked == "ic" else ""
        return or_(*(value.text.ilike(f"{before}{escaped(str(one))}%", escape="\\") for one in values))
    if asked in _COMPARED:
        return or_(*(_COMPARED[asked](value.number, _number(one, subject)) for one in values))
    raise InputError(
        f"there is no lookup {asked!r} inside JSON",
        subject=f"filter {subject}",
        remedy=f"There are: {', '.join(_KNOWN)}.",
    )


class _Value:
    """What stands under a path of names, in the words of one database."""

    def __init__(self, sqlite: bool, column: ColumnElement[Any], names: Sequence[str]) -> None:
        self._sqlite = sqlite
        self._column = column
        self._path = "$" + "".join(f'."{name}"' for name in names)
        found = column[tuple(names)] if len(names) > 1 else column[names[0]]
        self.text: ColumnElement[str] = cast(found.as_string(), String)

    @property
    def number(self) -> ColumnElement[Any]:
        """The value as a number; none when it is something else."""
        if self._sqlite:
            numeric: ColumnElement[bool] = func.json_type(self._column, self._path).in_(("integer", "real"))
        else:
            numeric = self.text.regexp_match(_NUMBER)
        return case((numeric, cast(self.text, Float)))

    def equals(self, value: str) -> ColumnElement[bool]:
        if self._sqlite and value in {"true", "false"}:
            return func.json_type(self._column, self._path).in_((value,))
        return self.text.in_((value,))


def _any(value: _Value, values: Sequence[Any]) -> ColumnElement[bool]:
    words = (str(one).lower() if isinstance(one, bool) else str(one) for one in values)
    return or_(*(value.equals(one) for one in words))


def _number(value: Any, subject: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"expected a number, not {value!r}", subject=f"filter {subject}") from None
