"""The databases that benchmarks run on: SQLite in a file, and a PostgreSQL of their own, whose server's CPU
is counted apart."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figure import Skip

_TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """CPU of the database's own processes; none for SQLite, which works in ours."""

    def __init__(self, url: str, pid: int | None = None) -> None:
        self.url = url
        self._pid = pid

    @property
    def name(self) -> str:
        return "sqlite" if self._pid is None else "postgresql"

    def cpu_s(self) -> float:
        """So far, of the server and of all processes that it ever had."""
        if self._pid is None:
            return 0.0
        tasks = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        living = sum(sum(_times(int(pid))[:2]) for pid in tasks)
        return (living + sum(_times(self._pid))) / _TICKS


@contextmanager
def postgresql() -> Iterator[Server]:
    """A server with PostgreSQL's own settings, in a folder of its own, reached by a socket only."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        raise Skip("PostgreSQL is not installed")
    root = os.geteuid() == 0
    owner = pwd.getpwnam("postgres" if root else pwd.getpwuid(os.geteuid()).pw_name)
    folder = Path(tempfile.mkdtemp(prefix="netwright-pg-"))
    if root:
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs[-1] / program), "-D", str(folder / "data"), *arguments]
        drop = owner.pw_uid if root else None
        subprocess.run(command, check=True, cwd=folder, user=drop, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"-c listen_addresses= -k {folder}")
        try:
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            yield Server(f"postgresql+psycopg://{owner.pw_name}@/postgres?host={folder}", pid)
        finally:
            run("pg_ctl", "stop", "-m", "fast")
    finally:
        shutil.rmtree(folder)


def _times(pid: int) -> list[int]:
    """User, system, and those of children that ended, in clock ticks."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return [0, 0, 0, 0]
    return [int(word) for word in text.rpartition(")")[2].split()[11:15]]
