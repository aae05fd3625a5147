"""Content nodes: what they serve, and the way out of their network."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.intent.assembly.interface import Ports
from netwright.intent.assembly.reading import rows
from netwright.intent.neutral import ContentView, StaticRoute
from netwright.inventory import Appliance, Cluster, InterfaceAddress

_ANYWHERE = {4: ipaddress.ip_network("0.0.0.0/0"), 6: ipaddress.ip_network("::/0")}


class ContentNodes:
    """Read for those of ``devices`` that are cache servers."""

    def __init__(self, session: Session, devices: Collection[int]) -> None:
        self._session = session
        self._of = {row.device_id: row for row in rows(session, _NODES, Appliance.device_id, devices)}
        self._far: dict[int, list[address.Interface]] = {}

    def look_ahead(self, ports: dict[int, Ports]) -> None:
        """Read the addresses at the far ends of the nodes' cables, for all of them at once."""
        ends = {far.interface_id for node in self._of if node in ports for far in ports[node].far.values()}
        found: dict[int, list[address.Interface]] = defaultdict(list)
        for interface, value in rows(self._session, _ADDRESSES, InterfaceAddress.interface_id, sorted(ends)):
            found[interface].append(value)
        self._far = found

    def view(self, device: int) -> ContentView | None:
        row = self._of.get(device)
        if row is None:
            return None
        return ContentView(
            service_address=row.service_address,
            service_port=row.service_port,
            content_root=row.content_root,
            storage_bytes=row.storage_bytes,
            capacity_bps=row.capacity_bps,
            cluster=row.cluster or "",
        )

    def routes(self, device: Any, ports: Ports) -> tuple[StaticRoute, ...]:
        """Default routes of a node that speaks no BGP: by the device at the far end of a cable, when that has
        an address in the same network."""
        if device.id not in self._of or device.asn is not None:
            return ()
        found: list[StaticRoute] = []
        for view in ports.views:
            far = ports.far.get(view.name)
            if far is None or view.management:
                continue
            near = {one.network for one in view.addresses}
            found += (
                StaticRoute(_ANYWHERE[one.version], next_hop=one.ip, interface=view.name)
                for one in sorted(self._far.get(far.interface_id, ()), key=address.key)
                if one.network in near
            )
        return tuple(found)


_NODES = select(
    Appliance.device_id,
    Appliance.service_address,
    Appliance.service_port,
    Appliance.content_root,
    Appliance.storage_bytes,
    Appliance.capacity_bps,
    Cluster.name.label("cluster"),
).outerjoin(Cluster, Cluster.id == Appliance.cluster_id)
_ADDRESSES = select(InterfaceAddress.interface_id, InterfaceAddress.address)
