"""A device with its parts as drafts: model, components, interfaces, addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from netwright.base.address import Interface
from netwright.collect.adoption.models import Match, ModelIndex
from netwright.collect.adoption.picture import Told
from netwright.collect.adoption.put import Drafting
from netwright.collect.observed import ObservedAddress
from netwright.inventory.hardware import ComponentClass, ModelForm
from netwright.platforms.catalog import Catalog
from netwright.store.naming import SEPARATOR

_MANAGEMENT = re.compile(r"(?i)^(?:mgmt|management|ma\d|me0|em\d|fxp0|oob)")
_LOOPBACK = re.compile(r"(?i)^(?:lo|loopback) ?\d*$")
_OWN = frozenset({"lo", "lo0"})
"""Every system has one without being asked."""
_NO_PORT = re.compile(r"(?i)^null ?\d*$")
_PARTS = frozenset(ComponentClass) - {ComponentClass.CHASSIS, ComponentClass.SENSOR}


@dataclass(frozen=True, slots=True)
class Wish:
    """What people say of the devices that they adopt; what is there already is left as it is. ``model``:
    for devices that tell none, or one that fits several."""

    site: str = ""
    role: str = ""
    model: str = ""
    asn: str = ""
    status: str = "active"


class DeviceDrafts:
    """Drafts devices one after the other. ``new``: names that the inventory does not have. ``length_of``: how
    long the prefix of an address is, None where nobody said."""

    def __init__(
        self,
        drafting: Drafting,
        models: ModelIndex,
        catalog: Catalog,
        wish: Wish,
        length_of: Callable[[ObservedAddress], int | None],
    ) -> None:
        self._put = drafting.put
        self._remark = drafting.remark
        self._models = models
        self._catalog = catalog
        self._wish = wish
        self._length_of = length_of

    def draft(self, told: Told, *, new: bool) -> bool:
        """False when something that a device must have is not known; a remark tells."""
        model = self._model(told, new=new)
        lacking = [word for word in ("site", "role") if new and not getattr(self._wish, word)]
        for word in lacking:
            self._remark(told.device, "device", told.name, f"the {word} is not known: say which", error=True)
        if lacking or (new and not model):
            return False
        address = _management(told)
        fields: dict[str, object] = {
            "name": told.name,
            "model": model,
            "serial": told.row.serial,
            "platform": self._platform(told),
            "software_version": self._software(told),
            "management_address": address,
            "loopback": _loopback(told),
        }
        if new:
            wish = self._wish
            fields |= {"site": wish.site, "role": wish.role, "status": wish.status, "asn": wish.asn}
            if wish.asn:
                self._put(told.device, "asn", {"number": wish.asn})
        self._put(told.device, "device", fields)
        self._components(told)
        self._interfaces(told, address)
        return True

    def _model(self, told: Told, *, new: bool) -> str:
        """The library's model; a new one is drafted where none fits."""
        reported, vendor = told.row.model or "", _vendor(told)
        chassis = [c for c in told.components if c.component_class == ComponentClass.CHASSIS]
        words = (reported, *(c.part_number or c.model for c in chassis[:1]))
        match = self._models.find(ModelForm.DEVICE, words, vendor)
        if match.name:
            return match.name
        if self._wish.model:
            return self._wish.model
        if match.several:
            self._several(told, reported, match)
        elif new and not (reported and vendor):
            what = "model" if vendor else "maker" if reported else "maker and model"
            message = f"it does not tell its {what}: say which model it is"
            self._remark(told.device, "device", told.name, message, error=True)
        elif reported and vendor:
            return self._new_model(told, reported, vendor)
        return ""

    def _new_model(self, told: Told, reported: str, vendor: str) -> str:
        maker = self._put(told.device, "manufacturer", {"name": self._models.maker(vendor)})
        fields = {"name": reported, "manufacturer": maker, "reported_name": reported, "form": "device"}
        message = f"the library has no model {reported} of {maker}: it is proposed, without its parts"
        self._remark(told.device, "model", reported, message)
        return self._put(told.device, "model", fields)

    def _several(self, told: Told, reported: str, match: Match) -> None:
        message = f"{reported} fits several models ({', '.join(match.several)}): say which"
        self._remark(told.device, "device", told.name, message, error=True)

    def _platform(self, told: Told) -> str:
        name = told.row.platform
        return self._catalog.platform(name).name if name in self._catalog.names() else ""

    def _software(self, told: Told) -> str:
        """The version as a kind of its own: what is wanted can be said to be old then."""
        platform, version = self._platform(told), told.row.os_version
        if not platform or not version:
            return ""
        return self._put(told.device, "software_version", {"platform": platform, "version": version})

    def _components(self, told: Told) -> None:
        for part in told.components:
            if part.component_class not in _PARTS:
                continue
            words = (part.part_number, part.model)
            module = self._models.find(ModelForm.MODULE, words, _vendor(told)).name
            self._put(
                told.device,
                "component",
                {
                    "device": told.name,
                    "name": part.name,
                    "component_class": part.component_class,
                    "model": module,
                    "part_number": part.part_number,
                    "serial": part.serial,
                    "description": part.description if part.description != part.name else "",
                },
            )

    def _interfaces(self, told: Told, management: str) -> None:
        carried = {str(one.address.ip): one.interface for one in told.addresses}
        for port in told.interfaces:
            if port.name in _OWN or _NO_PORT.match(port.name):
                continue
            is_management = carried.get(management) == port.name and bool(_MANAGEMENT.match(port.name))
            self._put(
                told.device,
                "interface",
                {
                    "device": told.name,
                    "name": port.name,
                    "speed_bps": port.speed_bps or None,
                    "mtu": port.mtu or None,
                    "enabled": port.admin_up,
                    "management": is_management or None,
                    "description": port.description,
                },
            )
        for one in told.addresses:
            if one.interface in told.ports - _OWN and _is_assigned(one.address):
                interface = SEPARATOR.join((told.name, one.interface))
                value = self._assigned(told, one)
                self._put(told.device, "address", {"address": value, "interface": interface})

    def _assigned(self, told: Told, one: ObservedAddress) -> Interface:
        """The address with its prefix. A length that the device did not tell is said so."""
        length = self._length_of(one)
        value = one.address if length is None else ipaddress.ip_interface((one.address.ip, length))
        if not one.prefix_known:
            how = (
                "is guessed from its class: look"
                if length is None
                else "is taken from the inventory or its neighbours"
            )
            message = f"the device does not tell the length of its prefix, {value.with_prefixlen} {how}"
            self._remark(told.device, "address", str(value), message)
        return value


def _vendor(told: Told) -> str:
    vendor = told.row.vendor or ""
    return "" if vendor.lower() == "unknown" else vendor


def _management(told: Told) -> str:
    """Where it answered, if that is an address and no port of ours on loopback."""
    try:
        return str(ipaddress.ip_address(told.address))
    except ValueError:
        return ""


def _loopback(told: Told) -> str:
    """The only whole IPv4 address on a loopback interface; several: nobody knows which."""
    found = [
        one.address.ip
        for one in told.addresses
        if _LOOPBACK.match(one.interface)
        and one.address.version == 4
        and one.address.network.prefixlen == 32
        and not one.address.ip.is_loopback
    ]
    return str(found[0]) if len(found) == 1 else ""


def _is_assigned(value: Interface) -> bool:
    return not (value.ip.is_link_local or value.ip.is_loopback or value.ip.is_unspecified)
