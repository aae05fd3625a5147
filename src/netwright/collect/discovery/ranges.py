"""Ranges of addresses as people write them, and how fast they are gone through."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from netwright.base.address import Address
from netwright.base.errors import InputError

MOST_ADDRESSES = 1 << 20


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses ``first`` to ``last``, both included, of one family."""

    first: Address
    last: Address

    def __contains__(self, address: Address) -> bool:
        return address.version == self.first.version and self.first <= address <= self.last  # type: ignore[operator]

    def __len__(self) -> int:
        return int(self.last) - int(self.first) + 1

    def __iter__(self) -> Iterator[Address]:
        kind = type(self.first)
        for number in range(int(self.first), int(self.last) + 1):
            yield kind(number)

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Ranges:
    """Several ranges; of overlapping ones each address once."""

    ranges: tuple[Range, ...]

    def __contains__(self, address: Address) -> bool:
        return any(address in one for one in self.ranges)

    def __len__(self) -> int:
        return sum(len(one) for one in self.ranges)

    def __iter__(self) -> Iterator[Address]:
        for one in self.ranges:
            yield from one

    def __str__(self) -> str:
        return ", ".join(map(str, self.ranges))


def looks_like_range(text: str) -> bool:
    """Whether a word is meant as addresses, not as a device's name."""
    head = text.partition("/")[0].partition("-")[0] if ":" not in text else text.partition("/")[0]
    return _address(head) is not None or ("-" in text and _address(text.partition("-")[0]) is not None)


def read_ranges(texts: Sequence[str], *, most: int | None = MOST_ADDRESSES) -> Ranges:
    """``10.0.0.0/24`` (without network and broadcast address), ``10.0.0.1-10.0.0.9``, ``10.0.0.1-9``,
    ``2001:db8::/120``, one address. Raises InputError, also for more than ``most`` addresses."""
    found = sorted((_range(text) for text in texts), key=lambda one: (one.first.version, int(one.first)))
    merged: list[Range] = []
    for one in found:
        last = merged[-1] if merged else None
        if last and last.first.version == one.first.version and int(one.first) <= int(last.last) + 1:
            end = max(last.last, one.last, key=int)
            merged[-1] = Range(last.first, end)
        else:
            merged.append(one)
    count = sum(int(one.last) - int(one.first) + 1 for one in merged)
    if most is not None and count > most:
        raise InputError(
            f"{count:,} addresses are more than {most:,}",
            subject=", ".join(texts),
            remedy="Give smaller ranges, or find devices from a seed through their neighbours (--seed).",
        )
    return Ranges(tuple(merged))


def _range(text: str) -> Range:
    try:
        if "/" in text:
            network = ipaddress.ip_network(text, strict=False)
            first, last = network.network_address, network.broadcast_address
            if network.version == 4 and network.prefixlen < 31:
                first, last = first + 1, last - 1
            return Range(first, last)
        head, dash, tail = text.partition("-")
        first = ipaddress.ip_address(head)
        if not dash:
            return Range(first, first)
        whole = f"{head.rpartition('.')[0]}.{tail}" if first.version == 4 and tail.isdecimal() else tail
        last = ipaddress.ip_address(whole)
    except ValueError as error:
        raise _no_range(text, str(error)) from None
    if last.version != first.version or int(last) < int(first):
        raise _no_range(text, "it ends before it begins")
    return Range(first, last)


def _no_range(text: str, why: str) -> InputError:
    return InputError(
        f"is no range of addresses ({why})",
        subject=text,
        remedy="Write 10.0.0.0/24, 10.0.0.1-10.0.0.9, 10.0.0.1-9, 2001:db8::/120 or one address.",
    )


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


class Pace:
    """At most so many turns a second, evenly spread: an access network notices bursts."""

    def __init__(
        self,
        per_second: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._gap = 1 / per_second
        self._monotonic = monotonic
        self._sleep = sleep or asyncio.sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = self._monotonic()
        mine = max(self._next, now)
        self._next = mine + self._gap
        if mine > now:
            waiting = self._sleep(mine - now)
            if asyncio.iscoroutine(waiting):
                await waiting
