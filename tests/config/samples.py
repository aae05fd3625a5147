"""The sample sets that stand beside the repository, and what is read from them."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PATTERNS = {
    "hier_config": ("**/*.conf",),
    "batfish_configs": ("grammar/**/*", "vendor/**/*"),
    "batfish_networks": ("**/*.cfg",),
    "frr": ("**/*.conf",),
    "avd": ("**/*.cfg",),
    "netutils": ("**/*.txt",),
    "oxidized": ("*output.txt",),
    "lab_validation": ("*/configs/*/*",),
}
ANNET = {
    "cisco": "cisco_ios",
    "arista": "arista_eos",
    "nexus": "cisco_nxos",
    "huawei": "huawei_vrp",
    "huawei ce": "huawei_vrp",
    "h3c": "hp_comware",
    "sitonica": "hp_comware",
    "b4com": "b4com",
    "juniper": "juniper_junos",
    "routeros": "mikrotik_routeros",
    "asr": "cisco_xr",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two configurations of a platform. ``commands``: what the set's own engine sends, if it says so."""

    name: str
    platform: str
    running: str
    intended: str
    commands: str = ""


def folder() -> Path:
    """The samples' folder. Without one the test is skipped, in CI it fails."""
    given = os.environ.get("NETWRIGHT_SAMPLES")
    places = [Path(given)] if given else [parent / "shared" / "samples" for parent in ROOT.parents]
    for place in places:
        if place.is_dir():
            return place
    reason = "no samples: set NETWRIGHT_SAMPLES to their folder"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def configs(name: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each configuration of a set."""
    place = folder() / name
    for path in sorted(
        {path for pattern in PATTERNS[name] for path in place.glob(pattern) if path.is_file()}
    ):
        data = path.read_bytes()
        yield str(path.relative_to(place)), gzip.decompress(data) if path.suffix == ".gz" else data


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def annet() -> Iterator[Pair]:
    """The annet cases of platforms whose rules are known; Aruba's instant APs have another language."""
    for path in sorted((folder() / "annet" / "test_patch").glob("*.yaml")):
        document = yaml.safe_load(path.read_text())
        for index, case in enumerate(document if isinstance(document, list) else [document]):
            platform = ANNET.get(case["vendor"].lower())
            if platform is None:
                continue
            if "diff" in case:
                running, intended = sides(case["diff"])
            else:
                running, intended = case.get("before") or "", case.get("after") or ""
            yield Pair(f"{path.stem}[{index}]", platform, running, intended, case.get("patch") or "")


def sides(diff: str) -> tuple[str, str]:
    """The two configurations of a diff whose marks stand after the margin."""
    old, new = [], []
    for line in diff.split("\n"):
        match = re.match(r"^(\s*)([+-])\s*(.*)$", line)
        if match is None:
            old.append(line)
            new.append(line)
        else:
            (new if match[2] == "+" else old).append(match[1] + match[3])
    return "\n".join(old), "\n".join(new)


def hier_config() -> Iterator[Pair]:
    names = {"ios": "cisco_ios", "nxos": "cisco_nxos", "comware5": "hp_comware"}
    place = folder() / "hier_config" / "circular" / "fixtures"
    for name, platform in names.items():
        running, intended = text(place / f"{name}_running.conf"), text(place / f"{name}_generated.conf")
        forth, back = text(place / f"{name}_remediation.conf"), text(place / f"{name}_rollback.conf")
        yield Pair(f"{name} forth", platform, running, intended, forth)
        yield Pair(f"{name} back", platform, intended, running, back)


def neighbours() -> Iterator[Pair]:
    """Pairs of whole configurations: a network before and after, and routers of one topology."""
    base = folder() / "batfish_networks" / "forwarding-change-validation"
    for change in sorted(base.glob("change*")):
        for path in sorted(change.glob("configs/*.cfg")):
            before = base / "base" / "configs" / path.name
            yield Pair(f"{change.name}/{path.stem}", "cisco_ios", text(before), text(path))
    for topology in sorted((folder() / "frr").iterdir()):
        routers = sorted(topology.glob("r*/frr.conf"))
        for one, other in pairwise(routers):
            yield Pair(f"{topology.name}/{one.parent.name}", "frr", text(one), text(other))
    for fabric in sorted((folder() / "avd").glob("**/intended/configs")):
        nodes = sorted(fabric.glob("*.cfg"))
        for one, other in pairwise(nodes):
            yield Pair(f"{one.stem} to {other.stem}", "arista_eos", text(one), text(other))
    marks = {"eos": "arista_eos", "ios": "cisco_ios", "iosxe": "cisco_xe", "iosxr": "cisco_xr"}
    marks |= {"nxos": "cisco_nxos", "junos": "juniper_junos", "sros": "nokia_sros"}
    for lab in sorted(path for path in (folder() / "lab_validation").iterdir() if path.is_dir()):
        platform = marks.get(lab.name.split("_")[0])
        nodes = sorted(path for path in lab.glob("configs/*/*") if path.is_file())
        for one, other in pairwise(nodes):
            if platform and one.name == other.name:
                yield Pair(f"{lab.name}/{one.parent.name}", platform, text(one), text(other))
