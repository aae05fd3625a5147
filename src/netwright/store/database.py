"""One database: SQLite on one machine, PostgreSQL beyond. Writers on SQLite take the lock at BEGIN."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from netwright.base.errors import StorageError

_BUSY_TIMEOUT_MS = 30_000
_SOON_MS = 100
_UNHEX = (3, 41)
"""From this version on SQLite has the function itself."""
_REMEDIES = (
    ("full", "Free some space; nothing of this change was kept."),
    ("readonly", "Give this user the right to write it."),
    ("unable to open", "Give this user the right to the file and its folder."),
    ("locked", "Another process holds it for long; try again."),
    ("no such table", "Run `netwright init` in a new home, or bring the database to this version."),
    ("malformed", "Restore it from its backup."),
)


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _loads(text: str | bytes) -> Any:
    # SQLite keeps a JSON number in a column as a number (its affinity is NUMERIC)
    return orjson.loads(text) if isinstance(text, str | bytes) else text


class Database:
    """Sessions over one engine. ``read`` never takes the write lock; ``write`` takes it at BEGIN
    (BEGIN IMMEDIATE), so that a transaction never fails half-way by upgrading its lock."""

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        """``options``: what whoever works with a session can ask its bind for (execution options)."""
        self.url = make_url(url)
        self.engine: Engine = create_engine(
            self.url,
            json_serializer=_dumps,
            json_deserializer=_loads,
            execution_options=dict(options or {}),
        )
        if self.url.get_backend_name() == "sqlite":
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            event.listen(self.engine, "connect", _sqlite_connect)
            event.listen(self.engine, "begin", _sqlite_begin)
        self._writer = self.engine.execution_options(netwright_write=True)
        self._reader = self.engine
        if self.url.get_backend_name() == "postgresql":  # as SQLite: a reader sees one state, not several
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only session on one state of the database; whatever it changed is rolled back."""
        with self._told(), Session(self._reader, expire_on_commit=False) as session:
            yield session
            session.expunge_all()  # what was read stays readable; closing rolls the rest back

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end of the block and rolls back on any error."""
        with self._told(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def write_soon(self) -> Iterator[Session]:
        """Like ``write`` for what is not worth waiting for: a StorageError at once while another writes."""
        engine = self._writer.execution_options(netwright_wait_ms=_SOON_MS)
        with self._told(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """A session that may write and never keeps it: the transaction is always rolled back."""
        with self._told(), Session(self._writer, expire_on_commit=False) as session:
            yield session
            session.expunge_all()  # what was read stays readable; closing rolls the rest back

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the machine refused (disk full, read-only, locked, no server) as a StorageError."""
        try:
            yield
        except OperationalError as error:
            reason = str(error.orig)
            raise StorageError(
                f"the database refused ({reason})",
                subject=self.url.render_as_string(hide_password=True),
                remedy=_remedy(reason),
            ) from error

    @property
    def writer(self) -> Engine:
        """The engine whose transactions may write (for Alembic and bulk Core work)."""
        return self._writer

    def close(self) -> None:
        self.engine.dispose()


def _remedy(reason: str) -> str:
    for mark, remedy in _REMEDIES:
        if mark in reason:
            return remedy
    return "See that the database runs and is the one of this version."


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _sqlite_begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if sqlite3.sqlite_version_info < _UNHEX:
        connection.create_function("unhex", 1, bytes.fromhex, deterministic=True)


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    begin = "BEGIN IMMEDIATE" if options.get("netwright_write", False) else "BEGIN"
    wait_ms = options.get("netwright_wait_ms")
    if wait_ms is None:
        connection.exec_driver_sql(begin)
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(wait_ms)}")
    try:
        connection.exec_driver_sql(begin)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
