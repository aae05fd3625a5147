"""Manufacturers, device and module types of a NetBox with their templates."""

from __future__ import annotations

from typing import Any

from netwright.exchange.devicetypes.layout import MODEL_KEYS, SECTIONS, Section
from netwright.exchange.devicetypes.naming import ModelNames
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, Told, plain
from netwright.inventory.hardware import ModelForm

_NAMED = ("power_port", "rear_port", "manufacturer")
"""Words of templates that refer to another one, by name here."""
_LEFT = ("front_image", "rear_image", "is_powered", "profile")


def models(drafting: Drafting, names: ModelNames) -> None:
    path = "dcim/manufacturers"
    for maker in drafting.read(path):
        maker.get("slug")
        drafting.put(path, "manufacturer", maker, {"name": maker["name"]})
    for path, form in (("dcim/device-types", ModelForm.DEVICE), ("dcim/module-types", ModelForm.MODULE)):
        for one in drafting.read(path):
            _model(drafting, names, path, form, one)
    named: dict[int, str] = {}
    for section in SECTIONS:  # rear ports before front ports
        path = f"dcim/{section.word.removesuffix('s')}-templates"
        for one in drafting.read(path):
            if section.word == "rear-ports":
                named[one["id"]] = one["name"]
            drafting.put(path, section.kind, one, _part(drafting, section, one, named))


def _model(drafting: Drafting, names: ModelNames, path: str, form: ModelForm, one: Told) -> None:
    maker = one["manufacturer"]["name"]
    name = names.take(maker, form, one["model"])
    fields: dict[str, Any] = {
        "name": name,
        "manufacturer": maker,
        "form": str(form),
        "reported_name": "" if name == one["model"] else one["model"],
    }
    for key in MODEL_KEYS[form]:
        value = plain(one.get(key.word))
        if key.word not in _LEFT and value is not None:
            fields[key.field] = value.replace("\r\n", "\n") if isinstance(value, str) else value
    drafting.put(path, "model", one, fields)


def _part(drafting: Drafting, section: Section, one: Told, rear_ports: dict[int, str]) -> dict[str, Any]:
    owner = drafting.key("dcim/device-types", one.get("device_type"))
    fields: dict[str, Any] = {"model": owner or drafting.key("dcim/module-types", one.get("module_type"))}
    behind = rear_of(one)
    for key in section.keys:
        value = one.get(key.word)
        found = (value or {}).get("name") if key.word in _NAMED else plain(value)
        if found is not None and key.word != "role":
            fields[key.field] = found * key.times if key.times != 1 else found
    if behind is not None:
        fields["rear_port"] = rear_ports.get(behind["id"])
        fields["rear_position"] = behind["position"]
    if section.word == "inventory-items":
        fields["component_class"] = words.component_class(one.get("role"), one["name"])
    one.asked |= {"front_ports"}
    if section.fixed:
        fields[section.fixed[0]] = section.fixed[1]
    return fields


def rear_of(port: Told) -> dict[str, Any] | None:
    """The rear port behind a front port as NetBox tells it since 4.5, by positions: that of the first one,
    with the position on it; None as it was told before."""
    behind = port.get("rear_ports")
    if not behind:
        return None
    first = min(behind, key=lambda one: one.get("position") or 1)
    rear = first["rear_port"]
    number = rear["id"] if isinstance(rear, dict) else rear
    return {"id": number, "position": first.get("rear_port_position")}
