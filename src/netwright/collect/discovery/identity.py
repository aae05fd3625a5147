"""When two sightings are one device: the rule, without a database.

A device is known by four marks. Two are strong, for they are burnt in: the serial number of its chassis, and
the hardware addresses that its makers gave to its ports. Two are weak, for people change them: its own name,
and the address that it answers at. ``RULES`` below is the rule, as a table; ``docs/howto/discover.md`` says
it for people.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_HARDWARE = 512
"""Hardware addresses kept of one device: the lowest."""

_FILLERS = frozenset(
    {
        "no",
        "not",
        "none",
        "null",
        "nil",
        "unknown",
        "unspecified",
        "undefined",
        "invalid",
        "default",
        "system",
        "chassis",
        "base",
        "board",
        "serial",
        "number",
        "string",
        "to",
        "be",
        "filled",
        "by",
        "o",
        "e",
        "m",
        "oem",
        "available",
        "applicable",
        "specified",
        "n",
        "a",
        "s",
        "present",
        "empty",
        "test",
        "sn",
        "tbd",
        "x",
        "xx",
        "xxx",
        "xxxx",
    }
)
_COUNTING = "01234567890123456789"
_FACTORY_NAMES = frozenset(
    {"", "localhost", "localhost.localdomain", "router", "switch", "host", "unknown", "none", "default"}
    | {"ubuntu", "debian", "linux", "openwrt", "mikrotik", "ios", "nxos", "junos", "arista", "snmp"}
)
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_VIRTUAL = (
    "00:00:5e:",
    "00:00:0c:07:ac",
    "00:00:0c:9f:f",
    "00:07:b4:",
    "00:00:00:00:00:00",
    "00:a0:c9:00:00",
)
_LOCAL, _GROUP = 2, 1


@dataclass(frozen=True, slots=True)
class Marks:
    """What a device is known by. Empty: it did not say, or what it said tells nothing."""

    serial: str = ""
    vendor: str = ""
    hardware: frozenset[str] = frozenset()
    name: str = ""
    addresses: frozenset[str] = frozenset()


class Sign(enum.Enum):
    """How one mark of two devices stands to each other."""

    SAME = "same"
    OTHER = "other"
    SILENT = "silent"
    """One of the two does not say."""


class Verdict(enum.IntEnum):
    """What the marks together say; the greater is the surer."""

    OTHER = 0
    BY_ADDRESS = 1
    BY_NAME = 2
    OUTVOTED = 3
    """One strong mark speaks for it, one against it, and a weak one for it."""
    BY_HARDWARE = 4
    BY_SERIAL = 5
    BY_BOTH = 6

    @property
    def same(self) -> bool:
        return self is not Verdict.OTHER

    @property
    def sure(self) -> bool:
        """Strong marks say so, and none speaks against it."""
        return self >= Verdict.BY_HARDWARE


_SAME, _OTHER, _SILENT = Sign.SAME, Sign.OTHER, Sign.SILENT
RULES: dict[tuple[Sign, Sign], Verdict | None] = {
    # serial number, hardware addresses: None where the weak marks decide
    (_SAME, _SAME): Verdict.BY_BOTH,
    (_SAME, _SILENT): Verdict.BY_SERIAL,
    (_SILENT, _SAME): Verdict.BY_HARDWARE,
    (_SAME, _OTHER): None,
    (_OTHER, _SAME): None,
    (_OTHER, _SILENT): Verdict.OTHER,
    (_SILENT, _OTHER): Verdict.OTHER,
    (_OTHER, _OTHER): Verdict.OTHER,
    (_SILENT, _SILENT): None,
}


def compare(seen: Marks, known: Marks) -> Verdict:
    """Whether what was seen is the device that is known."""
    serial, hardware = serial_sign(seen, known), hardware_sign(seen, known)
    verdict = RULES[serial, hardware]
    if verdict is not None:
        return verdict
    by_name = bool(seen.name) and seen.name == known.name
    by_address = bool(seen.addresses & known.addresses)
    if _SAME in {serial, hardware}:
        return Verdict.OUTVOTED if by_name or by_address else Verdict.OTHER
    if by_name:
        return Verdict.BY_NAME
    return Verdict.BY_ADDRESS if by_address else Verdict.OTHER


def serial_sign(seen: Marks, known: Marks) -> Sign:
    """Makers count each for themselves: one number of two makers is two numbers."""
    if not seen.serial or not known.serial:
        return Sign.SILENT
    makers = {seen.vendor, known.vendor} - {""}
    return Sign.SAME if seen.serial == known.serial and len(makers) < 2 else Sign.OTHER


def hardware_sign(seen: Marks, known: Marks) -> Sign:
    """One address in common is enough: a card that was swapped takes its own away and leaves the others."""
    if not seen.hardware or not known.hardware:
        return Sign.SILENT
    return Sign.SAME if seen.hardware & known.hardware else Sign.OTHER


def contradict(seen: Marks, known: Marks) -> bool:
    """Whether two devices that answered in one run, at different addresses, can't be one, though a strong
    mark is the same at both: then that mark says nothing (a filler, a copied machine)."""
    signs = serial_sign(seen, known), hardware_sign(seen, known)
    if Sign.SAME not in signs:
        return False
    names_differ = bool(seen.name and known.name) and seen.name != known.name
    return Sign.OTHER in signs or (Sign.SILENT in signs and names_differ)


def serial_mark(text: str | None) -> str:
    """A serial number as a mark: empty for fillers (``Default string``, ``0123456789``, ``000000``, ``N/A``)
    and for what is too short to be one."""
    serial = re.sub(r"\s+", "", text or "").upper()
    plain = re.sub(r"[^0-9A-Z]", "", serial)
    filler = len(plain) < 4 or len(set(plain)) == 1 or plain in _COUNTING
    words = re.findall(r"[a-z0-9]+", (text or "").lower())
    return "" if filler or _FILLERS.issuperset(words) else serial[:255]


def hardware_marks(addresses: Iterable[str | None]) -> frozenset[str]:
    """Those hardware addresses that a maker gave: not those of groups, of redundancy protocols (VRRP, HSRP,
    GLBP) or made up by software (the local bit)."""
    found = set()
    for address in addresses:
        mac = (address or "").lower().replace("-", ":")
        first = int(mac[:2], 16) if _MAC.fullmatch(mac) else _GROUP
        if not first & (_LOCAL | _GROUP) and not mac.startswith(_VIRTUAL):
            found.add(mac)
    return frozenset(sorted(found)[:MAX_HARDWARE])


def name_mark(text: str | None) -> str:
    """A device's own name as a mark: empty for those that devices leave the factory with."""
    name = (text or "").strip().rstrip(".").lower()
    return "" if name in _FACTORY_NAMES else name[:255]
