"""A database with the real kinds, and design files to import into it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.tables import create_tables

from netwright.intent.importer import ImportResult, import_documents
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
from netwright.store.naming import natural_keys, resolve

CASES = Path(__file__).parents[1] / "cases"
DEMO = Path(__file__).parents[2] / "examples" / "demo" / "design"


@dataclass
class Workshop:
    """A database and a folder that design files are written into; problems name them without the folder."""

    database: Database
    changesets: ChangeSets
    folder: Path

    def design(self, text: str, name: str = "design.yaml") -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def load(
        self, *paths: Path, merge: bool = True, prune: bool = False, dry_run: bool = False
    ) -> ImportResult:
        return import_documents(
            self.database,
            self.changesets,
            paths,
            "tester",
            "A test's import",
            merge=merge,
            prune=prune,
            dry_run=dry_run,
        )

    def load_text(self, text: str) -> ImportResult:
        return self.load(self.design(text))

    def said(self, result: ImportResult) -> list[str]:
        return [str(problem).replace(f"{self.folder}/", "") for problem in result.problems]

    def keys(self, kind: str) -> set[str]:
        with self.database.read() as session:
            return set(natural_keys(session, kind).values())

    def value(self, kind: str, key: str, column: str) -> object:
        with self.database.read() as session:
            record = session.get(KINDS[kind].record, resolve(session, kind, key))
            return getattr(record, column)


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables: copying it is much faster than making them."""
    return _made(tmp_path_factory.mktemp("empty") / "made.db")


@pytest.fixture(scope="session")
def _with_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the demo's design imported."""
    return _made(tmp_path_factory.mktemp("demo") / "made.db", DEMO)


@pytest.fixture(scope="session")
def _with_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the small network of the rules' cases."""
    return _made(tmp_path_factory.mktemp("base") / "made.db", CASES / "rules" / "base.yaml")


@pytest.fixture
def workshop(_empty: Path, tmp_path: Path) -> Iterator[Workshop]:
    yield from _workshop(_empty, tmp_path)


@pytest.fixture
def demo(_with_demo: Path, tmp_path: Path) -> Iterator[Workshop]:
    yield from _workshop(_with_demo, tmp_path)


@pytest.fixture
def base(_with_base: Path, tmp_path: Path) -> Iterator[Workshop]:
    yield from _workshop(_with_base, tmp_path)


def _made(file: Path, *designs: Path) -> Path:
    database = Database(f"sqlite:///{file}")
    create_tables(database)
    if designs:
        result = import_documents(database, ChangeSets(database, KINDS), designs, "tester", "To begin with")
        assert result.ok, [str(problem) for problem in result.problems]
    with database.writer.connect() as connection:
        connection.connection.execute("PRAGMA journal_mode=DELETE")  # one file, nothing left in a log beside
    database.close()
    return file


def _workshop(source: Path, folder: Path) -> Iterator[Workshop]:
    database = Database(f"sqlite:///{shutil.copy(source, folder / 'test.db')}")
    yield Workshop(database, ChangeSets(database, KINDS), folder / "designs")
    database.close()
