"""Which designs there are: those that are shipped, and those of people in a folder of theirs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from netwright.base.errors import InputError, NotFoundError
from netwright.design.definition import Design, read_design
from netwright.store.kind import Kinds

SHIPPED = Path(__file__).parent / "shipped"


class Catalog:
    """Designs by name; a person's design stands over a shipped one of the same name. Files are read when
    they are asked for, each once."""

    def __init__(self, kinds: Kinds, *folders: Path) -> None:
        """``folders``: people's own, the first found wins."""
        self._kinds = kinds
        self._files: dict[str, Path] = {}
        for folder in (*folders, SHIPPED):
            for file in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
                self._files.setdefault(file.stem, file)
        self._read: dict[str, Design] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def get(self, name: str) -> Design:
        """Raises NotFoundError, or InputError for a file that can't be read as a design."""
        if name not in self._files:
            near = difflib.get_close_matches(name, self._files, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(self)}."
            raise NotFoundError(f"there is no design {name!r}", remedy=hint)
        if name not in self._read:
            design = read_design(self._files[name], self._kinds)
            if design.name != name:
                raise InputError(
                    f"holds design {design.name!r}", subject=design.file, remedy="Name the file after it."
                )
            self._read[name] = design
        return self._read[name]
