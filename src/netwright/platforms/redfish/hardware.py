"""Redfish resources as components and interfaces."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from netwright.platforms.facts import AddressFact, ComponentFact, InterfaceFact, OperState

Resource = dict[str, Any]


def text(resource: Resource, *names: str) -> str | None:
    """The first of these properties that says something."""
    for name in names:
        value = resource.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            said = str(value).strip()
            if said and said.lower() not in {"n/a", "none", "null", "unknown"}:
                return said
    return None


def health(resource: Resource) -> tuple[bool | None, str | None]:
    """Whether it is well, and the words: its health, and its state where that is not Enabled."""
    status = resource.get("Status")
    if not isinstance(status, dict):
        return None, None
    state, well = text(status, "State"), text(status, "Health", "HealthRollup")
    words = " ".join(word for word in (well, state if state != "Enabled" else None) if word) or None
    return (None if well is None else well == "OK"), words


def there(resource: Resource) -> bool:
    """Not an empty slot."""
    status = resource.get("Status")
    return not (isinstance(status, dict) and status.get("State") == "Absent")


def component(
    resource: Resource, kind: str, parent: str | None, *, description: str | None = None
) -> ComponentFact:
    ok, state = health(resource)
    capacity = resource.get("PowerCapacityWatts")
    return ComponentFact(
        name=text(resource, "Name", "DeviceLocator", "Id", "MemberId") or kind,
        component_class=kind,
        parent=parent,
        model=text(resource, "Model"),
        part_number=text(resource, "PartNumber", "SparePartNumber", "SKU"),
        serial=text(resource, "SerialNumber"),
        description=description or text(resource, "Description"),
        vendor=text(resource, "Manufacturer"),
        index=text(resource, "@odata.id"),
        source="redfish",
        ok=ok,
        state=state,
        capacity_w=float(capacity) if isinstance(capacity, int | float) else None,
        version=text(resource, "Version", "FirmwareVersion", "Revision"),
    )


def drive(resource: Resource, parent: str | None) -> ComponentFact:
    size = resource.get("CapacityBytes")
    words = [text(resource, "MediaType"), text(resource, "Protocol")]
    if isinstance(size, int | float) and size > 0:
        words.append(f"{size / 1e9:.0f} GB")
    return component(resource, "disk", parent, description=" ".join(word for word in words if word) or None)


def interface(resource: Resource) -> InterfaceFact:
    status = text(resource, "LinkStatus")
    enabled = resource.get("InterfaceEnabled")
    speed = resource.get("SpeedMbps")
    mac = text(resource, "PermanentMACAddress", "MACAddress")
    return InterfaceFact(
        name=text(resource, "Id", "Name") or "",
        admin_up=enabled is not False,
        oper={"LinkUp": OperState.UP, "LinkDown": OperState.DOWN}.get(status or "", OperState.UNKNOWN),
        speed_bps=int(speed * 10**6) if isinstance(speed, int | float) and speed else None,
        mtu=resource["MTUSize"] if isinstance(resource.get("MTUSize"), int) else None,
        mac=mac.lower() if mac else None,
        description=text(resource, "Description"),
        status={"LinkUp": "up", "LinkDown": "down"}.get(status or ""),
        label=text(resource, "Name"),
        source="redfish",
    )


def addresses(resource: Resource) -> Iterator[AddressFact]:
    """Raises ValueError for an address that is none."""
    name = text(resource, "Id", "Name") or ""
    for version in ("IPv4Addresses", "IPv6Addresses"):
        items = resource.get(version)
        for item in items if isinstance(items, list) else []:
            ip = text(item, "Address") if isinstance(item, dict) else None
            if ip is None or ip in {"0.0.0.0", "::"}:  # an address that is not set
                continue
            length = text(item, "SubnetMask", "PrefixLength")
            found = ipaddress.ip_interface(ip if length is None else f"{ip}/{length}")
            yield AddressFact(name, found, length is not None, source="redfish")
