"""What the devices to be adopted said, and whom the names that they use mean."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import LargeBinary, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from netwright.base import address
from netwright.collect import observed
from netwright.collect.discovery.known import KnownDevice
from netwright.collect.seen import Seen, read_seen
from netwright.inventory import Device, Interface, InterfaceAddress
from netwright.store.among import among
from netwright.store.record import Base
from netwright.store.rows import chunks

R = TypeVar("R", bound=Base)
_FEW = 40
"""Ranges in one statement."""


@dataclass(frozen=True)
class Told:
    """One device as it was observed. ``device``: the name that its rows stand under; ``name``: what it will
    be, or is, in the inventory; ``address``: where it answered."""

    device: str
    name: str
    address: str
    row: observed.ObservedDevice
    interfaces: Sequence[observed.ObservedInterface]
    addresses: Sequence[observed.ObservedAddress]
    components: Sequence[observed.ObservedComponent]
    sessions: Sequence[observed.ObservedBgpSession]
    neighbors: Sequence[observed.ObservedNeighbor]

    @cached_property
    def ports(self) -> frozenset[str]:
        return frozenset(one.name for one in self.interfaces)


@dataclass(frozen=True)
class Picture:
    """The devices of one adoption (``told``, by observed name), what they and those near them said
    (``seen``), and which interfaces these have in the inventory (``wanted``, by device)."""

    told: Mapping[str, Told]
    seen: Seen
    wanted: Mapping[str, frozenset[str]]
    names: Mapping[str, str] = field(default_factory=dict)
    """Observed name -> name in the inventory after the adoption, of everybody who answered."""
    lengths: Mapping[address.Address, int] = field(default_factory=dict)
    """Of wanted addresses, for those whose length no device told."""

    @cached_property
    def owners(self) -> Mapping[address.Address, str]:
        """Who has an address, by observed name; not addresses that several have."""
        found: defaultdict[address.Address, set[str]] = defaultdict(set)
        for name, device in self.seen.devices.items():
            for values in device.addresses.values():
                for value in values:
                    found[value.ip].add(name)
        return {ip: next(iter(names)) for ip, names in found.items() if len(names) == 1}

    def who(self, told: str) -> str | None:
        """The observed device that a name heard by LLDP means: whole or without its domain."""
        return self._by_name.get(told.lower()) or self._by_name.get(told.lower().split(".")[0])

    def is_ours(self, device: str) -> bool:
        """Whether an observed device is in the inventory, or will be."""
        return device in self.told or self.names.get(device, device) in self.wanted

    def has_port(self, device: str, interface: str) -> bool:
        """Whether a device has, or will have, an interface of this name. ``device``: observed name."""
        if device in self.told:
            return interface in self.told[device].ports
        return interface in self.wanted.get(self.names.get(device, device), frozenset())

    def port_named(self, device: str, words: Collection[str]) -> str | None:
        """The interface of a device that LLDP's words mean: its name, its hardware address, or what stands
        in its description."""
        for word in words:
            if word and self.has_port(device, word):
                return word
        seen = self.seen.get(device)
        macs = {(i.mac or "").lower(): i.name for i in seen.interfaces.values()} if seen else {}
        return next((macs[word.lower()] for word in words if word and word.lower() in macs), None)

    @property
    def near(self) -> frozenset[str]:
        """Everybody in it, by their names in the inventory."""
        return frozenset(self.names.get(name, name) for name in self.seen.devices)

    def length_of(self, one: observed.ObservedAddress) -> int | None:
        """How long the prefix of an address is: as its device said, else as it is wanted, else as whoever is
        near says of the smallest one that it stands in. None: nobody said."""
        if one.prefix_known:
            return one.address.network.prefixlen
        if one.address.ip in self.lengths:
            return self.lengths[one.address.ip]
        fitting = [net.prefixlen for net in self._networks if one.address.ip in net]
        return max(fitting, default=None)

    @cached_property
    def _networks(self) -> frozenset[address.Prefix]:
        return frozenset(
            value.network
            for device in self.seen.devices.values()
            for values in device.addresses.values()
            for value in values
            if value.ip not in device.guessed and value.network.num_addresses > 1
        )

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name, device in self.seen.devices.items():
            for word in (name, self.names.get(name, ""), device.hostname, device.hostname.split(".")[0]):
                if word:
                    found.setdefault(word.lower(), name)
        return found


def read_picture(session: Session, devices: Collection[str]) -> Picture:
    """The picture for adopting ``devices``, by their observed names. Read are these, those whom they name as
    neighbours, and those who have the other ends of their BGP sessions: not the network."""
    parts = {
        table: _grouped(session, table, devices)
        for table in (
            observed.ObservedInterface,
            observed.ObservedAddress,
            observed.ObservedComponent,
            observed.ObservedBgpSession,
            observed.ObservedNeighbor,
        )
    }
    rows = _by(session, observed.ObservedDevice, observed.ObservedDevice.device, devices)
    heard = (one.remote_device for some in parts[observed.ObservedNeighbor].values() for one in some)
    remotes = (one.remote_address for some in parts[observed.ObservedBgpSession].values() for one in some)
    near = {row.device for row in rows} | _named(session, set(heard)) | _owners(session, set(remotes))
    records = {one.device: one for one in _by(session, KnownDevice, KnownDevice.device, near)}
    shorts = {name.split(".")[0] for name in near}
    inventory = set(session.scalars(select(Device.name).where(among(session, Device.name, near | shorts))))
    names = {one.device: _name(one, inventory) for one in records.values()}
    told = {}
    for row in rows:
        record = records.get(row.device)
        told[row.device] = Told(
            row.device,
            names.get(row.device, row.device),
            record.address if record else "",
            row,
            *(parts[table].get(row.device, []) for table in parts),
        )
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    ports = select(Device.name, Interface.name).outerjoin(Interface, Interface.device_id == Device.id)
    for device, interface in session.execute(ports.where(among(session, Device.name, inventory))):
        wanted[device].update((interface,) if interface else ())
    guessed = [
        one.address.ip
        for some in parts[observed.ObservedAddress].values()
        for one in some
        if not one.prefix_known
    ]
    return Picture(
        told,
        read_seen(session, near),
        {name: frozenset(ports) for name, ports in wanted.items()},
        names,
        {value.ip: value.network.prefixlen for value in _within(session, InterfaceAddress.address, guessed)},
    )


def _named(session: Session, words: Collection[str]) -> set[str]:
    """The observed devices that these words may mean, by their own names or ours; with domain or without."""
    shorts = {word.lower().split(".")[0] for word in words}
    ours = {*words, *(word.lower() for word in words), *(word.split(".")[0] for word in words), *shorts}
    device = observed.ObservedDevice
    found = set(session.scalars(select(device.device).where(among(session, device.short_name, shorts))))
    return found | set(session.scalars(select(device.device).where(among(session, device.device, ours))))


def _owners(session: Session, addresses: Collection[address.Address]) -> set[str]:
    """The observed devices that have one of these addresses, whatever the length of the prefix."""
    values = _within(session, observed.ObservedAddress.address, addresses)
    row = observed.ObservedAddress
    return set(session.scalars(select(row.device).where(among(session, row.address, values))))


def _within(
    session: Session,
    column: InstrumentedAttribute[address.Interface],
    addresses: Collection[address.Address],
) -> set[address.Interface]:
    """The values of a column that are these addresses, with any length of prefix."""
    key = type_coerce(column, LargeBinary)
    spans = [address.span(ipaddress.ip_network(one)) for one in sorted(set(addresses), key=address.key)]
    found: set[address.Interface] = set()
    for part in chunks(spans, _FEW):
        found.update(session.scalars(select(column).where(or_(*(key.between(*ends) for ends in part)))))
    return found


def _by(session: Session, record: type[R], column: Any, values: Collection[str]) -> Sequence[R]:
    return session.scalars(select(record).where(among(session, column, values)).order_by(column)).all()


def _name(record: KnownDevice, inventory: Collection[str]) -> str:
    """A device of the inventory keeps its name; another one gets its own, without the domain."""
    if record.device in inventory:
        return record.device
    short = record.device.split(".")[0] if not record.device[:1].isdigit() else record.device
    return record.device if short in inventory else short


def _grouped(session: Session, table: Any, devices: Collection[str]) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in session.scalars(
        select(table).where(among(session, table.device, devices)).order_by(*table.__table__.primary_key)
    ):
        found[row.device].append(row)
    return found
