"""What the devices to be adopted said, and whom the names that they use mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.collect import observed
from netwright.collect.discovery.known import KnownDevice
from netwright.collect.seen import Seen, read_seen
from netwright.inventory import Device, Interface


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
    """The devices of one adoption (``told``, by observed name), what others said (``seen``), and which
    interfaces the inventory has (by device)."""

    told: Mapping[str, Told]
    seen: Seen
    wanted: Mapping[str, frozenset[str]]
    names: Mapping[str, str] = field(default_factory=dict)
    """Observed name -> name in the inventory after the adoption, of everybody who answered."""

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

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name, device in self.seen.devices.items():
            for word in (name, self.names.get(name, ""), device.hostname, device.hostname.split(".")[0]):
                if word:
                    found.setdefault(word.lower(), name)
        return found


def read_picture(session: Session, devices: Collection[str]) -> Picture:
    """The picture for adopting ``devices``, by their observed names."""
    records = {one.device: one for one in session.scalars(select(KnownDevice))}
    inventory = set(session.scalars(select(Device.name)))
    told = {}
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
    names = {one.device: _name(one, inventory) for one in records.values()}
    rows = session.scalars(select(observed.ObservedDevice).where(observed.ObservedDevice.device.in_(devices)))
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
    for device, interface in session.execute(
        select(Device.name, Interface.name).outerjoin(Interface, Interface.device_id == Device.id)
    ):
        wanted[device].update((interface,) if interface else ())
    return Picture(
        told, read_seen(session), {name: frozenset(ports) for name, ports in wanted.items()}, names
    )


def _name(record: KnownDevice, inventory: Collection[str]) -> str:
    """A device of the inventory keeps its name; another one gets its own, without the domain."""
    if record.device in inventory:
        return record.device
    short = record.device.split(".")[0] if not record.device[:1].isdigit() else record.device
    return record.device if short in inventory else short


def _grouped(session: Session, table: Any, devices: Collection[str]) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in session.scalars(
        select(table).where(table.device.in_(devices)).order_by(*table.__table__.primary_key)
    ):
        found[row.device].append(row)
    return found
