"""A private PostgreSQL for tests: a cluster in a temporary folder, reached by a socket in it and by nothing
else, without fsync. Each database is made anew from a name. A watcher holds the reading end of a pipe to the
test process: when that ends, however it ends, the watcher stops the server and removes the folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

_WATCHER = 'cat; "$1" -D "$2/data" stop -m immediate; rm -rf "$2"'


class Cluster:
    """A running server. ``new`` gives the URL of an empty database."""

    def __init__(self, folder: Path, user: str, watcher: int) -> None:
        self.folder = folder
        self.watcher = watcher
        self._user = user
        self._numbers = count(1)

    def new(self, copy_of: str = "") -> str:
        """``copy_of``: the URL of one that nobody is connected to; a copy costs less than migrations."""
        name = f"test{next(self._numbers)}"
        template = f" TEMPLATE {copy_of.partition('@/')[2].partition('?')[0]}" if copy_of else ""
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{template}"))
        engine.dispose()
        return self._url(name)

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://{self._user}@/{database}?host={self.folder}"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Skips the test where PostgreSQL is not installed; in CI that is a failure."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    control = str(found[-1]) if found else shutil.which("pg_ctl")
    if control is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed; scripts/system.sh installs it")
        pytest.skip("PostgreSQL is not installed")
    programs = Path(control).parent
    root = os.geteuid() == 0
    owner = pwd.getpwnam("postgres" if root else pwd.getpwuid(os.geteuid()).pw_name)
    folder = Path(tempfile.mkdtemp(prefix="netwright-pg-"))  # short: a socket's path has 107 characters
    if root:
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    as_owner: dict[str, Any] = {
        "user": owner.pw_uid if root else None,
        "group": owner.pw_gid if root else None,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, **as_owner)

    with subprocess.Popen(
        ["sh", "-c", _WATCHER, "sh", programs / "pg_ctl", folder],
        stdin=subprocess.PIPE,
        cwd="/",
        start_new_session=True,
        **as_owner,
    ) as watcher:  # which closes the pipe and waits
        run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c shared_buffers=16MB"
        )
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        yield Cluster(folder, owner.pw_name, watcher.pid)
