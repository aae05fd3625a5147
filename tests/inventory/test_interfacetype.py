"""What words for interface types say of the speed."""

from __future__ import annotations

import pytest

from netwright.inventory.interfacetype import speed_of


@pytest.mark.parametrize(
    ("word", "speed"),
    [
        ("100base-tx", 10**8),
        ("1000base-x-sfp", 10**9),
        ("2.5gbase-t", 2_500_000_000),
        ("100gbase-x-qsfp28", 10**11),
        ("800gbase-x-osfp", 8 * 10**11),
        ("1.6tbase-cr8", 1_600_000_000_000),
        ("32gfc-sfp28", 32 * 10**9),
        ("sonet-oc192", 9_953_280_000),
        ("e1", 2_048_000),
        ("virtual", None),
        ("ieee802.11ax", None),
        ("", None),
    ],
)
def test_speed(word: str, speed: int | None) -> None:
    assert speed_of(word) == speed
