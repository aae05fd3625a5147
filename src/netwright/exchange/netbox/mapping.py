"""Objects of a NetBox as drafts, kind by kind.

Names: our region and site are named by NetBox's slug, so that they stay when a title changes. What NetBox
does not say and we must have (a site's kind) is a ``fill``: a guess for new objects that a later run never
repeats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from netwright.exchange.devicetypes.layout import MODEL_KEYS, SECTIONS
from netwright.exchange.devicetypes.naming import ModelNames
from netwright.exchange.netbox import words
from netwright.exchange.netbox.reading import Answer
from netwright.exchange.netbox.report import Homeless
from netwright.intent.document import Scalar
from netwright.intent.draft import Draft, key_of
from netwright.inventory import KINDS
from netwright.inventory.device import DeviceRole
from netwright.inventory.hardware import ModelForm
from netwright.inventory.partner import CircuitType
from netwright.platforms.catalog import catalog
from netwright.store.kind import FieldType
from netwright.store.value import take_text

NOWHERE = "unplaced"
"""Region of sites that have none."""
_HOST = re.compile(r"[^A-Za-z0-9.-]+")
_PLATFORMS = set(catalog().names())
_ROLES = {str(role) for role in DeviceRole}
_CIRCUITS = {str(one) for one in CircuitType}
Read = Callable[[str], Iterable[Answer]]


class NetBoxMapping:
    """One NetBox on its way to drafts. ``read`` gives the objects of a list."""

    def __init__(self, read: Read, names: ModelNames, homeless: Homeless) -> None:
        self._read, self._names, self.homeless = read, names, homeless
        self.drafts: dict[tuple[str, str], Draft] = {}
        self._ends: dict[tuple[str, int], tuple[str, str]] = {}
        """(field of a cable's end, key), by NetBox's type and id."""
        self._keys: dict[tuple[str, int], str] = {}
        """Our key by NetBox's list and id."""
        self._customs: set[tuple[str, str]] = set()

    def run(self) -> list[Draft]:
        for step in (
            self._labels,
            self._places,
            self._models,
            self._numbers,
            self._circuits,
            self._devices,
            self._inside,
            self._interfaces,
            self._addresses,
            self._cables,
            self._contexts,
        ):
            step()
        return list(self.drafts.values())

    def _put(
        self,
        path: str,
        kind: str,
        answer: Answer,
        fields: Mapping[str, Any],
        fills: Mapping[str, Any] | None = None,
    ) -> Draft | None:
        """A draft of ``fields`` (None: not said; empty text: none). None when its name can't be."""
        described = KINDS[kind]
        draft = Draft(described, f"{path}/{answer.get('id', '')}", 0)
        known = {spec.name: spec for spec in described.fields}
        common: dict[str, Any] = {}
        if "tags" in known and answer.get("tags"):
            common["tags"] = ",".join(tag["slug"] for tag in answer["tags"])
        if "description" in known and "description" not in fields:
            common["description"] = answer.get("description") or ""
        if "custom" in known and (custom := self._custom(path, kind, answer)):
            common["custom"] = orjson.dumps(custom, option=orjson.OPT_SORT_KEYS).decode()
        for name, value in {**common, **fields}.items():
            if value is None:
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            spec = known[name]
            if spec.type is FieldType.TEXT and not spec.multiline:
                text = " ".join(text.split("\n")).strip()
            if spec.reference is None and text and take_text(spec, text) is None:
                self.homeless.say(path, f"{name} can't be taken as it is", f"{_shown(answer)}: {text[:60]}")
                continue
            draft.values[name] = Scalar(text, 0)
        draft.fills = {name: Scalar(str(value), 0) for name, value in (fills or {}).items()}
        draft.key = key_of(draft)
        if not draft.key or (kind, draft.key) in self.drafts:
            self.homeless.say(
                path, "has no name" if not draft.key else "a second one of this name", _shown(answer)
            )
            return None
        self.drafts[kind, draft.key] = draft
        if isinstance(answer.get("id"), int):
            self._keys[path, answer["id"]] = draft.key
        return draft

    def _key(self, path: str, answer: Answer | None) -> str | None:
        """Our key of an object that another one refers to; None when it was not taken."""
        return None if answer is None else self._keys.get((path, answer["id"]))

    def _custom(self, path: str, kind: str, answer: Answer) -> dict[str, Any]:
        found = {}
        for name, value in (answer.get("custom_fields") or {}).items():
            if value is None:
                continue
            if (kind, name) in self._customs and isinstance(value, str | int | float | bool):
                found[name] = value
            else:
                self.homeless.say(path, f"custom field {name}", _shown(answer))
        return found

    def _status(self, path: str, answer: Answer, known: Mapping[str, str]) -> str | None:
        word = _value(answer.get("status"))
        if word and word not in known:
            self.homeless.say(path, f"status {word}; taken as active", _shown(answer))
        return known.get(word or "", "active")

    def _labels(self) -> None:
        for tag in self._read("extras/tags"):
            self._put("extras/tags", "tag", tag, {"name": tag["slug"], "color": tag.get("color") or ""})
        sets = {
            one["id"]: [pair[0] for pair in one.get("extra_choices") or ()]
            for one in self._read("extras/custom-field-choice-sets")
        }
        for one in self._read("extras/custom-fields"):
            path, kind = "extras/custom-fields", words.CUSTOM_TYPE.get(_value(one["type"]) or "")
            for on in one.get("object_types") or one.get("content_types") or ():
                if kind is None or on not in words.CUSTOM_ON:
                    self.homeless.say(path, f"of type {_value(one['type'])} on {on}", one["name"])
                    continue
                on_kind = words.CUSTOM_ON[on]
                choices = sets.get((one.get("choice_set") or {}).get("id"), [])
                fields = {
                    "on_kind": on_kind,
                    "name": one["name"],
                    "value_type": kind,
                    "help": one.get("label") or one.get("description") or "",
                    "choices": ",".join(choices) or None,
                }
                self._customs.add((on_kind, one["name"]))
                if (("custom_field", f"{on_kind}/{one['name']}")) not in self.drafts:
                    self._put(path, "custom_field", one, fields)
        for one in self._read("tenancy/contacts"):
            fields = {name: one.get(name) or "" for name in ("name", "phone", "email", "link")}
            self._put("tenancy/contacts", "contact", one, {**fields, "role": one.get("title") or ""})

    def _places(self) -> None:
        for region in self._read("dcim/regions"):
            parent = region["parent"]["slug"] if region.get("parent") else None
            fields = {"name": region["slug"], "title": region["name"], "parent": parent}
            self._put("dcim/regions", "region", region, fields)
        for site in self._read("dcim/sites"):
            where = site["region"]["slug"] if site.get("region") else None
            if where is None:
                self.homeless.say("dcim/sites", f"no region; put into {NOWHERE}", site["slug"])
                if ("region", NOWHERE) not in self.drafts:
                    self._put("dcim/regions", "region", {}, {"name": NOWHERE})
            there = site.get("latitude") is not None and site.get("longitude") is not None
            if not there:
                self.homeless.say("dcim/sites", "no coordinates; put at 0, 0", site["slug"])
            fields = {
                "name": site["slug"],
                "title": site["name"],
                "region": where,
                "status": self._status("dcim/sites", site, words.STATUS),
                "facility": site.get("facility") or "",
                "postal_address": (site.get("physical_address") or "").replace("\r\n", "\n"),
                "time_zone": site.get("time_zone"),
                "latitude": site["latitude"] if there else None,
                "longitude": site["longitude"] if there else None,
            }
            fills = {"kind": "core", "region": NOWHERE, "latitude": 0, "longitude": 0}
            self._put("dcim/sites", "site", site, fields, fills)
        for rack in self._read("dcim/racks"):
            fields = {
                "site": self._key("dcim/sites", rack["site"]),
                "name": rack["name"],
                "height_u": rack.get("u_height"),
                "serial": rack.get("serial") or "",
                "status": self._status("dcim/racks", rack, words.STATUS),
            }
            self._put("dcim/racks", "rack", rack, fields)
        for panel in self._read("dcim/power-panels"):
            fields = {"site": self._key("dcim/sites", panel["site"]), "name": panel["name"]}
            self._put("dcim/power-panels", "power_panel", panel, fields)
        for feed in self._read("dcim/power-feeds"):
            fields = {
                "power_panel": self._key("dcim/power-panels", feed["power_panel"]),
                "name": feed["name"],
                "rack": self._key("dcim/racks", feed.get("rack")),
                "status": self._status("dcim/power-feeds", feed, words.STATUS),
                "supply": _value(feed.get("supply")),
                "phase": {"single-phase": "single", "three-phase": "three"}.get(
                    _value(feed.get("phase")) or ""
                ),
                "voltage_v": abs(feed["voltage"]) if feed.get("voltage") else None,
                "amperage_a": feed.get("amperage"),
                "share_percent": feed.get("max_utilization"),
            }
            if draft := self._put("dcim/power-feeds", "power_feed", feed, fields):
                self._ends["dcim.powerfeed", feed["id"]] = ("power_feed", draft.key)

    def _models(self) -> None:
        for maker in self._read("dcim/manufacturers"):
            self._put("dcim/manufacturers", "manufacturer", maker, {"name": maker["name"]})
        for path, form in (("dcim/device-types", ModelForm.DEVICE), ("dcim/module-types", ModelForm.MODULE)):
            for one in self._read(path):
                self._model(path, form, one)
        for section in SECTIONS:
            path = f"dcim/{section.word.removesuffix('s')}-templates"
            for one in self._read(path):
                owner = self._key("dcim/device-types", one.get("device_type")) or self._key(
                    "dcim/module-types", one.get("module_type")
                )
                fields: dict[str, Any] = {"model": owner}
                for key in section.keys:
                    value = one.get(key.word)
                    plain = (
                        _value(value)
                        if key.word not in ("power_port", "rear_port", "manufacturer", "role")
                        else (value or {}).get("name")
                    )
                    if plain is not None and key.word != "role":
                        fields[key.field] = plain * key.times if key.times != 1 else plain
                if section.fixed:
                    fields[section.fixed[0]] = section.fixed[1]
                self._put(path, section.kind, one, fields)

    def _model(self, path: str, form: ModelForm, one: Answer) -> None:
        maker = one["manufacturer"]["name"]
        name = self._names.take(maker, form, one["model"])
        fields: dict[str, Any] = {
            "name": name,
            "manufacturer": maker,
            "form": str(form),
            "reported_name": "" if name == one["model"] else one["model"],
        }
        for key in MODEL_KEYS[form]:
            value = _value(one.get(key.word))
            if key.word in ("front_image", "rear_image", "is_powered", "profile") or value is None:
                continue
            fields[key.field] = value.replace("\r\n", "\n") if isinstance(value, str) else value
        self._put(path, "model", one, fields)

    def _numbers(self) -> None:
        for asn in self._read("ipam/asns"):
            self._put("ipam/asns", "asn", asn, {"number": asn["asn"], "name": asn.get("description") or ""})
        for vrf in self._read("ipam/vrfs"):
            name = _word(vrf["name"])
            if name != vrf["name"]:
                self.homeless.say("ipam/vrfs", f"the name {vrf['name']!r}; called {name}", vrf["name"])
            fields = {"name": name, "distinguisher": vrf.get("rd") or ""}
            if self._put("ipam/vrfs", "vrf", vrf, fields) is None:
                continue
            ways: dict[str, str] = {}
            for way in ("import", "export"):
                for target in vrf.get(f"{way}_targets") or ():
                    ways[target["name"]] = "both" if target["name"] in ways else way
            for target, way in ways.items():
                self._put("ipam/vrfs", "vrf_target", {}, {"vrf": name, "target": target, "direction": way})
        self._vlans()
        for prefix in self._read("ipam/prefixes"):
            self._prefix(prefix)

    def _vlans(self) -> None:
        for one in self._read("ipam/vlan-groups"):
            self._put("ipam/vlan-groups", "vlan_group", one, {"name": one["slug"]})
        for vlan in self._read("ipam/vlans"):
            group = self._key("ipam/vlan-groups", vlan.get("group"))
            if group is None:
                site = self._key("dcim/sites", vlan.get("site"))
                group = f"site-{site}" if site else "netbox"
                if ("vlan_group", group) not in self.drafts:
                    self._put("ipam/vlan-groups", "vlan_group", {}, {"name": group, "site": site})
            fields = {
                "vlan_group": group,
                "number": vlan["vid"],
                "name": vlan["name"],
                "status": self._status("ipam/vlans", vlan, words.NUMBER_STATUS),
            }
            self._put("ipam/vlans", "vlan", vlan, fields)

    def _prefix(self, prefix: Answer) -> None:
        scope = prefix.get("scope") if prefix.get("scope_type") == "dcim.site" else prefix.get("site")
        role = (prefix.get("role") or {}).get("slug", "")
        known = next((one for one in ("management", "loopback", "link") if one in role), None)
        if "mgmt" in role:
            known = "management"
        holds = _value(prefix.get("status")) == "container" or bool(prefix.get("children"))
        if role and known is None:
            self.homeless.say("ipam/prefixes", f"role {role}; taken as container", prefix["prefix"])
        fields = {
            "prefix": prefix["prefix"],
            "vrf": self._key("ipam/vrfs", prefix.get("vrf")),
            "status": self._status("ipam/prefixes", prefix, words.NUMBER_STATUS),
            "site": self._key("dcim/sites", scope),
            "vlan": self._key("ipam/vlans", prefix.get("vlan")),
        }
        role_fill = "container" if holds or known is None else known
        self._put("ipam/prefixes", "prefix", prefix, fields, {"role": role_fill})

    def _circuits(self) -> None:
        for one in self._read("circuits/providers"):
            self._put("circuits/providers", "provider", one, {"name": one["slug"], "title": one["name"]})
        for one in self._read("circuits/circuits"):
            kind = (one.get("type") or {}).get("slug", "")
            if kind not in _CIRCUITS:
                self.homeless.say("circuits/circuits", f"type {kind}; taken as ethernet", one["cid"])
            fields = {
                "name": one["cid"],
                "provider": self._key("circuits/providers", one["provider"]),
                "circuit_type": kind if kind in _CIRCUITS else None,
                "status": self._status("circuits/circuits", one, words.CIRCUIT_STATUS),
                "commit_bps": one["commit_rate"] * 1000 if one.get("commit_rate") else None,
                "installed": one.get("install_date") or "",
                "contract_end": one.get("termination_date") or "",
            }
            known = {spec.name for spec in KINDS["circuit"].fields}
            fills = {"circuit_type": "ethernet"} if kind not in _CIRCUITS else {}
            self._put(
                "circuits/circuits",
                "circuit",
                one,
                {name: value for name, value in fields.items() if name in known},
                fills,
            )
        for one in self._read("circuits/circuit-terminations"):
            path = "circuits/circuit-terminations"
            place = one.get("termination") if one.get("termination_type") == "dcim.site" else one.get("site")
            fields = {
                "circuit": self._key("circuits/circuits", one["circuit"]),
                "side": one["term_side"],
                "site": self._key("dcim/sites", place),
                "cross_connect": one.get("xconnect_id") or "",
                "panel": one.get("pp_info") or "",
            }
            if draft := self._put(path, "circuit_end", one, fields):
                self._ends["circuits.circuittermination", one["id"]] = ("circuit_end", draft.key)

    def _devices(self) -> None:
        path = "dcim/devices"
        for one in self._read(path):
            name = _HOST.sub("-", one.get("name") or "").strip("-.")
            if name != (one.get("name") or ""):
                self.homeless.say(
                    path, f"the name {one['name']!r} is no host name; called {name}", one["name"]
                )
            role = (one.get("role") or one.get("device_role") or {}).get("slug", "")
            if role not in _ROLES:
                self.homeless.say(path, f"role {role}; taken as edge", name)
            platform = (one.get("platform") or {}).get("slug", "")
            if platform and platform not in _PLATFORMS:
                self.homeless.say(path, f"platform {platform}; none is set", name)
            for what in ("tenant", "location", "virtual_chassis", "primary_ip", "local_context_data"):
                if one.get(what):
                    self.homeless.say(path, what.replace("_", " "), name)
            rack = self._key("dcim/racks", one.get("rack"))
            fields = {
                "name": name,
                "site": self._key("dcim/sites", one["site"]),
                "rack": rack,
                "position_u": one.get("position") if rack else None,
                "face": _value(one.get("face")) or None,
                "model": self._key("dcim/device-types", one["device_type"]),
                "role": role if role in _ROLES else None,
                "platform": platform if platform in _PLATFORMS else None,
                "status": self._status(path, one, words.STATUS),
                "serial": one.get("serial") or "",
                "asset_tag": one.get("asset_tag") or "",
            }
            self._put(path, "device", one, fields, {} if role in _ROLES else {"role": "edge"})

    def _inside(self) -> None:
        """Modules, bays and ports."""
        modules = {one["id"]: one for one in self._read("dcim/modules")}
        bays = list(self._read("dcim/module-bays"))
        for module in modules.values():
            fields = {
                "device": self._key("dcim/devices", module["device"]),
                "name": module["module_bay"].get("name") or f"module {module['id']}",
                "model": self._key("dcim/module-types", module["module_type"]),
                "serial": module.get("serial") or "",
            }
            self._put("dcim/modules", "component", module, fields)
        for bay in bays:
            held = bay.get("installed_module")
            fields = {
                "device": self._key("dcim/devices", bay["device"]),
                "bay_class": "module",
                "name": bay["name"],
                "position": bay.get("position") or "",
                "label": bay.get("label") or "",
                "carrier": self._key("dcim/modules", bay.get("module")),
                "component": self._key("dcim/modules", held),
            }
            self._put("dcim/module-bays", "bay", bay, fields)
        for bay in self._read("dcim/device-bays"):
            fields = {
                "device": self._key("dcim/devices", bay["device"]),
                "bay_class": "device",
                "name": bay["name"],
                "label": bay.get("label") or "",
                "occupant": self._key("dcim/devices", bay.get("installed_device")),
            }
            self._put("dcim/device-bays", "bay", bay, fields)
        for word, (port_class, kind) in words.PORTS.items():
            for port in self._read(f"dcim/{word}"):
                self._port(f"dcim/{word}", port_class, kind, port)

    def _port(self, path: str, port_class: str, kind: str, port: Answer) -> None:
        fields = {
            "device": self._key("dcim/devices", port["device"]),
            "port_class": port_class,
            "name": port["name"],
            "port_type": _value(port.get("type")) or "",
            "label": port.get("label") or "",
            "component": self._key("dcim/modules", port.get("module")),
            "maximum_draw_w": port.get("maximum_draw"),
            "allocated_draw_w": port.get("allocated_draw"),
            "power_port": self._key("dcim/power-ports", port.get("power_port")),
            "feed_leg": _value(port.get("feed_leg")) or None,
            "rear_port": self._key("dcim/rear-ports", port.get("rear_port")),
            "rear_position": port.get("rear_port_position"),
            "positions": port.get("positions") if port_class == "rear" else None,
        }
        if draft := self._put(path, "port", port, fields):
            self._ends[kind, port["id"]] = ("port", draft.key)

    def _interfaces(self) -> None:
        path = "dcim/interfaces"
        answers = list(self._read(path))
        for one in answers:
            device = self._key("dcim/devices", one["device"])
            fields = {
                "device": device,
                "name": one["name"],
                "interface_type": _value(one.get("type")) or "",
                "speed_bps": one["speed"] * 1000 if one.get("speed") else None,
                "mtu": one.get("mtu"),
                "enabled": one.get("enabled"),
                "management": one.get("mgmt_only"),
                "component": self._key("dcim/modules", one.get("module")),
                "vrf": self._key("ipam/vrfs", one.get("vrf")),
                "vlan_mode": {"access": "access", "tagged": "trunk", "tagged-all": "trunk"}.get(
                    _value(one.get("mode")) or ""
                ),
                "vlan": self._key("ipam/vlans", one.get("untagged_vlan")),
                "label": one.get("label") or "",
            }
            if draft := self._put(path, "interface", one, fields):
                self._ends["dcim.interface", one["id"]] = ("interface", draft.key)
        for one in answers:
            key = self._keys.get((path, one["id"]))
            if key is None:
                continue
            for ours, theirs in (("lag", "lag"), ("parent", "parent")):
                if target := self._key(path, one.get(theirs)):
                    self.drafts["interface", key].values[ours] = Scalar(target, 0)
            for vlan in one.get("tagged_vlans") or ():
                if number := self._key("ipam/vlans", vlan):
                    self._put(path, "interface_vlan", {}, {"interface": key, "vlan": number})

    def _addresses(self) -> None:
        path = "ipam/ip-addresses"
        for one in self._read(path):
            end = self._ends.get((one.get("assigned_object_type") or "", one.get("assigned_object_id") or 0))
            if end is None or end[0] != "interface":
                where = one.get("assigned_object_type") or "nothing"
                self.homeless.say(path, f"on {where}, not on an interface of a device", one["address"])
                continue
            fields = {
                "address": one["address"],
                "interface": end[1],
                "vrf": self._key("ipam/vrfs", one.get("vrf")),
                "role": words.ADDRESS_ROLE.get(_value(one.get("role")) or ""),
                "dns_name": one.get("dns_name") or "",
            }
            self._put(path, "address", one, fields)

    def _cables(self) -> None:
        path = "dcim/cables"
        for cable in self._read(path):
            sides = [
                [
                    self._ends.get((end["object_type"], end["object_id"]))
                    for end in cable.get(f"{side}_terminations") or ()
                ]
                for side in "ab"
            ]
            label = cable.get("label") or f"netbox-{cable['id']}"
            if (
                len(sides[0]) != len(sides[1])
                or not sides[0]
                or any(end is None for side in sides for end in side)
            ):
                self.homeless.say(path, "its ends are not pairs of things that we have", label)
                continue
            kind = _value(cable.get("type")) or ""
            length, unit = cable.get("length"), _value(cable.get("length_unit"))
            metres = {"m": 1.0, "km": 1000.0, "cm": 0.01, "ft": 0.3048, "mi": 1609.344, "in": 0.0254}
            for number, (a, b) in enumerate(zip(*sides, strict=True), start=1):
                assert a is not None
                assert b is not None
                fields = {
                    "name": label if len(sides[0]) == 1 else f"{label}/{number}",
                    f"a_{a[0]}": a[1],
                    f"b_{b[0]}": b[1],
                    "cable_type": next(
                        (ours for word, ours in words.CABLE_TYPE.items() if kind.startswith(word)), None
                    ),
                    "status": self._status(path, cable, words.STATUS),
                    "length_m": round(float(length) * metres[unit], 3) if length and unit in metres else None,
                    "color": cable.get("color") or "",
                }
                self._put(path, "cable", cable, fields)

    def _contexts(self) -> None:
        path = "extras/config-contexts"
        for one in self._read(path):
            scopes = {
                "region": [self._key("dcim/regions", ref) for ref in one.get("regions") or ()],
                "site": [self._key("dcim/sites", ref) for ref in one.get("sites") or ()],
                "role": [ref["slug"] for ref in one.get("roles") or ()],
                "platform": [ref["slug"] for ref in one.get("platforms") or ()],
            }
            others = ("tags", "tenants", "clusters", "device_types", "locations", "site_groups")
            unfit = any(len(found) > 1 or None in found for found in scopes.values())
            unfit = unfit or any(role not in _ROLES for role in scopes["role"])
            if unfit or any(one.get(name) for name in others):
                self.homeless.say(path, "its reach is not one region, site, role and platform", one["name"])
                continue
            fields: dict[str, Any] = {name: found[0] for name, found in scopes.items() if found}
            fields |= {
                "name": one["name"],
                "weight": one.get("weight"),
                "enabled": one.get("is_active"),
                "data": orjson.dumps(one["data"], option=orjson.OPT_SORT_KEYS).decode(),
            }
            self._put(path, "config_context", one, fields)


def _value(answer: Any) -> Any:
    """The plain value of a choice, which NetBox tells with its label."""
    return answer.get("value") if isinstance(answer, dict) else answer


def _shown(answer: Answer) -> str:
    return str(answer.get("display") or answer.get("name") or answer.get("id") or "")


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._:/@-]+", "-", name).strip("-")
