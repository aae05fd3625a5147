"""Values as the SNMP layer gives them, made plain."""

from __future__ import annotations

import ipaddress
import math
import re
import struct

from netwright.base import address

_OPAQUE_FLOAT, _OPAQUE_DOUBLE = b"\x9f\x78\x04", b"\x9f\x79\x08"
_DARK_DBM = -40.0
_NUMBER = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)")
_ADDRESS_LETTERS = frozenset("0123456789abcdefABCDEF:.")
_MAC_WORDS = re.compile(r"(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}", re.IGNORECASE)


def text(value: object) -> str | None:
    """An OCTET STRING as text, None when empty. Latin-1 where it isn't UTF-8; agents pad with NULs, and some
    send the quotes that others print."""
    if value is None:
        return None
    words = (_decoded(value) if isinstance(value, bytes) else str(value)).strip("\0 \r\n\t")
    if len(words) > 1 and words[0] == words[-1] == '"' and '"' not in words[1:-1]:
        words = words[1:-1].strip("\0 \r\n\t")
    return words or None


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def number(value: object) -> int | None:
    """An INTEGER, Counter or Gauge."""
    return value if type(value) is int else None  # no bool; called for each cell of each poll


def reading(value: object) -> float | None:
    """A number in any of the ways in which agents write one: an integer, net-snmp's opaque floats, or digits
    at the start of a text (``23.5 C``)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, bytes):
        return None
    if value.startswith(_OPAQUE_FLOAT) and len(value) == 7:
        return _finite(struct.unpack(">f", value[3:])[0])
    if value.startswith(_OPAQUE_DOUBLE) and len(value) == 11:
        return _finite(struct.unpack(">d", value[3:])[0])
    found = _NUMBER.match(_decoded(value))
    return float(found[1]) if found else None


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def dbm(milliwatts: float) -> float:
    """Power of light; nothing at all is told as -40 dBm, as optics do."""
    return 10 * math.log10(milliwatts) if milliwatts > 0 else _DARK_DBM


def mac(value: object) -> str | None:
    """A PhysAddress of six octets."""
    if isinstance(value, bytes) and len(value) == 6 and any(value):
        return value.hex(":")
    return None


def hardware_address(value: object) -> str | None:
    """A PhysAddress of any length, also one that the agent wrote out; zeros are what the agent said."""
    if not isinstance(value, bytes) or not value:
        return None
    if len(value) > 10 and _MAC_WORDS.fullmatch(_decoded(value).strip("\0 ")):
        parts = re.split("[:-]", _decoded(value).strip("\0 "))
        return ":".join(f"{int(part, 16):02x}" for part in parts)
    return value.hex(":")


def oid(value: object) -> str | None:
    """An OBJECT IDENTIFIER without its leading dot."""
    if isinstance(value, bytes):
        value = _decoded(value)
    if not isinstance(value, str) or not re.fullmatch(r"\.?\d+(?:\.\d+)*", value):
        return None
    return value.lstrip(".")


def ip(value: object) -> address.Address | None:
    """An IpAddress or InetAddress: its octets, or what the SNMP layer or the agent wrote. A zone is left
    out: it says what the interface says."""
    if isinstance(value, bytes):
        if len(value) in {4, 16}:
            return ipaddress.ip_address(value)
        if len(value) in {8, 20}:
            return ipaddress.ip_address(value[:-4])
        value = _decoded(value)
    if not isinstance(value, str):
        return None
    try:
        return ipaddress.ip_address(value.strip("\0 \r\n\t").partition("%")[0])
    except ValueError:
        return None


def ip_of_index(numbers: list[int], kind: int | None) -> address.Address | None:
    """An address from the numbers of an index. ``kind`` is InetAddressType; the length before the octets
    (RFC 4001) is left out by some agents; others write the address in words, or add a zone to any."""
    for candidate in (numbers[1:] if numbers and len(numbers) == numbers[0] + 1 else None, numbers):
        if candidate is None or any(not 0 <= part <= 255 for part in candidate):
            continue
        size = len(candidate) - 4 if kind in {2, 3, 4} and len(candidate) in {8, 20} else len(candidate)
        if size in {4, 16}:
            return ipaddress.ip_address(bytes(candidate[:size]))
        if size > 6 and all(chr(part) in _ADDRESS_LETTERS for part in candidate):
            return ip(bytes(candidate))
    return None
