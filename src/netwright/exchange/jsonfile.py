"""JSON files of others, told apart by what is in them: a drafting source for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import orjson
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.exchange.remote.report import Homeless
from netwright.intent.document import MAX_BYTES, Scalar
from netwright.intent.draft import Draft, key_of
from netwright.intent.source import Drafts
from netwright.inventory import KINDS

Put: TypeAlias = Callable[[str, str, Mapping[str, Any]], str]
"""``put(file, kind, fields)`` drafts an object once and gives its key."""


class JsonFiles:
    """Files of one format as a source. ``read``: drafts them all; it tells what has no home."""

    def __init__(
        self, paths: Sequence[Path], read: Callable[[Mapping[str, Any], Put, Homeless], None]
    ) -> None:
        self._paths = paths
        self._read = read

    @property
    def files(self) -> Sequence[str]:
        return [str(path) for path in self._paths]

    def drafts(self, session: Session) -> Drafts:
        found: dict[tuple[str, str], Draft] = {}

        def put(file: str, kind: str, fields: Mapping[str, Any]) -> str:
            draft = Draft(KINDS[kind], file, 1)
            for name, value in fields.items():
                if value is not None:
                    draft.values[name] = Scalar(str(value), 1)
            draft.key = key_of(draft)
            found.setdefault((kind, draft.key), draft)
            return draft.key

        homeless = Homeless()
        self._read({str(path): read_json(path) for path in self._paths}, put, homeless)
        return Drafts(list(found.values()), homeless.problems())


def read_json(path: Path) -> Any:
    """Raises InputError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("is too large", subject=str(path))
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error}", subject=str(path)) from None
    except OSError as error:
        raise InputError(f"can't be read ({error.strerror})", subject=str(path)) from None


def word(text: str) -> str:
    """Text as a name: letters, digits and a few signs."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")
