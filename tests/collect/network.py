"""A small network, wanted in a real database, and devices that report it as wanted until told otherwise."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from netwright.collect.wanted import Port, Wanted, WantedDevice
from netwright.inventory import (
    Asn,
    BgpSession,
    Cable,
    Component,
    Device,
    Interface,
    InterfaceAddress,
    Isp,
    Manufacturer,
    Model,
    Region,
    Site,
)
from netwright.inventory.device import DeviceRole
from netwright.inventory.hardware import ComponentClass
from netwright.inventory.place import SiteKind
from netwright.inventory.routing import SessionRole
from netwright.platforms.facts import (
    AddressFact,
    BgpSessionFact,
    BgpState,
    ComponentFact,
    DeviceFacts,
    DeviceSample,
    InterfaceFact,
    Load,
    NeighborFact,
    OperState,
    SensorFact,
    System,
)

# site, role, ASN and loopback by device
DEVICES: Mapping[str, tuple[str, DeviceRole, int | None, str | None]] = {
    "fra-core1": ("fra", DeviceRole.CORE, 64500, "10.255.0.1"),
    "ams-edge1": ("ams", DeviceRole.EDGE, 65001, "10.255.1.1"),
    "ams-edge2": ("ams", DeviceRole.EDGE, 65001, "10.255.1.2"),
    "ams-tor1": ("ams", DeviceRole.TOR, 4200000001, "10.255.1.3"),
    "ams-cache1": ("ams", DeviceRole.CACHE, None, None),
    "par-edge1": ("par", DeviceRole.EDGE, 65002, "10.255.2.1"),
}
# one end, the other end, lower address of the /31 (at the end named first)
CABLES = (
    ("fra-core1 swp1", "ams-edge1 swp1", "10.254.1.0"),
    ("fra-core1 swp2", "ams-edge2 swp1", "10.254.1.2"),
    ("ams-edge1 swp3", "ams-edge2 swp3", "10.254.1.8"),
    ("ams-edge1 swp4", "ams-tor1 swp1", "10.254.1.10"),
    ("ams-edge2 swp4", "ams-tor1 swp2", "10.254.1.12"),
    ("ams-tor1 swp3", "ams-cache1 swp1", "198.18.1.2"),
    ("fra-core1 swp3", "par-edge1 swp1", "10.254.2.0"),
)
# our port, our address, the ISP's
ISP_SESSIONS = (
    ("ams-edge1 swp5", "198.19.0.0", "198.19.0.1"),
    ("par-edge1 swp5", "198.19.0.4", "198.19.0.5"),
)
ISP_ASN = 64496
NOW = 1_000_000.0


def serial_of(device: str) -> str:
    return f"NW{device.upper().replace('-', '')}01"


class _Builder:
    """Adds wanted objects with ids of its own."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._last = 0
        self.devices: dict[str, Device] = {}
        self.interfaces: dict[Port, Interface] = {}
        self.asns: dict[int, Asn] = {}

    def add(self, record_class: type[Any], **fields: Any) -> Any:
        self._last += 1
        record = record_class(id=self._last, **fields)
        self.session.add(record)
        return record

    def asn(self, number: int) -> Asn:
        if number not in self.asns:
            self.asns[number] = self.add(Asn, number=number)
        return self.asns[number]

    def interface(self, port: Port, **fields: Any) -> Interface:
        if port not in self.interfaces:
            owner = self.devices[port.device].id
            self.interfaces[port] = self.add(Interface, device_id=owner, name=port.interface, **fields)
        return self.interfaces[port]

    def address(self, port: Port, value: str) -> None:
        self.add(
            InterfaceAddress, address=ipaddress.ip_interface(value), interface_id=self.interface(port).id
        )

    def session_end(
        self, port: Port, local: str, remote: str, asn: int, role: SessionRole, isp: Isp | None
    ) -> None:
        self.add(
            BgpSession,
            device_id=self.devices[port.device].id,
            local_address=ipaddress.ip_address(local),
            remote_address=ipaddress.ip_address(remote),
            remote_asn_id=self.asn(asn).id,
            role=role,
            isp_id=isp.id if isp else None,
        )


def want_network(session: Session) -> None:
    """Put the whole wanted network into the database."""
    builder = _Builder(session)
    region = builder.add(Region, name="europe")
    sites = {}
    for name, title, kind in (
        ("fra", "Frankfurt core", SiteKind.CORE),
        ("ams", "Amsterdam POP", SiteKind.EXCHANGE),
        ("par", "Paris POP", SiteKind.EXCHANGE),
    ):
        sites[name] = builder.add(
            Site, name=name, title=title, region_id=region.id, kind=kind, latitude=50.0, longitude=8.0
        )
    maker = builder.add(Manufacturer, name="Netwright Labs")
    model = builder.add(Model, name="NW-7100", manufacturer_id=maker.id)
    for number, (name, (site, role, asn, loopback)) in enumerate(DEVICES.items(), start=1):
        builder.devices[name] = builder.add(
            Device,
            name=name,
            site_id=sites[site].id,
            model_id=model.id,
            role=role,
            platform="fake",
            serial=serial_of(name),
            asn_id=builder.asn(asn).id if asn else None,
            management_address=ipaddress.ip_address(f"10.250.0.{number}"),
            loopback=ipaddress.ip_address(loopback) if loopback else None,
        )
        _hardware(builder, name)
    isp = builder.add(Isp, name="isp-aurora", asn_id=builder.asn(ISP_ASN).id)
    for a_text, b_text, low in CABLES:
        _cable(builder, _port(a_text), _port(b_text), low)
    for text, local, remote in ISP_SESSIONS:
        builder.address(_port(text), f"{local}/31")
        builder.session_end(_port(text), local, remote, ISP_ASN, SessionRole.ISP, isp)
    session.flush()


def _hardware(builder: _Builder, device: str) -> None:
    owner = builder.devices[device].id
    for name, component_class, part in (
        ("chassis", ComponentClass.CHASSIS, "NW-7100-6X"),
        ("psu1", ComponentClass.POWER_SUPPLY, "NW-PSU-650"),
        ("psu2", ComponentClass.POWER_SUPPLY, "NW-PSU-650"),
        ("fan1", ComponentClass.FAN, "NW-FAN-40"),
    ):
        builder.add(Component, device_id=owner, name=name, component_class=component_class, part_number=part)
    builder.interface(Port(device, "eth0"), management=True)


def _cable(builder: _Builder, a: Port, b: Port, low: str) -> None:
    high = str(ipaddress.ip_address(low) + 1)
    builder.add(
        Cable,
        name=f"{a.device}:{a.interface}",
        a_interface_id=builder.interface(a).id,
        b_interface_id=builder.interface(b).id,
    )
    builder.address(a, f"{low}/31")
    builder.address(b, f"{high}/31")
    a_asn, b_asn = DEVICES[a.device][2], DEVICES[b.device][2]
    if a_asn and b_asn:
        role = SessionRole.BACKBONE if "core" in a.device else SessionRole.FABRIC
        builder.session_end(a, low, high, b_asn, role, None)
        builder.session_end(b, high, low, a_asn, role, None)


def _port(text: str) -> Port:
    return Port(*text.split())


def facts_as_wanted(wanted: Wanted, name: str, at: float = NOW) -> DeviceFacts:
    """What a device reports when all is well."""
    device = wanted.devices[name]
    return DeviceFacts(
        device=name,
        platform="fake",
        observed_at=at,
        system=System(name, "Netwright Labs", device.model, device.serial, "FakeOS", "1.0", 1000.0),
        interfaces=(
            InterfaceFact("lo", admin_up=True, oper=OperState.UP),
            *(
                InterfaceFact(interface, True, OperState.UP, 10**10, 9000, in_octets=1000, out_octets=2000)
                for interface in device.interfaces
            ),
        ),
        addresses=_addresses(device),
        components=tuple(
            ComponentFact(c.name, c.component_class, None, None, c.part_number, f"SN-{name}-{c.name}")
            for c in device.components.values()
        ),
        sensors=(SensorFact("temp1", "celsius", 41.0, "°C"),),
        neighbors=_neighbors(wanted, device),
        bgp_sessions=tuple(
            BgpSessionFact(s.remote_address, s.remote_asn, BgpState.ESTABLISHED, 500.0, 10, 12)
            for s in device.sessions
        ),
        sources=("ssh", "snmp", "lldp"),
    )


def _addresses(device: WantedDevice) -> tuple[AddressFact, ...]:
    found = [AddressFact("lo", ipaddress.ip_interface("127.0.0.1/8"))]
    found.append(AddressFact("eth0", ipaddress.ip_interface(f"{device.management_address}/24")))
    found.append(AddressFact("eth0", ipaddress.ip_interface("fe80::1/64")))
    if device.loopback is not None:
        found.append(AddressFact("lo", ipaddress.ip_interface(f"{device.loopback}/32")))
    for interface in device.interfaces.values():
        found.extend(AddressFact(interface.name, value) for value in interface.addresses)
    return tuple(found)


def _neighbors(wanted: Wanted, device: WantedDevice) -> tuple[NeighborFact, ...]:
    found = []
    for link in wanted.links_of.get(device.name, ()):
        near, far = (link.a, link.b) if link.a.device == device.name else (link.b, link.a)
        found.append(NeighborFact(near.interface, far.device, far.interface))
    found.extend(NeighborFact(name, "isp-aurora", "swp1") for name in sorted(device.isp_ports()))
    return tuple(found)


def sample_of(facts: DeviceFacts, at: float | None = None) -> DeviceSample:
    """The sample that goes with the facts."""
    return DeviceSample(
        device=facts.device,
        observed_at=facts.observed_at if at is None else at,
        uptime_s=facts.system.uptime_s,
        interfaces=facts.interfaces,
        bgp_sessions=facts.bgp_sessions,
        neighbors=facts.neighbors,
        sensors=facts.sensors,
        load=Load(0.1, 0.4),
        routes=(ipaddress.ip_network("198.51.100.0/25"),),
    )


def change(facts: DeviceFacts, changes: Mapping[str, Any]) -> DeviceFacts:
    """Facts with what a case says: the keys stand in _CHANGES."""
    for key, value in changes.items():
        facts = _CHANGES[key](facts, value)
    return facts


def _system(field: str) -> Any:
    def apply(facts: DeviceFacts, value: Any) -> DeviceFacts:
        return replace(facts, system=replace(facts.system, **{field: value}))

    return apply


def _interfaces(facts: DeviceFacts, states: Mapping[str, str]) -> DeviceFacts:
    """name: down | shut | absent | up (``up`` adds one that is not there)."""
    rows = {i.name: i for i in facts.interfaces}
    for name, state in states.items():
        if state == "absent":
            del rows[name]
            continue
        row = rows.get(name) or InterfaceFact(name, True, OperState.UP)
        oper = OperState.UP if state == "up" else OperState.DOWN
        rows[name] = replace(row, admin_up=state != "shut", oper=oper)
    return replace(facts, interfaces=tuple(rows.values()))


def _sessions(facts: DeviceFacts, states: Mapping[str, str | int]) -> DeviceFacts:
    """remote address: a state | absent | a number (another ASN; adds a session where there is none)."""
    rows = {str(s.remote_address): s for s in facts.bgp_sessions}
    for remote, state in states.items():
        if state == "absent":
            del rows[remote]
        elif isinstance(state, int):
            row = rows.get(remote) or BgpSessionFact(
                ipaddress.ip_address(remote), state, BgpState.ESTABLISHED
            )
            rows[remote] = replace(row, remote_asn=state)
        else:
            rows[remote] = replace(rows[remote], state=BgpState(state))
    return replace(facts, bgp_sessions=tuple(rows.values()))


def _components(facts: DeviceFacts, states: Mapping[str, Any]) -> DeviceFacts:
    """name: absent | {part_number, serial, class}."""
    rows = {c.name: c for c in facts.components}
    for name, state in states.items():
        if state == "absent":
            del rows[name]
            continue
        row = rows.get(name) or ComponentFact(name, state.get("class", "transceiver"))
        fields = {k: v for k, v in state.items() if k != "class"}
        rows[name] = replace(row, **fields)
    return replace(facts, components=tuple(rows.values()))


def _hears(facts: DeviceFacts, heard: Mapping[str, str | None]) -> DeviceFacts:
    """interface: "device port" | null."""
    rows = [n for n in facts.neighbors if n.interface not in heard]
    for name, text in heard.items():
        if text:
            device, port = text.split()
            rows.append(NeighborFact(name, device, port))
    return replace(facts, neighbors=tuple(rows))


def _address_change(facts: DeviceFacts, changes: Mapping[str, list[str]]) -> DeviceFacts:
    """interface: its whole list of addresses."""
    rows = [a for a in facts.addresses if a.interface not in changes]
    for name, values in changes.items():
        rows += [AddressFact(name, ipaddress.ip_interface(value)) for value in values]
    return replace(facts, addresses=tuple(rows))


def _sensors(facts: DeviceFacts, readings: Mapping[str, float]) -> DeviceFacts:
    """name: a reading that the device calls not well."""
    rows = [s for s in facts.sensors if s.name not in readings]
    rows += [SensorFact(name, "celsius", value, "°C", ok=False) for name, value in readings.items()]
    return replace(facts, sensors=tuple(rows))


def _services(facts: DeviceFacts, states: Mapping[str, bool]) -> DeviceFacts:
    """name: whether the service works."""
    rows = [SensorFact(name, "truth-value", float(ok), "", ok=ok) for name, ok in states.items()]
    return replace(facts, sensors=(*facts.sensors, *rows))


def _bare(facts: DeviceFacts, _: object) -> DeviceFacts:
    """As out of the box: management only."""
    kept = tuple(a for a in facts.addresses if a.interface == "eth0")
    return replace(facts, bgp_sessions=(), addresses=kept)


_CHANGES = {
    "serial": _system("serial"),
    "model": _system("model"),
    "uptime_s": _system("uptime_s"),
    "os_version": _system("os_version"),
    "interfaces": _interfaces,
    "sessions": _sessions,
    "components": _components,
    "no_components": lambda facts, _: replace(facts, components=()),
    "hears": _hears,
    "addresses": _address_change,
    "alarms": _sensors,
    "services": _services,
    "bare": _bare,
    "unparsed": lambda facts, words: replace(facts, unparsed=tuple((word, "?") for word in words)),
    "age_s": lambda facts, age: replace(facts, observed_at=facts.observed_at - age),
}
