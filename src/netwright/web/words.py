"""Values as people read them: rates, sizes, ages, durations. All return plain text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

_DECIMAL = ("", "k", "M", "G", "T", "P")
NOTHING = "–"


def scaled(value: float | None, unit: str) -> str:
    """Decimal multiples: ``10 Gbit/s``, ``40 MB``. Three significant digits."""
    if value is None:
        return NOTHING
    size = abs(value)
    step = 0
    while size >= 999.5 and step < len(_DECIMAL) - 1:
        size /= 1000
        step += 1
    digits = (
        f"{size:.0f}"
        if size >= 99.5 or size == int(size)
        else f"{size:.1f}"
        if size >= 9.95
        else f"{size:.2f}"
    )
    sign = "-" if value < 0 else ""
    return f"{sign}{digits} {_DECIMAL[step]}{unit}"


def bits(value: float | None) -> str:
    """A rate or speed in bit/s."""
    return scaled(value, "bit/s")


def octets(value: float | None) -> str:
    """A size in bytes."""
    return scaled(value, "B")


def count(value: float | None) -> str:
    """A whole number with thin spaces between thousands."""
    return NOTHING if value is None else f"{value:,.0f}".replace(",", "\u202f")


def percent(value: float | None) -> str:
    """A fraction of one."""
    return NOTHING if value is None else f"{value * 100:.0f}\u202f%"


def duration(seconds: float | None) -> str:
    """Two units at most: ``3 d 4 h``, ``12 s``."""
    if seconds is None:
        return NOTHING
    left = int(max(0, seconds))
    if left < 60:
        return f"{left} s"
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    parts: list[tuple[int, str]] = []
    for name, size in units:
        amount, left = divmod(left, size)
        if amount or parts:
            parts.append((amount, name))
    return " ".join(f"{amount} {name}" for amount, name in parts[:2] if amount)


def ago(at: float | None, now: float) -> str:
    """Age of a moment in one unit."""
    if at is None:
        return "never"
    age = now - at
    if age < -1:
        return f"in {duration(-age)}"
    if age < 5:
        return "just now"
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        if age >= size:
            return f"{int(age // size)} {name} ago"
    return "just now"


def stamp(at: float | None) -> str:
    """A moment in UTC, whole seconds."""
    return NOTHING if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def plural(number: int, one: str, many: str = "") -> str:
    """``1 device``, ``3 devices``."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def joined(items: Iterable[object], limit: int = 5) -> str:
    """The first few, and how many more."""
    texts = [str(item) for item in items]
    rest = len(texts) - limit
    return ", ".join(texts[:limit]) + (f" and {rest} more" if rest > 0 else "")


def spoken(name: str) -> str:
    """A field's or a kind's name as people say it: ``Part number``; units and initials stay as they are."""
    words = name.replace("_", " ")
    for ending in (" bps", " u", " w", " v", " a", " m"):
        words = words.removesuffix(ending)
    first, _, rest = words.partition(" ")
    text = f"{_INITIALS.get(first, first.capitalize())} {rest}".strip()
    return " ".join(_INITIALS.get(word, word) for word in text.split(" "))


_INITIALS = {
    name.lower(): name
    for name in ("ASN", "BGP", "ISP", "VRF", "VLAN", "MTU", "LAG", "DNS", "BFD", "PoE", "RF", "SHA256", "TTL")
}
