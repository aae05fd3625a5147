"""A schema migration carries open change sets and history along: renamed, dropped, converted, new fields."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from tests.postgresql import Cluster

from netwright.app.schema import MIGRATIONS, newest
from netwright.app.upgrade import config, unbound
from netwright.store.database import Database

pytestmark = pytest.mark.slow

MIGRATION = '''
"""The lamps' next version."""
import sqlalchemy as sa
from alembic import op

from netwright.store.evolve import Convert, Drop, Rename

revision = "lamps"
down_revision = "{newest}"
branch_labels = None
depends_on = None
documents = {{
    "t_lamp": (Rename("watts", "power"), Drop("shape"), Convert("state", str.upper, str.lower)),
}}


def upgrade():
    with op.batch_alter_table("t_lamp") as lamp:
        lamp.alter_column("watts", new_column_name="power")
        lamp.drop_column("shape")
        lamp.add_column(sa.Column("socket", sa.String(255), nullable=False, server_default="E27"))
    op.execute("UPDATE t_lamp SET state = upper(state)")


def downgrade():
    op.execute("UPDATE t_lamp SET state = lower(state)")
    with op.batch_alter_table("t_lamp") as lamp:
        lamp.drop_column("socket")
        lamp.add_column(sa.Column("shape", sa.String(255), nullable=False, server_default="bulb"))
        lamp.alter_column("power", new_column_name="watts")
'''
DESK = {"name": "desk", "power": 60, "state": "ON", "socket": "E27"}
GONE = {**DESK, "name": "gone"}


def child(version: str, url: str, *words: object) -> dict[str, Any]:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [
            sys.executable,
            os.fspath(Path(__file__).with_name("evolve_child.py")),
            version,
            url,
            *map(str, words),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": os.fspath(root / "src")},
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_next_version_goes_on_where_the_old_one_was(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'lamps.db'}"
    if engine == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql")
        url = cluster.new()
    ids = child("old", url)
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "9999_lamps.py").write_text(MIGRATION.format(newest=newest()))
    database = Database(url)
    before = documents(database)
    migrate(database, tmp_path / "versions", command.upgrade, "lamps")

    desk, answer = str(ids["desk"]), child("new", url, ids["desk"], ids["waiting"], ids["contested"])
    gone = str(ids["desk"] + 1)
    assert answer["states"] == [
        {},
        {desk: DESK, gone: GONE},
        {desk: {**DESK, "power": 40}, gone: GONE},
        {desk: {**DESK, "power": 40, "state": "OFF"}, gone: GONE},
        {desk: {**DESK, "power": 40, "state": "OFF"}},
    ]
    assert answer["blame"] == [2, "bob"]
    assert sorted(answer["now"].values(), key=lambda doc: doc["name"]) == [
        {**DESK, "power": 11},
        {**DESK, "name": "new", "power": 5},
    ]
    assert answer["conflicts"] == [["power", 40, 11, 99]]
    assert answer["undo"] == {"desk": "update", "new": "delete"}
    assert "watts" not in documents(database)
    assert "watts" in before
    migrate(database, tmp_path / "versions", command.downgrade, "-1")
    after = documents(database)
    assert "power" not in after
    assert "watts" in after
    database.close()


def migrate(database: Database, versions: Path, verb: Any, to: str) -> None:
    with unbound(database) as connection:
        settings = config(connection)
        settings.set_main_option("path_separator", "newline")
        settings.set_main_option("version_locations", f"{MIGRATIONS / 'versions'}\n{versions}")
        verb(settings, to)


def documents(database: Database) -> str:
    """All documents of lamps in one text."""
    with database.read() as session:
        deltas = session.execute(text("SELECT before, after FROM delta WHERE kind = 't_lamp'")).all()
        rows = session.execute(text("SELECT before FROM history WHERE kind = 't_lamp'")).all()
    return str([*map(tuple, deltas), *map(tuple, rows)])
