"""A device as other tools see it, and the groups it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from netwright.inventory import Cluster, Device, Manufacturer, Model, Rack, Region, Site
from netwright.inventory.device import Appliance
from netwright.inventory.place import Status

_DEEPEST = 32
_UNFIT = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class Target:
    """A device. ``address``: where it is managed; ``port``: of SSH, when another than usual. ``regions``: its
    own and those above."""

    name: str
    address: str
    site: str
    regions: tuple[str, ...]
    role: str
    model: str
    manufacturer: str
    platform: str
    status: str
    serial: str = ""
    rack: str = ""
    cluster: str = ""
    tags: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    port: int | None = None

    def words(self) -> dict[str, str]:
        """What is known of it by name, where there is something."""
        found = {
            "site": self.site,
            "region": self.regions[0] if self.regions else "",
            "role": self.role,
            "model": self.model,
            "manufacturer": self.manufacturer,
            "platform": self.platform,
            "status": self.status,
            "serial": self.serial,
            "rack": self.rack,
            "cluster": self.cluster,
        }
        return {name: word for name, word in found.items() if word}

    def groups(self) -> Iterator[tuple[str, str]]:
        """(sort of group, its word): one for each of site, role, platform, model, status and cluster, and for
        each region and tag."""
        for sort in ("site", "role", "platform", "model", "status", "cluster"):
            word = getattr(self, sort)
            if word:
                yield sort, word
        for region in self.regions:
            yield "region", region
        for tag in self.tags:
            yield "tag", tag


def group_name(sort: str, word: str) -> str:
    """A group's name in letters, digits and underscores, as Ansible wants them: ``site_ams``."""
    return f"{sort}_{_UNFIT.sub('_', word)}"


def targets(
    session: Session,
    *,
    every: bool = False,
    endpoints: Mapping[str, tuple[str, int | None]] | None = None,
) -> list[Target]:
    """Devices by name: the active ones that have an address to be managed by, or ``every`` one.

    ``endpoints``: address and SSH port by device, where they are others than the inventory's (a lab)."""
    regions = session.execute(select(Region.id, Region.parent_id, Region.name)).all()
    parents = {region: parent for region, parent, _ in regions}
    names = {region: name for region, _, name in regions}
    maker, group = aliased(Manufacturer), aliased(Cluster)
    query = (
        select(Device, Site, Model.name, maker.name, Rack.name, group.name)
        .join(Site, Site.id == Device.site_id)
        .join(Model, Model.id == Device.model_id)
        .join(maker, maker.id == Model.manufacturer_id)
        .join(Rack, Rack.id == Device.rack_id, isouter=True)
        .join(Appliance, Appliance.device_id == Device.id, isouter=True)
        .join(group, group.id == Appliance.cluster_id, isouter=True)
        .order_by(Device.name)
    )
    if not every:
        query = query.where(Device.status == Status.ACTIVE, Device.management_address.is_not(None))
    known = endpoints or {}
    found = []
    for device, site, model, manufacturer, rack, cluster in session.execute(query):
        inventory = str(device.management_address) if device.management_address is not None else ""
        address, port = known.get(device.name, (inventory, None))
        found.append(
            Target(
                name=device.name,
                address=address,
                port=port,
                site=site.name,
                regions=tuple(_above(site.region_id, parents, names)),
                role=device.role.value,
                model=model,
                manufacturer=manufacturer,
                platform=device.platform,
                status=device.status.value,
                serial=device.serial,
                rack=rack or "",
                cluster=cluster or "",
                tags=tuple(device.tags or ()),
                custom=device.custom or {},
            )
        )
    return found


def with_port(address: str, port: int | None) -> str:
    """``192.0.2.1:22``, ``[2001:db8::1]:22``; without a port the address as it is."""
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _above(region: int | None, parents: Mapping[int, int | None], names: Mapping[int, str]) -> Sequence[str]:
    found: list[str] = []
    while region is not None and len(found) < _DEEPEST:
        found.append(names[region])
        region = parents.get(region)
    return found
