"""The demo's catalogue: files of real bytes on the origin, the same on every machine."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

from netwright.lab.state import write_atomic

_MB = 1_000_000
_NAMES = (
    "Harbour Lights", "The Long Portage", "Salt and Cedar", "Nine Bridges", "Winter Ferry",
    "Paper Lanterns", "A Field of Stones", "Signal Hill", "The Cartographer", "Low Tide",
    "Glass Orchard", "Night Train North", "Copper Rain", "The Last Lighthouse", "Quiet Engines",
    "Marsh Songs", "Second Harvest", "Blue Hour", "Anchors", "The Weaver's Map",
    "Distant Shores", "Tin Soldiers", "Morning Post", "Red Clay",
)  # fmt: skip
_SIZES_MB = (8, 6, 5, 4, 3, 2, 7, 4, 3, 2, 1, 5, 4, 3, 2, 6, 3, 4, 2, 5, 3, 1, 4, 3)


def write_content(origins: list[Path], catalogue: Path) -> None:
    """Write the files below each of ``origins`` (content folders) and the list of them, JSON, as
    ``netwright cdn import`` reads it. Bytes come from the title's path, so hashes never change."""
    entries = []
    for number, (name, size_mb) in enumerate(zip(_NAMES, _SIZES_MB, strict=True), 1):
        path = f"films/{name.lower().replace(' ', '-').replace(chr(39), '')}.mp4"
        # sizes that are no whole blocks: a copy that was cut short shows
        size = size_mb * _MB + number * 137
        data = random.Random(path).randbytes(size)  # noqa: S311 - content, not a secret
        for origin in origins:
            file = origin / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        entries.append(
            {
                "id": f"t{number:02d}",
                "name": name,
                "path": path,
                "size_bytes": size,
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    text = json.dumps(entries, indent=1)
    write_atomic(catalogue, text, 0o644)
    for origin in origins:
        write_atomic(origin / "catalogue.json", text, 0o644)
