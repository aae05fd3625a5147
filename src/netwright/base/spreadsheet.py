"""Tables as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

_FORMULA = frozenset("=+-@\t\r")


def csv_text(names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A header of ``names`` and a line a row; lists as words with commas between, None as nothing.

    A text that a spreadsheet would take for a formula begins with an apostrophe: a device chooses its own
    name."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    words = (
        ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    )
    return f"'{words}" if words[:1] in _FORMULA else words
