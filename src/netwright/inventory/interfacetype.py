"""The device-type library's words for interface types, as far as they say something of the interface."""

from __future__ import annotations

import re
from functools import lru_cache

_ETHERNET = re.compile(r"(?:ethernet-)?(\d+(?:\.\d+)?)(g|m|t)?base-")
_FIBRE_CHANNEL = re.compile(r"(\d+)gfc-")
_OPTICAL_CARRIER = re.compile(r"sonet-oc(\d+)")
_SCALES = {None: 10**6, "m": 10**6, "g": 10**9, "t": 10**12}
_OC1_BPS = 51_840_000
_OTHERS = {"t1": 1_544_000, "e1": 2_048_000, "t3": 44_736_000, "e3": 34_368_000}


@lru_cache(maxsize=1024)
def speed_of(interface_type: str) -> int | None:
    """The speed in bit/s that a word such as ``100gbase-x-qsfp28`` names; None when it names none
    (``virtual``, ``lag``, radios)."""
    if match := _ETHERNET.match(interface_type):
        return round(float(match[1]) * _SCALES[match[2]])
    if match := _FIBRE_CHANNEL.match(interface_type):
        return int(match[1]) * 10**9
    if match := _OPTICAL_CARRIER.fullmatch(interface_type):
        return int(match[1]) * _OC1_BPS
    return _OTHERS.get(interface_type)
