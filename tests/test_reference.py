"""The reference pages say what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_reference_pages_are_up_to_date(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "scripts" / "reference.py"), str(tmp_path)], check=True)

    made = {file.name: file.read_text() for file in tmp_path.glob("*.md")}
    kept = {file.name: file.read_text() for file in (ROOT / "docs" / "reference").glob("*.md")}

    assert sorted(kept) == sorted(made)
    stale = [name for name, text in made.items() if kept[name] != text]
    assert stale == [], "run `.venv/bin/python scripts/reference.py`"
