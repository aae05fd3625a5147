"""IP addresses and prefixes as values and as portable sort keys.

A key is 18 bytes: family (4 or 6), the address in 16 big-endian bytes, prefix length. Keys sort alike in
SQLite and PostgreSQL, and "inside prefix P" is one BETWEEN over :func:`span`.
"""

from __future__ import annotations

import ipaddress
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Interface: TypeAlias = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Prefix: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

KEY_LENGTH = 18
_HEAD_4 = b"\x04" + bytes(12)


def key(value: Address | Interface | Prefix) -> bytes:
    """The 18-byte key of an address, an interface address or a prefix."""
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return _key(value.version, int(value.network_address), value.prefixlen)
    if isinstance(value, ipaddress.IPv4Interface | ipaddress.IPv6Interface):
        return _key(value.version, int(value.ip), value.network.prefixlen)
    return _key(value.version, int(value), value.max_prefixlen)


def key_of_text(text: str) -> bytes:
    """The key of an address, interface address or prefix written as ``str`` writes it; a fifth of the cost
    of parsing it first. Raises OSError or ValueError for other text."""
    host, _, length = text.partition("/")
    if ":" in host:
        return b"\x06" + inet_pton(AF_INET6, host) + bytes([int(length or 128)])
    return _HEAD_4 + inet_pton(AF_INET, host) + bytes([int(length or 32)])


def span(prefix: Prefix) -> tuple[bytes, bytes]:
    """Lowest and highest key of anything inside ``prefix``, the prefix itself included."""
    low = _key(prefix.version, int(prefix.network_address), 0)
    high = _key(prefix.version, int(prefix.broadcast_address), 255)
    return low, high


def host_of(data: bytes) -> bytes:
    """The key of the lone address that the key of an interface address holds."""
    return data[:17] + (b"\x20" if data[0] == 4 else b"\x80")


class _Halves(dict[bytes, str]):
    """Two bytes of an IPv4 address as text: half the cost of the C library's writing of all four. At most
    65,536 of them."""

    def __missing__(self, pair: bytes) -> str:
        text = self[pair] = f"{pair[0]}.{pair[1]}"
        return text


_HALVES = _Halves()


class PlainAddress4(ipaddress.IPv4Address):
    """An IPv4 address that keeps its key and makes number and text of it when asked: large plans make and
    write hundreds of thousands. Equal to what ``ipaddress`` makes."""

    __slots__ = ("_data", "_text")
    _ip: int

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = ""

    def __getattr__(self, name: str) -> Any:
        """What was not made yet."""
        if name != "_ip":
            raise AttributeError(name)
        self._ip = number = int.from_bytes(self._data[13:17], "big")
        return number

    def __str__(self) -> str:
        text = self._text
        if not text:
            data = self._data
            self._text = text = f"{_HALVES[data[13:15]]}.{_HALVES[data[15:17]]}"
        return text

    def __repr__(self) -> str:
        return f"IPv4Address({str(self)!r})"

    def __add__(self, other: int) -> ipaddress.IPv4Address:  # type: ignore[override]
        return ipaddress.IPv4Address(self._ip + other)

    def __sub__(self, other: int) -> ipaddress.IPv4Address:  # type: ignore[override]
        return ipaddress.IPv4Address(self._ip - other)

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return ipaddress.IPv4Address, (self._ip,)


class LazyInterface4(ipaddress.IPv4Interface):
    """An IPv4 interface that keeps its key and makes the rest when asked: its network alone is four fifths of
    the cost, and most are only written out. Equal to what ``ipaddress`` makes."""

    __slots__ = ("_data", "_text")
    _ip: int

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = ""

    def __getattr__(self, name: str) -> Any:
        """What was not made yet."""
        data = self._data
        made: Any
        if name == "_ip":
            made = int.from_bytes(data[13:17], "big")
        elif name == "_prefixlen":
            made = data[17]
        elif name == "network":
            made = ipaddress.IPv4Network((self._ip, data[17]), strict=False)
        else:
            raise AttributeError(name)
        setattr(self, name, made)
        return made

    @property
    def ip(self) -> ipaddress.IPv4Address:
        return PlainAddress4(self._data)

    @property
    def netmask(self) -> ipaddress.IPv4Address:  # type: ignore[override]
        return _NETMASKS[self._data[17]]

    @property
    def hostmask(self) -> ipaddress.IPv4Address:
        return _HOSTMASKS[self._data[17]]

    def __str__(self) -> str:
        text = self._text
        if not text:
            data = self._data
            self._text = text = f"{_HALVES[data[13:15]]}.{_HALVES[data[15:17]]}/{data[17]}"
        return text

    def __repr__(self) -> str:
        return f"IPv4Interface({str(self)!r})"

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return ipaddress.IPv4Interface, (str(self),)


def interface_of(data: bytes) -> Interface:
    """The value behind a key, with its host part."""
    if len(data) != KEY_LENGTH:
        raise ValueError(f"an address key has {KEY_LENGTH} bytes, not {len(data)}")
    if data[0] == 4:
        return LazyInterface4(data)
    return ipaddress.IPv6Interface((int.from_bytes(data[1:17], "big"), data[17]))


def address_of(data: bytes) -> Address:
    """The address behind a key, of an interface too."""
    if len(data) != KEY_LENGTH:
        raise ValueError(f"an address key has {KEY_LENGTH} bytes, not {len(data)}")
    if data[0] == 4:
        return PlainAddress4(data)
    return ipaddress.IPv6Address(int.from_bytes(data[1:17], "big"))


def prefix_of(data: bytes) -> Prefix:
    """The prefix behind a key."""
    where = (int(address_of(data)), data[17])
    return ipaddress.IPv4Network(where) if data[0] == 4 else ipaddress.IPv6Network(where)


def _key(version: int, number: int, length: int) -> bytes:
    return _HEADS[version] + number.to_bytes(16, "big") + _LENGTHS[length]


_HEADS = {4: b"\x04", 6: b"\x06"}
_LENGTHS = [bytes([length]) for length in range(256)]
_NETMASKS = [ipaddress.IPv4Address((0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF) for length in range(33)]
_HOSTMASKS = [ipaddress.IPv4Address(0xFFFFFFFF >> length) for length in range(33)]
