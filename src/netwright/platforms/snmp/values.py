"""Values as the SNMP layer gives them, made plain."""

from __future__ import annotations


def text(value: object) -> str | None:
    """An OCTET STRING as text, None when empty. Latin-1 where it isn't UTF-8; agents pad with NULs."""
    if value is None:
        return None
    words = _decoded(value) if isinstance(value, bytes) else str(value)
    return words.strip("\0 \r\n\t") or None


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def number(value: object) -> int | None:
    """An INTEGER, Counter or Gauge."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def mac(value: object) -> str | None:
    """A PhysAddress of six octets."""
    if isinstance(value, bytes) and len(value) == 6 and any(value):
        return value.hex(":")
    return None
