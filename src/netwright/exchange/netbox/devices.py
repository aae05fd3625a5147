"""Devices of a NetBox and what is in them: modules in bays, inventory items, ports."""

from __future__ import annotations

from netwright.exchange.netbox.models import rear_of
from netwright.exchange.netbox.places import kept, status
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, Told, host_name, plain
from netwright.exchange.remote.ports import port_fields
from netwright.inventory.device import DeviceRole

_ROLES = {str(role) for role in DeviceRole}


def devices(drafting: Drafting) -> None:
    chassis = {one["id"]: one for one in drafting.read("dcim/virtual-chassis")}
    for one in chassis.values():
        drafting.homeless.say("dcim/virtual-chassis", "kept as a word of its members", one["name"])
        one.asked.update(one)
    managed: dict[str, str] = {}
    for device in drafting.read("dcim/devices"):
        _device(drafting, device, managed)


def _device(drafting: Drafting, one: Told, managed: dict[str, str]) -> None:
    path = "dcim/devices"
    name = host_name(one.get("name") or "")
    if name != (one.get("name") or ""):
        drafting.homeless.say(path, f"the name {one['name']!r} is no host name; called {name}", one["name"])
    role = (one.get("role") or one.get("device_role") or {}).get("slug", "")
    guess = words.nearest_role(role)
    if role not in _ROLES:
        drafting.homeless.say(path, f"role {role}; taken as {guess}", name)
    word = (one.get("platform") or {}).get("slug", "")
    platform = words.platform_of(word)
    if word and platform is None:
        drafting.homeless.say(path, f"platform {word}; none is set", name)
    rack = drafting.key("dcim/racks", one.get("rack"))
    fields = {
        "name": name,
        "site": drafting.key("dcim/sites", one["site"]),
        "rack": rack,
        "position_u": one.get("position") if rack else None,
        "face": plain(one.get("face")) or None,
        "model": drafting.key("dcim/device-types", one["device_type"]),
        "role": role if role in _ROLES else None,
        "platform": platform,
        "status": status(drafting, path, one, words.STATUS),
        "serial": one.get("serial") or "",
        "asset_tag": one.get("asset_tag") or "",
        "management_address": _management(drafting, one, name, managed),
    }
    words_ = kept(one, "tenant", "location", "cluster")
    words_ |= {"virtual_chassis": _member(one), "their_role": "" if role in _ROLES else role}
    words_ |= {"their_platform": word if platform is None else ""}
    if local := one.get("local_context_data"):
        drafting.locals.append((name, local))
    one.asked |= {"config_context", "parent_device", "device_bay"}
    one.asked |= {"latitude", "longitude"}
    drafting.put(path, "device", one, fields, {} if role in _ROLES else {"role": guess}, words_)


def _member(one: Told) -> str:
    if not one.get("virtual_chassis"):
        return ""
    name = one["virtual_chassis"].get("name", "")
    position, priority = one.get("vc_position"), one.get("vc_priority")
    said = f"{name} position {position}" if position is not None else name
    return f"{said} priority {priority}" if priority is not None else said


def _management(drafting: Drafting, one: Told, name: str, managed: dict[str, str]) -> str | None:
    """The address that NetBox calls primary, else that of out-of-band management."""
    one.asked |= {"primary_ip4", "primary_ip6"}
    primary, other = one.get("primary_ip"), one.get("oob_ip")
    chosen = primary or other
    if chosen is None:
        return None
    if primary and other:
        drafting.homeless.say("dcim/devices", "a second way to manage it (oob_ip)", name)
    address = str(chosen["address"]).split("/")[0]
    if managed.setdefault(address, name) != name:
        drafting.homeless.say("dcim/devices", f"managed by {address}, as {managed[address]} is", name)
        return None
    return address


def inside(drafting: Drafting) -> None:
    """Modules, bays, inventory items and ports."""
    path = "dcim/modules"
    bays = list(drafting.read("dcim/module-bays"))
    for module in drafting.read(path):
        fields = {
            "device": drafting.key("dcim/devices", module["device"]),
            "name": module["module_bay"].get("name") or f"module {module['id']}",
            "model": drafting.key("dcim/module-types", module["module_type"]),
            "serial": module.get("serial") or "",
        }
        module.asked |= {"status"}
        drafting.put(path, "component", module, fields)
    for bay in bays:
        fields = {
            "device": drafting.key("dcim/devices", bay["device"]),
            "bay_class": "module",
            "name": bay["name"],
            "position": bay.get("position") or "",
            "label": bay.get("label") or "",
            "carrier": drafting.key("dcim/modules", bay.get("module")),
            "component": drafting.key("dcim/modules", bay.get("installed_module")),
        }
        bay.asked |= {"enabled"}
        drafting.put("dcim/module-bays", "bay", bay, fields)
    for bay in drafting.read("dcim/device-bays"):
        fields = {
            "device": drafting.key("dcim/devices", bay["device"]),
            "bay_class": "device",
            "name": bay["name"],
            "label": bay.get("label") or "",
            "occupant": drafting.key("dcim/devices", bay.get("installed_device")),
        }
        bay.asked |= {"enabled"}
        drafting.put("dcim/device-bays", "bay", bay, fields)
    _items(drafting)
    for word, (port_class, kind) in words.PORTS.items():
        for port in drafting.read(f"dcim/{word}"):
            _port(drafting, f"dcim/{word}", port_class, kind, port)


def _items(drafting: Drafting) -> None:
    """Inventory items are components; a part of another one is a component beside it."""
    path = "dcim/inventory-items"
    items = {one["id"]: one for one in drafting.read(path)}
    for one in items.values():
        names, at = [one["name"]], one.get("parent")
        while at is not None and len(names) < len(items):
            above = items.get(at if isinstance(at, int) else at["id"])
            names, at = ([above["name"], *names], above.get("parent")) if above else (names, None)
        key = drafting.key("dcim/devices", one["device"])
        name = (
            one["name"] if key and not drafting.has("component", f"{key}/{one['name']}") else "/".join(names)
        )
        fields = {
            "device": key,
            "name": name,
            "component_class": words.component_class(one.get("role"), one["name"]),
            "part_number": one.get("part_id") or "",
            "serial": one.get("serial") or "",
            "label": one.get("label") or "",
        }
        one.asked |= {"discovered", "component", "component_type", "component_id", "status"}
        drafting.put(path, "component", one, fields)


def _port(drafting: Drafting, path: str, port_class: str, kind: str, port: Told) -> None:
    fields = port_fields(drafting, port, drafting.key("dcim/devices", port["device"]), port_class)
    if behind := rear_of(port):
        fields |= {"rear_port": drafting.key("dcim/rear-ports", behind), "rear_position": behind["position"]}
    port.asked |= {"front_ports", "color"} | ({"positions"} if port_class == "front" else set())
    if len(port.get("rear_ports") or ()) > 1:
        drafting.homeless.say(path, "more than one position behind it; the first is taken", port["name"])
    if draft := drafting.put(path, "port", port, fields):
        drafting.ends[kind, port["id"]] = ("port", draft.key)
