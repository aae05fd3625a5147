"""How many samples can be imported: `python scripts/samples.py FOLDER` prints passed and total of each set.

Each file is read alone into an empty database and held against it; nothing is written. A file has passed when
it is read without an error; what has no home is a warning.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from netwright.app.tables import metadata
from netwright.base.errors import NetwrightError
from netwright.exchange.formats import Format, open_source
from netwright.intent.prepared import prepare
from netwright.store.database import Database
from netwright.store.problem import broken

SETS = (
    ("topologies", Format.TOPOLOGY, "*.json"),
    ("peeringdb", Format.PEERINGDB, "*.json"),
    ("devicetypes", Format.DEVICETYPES, "*.y*ml"),
    ("trafficcontrol", Format.TRAFFICCONTROL, "*.json"),
)


def main(folder: Path) -> int:
    """Exit code 1 when any sample fails."""
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/empty.db")
        metadata().create_all(database.writer)
        for name, format_, pattern in SETS:
            files = sorted((folder / name).rglob(pattern))
            failed = [why for file in files if (why := _wrong(database, file, format_))]
            bad += len(failed)
            sys.stdout.write(f"{name} {len(files) - len(failed)}/{len(files)}\n")
            sys.stdout.writelines(f"  {why}\n" for why in failed)
        database.close()
    return 1 if bad else 0


def _wrong(database: Database, file: Path, format_: Format) -> str:
    """Why a file can't be imported; empty when it can."""
    try:
        problems = prepare(database, open_source([file], format_)).problems
    except NetwrightError as error:
        return str(error)
    return "; ".join(str(one) for one in problems) if broken(problems) else ""


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
