"""A database with the ground that designs stand on, and verbs on designs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.tables import create_tables

from netwright.design import Applied, Catalog, Designs
from netwright.intent.importer import import_documents
from netwright.intent.rules import check
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.delta import Op
from netwright.store.naming import natural_keys, resolve

GROUND = Path(__file__).parents[2] / "examples" / "designs" / "ground.yaml"
LONDON: dict[str, Any] = {"region": "uk", "latitude": 51.5, "longitude": -0.1}


@dataclass
class Yard:
    """A database, and a folder for designs of one's own."""

    database: Database
    changesets: ChangeSets
    folder: Path
    tried: list[str] = field(default_factory=list)

    @property
    def designs(self) -> Designs:
        return Designs(self.database, self.changesets, KINDS, Catalog(KINDS, self.folder))

    def write(self, text: str, name: str = "mine.yaml") -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def apply(
        self, design: str, name: str, parameters: Mapping[str, Any] | None = None, **how: Any
    ) -> Applied:
        request = self.designs.request(design, name, parameters or {}, **how)
        return self.designs.apply([request], "tester", check)

    def changes(self, applied: Applied) -> set[tuple[str, str, str]]:
        """(operation, kind, key) of what was done, the design's own records left out."""
        if applied.changeset_id is None:
            return set()
        return {
            (str(one.op), one.kind, one.key)
            for one in self.changesets.diff(applied.changeset_id)
            if one.kind not in ("design_instance", "design_part", "allocation")
        }

    def load(self, text: str) -> None:
        file = self.folder.parent / "more.yaml"
        file.write_text(text)
        result = import_documents(self.database, self.changesets, [file], "tester", "By hand")
        assert result.ok, [str(problem) for problem in result.problems]

    def edit(self, kind: str, key: str, **fields: Any) -> None:
        self._merge(lambda editor, object_id: editor.update(kind, object_id, fields), kind, key)

    def delete(self, kind: str, key: str) -> None:
        self._merge(lambda editor, object_id: editor.delete(kind, object_id), kind, key)

    def _merge(self, change: Any, kind: str, key: str) -> None:
        with self.database.read() as session:
            object_id = resolve(session, kind, key)
        editor = self.changesets.editor()
        change(editor, object_id)
        self.changesets.commit(editor, "By hand", "somebody", check)

    def keys(self, kind: str) -> set[str]:
        with self.database.read() as session:
            return set(natural_keys(session, kind).values())

    def value(self, kind: str, key: str, column: str) -> Any:
        with self.database.read() as session:
            return getattr(session.get(KINDS[kind].record, resolve(session, kind, key)), column)

    def counts(self) -> dict[str, int]:
        with self.database.read() as session:
            found = {
                name: session.scalar(select(func.count()).select_from(kind.table)) or 0
                for name, kind in KINDS.items()
            }
        return {name: count for name, count in found.items() if count}


@pytest.fixture(scope="session")
def _ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ground") / "made.db"
    database = Database(f"sqlite:///{file}")
    create_tables(database)
    result = import_documents(database, ChangeSets(database, KINDS), [GROUND], "tester", "The ground")
    assert result.ok, [str(problem) for problem in result.problems]
    with database.writer.connect() as connection:
        connection.connection.execute("PRAGMA journal_mode=DELETE")
    database.close()
    return file


@pytest.fixture
def yard(_ground: Path, tmp_path: Path) -> Iterator[Yard]:
    database = Database(f"sqlite:///{shutil.copy(_ground, tmp_path / 'test.db')}")
    yield Yard(database, ChangeSets(database, KINDS), tmp_path / "designs")
    database.close()


__all__ = ["LONDON", "Op", "Yard"]
