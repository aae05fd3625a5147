"""What the browser gets is all in the package, as the lock list says, and enough for the templates."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from netwright.web.templating import STATIC, STATUSES

VENDOR = STATIC / "vendor"
WEB = STATIC.parent


def test_files_are_the_locked_ones() -> None:
    packages = json.loads((VENDOR / "lock.json").read_text())["packages"]
    named = {name: digest for package in packages for name, digest in package["files"].items()}
    there = {str(file.relative_to(VENDOR)) for file in VENDOR.rglob("*") if file.is_file()} - {"lock.json"}
    assert there == set(named)
    for name, digest in named.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
    for package in packages:
        assert re.fullmatch(r"[0-9a-f]{64}", package["sha256"])
        assert package["licence"] in {"0BSD", "MIT", "ISC", "OFL-1.1", "Apache-2.0"}


def test_templates_use_no_class_that_was_cut() -> None:
    cut = set((Path(__file__).parent / "tabler.dropped.txt").read_text().split())
    own = set(re.findall(r"\.([A-Za-z][\w-]*)", (STATIC / "app.css").read_text()))
    used: set[str] = set()
    for file in (WEB / "templates").glob("*.html"):
        for value in re.findall(r'class="([^"]*)"', file.read_text()):
            used |= set(re.findall(r"[A-Za-z][\w-]*", re.sub(r"\{[{%].*?[%}]\}", " ", value)))
    assert used
    assert not (used & cut) - own, "run scripts/vendor_assets.py"


def test_icons_of_statuses_are_in_the_sprite() -> None:
    sprite = (VENDOR / "icons.svg").read_text()
    for word, (_, icon) in STATUSES.items():
        assert f'id="{icon}"' in sprite, word


def test_nothing_is_fetched_from_elsewhere() -> None:
    for file in [*(WEB / "templates").glob("*.html"), *STATIC.glob("*.js"), *STATIC.glob("*.css")]:
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:src|href|url|fetch)\s*[=(]\s*[\"']?(?:https?:)?//", text), file.name
