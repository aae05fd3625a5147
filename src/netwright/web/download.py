"""Lists as files to keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fastapi.responses import Response

from netwright.base.spreadsheet import csv_text


def csv_file(names: Sequence[str], rows: Iterable[Mapping[str, object]], file: str) -> Response:
    """A whole list as CSV, to be kept under ``file``."""
    headers = {"content-disposition": f'attachment; filename="{file}.csv"'}
    return Response(csv_text(names, rows), media_type="text/csv; charset=utf-8", headers=headers)
