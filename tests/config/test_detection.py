"""The platform guessed from a text alone, on every sample whose platform is known: how many by set, which are
wrong and which unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.config import samples

from netwright.config.detect import guess

pytestmark = pytest.mark.slow

SAME = {"cisco_ios": "cisco", "cisco_xe": "cisco"}
"""IOS and IOS-XE are one language."""
WORDS = {
    "eos": "arista_eos",
    "ios": "cisco_ios",
    "iosxe": "cisco_ios",
    "iosxr": "cisco_xr",
    "nxos": "cisco_nxos",
    "junos": "juniper_junos",
    "sros": "nokia_sros",
    "cumulusfrr": "frr",
    "routeros": "mikrotik_routeros",
    "aoscx": "aruba_aoscx",
    "arubainstant": "aruba_os",
    "comware5": "hp_comware",
    "aruba_aoscx": "aruba_aoscx",
}
FOREIGN = {
    "fortigate",
    "garderos",
    "perle",
    "siklu",
    "sonicos",
    "tnsr",
    "tplink",
    "netgear",
    "efos",
    "asa",
    "cumulus",
}
NETUTILS_FOREIGN = {"adva_fsp150f3", "extreme_netiron", "ciena_saos10", "netscaler", "ubiquiti_airos"}
"""Systems without rules here: nothing should be sure of them but the general rules."""
KNOWN = {"arista_eos", "cisco_ios", "cisco_nxos", "cisco_xr", "juniper_junos", "nokia_sros", "huawei_vrp"}
KNOWN |= {"hp_comware", "mikrotik_routeros", "paloalto_panos", "aruba_aoscx", "frr", "bird", "aruba_os"}
SHORT = 8
"""Lines that a text should have at least: less is a fragment that several systems could have written."""


def _expected(name: str, file: str) -> str:
    """The platform of a sample by its place: empty where the place doesn't say, ``-`` for a foreign one."""
    if name == "avd":
        return "arista_eos"
    if name == "frr":
        return "frr" if file.endswith("frr.conf") else ""
    if name == "netutils":
        if "/section/" in file:
            return ""  # excerpts
        parts = set(file.split("/"))
        return next(iter(parts & KNOWN), "-" if parts & NETUTILS_FOREIGN else "")
    if name == "batfish_networks":
        return ""
    first = re.split(r"[#_/]", file)[0]
    if first in FOREIGN:
        return "-"
    if first == "sros" and file.endswith("show_running-config.txt"):
        return "arista_eos"  # these labs have switches of another maker too
    return WORDS.get(first, "")


def _cases() -> Iterator[tuple[str, str, str, str]]:
    for name in samples.PATTERNS:
        for file, data in samples.configs(name):
            wanted = _expected(name, file)
            text = data.decode("utf-8", "surrogateescape")
            if wanted and len([line for line in text.split("\n") if line.strip()]) >= SHORT:
                yield name, file, wanted, text


def test_the_platform_is_guessed_from_the_text() -> None:
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: list[str] = []
    unknown: list[str] = []
    for name, file, wanted, text in _cases():
        found = guess(text)
        said = found.schema.name if found.sure else "-"
        total[name] += 1
        if SAME.get(said, said) == SAME.get(wanted, wanted):
            right[name] += 1
        elif said == "-":
            unknown.append(f"{name} {file}: {wanted}")
        else:
            wrong.append(f"{name} {file}: {said} for {wanted}")
    for name in total:
        print(f"detection: {name} {right[name]}/{total[name]}")
    print("\n".join(("wrong:", *wrong, "unknown:", *unknown)))
    assert right.total() >= 0.9 * total.total()
    assert len(wrong) <= 0.02 * total.total(), wrong
