"""The tests' own PostgreSQL goes with the test process, however that ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.postgresql import cluster

pytestmark = pytest.mark.slow
_CHILD = """
from tests.postgresql import cluster
with cluster() as made:
    print(made.folder, made.watcher, (made.folder / "data/postmaster.pid").read_text().split()[0], flush=True)
    input()
"""


def test_killed_with_the_process() -> None:
    with cluster():  # skips where there is none
        pass
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as child:
        assert child.stdout is not None
        folder, watcher, server = child.stdout.readline().split()
        watched = [os.pidfd_open(int(watcher)), os.pidfd_open(int(server))]
        assert Path(folder).exists()
        os.kill(child.pid, signal.SIGKILL)
    for one in watched:
        assert select.select([one], [], [], 60)[0]
        os.close(one)
    assert not Path(folder).exists()
