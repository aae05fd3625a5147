"""Addresses as people write them."""

from __future__ import annotations

from netwright.base.errors import InputError


def where(address: str, default_port: int) -> tuple[str, int]:
    """``192.0.2.1``, ``192.0.2.1:1161``, ``[2001:db8::1]:1161``, ``2001:db8::1``, ``name:161``."""
    host, colon, port = address.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        return address.strip("[]"), default_port
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise InputError(
            f"{port!r} is no port",
            subject=address,
            remedy="Write ADDRESS or ADDRESS:PORT, [ADDRESS]:PORT for IPv6.",
        )
    return host.strip("[]"), int(port)
