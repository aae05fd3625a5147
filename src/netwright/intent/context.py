"""Context data: what people give to templates beyond the inventory, merged for each device.

From the wide to the narrow: everywhere, regions from the root down, site, role, platform, device. A context
that names several of them is as narrow as the narrowest. Of two equally narrow ones the greater weight wins,
then the name. Mappings are merged key by key; any other value takes the place of the one before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from netwright.inventory import ConfigContext, Device, Region, Site
from netwright.store.rows import chunks

_DEEPEST_REGION = 1_000
EVERYWHERE = 0
SITE, ROLE, PLATFORM, DEVICE = range(_DEEPEST_REGION + 1, _DEEPEST_REGION + 5)
"""How narrow a reach is; a region's is its depth below the root."""
_CHUNK = 500
_LAST = 1 << 62


@dataclass(frozen=True, slots=True)
class ContextSource:
    """A context that reaches a device, and what it says."""

    name: str
    weight: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a device stands, by name; regions from the root down."""

    device: str
    site: str
    role: str
    platform: str
    regions: tuple[str, ...]


class Layers(Protocol):
    """Context data that stands beside the database, as in a folder of people's templates."""

    def reaching(self, reach: Reach) -> Sequence[tuple[int, str, Mapping[str, Any]]]:
        """What reaches a device: how narrow it is (as in this module), its name, and what it says."""
        ...


def context_sources(
    session: Session, devices: Collection[int], layers: Layers | None = None
) -> dict[int, list[ContextSource]]:
    """The contexts that reach each device (by id), the widest first. Of equal reach, those of ``layers`` have
    the last word."""
    lineages = _lineages(session)
    names = region_names(session)
    found: dict[int, list[ContextSource]] = defaultdict(list)
    wide = list(session.scalars(_enabled().where(ConfigContext.device_id.is_(None))))
    columns = (
        Device.id,
        Device.name,
        Device.site_id,
        Site.name,
        Site.region_id,
        Device.role,
        Device.platform,
    )
    for part in chunks(devices, _CHUNK):
        own: dict[int, list[ConfigContext]] = defaultdict(list)
        for one in session.scalars(_enabled().where(ConfigContext.device_id.in_(part))):
            own[one.device_id or 0].append(one)
        query = select(*columns).join(Site, Site.id == Device.site_id).where(Device.id.in_(part))
        for device, name, site, site_name, region, role, platform in session.execute(query):
            lineage = lineages[region]
            reaching = [
                (_narrowness(one, lineage), one.weight, one.name, one.data)
                for one in (*wide, *own.get(device, ()))
                if (one.region_id is None or one.region_id in lineage)
                and one.site_id in {None, site}
                and one.role in {None, role}
                and one.platform in {"", platform}
            ]
            if layers is not None:
                reach = Reach(name, site_name, role.value, platform, names[region])
                reaching += ((narrow, _LAST, layer, data) for narrow, layer, data in layers.reaching(reach))
            reaching.sort(key=lambda row: row[:3])
            found[device] = [ContextSource(name, weight, data) for _, weight, name, data in reaching]
    return found


def contexts(
    session: Session, devices: Collection[int], layers: Layers | None = None
) -> dict[int, dict[str, Any]]:
    """Merged context data by device id; no entry: nothing reaches the device. Devices that the same contexts
    reach share one value."""
    some = session.scalar(select(ConfigContext.id).where(ConfigContext.enabled).limit(1))
    if some is None and layers is None:
        return {}
    made: dict[tuple[str, ...], dict[str, Any]] = {}
    found: dict[int, dict[str, Any]] = {}
    for device, sources in context_sources(session, devices, layers).items():
        if not sources:
            continue
        names = tuple(one.name for one in sources)
        if names not in made:
            made[names] = merge([one.data for one in sources])
        found[device] = made[names]
    return found


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


def region_names(session: Session) -> dict[int, tuple[str, ...]]:
    """Names of the regions that each region is in, itself included, from the root down."""
    names: dict[int, str] = {row.id: row.name for row in session.execute(select(Region.id, Region.name))}
    return {
        region: tuple(names[one] for one in sorted(line, key=line.__getitem__))
        for region, line in _lineages(session).items()
    }


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
        return DEVICE
    if one.platform:
        return PLATFORM
    if one.role is not None:
        return ROLE
    if one.site_id is not None:
        return SITE
    return EVERYWHERE if one.region_id is None else lineage[one.region_id]
