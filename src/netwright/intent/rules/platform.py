"""Devices run network operating systems that Netwright knows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import Device
from netwright.platforms.catalog import PLATFORMS
from netwright.store.problem import Problem


def unknown_platform(touched: Touched) -> Iterator[Problem]:
    """A platform that nobody declared could be neither read nor configured."""
    known = sorted(platform.name for platform in PLATFORMS)
    query = select(Device.id, Device.platform).where(Device.platform.not_in(known))
    for device, platform in rows_in(touched.session, query, Device.id, touched.ids("device")):
        message = f"there is no platform {platform!r} (known: {', '.join(known)})"
        yield touched.problem("device", device, message, "platform")
