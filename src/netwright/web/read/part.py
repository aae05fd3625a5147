"""The parts of a device, wanted beside observed: interfaces, hardware, BGP sessions, sensors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.collect.observed import (
    ObservedAddress,
    ObservedBgpSession,
    ObservedComponent,
    ObservedInterface,
    ObservedNeighbor,
    ObservedSensor,
)
from netwright.intent.trace import trace
from netwright.inventory import Asn, BgpSession, Component, Device, Interface, InterfaceAddress, Isp
from netwright.platforms.facts import OperState
from netwright.web.read.path import Plug, plugs_of


@dataclass(frozen=True, slots=True)
class Neighbor:
    """What is at the other end of an interface."""

    device: str
    interface: str

    def __str__(self) -> str:
        return f"{self.device} {self.interface}".strip()


@dataclass(frozen=True, slots=True)
class Far:
    """Where a cable leads in the end; ``complete``: to something that speaks."""

    plug: Plug
    complete: bool


@dataclass(frozen=True, slots=True)
class InterfaceLine:
    """An interface, wanted and observed. ``members``: of a bundle. ``mark``: ``missing``, ``extra`` or
    empty."""

    name: str
    id: int | None
    wanted: bool
    enabled: bool
    management: bool
    description: str
    wanted_speed: int | None
    wanted_mtu: int | None
    wanted_addresses: tuple[str, ...]
    far: Far | None
    members: tuple[str, ...]
    seen: ObservedInterface | None
    addresses: tuple[str, ...]
    peers: tuple[Neighbor, ...]
    answered: bool = True
    """Whether the device told of any interface."""

    @property
    def wanted_peer(self) -> Neighbor | None:
        """The interface at the other end of its cable's way."""
        if self.far is None or self.far.plug.end[0] != "interface" or not self.far.plug.owner_url:
            return None
        return Neighbor(self.far.plug.owner, self.far.plug.name)

    @property
    def mark(self) -> str:
        if self.wanted and self.seen is None:
            return "missing" if self.answered else ""
        return "" if self.wanted else "extra"

    @property
    def state(self) -> str:
        """The word shown for it; ``unused``: dark, and nothing is wanted of it."""
        if self.seen is None:
            return "unknown"
        if not self.seen.admin_up:
            return "shut"
        if self.seen.oper is OperState.DOWN and not self._serves:
            return "unused"
        return self.seen.oper.value

    @property
    def _serves(self) -> bool:
        return bool(self.management or self.wanted_peer or self.wanted_addresses)

    @property
    def peer_differs(self) -> bool:
        """The cable leads elsewhere than wanted, by LLDP."""
        return bool(self.wanted_peer and self.peers and self.wanted_peer not in self.peers)

    @property
    def addresses_differ(self) -> bool:
        return bool(self.seen and self.wanted_addresses and set(self.wanted_addresses) != set(self.addresses))


def interfaces(session: Session, device: str, device_id: int | None) -> list[InterfaceLine]:
    """All interfaces in natural order, in a fixed number of statements a hop of the longest way."""
    wanted = {row.name: row for row in _wanted_interfaces(session, device_id)}
    seen = {
        row.name: row
        for row in session.scalars(select(ObservedInterface).where(ObservedInterface.device == device))
    }
    wanted_addresses = _wanted_addresses(session, device_id)
    fars = _far_ends(session, [row.id for row in wanted.values()])
    members = _members(wanted.values())
    seen_addresses: defaultdict[str, list[str]] = defaultdict(list)
    for row in session.scalars(select(ObservedAddress).where(ObservedAddress.device == device)):
        seen_addresses[row.interface].append(str(row.address))
    seen_peers: defaultdict[str, list[Neighbor]] = defaultdict(list)
    for neighbor in session.scalars(select(ObservedNeighbor).where(ObservedNeighbor.device == device)):
        seen_peers[neighbor.interface].append(Neighbor(neighbor.remote_device, neighbor.remote_interface))
    return [
        _interface(
            name,
            wanted.get(name),
            seen.get(name),
            wanted_addresses,
            fars,
            members,
            tuple(seen_addresses.get(name, ())),
            tuple(seen_peers.get(name, ())),
            answered=bool(seen),
        )
        for name in sorted(wanted.keys() | seen.keys(), key=natural)
        if name in wanted or name != "lo"
    ]


def _interface(
    name: str,
    row: Interface | None,
    seen: ObservedInterface | None,
    wanted_addresses: Mapping[int, list[str]],
    fars: Mapping[int, Far],
    members: Mapping[str, tuple[str, ...]],
    addresses: tuple[str, ...],
    neighbors: tuple[Neighbor, ...],
    *,
    answered: bool,
) -> InterfaceLine:
    far = fars.get(row.id) if row else None
    return InterfaceLine(
        name=name,
        id=row.id if row else None,
        wanted=row is not None,
        enabled=row.enabled if row else True,
        management=row.management if row else False,
        description=row.description if row else (seen.description or "" if seen else ""),
        wanted_speed=row.speed_bps if row else None,
        wanted_mtu=row.mtu if row else None,
        wanted_addresses=tuple(wanted_addresses.get(row.id, ())) if row else (),
        far=far,
        members=members.get(name, ()),
        seen=seen,
        addresses=addresses,
        peers=neighbors,
        answered=answered,
    )


def _members(rows: Iterable[Interface]) -> dict[str, tuple[str, ...]]:
    """Bundle -> its members, in natural order."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    names = {}
    for row in rows:
        names[row.id] = row.name
        if row.lag_id is not None:
            found[row.lag_id].append(row.name)
    return {
        names[bundle]: tuple(sorted(some, key=natural)) for bundle, some in found.items() if bundle in names
    }


def _wanted_interfaces(session: Session, device_id: int | None) -> Iterable[Interface]:
    return session.scalars(select(Interface).where(Interface.device_id == device_id))


def _wanted_addresses(session: Session, device_id: int | None) -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    query = (
        select(InterfaceAddress.interface_id, InterfaceAddress.address)
        .join(Interface, InterfaceAddress.interface_id == Interface.id)
        .where(Interface.device_id == device_id)
    )
    for interface_id, value in session.execute(query):
        found[interface_id].append(str(value))
    return found


def _far_ends(session: Session, interfaces: Iterable[int]) -> dict[int, Far]:
    """Our interface -> where its cable leads, through panels and circuits."""
    paths = trace(session, [("interface", one) for one in interfaces])
    plugs = plugs_of(session, {path.far for path in paths.values() if path.far is not None})
    return {
        start: Far(plugs[path.far], path.complete)
        for (_, start), path in paths.items()
        if path.far is not None
    }


_PARTS = re.compile(r"[0-9]+|[^0-9]+")


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key in which ``swp10`` comes after ``swp9``."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in _PARTS.findall(name))


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """A hardware component, wanted and observed. ``mark``: ``match``, ``differs``, ``missing``, ``extra``."""

    name: str
    component_class: str
    wanted_part: str
    wanted_serial: str
    part: str
    model: str
    serial: str
    description: str
    mark: str


def components(session: Session, device: str, device_id: int | None) -> list[ComponentLine]:
    """All components: the wanted ones and those that the device reports."""
    wanted = {
        row.name: row for row in session.scalars(select(Component).where(Component.device_id == device_id))
    }
    seen = {
        row.name: row
        for row in session.scalars(select(ObservedComponent).where(ObservedComponent.device == device))
    }
    return [
        _component(name, wanted.get(name), seen.get(name), bool(seen))
        for name in sorted(wanted.keys() | seen.keys(), key=natural)
    ]


def _component(
    name: str, wanted: Component | None, seen: ObservedComponent | None, answered: bool
) -> ComponentLine:
    part = (seen.part_number or "") if seen else ""
    serial = (seen.serial or "") if seen else ""
    if wanted is None:
        mark = "extra"
    elif seen is None:
        mark = "missing" if answered else ""
    elif (wanted.serial and wanted.serial != serial) or (wanted.part_number and wanted.part_number != part):
        mark = "differs"
    else:
        mark = "match"
    return ComponentLine(
        name=name,
        component_class=wanted.component_class.value if wanted else (seen.component_class if seen else ""),
        wanted_part=wanted.part_number if wanted else "",
        wanted_serial=wanted.serial if wanted else "",
        part=part,
        model=(seen.model or "") if seen else "",
        serial=serial,
        description=(seen.description or "") if seen else "",
        mark=mark,
    )


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A BGP session, wanted and observed. ``mark``: ``missing``, ``extra`` or empty."""

    remote_address: address.Address
    local_address: address.Address | None
    wanted: bool
    enabled: bool
    role: str
    wanted_asn: int | None
    asn: int | None
    neighbor: str
    description: str
    password: bool
    bfd: bool
    seen: ObservedBgpSession | None

    @property
    def mark(self) -> str:
        if self.wanted and self.enabled and self.seen is None:
            return "missing"
        return "" if self.wanted else "extra"


def sessions(session: Session, device: str, device_id: int | None) -> list[SessionLine]:
    """All BGP sessions by address."""
    query = (
        select(BgpSession, Asn.number, Isp.name)
        .join(Asn, BgpSession.remote_asn_id == Asn.id)
        .outerjoin(Isp, BgpSession.isp_id == Isp.id)
        .where(BgpSession.device_id == device_id)
    )
    wanted = {row.remote_address: (row, asn, isp) for row, asn, isp in session.execute(query)}
    seen = {
        row.remote_address: row
        for row in session.scalars(select(ObservedBgpSession).where(ObservedBgpSession.device == device))
    }
    owners = _owners(session, wanted.keys() | seen.keys())
    lines = []
    for remote in sorted(wanted.keys() | seen.keys(), key=address.key):
        row, asn, isp = wanted.get(remote, (None, None, None))
        found = seen.get(remote)
        lines.append(
            SessionLine(
                remote_address=remote,
                local_address=row.local_address if row else None,
                wanted=row is not None,
                enabled=row.enabled if row else True,
                role=row.role.value if row else "",
                wanted_asn=asn,
                asn=found.remote_asn if found else None,
                neighbor=owners.get(remote, "") or isp or "",
                description=row.description if row else "",
                password=bool(row and row.password_secret),
                bfd=bool(row and row.bfd),
                seen=found,
            )
        )
    return lines


def _owners(session: Session, addresses: Iterable[address.Address]) -> dict[address.Address, str]:
    """Which of our devices has an address: on a link with any of the usual lengths, or as its loopback."""
    wanted = set(addresses)
    query = (
        select(InterfaceAddress.address, Device.name)
        .join(Interface, InterfaceAddress.interface_id == Interface.id)
        .join(Device, Interface.device_id == Device.id)
        .where(
            or_(
                *(InterfaceAddress.address == f"{ip}/{length}" for ip in wanted for length in _lengths(ip)),
            )
        )
    )
    if not wanted:
        return {}
    return {value.ip: name for value, name in session.execute(query)}


def _lengths(ip: address.Address) -> tuple[int, ...]:
    return (31, 30, 29, 24, 32) if ip.version == 4 else (127, 126, 64, 128)


def sensors(session: Session, device: str) -> list[ObservedSensor]:
    rows = session.scalars(select(ObservedSensor).where(ObservedSensor.device == device))
    return sorted(rows, key=lambda row: natural(row.name))
