"""Context data: what people give to templates beyond the inventory, merged for each device.

From the wide to the narrow: everywhere, regions from the root down, site, role, platform, device. A context
that names several of them is as narrow as the narrowest. Of two equally narrow ones the greater weight wins,
then the name. Mappings are merged key by key; any other value takes the place of the one before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from netwright.inventory import ConfigContext, Device, Region, Site
from netwright.store.rows import chunks

_DEEPEST_REGION = 1_000
_SITE, _ROLE, _PLATFORM, _DEVICE = range(_DEEPEST_REGION + 1, _DEEPEST_REGION + 5)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ContextSource:
    """A context that reaches a device, and what it says."""

    name: str
    weight: int
    data: Mapping[str, Any]


def context_sources(session: Session, devices: Collection[int]) -> dict[int, list[ContextSource]]:
    """The contexts that reach each device (by id), the widest first."""
    lineages = _lineages(session)
    found: dict[int, list[ContextSource]] = defaultdict(list)
    wide = list(session.scalars(_enabled().where(ConfigContext.device_id.is_(None))))
    columns = (Device.id, Device.site_id, Site.region_id, Device.role, Device.platform)
    for part in chunks(devices, _CHUNK):
        own: dict[int, list[ConfigContext]] = defaultdict(list)
        for one in session.scalars(_enabled().where(ConfigContext.device_id.in_(part))):
            own[one.device_id or 0].append(one)
        query = select(*columns).join(Site, Site.id == Device.site_id).where(Device.id.in_(part))
        for device, site, region, role, platform in session.execute(query):
            lineage = lineages[region]
            reaching = [
                (_narrowness(one, lineage), one.weight, one.name, one.data)
                for one in (*wide, *own.get(device, ()))
                if (one.region_id is None or one.region_id in lineage)
                and one.site_id in {None, site}
                and one.role in {None, role}
                and one.platform in {"", platform}
            ]
            reaching.sort(key=lambda row: row[:3])
            found[device] = [ContextSource(name, weight, data) for _, weight, name, data in reaching]
    return found


def contexts(session: Session, devices: Collection[int]) -> dict[int, dict[str, Any]]:
    """Merged context data by device id; no entry: nothing reaches the device."""
    if session.scalar(select(ConfigContext.id).where(ConfigContext.enabled).limit(1)) is None:
        return {}
    found = context_sources(session, devices)
    return {device: merge([one.data for one in sources]) for device, sources in found.items() if sources}


def merge(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Later layers over earlier ones; mappings key by key."""
    merged: dict[str, Any] = {}
    for layer in layers:
        _lay(merged, layer)
    return merged


def _lay(under: dict[str, Any], over: Mapping[str, Any]) -> None:
    for name, value in over.items():
        if not isinstance(value, dict):
            under[name] = value
        else:
            below = under.get(name)
            under[name] = merge([below, value]) if isinstance(below, dict) else merge([value])


def _enabled() -> Select[ConfigContext]:
    return select(ConfigContext).where(ConfigContext.enabled)


def _lineages(session: Session) -> dict[int, dict[int, int]]:
    """Region -> the regions it is in, itself included, each with its depth below the root (from 1)."""
    parents = {row.id: row.parent_id for row in session.execute(select(Region.id, Region.parent_id))}
    found: dict[int, dict[int, int]] = {}
    for region in parents:
        line: list[int] = []
        above: int | None = region
        while above is not None and above not in line:
            line.append(above)
            above = parents.get(above)
        found[region] = {one: depth for depth, one in enumerate(reversed(line), start=1)}
    return found


def _narrowness(one: ConfigContext, lineage: Mapping[int, int]) -> int:
    if one.device_id is not None:
        return _DEVICE
    if one.platform:
        return _PLATFORM
    if one.role is not None:
        return _ROLE
    if one.site_id is not None:
        return _SITE
    return 0 if one.region_id is None else lineage[one.region_id]
