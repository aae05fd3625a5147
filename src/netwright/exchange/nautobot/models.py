"""Manufacturers, types of devices and modules of a Nautobot with their templates, and software versions."""

from __future__ import annotations

from typing import Any

from netwright.exchange.devicetypes.layout import MODEL_KEYS, SECTIONS, Section
from netwright.exchange.devicetypes.naming import ModelNames
from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Told, plain
from netwright.inventory.hardware import ModelForm

_TYPES = (("dcim/device-types", ModelForm.DEVICE), ("dcim/module-types", ModelForm.MODULE))
_LEFT = ("slug", "front_image", "rear_image", "is_powered", "profile")
_REFERRED = ("power_port", "rear_port")
"""Words of templates that refer to another one, as `rear_port_template` here."""


def models(ground: Ground, names: ModelNames) -> None:
    drafting = ground.drafting
    path = "dcim/manufacturers"
    for maker in ground.read(path):
        drafting.put(path, "manufacturer", maker, {"name": maker["name"]})
    for path, form in _TYPES:
        for one in ground.read(path):
            maker_name = drafting.key("dcim/manufacturers", one["manufacturer"])
            if maker_name is not None:
                _model(ground, names, path, form, one, maker_name)
    named: dict[str, str] = {}
    for section in sorted(SECTIONS, key=lambda one: one.word in ("power-outlets", "front-ports")):
        if section.word == "inventory-items":
            continue
        path = f"dcim/{section.word.removesuffix('s')}-templates"
        for one in ground.read(path):
            named[one["id"]] = one["name"]
            drafting.put(path, section.kind, one, _part(ground, section, one, named))


def _model(ground: Ground, names: ModelNames, path: str, form: ModelForm, one: Told, maker: str) -> None:
    name = names.take(maker, form, one["model"])
    fields: dict[str, Any] = {
        "name": name,
        "manufacturer": maker,
        "form": str(form),
        "reported_name": "" if name == one["model"] else one["model"],
    }
    for key in MODEL_KEYS[form]:
        value = plain(one.get(key.word))
        if key.word not in _LEFT and value not in (None, ""):
            fields[key.field] = value.replace("\r\n", "\n") if isinstance(value, str) else value
    ground.drafting.put(path, "model", one, fields)


def _part(ground: Ground, section: Section, one: Told, named: dict[str, str]) -> dict[str, Any]:
    owners = [
        ground.drafting.key(f"dcim/{word}-types", one.get(f"{word}_type")) for word in ("device", "module")
    ]
    fields: dict[str, Any] = {"model": owners[0] or owners[1]}
    for key in section.keys:
        if key.word in _REFERRED:
            found = named.get((one.get(f"{key.word}_template") or {}).get("id", ""))
        else:
            found = plain(one.get(key.word))
        if found is not None:
            fields[key.field] = found * key.times if key.times != 1 else found
    if section.fixed:
        fields[section.fixed[0]] = section.fixed[1]
    one.asked |= {"power_factor", "port_type"}
    return fields


def software(ground: Ground) -> None:
    """Versions of platforms that we have."""
    path = "dcim/software-versions"
    for one in ground.read(path):
        platform = platform_of(ground, one.get("platform"))
        if platform is None:
            said = ground.named("dcim/platforms", one.get("platform"))
            ground.drafting.homeless.say(path, f"of platform {said}, which is none of ours", one["version"])
            one.asked.update(one)
            continue
        fields = {
            "platform": platform,
            "version": one["version"],
            "released": one.get("release_date") or "",
            "end_of_support": one.get("end_of_support_date") or "",
        }
        one.asked |= {"status", "alias"}
        ground.drafting.put(path, "software_version", one, fields)


def platform_of(ground: Ground, reference: dict[str, str] | None) -> str | None:
    one = ground.object("dcim/platforms", reference)
    return words.platform_of(one.get("network_driver"), one.get("name"))
