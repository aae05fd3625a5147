"""The platform guessed from a text alone, on every sample whose platform is known: how many by set, which are
wrong and which unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

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
BATFISH = {
    "cisco": "cisco_ios",
    "cisco_asa": "-",
    "cisco_xr": "cisco_xr",
    "cumulus_nclu": "-",
    "fortios": "-",
    "juniper": "juniper_junos",
    "palo_alto": "paloalto_panos",
    "arista": "arista_eos",
    "cisco_nxos": "cisco_nxos",
    "sros": "nokia_sros",
}
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
    if name == "batfish_configs":
        return BATFISH.get(file.split("/")[1], "")
    if name == "batfish_networks":
        return ""
    if name == "hier_config":
        file = file.rpartition("/")[2]
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
            if wanted and _lines(text) >= SHORT:
                yield name, file, wanted, text


def _captured() -> Iterator[tuple[str, str, str, str]]:
    """What NAPALM's tests have of whole running configurations."""
    place = samples.folder() / "napalm"
    for path in sorted(place.glob("*/mocked_data/test_get_config*/*/show_run*")):
        text = samples.text(path)
        wanted = WORDS.get(path.relative_to(place).parts[0].split("_")[0], "")
        if path.suffix in {"", ".text", ".txt"} and wanted and _lines(text) >= SHORT:
            yield "napalm", str(path.relative_to(place)), wanted, text


def _lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.split("\n"))


def test_fragments_are_not_taken_for_another_platform() -> None:
    """annet's cases are excerpts without a head, so that most can't be told: none may be told wrongly."""
    right = total = 0
    wrong: list[str] = []
    for pair in samples.annet():
        for text in {pair.running, pair.intended}:
            if _lines(text) < SHORT:
                continue
            found = guess(text)
            said = found.schema.name if found.sure else "-"
            total += 1
            if SAME.get(said, said) == SAME.get(pair.platform, pair.platform):
                right += 1
            elif said != "-":
                wrong.append(f"{pair.name}: {said} for {pair.platform}")
    print(f"detection: annet {right}/{total}, {len(wrong)} wrong")
    assert total >= 20
    assert not wrong


def test_the_platform_is_guessed_from_the_text() -> None:
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: list[str] = []
    unknown: list[str] = []
    for name, file, wanted, text in chain(_cases(), _captured()):
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
