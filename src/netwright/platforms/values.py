"""Single values as devices write them, as ours: link addresses, ages, numbers, states, classes."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterable
from typing import Any

from netwright.base import address
from netwright.platforms.facts import BgpState, OperState

_HEX = re.compile(r"[^0-9a-f]")
_AGE = re.compile(
    r"(\d+)\s*(years?|y|weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d.])(?:(\d+)[.:](?=\d+:\d+:))?(\d+):(\d{2})(?::(\d{2}))?(?!\d)")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SECONDS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_SCALES = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000}
_STATES = {state.value: state for state in BgpState}
_CAPABILITIES = {
    "b": "bridge", "bridge": "bridge", "r": "router", "router": "router", "w": "wlan-access-point",
    "wlan": "wlan-access-point", "wlanaccesspoint": "wlan-access-point",
    "wlan-access-point": "wlan-access-point",
    "t": "telephone", "telephone": "telephone", "phone": "telephone", "c": "docsis-cable-device",
    "docsis": "docsis-cable-device", "docsiscabledevice": "docsis-cable-device", "p": "repeater",
    "repeater": "repeater", "s": "station", "station": "station", "stationonly": "station", "o": "other",
    "other": "other",
}  # fmt: skip
"""Letters and words of LLDP's system capabilities (IEEE 802.1AB, 8.5.8), as ours."""


def mac(text: object) -> str | None:
    """``00:1b:2c:...`` of any usual writing; None where it is no link address."""
    digits = _HEX.sub("", str(text or "").lower())
    if len(digits) != 12 or re.search(r"[g-z]", str(text).lower().removeprefix("0x")):
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def age(text: object) -> float | None:
    """Seconds of ``1y2w``, ``3d04h``, ``12:34:56``, ``1 day, 2 hours``, ``2.03:04:05`` (days first), or of a
    bare number. None for ``never``."""
    words = str(text or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", words):
        return float(words)
    total, found = 0.0, False
    clock = _CLOCK.search(words)
    if clock:
        days, first, second, third = clock.groups()
        parts = (first, second, third) if third is not None else ("0", first, second)
        total += int(days or 0) * 86_400 + int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2])
        words, found = words[: clock.start()] + words[clock.end() :], True
    for number, unit in _AGE.findall(words):
        total += int(number) * _SECONDS[unit[0].lower()]
        found = True
    return total if found else None


def integer(value: object) -> int | None:
    """The number, also of ``"1,234"``; None where there is none."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).replace(",", "").strip()
    if text.lstrip("+-").isdigit():
        return int(text)
    found = number(value)
    return None if found is None else int(found)


def number(value: object) -> float | None:
    """The first number in a text; None where there is none, and for ``inf`` and ``nan``."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    found = _NUMBER.search(str(value).replace(",", ""))
    return None if found is None else float(found[0])


def speed(text: object, default: str = "") -> int | None:
    """Bits per second of ``10Gbps``, ``1000 Mb/s``, ``BW 1000000 Kbit``, ``25G``; ``default``: the scale of a
    bare number (``k``). None for ``auto`` and ``Unlimited``."""
    match = re.search(r"(\d+(?:\.\d+)?)\s*([kmgt]?)", str(text or "").lower().replace("bw ", ""))
    if match is None:
        return None
    return round(float(match[1]) * _SCALES.get(match[2] or default, 1))


def octets(text: object) -> int | None:
    """Octets of ``1984880k``, ``7.8 GiB``, ``512M``: by 1024, as memory is told."""
    match = re.search(r"(\d+(?:\.\d+)?)\s*([kmgt]?)", str(text or "").lower())
    if match is None:
        return None
    power = "kmgt".index(match[2]) + 1 if match[2] else 0
    return round(float(match[1]) * float(1024**power))


def words(text: object) -> str | None:
    """A text without blanks around it; None for an empty one and for what stands for nothing."""
    found = str(text if text is not None else "").strip().strip("\x00").strip()
    return None if found.lower() in {"", "n/a", "na", "none", "null", "not advertised", "--", "-"} else found


def ip(text: object) -> address.Address:
    """Raises ValueError. A zone (``fe80::1%Et1``) is left out: the interface stands beside."""
    return ipaddress.ip_address(str(text).strip().split("%")[0])


def ip_or_none(text: object) -> address.Address | None:
    """None for what is no address, and for the unspecified one."""
    try:
        found = ip(text)
    except ValueError:
        return None
    return None if found.is_unspecified else found


def interface_address(text: object, length: object = None) -> address.Interface:
    """Of ``192.0.2.1/31``, or of an address and its mask or length. Raises ValueError."""
    whole = str(text).strip() if length in (None, "") else f"{str(text).strip()}/{str(length).lstrip('/')}"
    return ipaddress.ip_interface(whole)


def prefix(text: object) -> address.Prefix:
    """Raises ValueError."""
    return ipaddress.ip_network(str(text).strip(), strict=False)


def asn(text: object) -> int:
    """Of ``65001`` and of ``1.10`` (RFC 5396). Raises ValueError."""
    high, dot, low = str(text).strip().partition(".")
    return int(high) * 65_536 + int(low) if dot else int(high)


def bgp_state(text: object) -> BgpState:
    """Of ``Established``, ``Idle (Admin)``, ``OpenConfirm``; a number instead of a state, as summaries write,
    is an established session's count."""
    first = (
        re.split(r"[\s(]", str(text or "").strip())[0]
        .lower()
        .removeprefix("bgp-st-")
        .removeprefix("bgp_state_")
    )
    if first.isdigit():
        return BgpState.ESTABLISHED
    return _STATES.get({"estab": "established", "establ": "established"}.get(first, first), BgpState.UNKNOWN)


def oper(text: object) -> OperState:
    """Of ``up``, ``connected``, ``down (notconnect)``, ``UP``, ``lower-layer-down``."""
    first = re.split(r"[\s,(]", str(text or "").strip().lower())[0]
    if first in {"up", "connected", "ready"} or first.endswith("-up"):
        return OperState.UP
    return OperState.UNKNOWN if first in {"", "unknown"} else OperState.DOWN


_SPELLED = re.compile(
    r"WLAN Access Point|DOCSIS Cable Device|Station Only|Bridge|Router|Telephone|Repeater|Other|Station",
    re.IGNORECASE,
)


def spelled_capabilities(text: str | None) -> tuple[str, ...]:
    """Of ``Bridge WLAN Access Point Router Station Only``: names of several words between blanks."""
    return capabilities(_SPELLED.findall(text or ""))


def capabilities(names: Iterable[Any]) -> tuple[str, ...]:
    """LLDP capabilities in the standard's words, sorted; unknown ones as they are."""
    found = (str(name).strip().lower().replace(" ", "") for name in names)
    return tuple(sorted({_CAPABILITIES.get(name, name) for name in found if name}))
