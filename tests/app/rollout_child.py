"""A worker process for ``test_jobs``: ``rollout_child.py FOLDER ROLLOUT [MOMENT DEVICE]``.

It runs the rollout to its end, or kills itself with SIGKILL when ``DEVICE`` comes to ``MOMENT``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.deploy.fakenetwork import open_network

from netwright.app.worker import Worker, WorkerLock
from netwright.base.clock import SystemClock
from netwright.deploy.moment import Moment, Observer, Unobserved


class KillAt:
    """Dies as by kill -9."""

    def __init__(self, moment: Moment, device: str) -> None:
        self.fatal = (moment, device)

    def moment(self, moment: Moment, device: str) -> None:
        if (moment, device) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, rollout: str, *fatal: str) -> None:
    observer: Observer = KillAt(Moment(fatal[0]), fatal[1]) if fatal else Unobserved()
    network = open_network(folder, SystemClock(), observer=observer)
    WorkerLock(folder / "worker.lock").require()
    worker = Worker(f"sqlite:///{folder / 'workflows.db'}", network.hands)
    asyncio.run(worker.run(lambda: network.head(rollout).state.final))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
