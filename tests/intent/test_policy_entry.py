"""Prefix list entries: what ``ge`` and ``le`` say is what the entry means."""

from __future__ import annotations

import ipaddress

import pytest

from netwright.intent.neutral import PrefixEntry


@pytest.mark.parametrize("length", [0, 8, 24, 32])
def test_ge_and_le_mean_the_lengths_of_the_entry(length: int) -> None:
    prefix = ipaddress.ip_network(f"0.0.0.0/{length}")
    for shortest in range(length, 33):
        for longest in range(shortest, 33):
            entry = PrefixEntry(prefix, shortest, longest)
            first = entry.longer_than
            last = entry.shorter_than
            if last is None:
                last = length if first is None else 32
            assert (first or length, last) == (shortest, longest), entry
