"""Devices run network operating systems that Netwright knows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import Device
from netwright.platforms.catalog import Catalog, catalog
from netwright.platforms.platform import OWN_PLATFORMS
from netwright.store.problem import Problem, Severity


def managed_without_platform(touched: Touched) -> Iterator[Problem]:
    """Who gives a device an address to manage it by means it to be talked to; until it has a platform, it
    is not."""
    query = select(Device.id).where(Device.platform == "", Device.management_address.is_not(None))
    for (device,) in rows_in(touched.session, query, Device.id, touched.ids("device")):
        message = "has a management address but no platform, so it is not talked to"
        yield touched.problem("device", device, message, "platform", Severity.WARNING)


def known_platforms(session: Session) -> Catalog:
    """The packaged platforms, and people's own in the home folder that the session is of."""
    return catalog(session.get_bind().get_execution_options().get(OWN_PLATFORMS))


def unknown_platform(touched: Touched) -> Iterator[Problem]:
    """A platform that nobody declared could be neither read nor configured; no platform: not talked to."""
    platforms = known_platforms(touched.session)
    known = [platform.name for platform in platforms.platforms]
    query = select(Device.id, Device.platform).where(Device.platform.not_in([*platforms.names(), ""]))
    for device, platform in rows_in(touched.session, query, Device.id, touched.ids("device")):
        message = f"there is no platform {platform!r} (known: {', '.join(known)})"
        yield touched.problem("device", device, message, "platform")
