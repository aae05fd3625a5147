"""Devices of a Nautobot and what is in them: modules in bays, inventory items, ports."""

from __future__ import annotations

from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.nautobot.models import platform_of
from netwright.exchange.nautobot.places import Places
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Told, host_name, plain, word_name
from netwright.exchange.remote.ports import port_fields
from netwright.inventory.device import DeviceRole

_ROLES = {str(role) for role in DeviceRole}


class Devices:
    """``managed``: the devices by the ids of the addresses that they are managed by."""

    def __init__(self, ground: Ground, places: Places) -> None:
        self._ground, self._places = ground, places
        self._drafting = ground.drafting
        self.managed: dict[str, str] = {}
        self._modules: dict[str, Told] = {}
        self._bays: dict[str, Told] = {}

    def devices(self) -> None:
        for one in self._ground.read("dcim/devices"):
            self._device(one)

    def _device(self, one: Told) -> None:
        ground, path = self._ground, "dcim/devices"
        name = host_name(one.get("name") or "")
        if name != (one.get("name") or ""):
            why = f"the name {one['name']!r} is no host name; called {name}"
            self._drafting.homeless.say(path, why, one["name"])
        said = ground.named("extras/roles", one.get("role"))
        role = word_name(said).lower()
        guess = words.nearest_role(role)
        if role not in _ROLES:
            self._drafting.homeless.say(path, f"role {said}; taken as {guess}", name)
        word = ground.named("dcim/platforms", one.get("platform"))
        platform = platform_of(ground, one.get("platform"))
        if word and platform is None:
            self._drafting.homeless.say(path, f"platform {word}; none is set", name)
        rack, where = self._drafting.key("dcim/racks", one.get("rack")), one.get("location")
        group = ground.named("dcim/device-redundancy-groups", one.get("device_redundancy_group"))
        fields = {
            "name": name,
            "site": self._places.site(where),
            "rack": rack,
            "position_u": one.get("position") if rack else None,
            "face": plain(one.get("face")) or None,
            "model": self._drafting.key("dcim/device-types", one["device_type"]),
            "role": role if role in _ROLES else None,
            "platform": platform,
            "software_version": self._drafting.key("dcim/software-versions", one.get("software_version")),
            "status": ground.status(path, one, words.STATUS),
            "serial": one.get("serial") or "",
            "asset_tag": one.get("asset_tag") or "",
            "redundancy_group": word_name(group),
        }
        kept = {
            **ground.kept(one, "tenant"),
            "location": self._places.below(where),
            "their_role": "" if role in _ROLES else said,
            "their_platform": word if platform is None else "",
            "virtual_chassis": ground.named("dcim/virtual-chassis", one.get("virtual_chassis")),
        }
        if local := one.get("local_config_context_data"):
            self._drafting.locals.append((name, local))
        primary = one.get("primary_ip4") or one.get("primary_ip6")
        one.asked |= {"primary_ip6", "config_context", "parent_bay", "vc_position", "vc_priority"}
        one.asked |= {"device_redundancy_group_priority"}
        fills = {} if role in _ROLES else {"role": guess}
        if self._drafting.put(path, "device", one, fields, fills, kept) and primary:
            self.managed[primary["id"]] = name

    def of(self, one: Told) -> str | None:
        """The device that a part is in, through whatever modules."""
        at, module = (
            one.get("device") or one.get("parent_device"),
            one.get("module") or one.get("parent_module"),
        )
        for _ in range(16):
            if at is not None or module is None:
                break
            bay = self._bays.get((self._modules[module["id"]].get("parent_module_bay") or {}).get("id", ""))
            at, module = (bay.get("parent_device"), bay.get("parent_module")) if bay else (None, None)
        return self._drafting.key("dcim/devices", at)

    def modules(self) -> None:
        drafting = self._drafting
        self._bays = {one["id"]: one for one in self._ground.read("dcim/module-bays")}
        self._modules = {one["id"]: one for one in self._ground.read("dcim/modules")}
        names = {number: self._bay_name(one) for number, one in self._bays.items()}
        path = "dcim/modules"
        for module in self._modules.values():
            bay = (module.get("parent_module_bay") or {}).get("id")
            module.asked |= {"status", "role"}
            if bay is None or bay not in self._bays:
                self._spare(module)
                continue
            fields = {
                "device": self.of(self._bays[bay]),
                "name": names[bay],
                "model": drafting.key("dcim/module-types", module["module_type"]),
                "serial": module.get("serial") or "",
            }
            if draft := drafting.put(path, "component", module, fields):
                drafting.known_as("held", {"id": bay}, draft.key)
        for number, bay in self._bays.items():
            fields = {
                "device": self.of(bay),
                "bay_class": "module",
                "name": names[number],
                "position": bay.get("position") or "",
                "label": bay.get("label") or "",
                "carrier": drafting.key("dcim/modules", bay.get("parent_module")),
                "component": drafting.key("held", {"id": number}),
            }
            bay.asked |= {"installed_module"}
            drafting.put("dcim/module-bays", "bay", bay, fields)

    def _bay_name(self, bay: Told) -> str:
        """A bay's name in its device: that of a module's bay stands after the bay that the module is in."""
        names = [bay["name"]]
        module = bay.get("parent_module")
        for _ in range(16):
            above = (self._modules[module["id"]].get("parent_module_bay") or {}) if module else {}
            if above.get("id") not in self._bays:
                break
            names.insert(0, self._bays[above["id"]]["name"])
            module = self._bays[above["id"]].get("parent_module")
        return "/".join(names)

    def _spare(self, module: Told) -> None:
        """A module in no bay is a spare on a shelf, if it has a serial number."""
        fields = {
            "serial": module.get("serial") or "",
            "model": self._drafting.key("dcim/module-types", module["module_type"]),
            "site": self._places.site(module.get("location")),
            "asset_tag": module.get("asset_tag") or "",
        }
        self._drafting.put("dcim/modules", "asset", module, fields, {"status": "stock"})

    def items(self) -> None:
        """Inventory items are components."""
        path = "dcim/inventory-items"
        for one in self._ground.read(path):
            fields = {
                "device": self.of(one),
                "name": one["name"],
                "component_class": words.component_class(None, one["name"]),
                "part_number": one.get("part_id") or "",
                "serial": one.get("serial") or "",
                "label": one.get("label") or "",
            }
            one.asked |= {"discovered", "parent"}
            self._drafting.put(path, "component", one, fields)

    def ports(self) -> None:
        for word, (port_class, kind) in words.PORTS.items():
            for port in self._ground.read(f"dcim/{word}"):
                self._port(f"dcim/{word}", port_class, kind, port)
        path = "dcim/device-bays"
        for bay in self._ground.read(path):
            fields = {
                "device": self.of(bay),
                "bay_class": "device",
                "name": bay["name"],
                "label": bay.get("label") or "",
                "occupant": self._drafting.key("dcim/devices", bay.get("installed_device")),
            }
            self._drafting.put(path, "bay", bay, fields)

    def _port(self, path: str, port_class: str, kind: str, port: Told) -> None:
        drafting = self._drafting
        fields = port_fields(drafting, port, self.of(port), port_class)
        port.asked |= {"power_factor", "front_ports", "power_outlets"}
        if draft := drafting.put(path, "port", port, fields):
            drafting.ends[kind, port["id"]] = ("port", draft.key)
