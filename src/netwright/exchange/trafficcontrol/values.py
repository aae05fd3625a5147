"""Values of Traffic Control's objects, of whatever type they come as: its files are written by hand, too."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from netwright.exchange.jsonfile import word


def text(one: Mapping[str, Any], *names: str) -> str:
    """The first of some fields that says something, as text."""
    for name in names:
        value = one.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def name_of(one: Mapping[str, Any], *names: str) -> str:
    """The same as a name of ours; variables (`$CDN_NAME`) as their name."""
    return word(text(one, *names))


def degrees(one: Mapping[str, Any], name: str, most: float) -> float | None:
    """A coordinate; None when it is none, or beyond the earth."""
    try:
        value = float(text(one, name))
    except ValueError:
        return None
    return value if abs(value) <= most else None


def objects(one: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list inside another."""
    found = one.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def interface_address(value: str, netmask: str = "") -> str | None:
    """An address with prefix length; alone it is a host's. None when it is no address."""
    try:
        return str(ipaddress.ip_interface(f"{value}/{netmask}" if netmask and "/" not in value else value))
    except ValueError:
        return None


def host_address(value: str) -> str | None:
    found = interface_address(value)
    return None if found is None else found.split("/")[0]
