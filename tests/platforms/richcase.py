"""The cases that templates are tried with: device views in YAML, in the interface names of a platform.

``python -m tests.platforms.richcase PLATFORM...`` writes the golden files anew, for people to read.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from pydantic import TypeAdapter

from netwright.base.secret import Secret
from netwright.intent.neutral import DeviceView
from netwright.intent.render import Renderer

CASES = Path(__file__).parents[1] / "cases" / "platforms"
VARIATIONS: dict[str, dict[str, Any]] = yaml.safe_load((CASES / "variations.yaml").read_text())
RENDERED = ["arista_eos", "cisco_ios", "cisco_nxos", "cisco_xe", "cisco_xr", "juniper_junos", "nokia_srl"]
_NAME = re.compile(r"\b(MGMT0|LOOP0|LAG10|SVI10|SUB100|PORT(\d)|LANE8)\b")
_HASH = "$6$saltsalt$3aEJgflnzWuw1O3tr0IYSmhUY0cZ7iBQeBP392T7RXjLP3TKKu3ddIapQaCpbD4p9ioeGaVIjOHaym7HvCuUm0"


class CaseSecrets:
    """A SecretStore in which each secret says its name."""

    def get(self, name: str) -> Secret:
        return Secret(_HASH if name.endswith("hash") else f"hush-{name}")


@cache
def view(platform: str, variation: str = "") -> DeviceView:
    """The rich device on a platform, or a variation of it."""
    names = yaml.safe_load((CASES / "names.yaml").read_text())[platform]
    text = _in_words_of(names, (CASES / "rich.yaml").read_text())
    change = VARIATIONS[variation] if variation else {}
    for old, new in change.get("words", {}).items():
        assert old in text
        text = re.sub(rf"(?<![\w.-]){re.escape(old)}(?![\w.])", new, text)
    others = yaml.safe_load(_in_words_of(names, yaml.safe_dump(change.get("with", {}))))
    return read({**yaml.safe_load(text), **others, "platform": platform})


def written(platform: str, variation: str = "") -> str:
    """Its configuration."""
    return Renderer().render(view(platform, variation), CaseSecrets())


def read(data: dict[str, Any]) -> DeviceView:
    """A view from plain data."""
    hints = get_type_hints(DeviceView)
    known = {one.name for one in dataclasses.fields(DeviceView)}
    assert data.keys() <= known, data.keys() - known
    return DeviceView(**{key: TypeAdapter(hints[key]).validate_python(value) for key, value in data.items()})


def golden(platform: str) -> Path:
    return CASES / "golden" / f"{platform}.cfg"


def _in_words_of(names: dict[str, str], text: str) -> str:
    return _NAME.sub(lambda found: _named(found, names), text)


def _named(found: re.Match[str], names: dict[str, str]) -> str:
    kind = found[1].rstrip("0123456789")
    return str(names[kind]).replace("#", found[2] or "")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        golden(name).write_text(written(name))
