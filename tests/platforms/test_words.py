"""One word for what a device runs, by whatever protocol it was asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netwright.platforms
from netwright.platforms.snmp.vendors import vendors
from netwright.platforms.text.system import version
from netwright.platforms.yang.maker import _MARKS

FOLDER = Path(netwright.platforms.__file__).parent


def test_readers_and_models_name_systems_as_the_data_of_snmp_do() -> None:
    said = {
        word
        for file in FOLDER.rglob("*.py")
        if file.parent.name not in {"bird", "frr", "nginx_linux"}  # daemons, not the Linux that SNMP sees
        for word in re.findall(r"\bos=\"([^\"]+)\"", file.read_text())
    }
    assert {"eos", "junos", "nxos", "iosxr", "srlinux"} <= said
    for word in {*said, *(mark[2] for mark in _MARKS if mark[2] not in {None, "sonic"})}:
        assert word is not None
        assert vendors().named(word).os == word


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("Cisco IOS XR Software, Version 7.9.2\n", "iosxr"),
        ("Cisco IOS XE Software, Version 17.09.04a\n", "iosxe"),
        ("Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.2(4)M, RELEASE\n", "ios"),
        ("  NXOS: version 9.3(5)\n", "nxos"),
    ],
)
def test_the_text_of_cisco(answer: str, word: str) -> None:
    assert version(answer).system.os == word
