"""What is wanted, as one frozen picture of the inventory that findings and health are judged against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import case, select
from sqlalchemy.orm import Session, aliased

from netwright.base import address
from netwright.inventory import (
    Asn,
    BgpSession,
    Cable,
    Component,
    Device,
    Interface,
    InterfaceAddress,
    Isp,
    Model,
    Site,
    SoftwareVersion,
)
from netwright.inventory.device import DeviceRole, SoftwareStatus
from netwright.inventory.place import Status
from netwright.inventory.routing import SessionRole


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """An interface of a device, by names."""

    device: str
    interface: str

    def __str__(self) -> str:
        return f"{self.device} {self.interface}"


@dataclass(frozen=True, slots=True)
class Link:
    """A wanted cable between two of our devices."""

    name: str
    a: Port
    b: Port

    @property
    def ends(self) -> tuple[Port, Port]:
        return self.a, self.b

    def far(self, device: str) -> Port:
        """The end away from ``device``."""
        return self.b if self.a.device == device else self.a

    def __str__(self) -> str:
        return f"{self.a} – {self.b}"


@dataclass(frozen=True, slots=True)
class WantedInterface:
    """An interface that should exist, with the addresses it should have."""

    name: str
    enabled: bool
    management: bool
    addresses: tuple[address.Interface, ...]


@dataclass(frozen=True, slots=True)
class WantedComponent:
    """A component that should be there. Empty part number or serial: any."""

    name: str
    component_class: str
    part_number: str
    serial: str


@dataclass(frozen=True, slots=True)
class WantedSession:
    """One end of a BGP session. ``interface`` carries it, when its local address is on one; ``far`` is
    our device at the other end, None for a partner's."""

    local_address: address.Address
    remote_address: address.Address
    remote_asn: int
    role: SessionRole
    enabled: bool
    isp: str
    interface: str | None
    far: str | None

    def neighbor(self) -> str:
        """The other end for people: ``fra-core1 (10.254.1.0)``."""
        return f"{self.far or self.isp or f'AS{self.remote_asn}'} ({self.remote_address})"


@dataclass(frozen=True, slots=True)
class WantedDevice:
    """An active device that is talked to, with everything it should have."""

    name: str
    site: str
    role: DeviceRole
    platform: str
    model: str
    serial: str
    management_address: address.Address | None
    loopback: address.Address | None
    interfaces: Mapping[str, WantedInterface]
    components: Mapping[str, WantedComponent]
    sessions: tuple[WantedSession, ...]
    software: str = ""
    """The version that it is wanted to run; empty: any."""
    forbidden: frozenset[str] = frozenset()
    """Versions of its platform that may not run."""

    def isp_ports(self) -> frozenset[str]:
        """Ports behind which a partner's router stands."""
        return frozenset(s.interface for s in self.sessions if s.role is SessionRole.ISP and s.interface)


@dataclass(frozen=True)
class Wanted:
    """The active devices, the cables between them, and sites by name with their titles."""

    devices: Mapping[str, WantedDevice]
    links: tuple[Link, ...]
    sites: Mapping[str, str]
    link_at: Mapping[Port, Link] = field(init=False)
    links_of: Mapping[str, tuple[Link, ...]] = field(init=False)
    """By device."""
    devices_of: Mapping[str, tuple[str, ...]] = field(init=False)
    """By site."""

    def __post_init__(self) -> None:
        links_of: defaultdict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            for device in {link.a.device, link.b.device}:
                links_of[device].append(link)
        devices_of: defaultdict[str, list[str]] = defaultdict(list)
        for wanted in self.devices.values():
            devices_of[wanted.site].append(wanted.name)
        put = object.__setattr__  # derived once; the picture stays frozen
        put(self, "link_at", {port: link for link in self.links for port in link.ends})
        put(self, "links_of", {name: tuple(links) for name, links in links_of.items()})
        put(self, "devices_of", {name: tuple(devices) for name, devices in devices_of.items()})

    def site_of(self, device: str) -> str:
        found = self.devices.get(device)
        return found.site if found else ""

    @cached_property
    def heart(self) -> str | None:
        """The one site that has all core routers; None when there are several such sites, or no core."""
        homes = {device.site for device in self.devices.values() if device.role is DeviceRole.CORE}
        return homes.pop() if len(homes) == 1 else None

    def is_between_sites(self, link: Link) -> bool:
        return self.site_of(link.a.device) != self.site_of(link.b.device)

    def links_out_of(self, site: str) -> list[Link]:
        """The cables that leave the site."""
        devices = self.devices_of.get(site, ())
        return [
            link for name in devices for link in self.links_of.get(name, ()) if self.is_between_sites(link)
        ]


def read_wanted(session: Session) -> Wanted:
    """Read the picture with one query a table."""
    interfaces, carrier = _interfaces(session)
    components = _components(session)
    devices_by_id = _devices(session)
    owner = {ip: port.device for ip, port in carrier.items()}
    owner |= {row.loopback: row.name for row in devices_by_id.values() if row.loopback is not None}
    sessions = _sessions(session, carrier, owner)
    forbidden = _forbidden(session)
    devices = {
        row.name: WantedDevice(
            name=row.name,
            site=row.site,
            role=row.role,
            platform=row.platform,
            model=row.model,
            serial=row.serial,
            management_address=row.management_address,
            loopback=row.loopback,
            interfaces=interfaces.get(row.name, {}),
            components=components.get(row.name, {}),
            sessions=tuple(sessions.get(row.name, ())),
            software=row.software or "",
            forbidden=forbidden.get(row.platform, frozenset()),
        )
        for row in devices_by_id.values()
    }
    sites = {name: title or name for name, title in session.execute(select(Site.name, Site.title))}
    return Wanted(devices, _links(session, devices), dict(sorted(sites.items())))


@dataclass(frozen=True, slots=True)
class _DeviceRow:
    name: str
    site: str
    role: DeviceRole
    platform: str
    model: str
    serial: str
    management_address: address.Address | None
    loopback: address.Address | None
    software: str | None


def _devices(session: Session) -> dict[int, _DeviceRow]:
    rows = session.execute(
        select(
            Device.id,
            Device.name,
            Site.name,
            Device.role,
            Device.platform,
            case((Model.reported_name != "", Model.reported_name), else_=Model.name),
            Device.serial,
            Device.management_address,
            Device.loopback,
            SoftwareVersion.version,
        )
        .join(Site, Device.site_id == Site.id)
        .join(Model, Device.model_id == Model.id)
        .outerjoin(SoftwareVersion, Device.software_version_id == SoftwareVersion.id)
        .where(Device.status == Status.ACTIVE, Device.management_address.is_not(None), Device.platform != "")
        .order_by(Device.name)
    )
    return {row[0]: _DeviceRow(*row[1:]) for row in rows}


def _forbidden(session: Session) -> dict[str, frozenset[str]]:
    """Versions that may not run, by platform."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    query = select(SoftwareVersion.platform, SoftwareVersion.version).where(
        SoftwareVersion.status == SoftwareStatus.FORBIDDEN
    )
    for platform, version in session.execute(query):
        found[platform].add(version)
    return {platform: frozenset(versions) for platform, versions in found.items()}


def _interfaces(
    session: Session,
) -> tuple[dict[str, dict[str, WantedInterface]], dict[address.Address, Port]]:
    """Interfaces by device and name; and which port carries an address."""
    addresses: defaultdict[int, list[address.Interface]] = defaultdict(list)
    for interface_id, value in session.execute(
        select(InterfaceAddress.interface_id, InterfaceAddress.address).order_by(InterfaceAddress.address)
    ):
        addresses[interface_id].append(value)
    found: defaultdict[str, dict[str, WantedInterface]] = defaultdict(dict)
    carrier: dict[address.Address, Port] = {}
    rows = session.execute(
        select(Interface.id, Device.name, Interface.name, Interface.enabled, Interface.management)
        .join(Device, Interface.device_id == Device.id)
        .where(Device.status == Status.ACTIVE)
        .order_by(Interface.id)
    )
    for interface_id, device, name, enabled, management in rows:
        own = tuple(addresses.get(interface_id, ()))
        found[device][name] = WantedInterface(name, enabled, management, own)
        carrier |= {value.ip: Port(device, name) for value in own}
    return found, carrier


def _components(session: Session) -> dict[str, dict[str, WantedComponent]]:
    found: defaultdict[str, dict[str, WantedComponent]] = defaultdict(dict)
    rows = session.execute(
        select(
            Device.name, Component.name, Component.component_class, Component.part_number, Component.serial
        )
        .join(Device, Component.device_id == Device.id)
        .where(Device.status == Status.ACTIVE)
        .order_by(Component.id)
    )
    for device, name, component_class, part_number, serial in rows:
        found[device][name] = WantedComponent(name, component_class, part_number, serial)
    return found


def _sessions(
    session: Session, carrier: Mapping[address.Address, Port], owner: Mapping[address.Address, str]
) -> dict[str, list[WantedSession]]:
    found: defaultdict[str, list[WantedSession]] = defaultdict(list)
    rows = session.execute(
        select(BgpSession, Device.name, Asn.number, Isp.name)
        .join(Device, BgpSession.device_id == Device.id)
        .join(Asn, BgpSession.remote_asn_id == Asn.id)
        .outerjoin(Isp, BgpSession.isp_id == Isp.id)
        .where(Device.status == Status.ACTIVE)
        .order_by(BgpSession.id)
    )
    for row, device, asn, isp in rows:
        port = carrier.get(row.local_address)
        found[device].append(
            WantedSession(
                local_address=row.local_address,
                remote_address=row.remote_address,
                remote_asn=asn,
                role=row.role,
                enabled=row.enabled,
                isp=isp or "",
                interface=port.interface if port and port.device == device else None,
                far=owner.get(row.remote_address),
            )
        )
    return found


def _links(session: Session, devices: Mapping[str, WantedDevice]) -> tuple[Link, ...]:
    a_end, b_end = aliased(Interface), aliased(Interface)
    a_device, b_device = aliased(Device), aliased(Device)
    rows = session.execute(
        select(Cable.name, a_device.name, a_end.name, b_device.name, b_end.name)
        .join(a_end, Cable.a_interface_id == a_end.id)
        .join(b_end, Cable.b_interface_id == b_end.id)
        .join(a_device, a_end.device_id == a_device.id)
        .join(b_device, b_end.device_id == b_device.id)
        .order_by(Cable.id)
    )
    links = [Link(name, Port(da, ia), Port(db, ib)) for name, da, ia, db, ib in rows]
    return tuple(link for link in links if link.a.device in devices and link.b.device in devices)
