"""One round over a Redfish service: systems, chassis, power, thermal, drives, network ports, firmware."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

from netwright.base.errors import DeviceError, SessionClosedError, UnparsedAnswerError
from netwright.device.redfish.client import ROOT, RedfishClient, absent, link, links
from netwright.platforms.facts import (
    AddressFact,
    ComponentFact,
    DeviceFacts,
    InterfaceFact,
    SensorFact,
    System,
)
from netwright.platforms.redfish import hardware, readings
from netwright.platforms.redfish.hardware import Resource, text, there
from netwright.platforms.show import NOT_UNDERSTOOD

T = TypeVar("T")


async def redfish_facts(client: RedfishClient, device: str, now: float) -> DeviceFacts:
    """Raises DeviceError when the service's root can't be had; what is refused below is told as problems."""
    reading = _Reading(client)
    root = await client.get(ROOT)
    await reading.systems(root)
    await reading.chassis(root)
    await reading.managers(root)
    await reading.firmware(root)
    return DeviceFacts(
        device=device,
        platform="redfish",
        observed_at=now,
        system=reading.system(root),
        interfaces=tuple(reading.ports),
        addresses=tuple(reading.addresses),
        components=tuple(reading.components),
        sensors=tuple(dict.fromkeys(reading.sensors)),
        sources=("redfish",),
        unparsed=tuple(reading.problems),
        answered=(("redfish", now),),
    )


class _Reading:
    """What has been found so far."""

    def __init__(self, client: RedfishClient) -> None:
        self._client = client
        self._first: Resource = {}
        self._names: dict[str, str] = {}
        self.ports: list[InterfaceFact] = []
        self.addresses: list[AddressFact] = []
        self.components: list[ComponentFact] = []
        self.sensors: list[SensorFact] = []
        self.problems: list[tuple[str, str]] = []

    def system(self, root: Resource) -> System:
        first = self._first
        return System(
            hostname=text(first, "HostName", "Name") or "",
            vendor=text(first, "Manufacturer") or text(root, "Vendor"),
            model=text(first, "Model"),
            serial=text(first, "SerialNumber") or self._chassis_serial(),
            sys_descr=text(root, "Product", "Name"),
            source="redfish",
        )

    def _chassis_serial(self) -> str | None:
        return next((item.serial for item in self.components if item.component_class == "chassis"), None)

    async def systems(self, root: Resource) -> None:
        async for system in self._members(root, "Systems"):
            self._first = self._first or system
            within = list(links((system.get("Links") or {}).get("Chassis")))
            above = await self._get(within[0]) if within else None
            name = self._add(above or system, "chassis", None)
            async for row in self._members(system, "Processors"):
                self._add(row, "cpu", name)
            async for row in self._members(system, "Memory"):
                self._add(row, "module", name)
            async for row in self._members(system, "Storage"):
                for place in links(row.get("Drives")):
                    if found := await self._get(place):
                        self._keep(hardware.drive(found, name), found)
            async for row in self._members(system, "SimpleStorage"):
                for item in row.get("Devices") or ():
                    if isinstance(item, dict) and there(item):
                        self.components.append(hardware.drive(item, name))
            async for row in self._members(system, "EthernetInterfaces"):
                self._port(row)

    async def chassis(self, root: Resource) -> None:
        async for row in self._members(root, "Chassis"):
            above = self._names.get(link(row, "Links", "ContainedBy") or "")
            name = self._add(row, "chassis", above)
            async for drive in self._members(row, "Drives"):
                self._keep(hardware.drive(drive, name), drive)
            async for card in self._members(row, "NetworkAdapters"):
                self._add(card, "network-card", name)
            if power := await self._get(link(row, "Power")):
                self._take("Power", readings.power(power), self.sensors)
                self._parts(power, "PowerSupplies", "power-supply", name)
            if thermal := await self._get(link(row, "Thermal")):
                self._take("Thermal", readings.thermal(thermal), self.sensors)
                self._parts(thermal, "Fans", "fan", name)
            supplies = await self._get(link(row, "PowerSubsystem"))
            async for item in self._members(supplies or {}, "PowerSupplies"):
                self._add(item, "power-supply", name)
            cooling = await self._get(link(row, "ThermalSubsystem"))
            async for item in self._members(cooling or {}, "Fans"):
                self._add(item, "fan", name)
            async for item in self._members(row, "Sensors"):
                self._take("Sensors", readings.sensor(item), self.sensors)

    async def managers(self, root: Resource) -> None:
        async for row in self._members(root, "Managers"):
            self._add(row, "module", None)
            async for port in self._members(row, "EthernetInterfaces"):
                self._port(port)

    async def firmware(self, root: Resource) -> None:
        """What is installed, as components of class ``firmware`` with their versions."""
        service = await self._get(link(root, "UpdateService"))
        async for row in self._members(service or {}, "FirmwareInventory"):
            self._add(row, "firmware", None)

    def _parts(self, resource: Resource, name: str, kind: str, parent: str | None) -> None:
        for row in resource.get(name) or ():
            if isinstance(row, dict) and there(row):
                self._keep(hardware.component(row, kind, parent), row)

    def _add(self, resource: Resource, kind: str, parent: str | None) -> str | None:
        if not there(resource):
            return None
        made = hardware.component(resource, kind, parent)
        self._keep(made, resource)
        return made.name

    def _keep(self, made: ComponentFact, resource: Resource) -> None:
        """Once each, though two services may list it."""
        place = text(resource, "@odata.id")
        if place is not None:
            if place in self._names:
                return
            self._names[place] = made.name
        if there(resource):
            self.components.append(made)

    def _port(self, resource: Resource) -> None:
        self._take("EthernetInterfaces", [hardware.interface(resource)], self.ports)
        self._take("EthernetInterfaces", hardware.addresses(resource), self.addresses)

    def _take(self, where: str, facts: Iterable[T], into: list[T]) -> None:
        try:
            for fact in facts:
                into.append(fact)  # noqa: PERF402 -- what came before an error stays
        except NOT_UNDERSTOOD as error:
            self.problems.append((f"redfish {where}", f"{type(error).__name__}: {error}"))

    async def _get(self, place: str | None) -> Resource | None:
        if place is None:
            return None
        try:
            return await self._client.get(place)
        except DeviceError as error:
            self._problem(place, error)
            return None

    async def _members(self, resource: Resource, name: str) -> AsyncIterator[Resource]:
        place = link(resource, name)
        if place is None:
            return
        try:
            async for member in self._client.members(place):
                yield member
        except DeviceError as error:
            self._problem(place, error)

    def _problem(self, place: str, error: DeviceError) -> None:
        """A part that is not there is none; a service that is gone ends the round."""
        if isinstance(error, SessionClosedError):
            raise error
        if not absent(error):
            raw = f"\n{error.raw}" if isinstance(error, UnparsedAnswerError) and error.raw else ""
            told = (f"redfish {place}", f"{error}{raw}"[:1000])
            if told not in self.problems:
                self.problems.append(told)
