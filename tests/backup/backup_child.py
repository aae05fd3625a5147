"""One backup run for ``test_snapshot``: prints the error's name and ends with 3 when the disk refuses."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from tests.deploy.fakenetwork import KEY, FakeClock, open_network

from netwright.backup.archive import Archive
from netwright.backup.snapshot import Backups
from netwright.base.errors import StorageError
from netwright.store.gitrepo import GitRepository


def main(folder: Path) -> int:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails with EFBIG then
    clock = FakeClock()
    network = open_network(folder, clock, sleep=clock.sleep)
    archive = Archive(GitRepository(folder / "backups.git"), network.hands.texts)
    backups = Backups(network.database, archive, KEY, clock, network.fleet.open_session)
    try:
        asyncio.run(backups.take(network.fleet.targets()))
    except StorageError as error:
        print(type(error).__name__, error)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
