"""Where each word of a device-type file stands in our kinds; reading and writing both work from this.

The library's schema: https://github.com/netbox-community/devicetype-library (CC0-1.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import orjson

from netwright.inventory.hardware import ModelForm


@dataclass(frozen=True, slots=True)
class Key:
    """A word of the library and the field it is. ``times``: ours is so many of theirs; ``words``: a list of
    the library's known words for its value (see ``known_words``)."""

    word: str
    field: str
    times: int = 1
    words: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A list of parts in a file. ``fixed``: the field that tells its parts from others of the kind."""

    word: str
    kind: str
    keys: tuple[Key, ...]
    fixed: tuple[str, str] | None = None


_NAME = Key("name", "name")
_REMARKS = (Key("label", "label"), Key("description", "description"))


def _ports(word: str, port_class: str, words: str, *keys: Key) -> Section:
    return Section(
        word,
        "model_port",
        (_NAME, Key("type", "port_type", words=words), *_REMARKS, *keys),
        ("port_class", port_class),
    )


SECTIONS = (
    Section(
        "interfaces",
        "model_interface",
        (
            _NAME,
            Key("type", "interface_type", words="interface_type"),
            Key("mgmt_only", "management"),
            Key("enabled", "enabled"),
            *_REMARKS,
            Key("speed", "speed_bps", times=1000),
            Key("poe_mode", "poe_mode"),
            Key("poe_type", "poe_type", words="poe_type"),
            Key("rf_role", "rf_role"),
        ),
    ),
    _ports("console-ports", "console", "console"),
    _ports("console-server-ports", "console-server", "console"),
    _ports(
        "power-ports",
        "power",
        "power",
        Key("maximum_draw", "maximum_draw_w"),
        Key("allocated_draw", "allocated_draw_w"),
    ),
    _ports(
        "power-outlets",
        "power-outlet",
        "power-outlet",
        Key("power_port", "power_port"),
        Key("feed_leg", "feed_leg"),
    ),
    _ports("rear-ports", "rear", "panel", Key("color", "color"), Key("positions", "positions")),
    _ports(
        "front-ports",
        "front",
        "panel",
        Key("color", "color"),
        Key("rear_port", "rear_port"),
        Key("rear_port_position", "rear_position"),
    ),
    Section(
        "module-bays",
        "model_bay",
        (_NAME, Key("position", "position"), *_REMARKS),
        ("bay_class", "module"),
    ),
    Section("device-bays", "model_bay", (_NAME, *_REMARKS), ("bay_class", "device")),
    Section(
        "inventory-items",
        "model_component",
        (
            _NAME,
            Key("role", "component_class"),
            Key("manufacturer", "manufacturer"),
            Key("part_id", "part_number"),
            *_REMARKS,
        ),
    ),
)

PARTS = tuple(dict.fromkeys(section.kind for section in SECTIONS))
"""Kinds of the parts of a model."""

_WEIGHT = (Key("weight", "weight"), Key("weight_unit", "weight_unit"))
_PROSE = (Key("description", "description"), Key("comments", "comments"))
MODEL_KEYS = {
    ModelForm.DEVICE: (
        Key("slug", "slug"),
        Key("part_number", "part_number"),
        Key("u_height", "height_u"),
        Key("is_full_depth", "full_depth"),
        Key("is_powered", "powered"),
        Key("airflow", "airflow"),
        Key("subdevice_role", "subdevice_role"),
        Key("front_image", "front_image"),
        Key("rear_image", "rear_image"),
        *_WEIGHT,
        *_PROSE,
    ),
    ModelForm.MODULE: (
        Key("part_number", "part_number"),
        Key("profile", "component_class"),
        Key("airflow", "airflow"),
        *_WEIGHT,
        *_PROSE,
    ),
}
"""Fields of a model besides ``manufacturer`` and ``model``."""

REQUIRED = ("slug", "u_height", "is_full_depth")
"""Written for every model of device, whatever their value."""


@cache
def known_words(name: str) -> frozenset[str]:
    """The words that the library knows for a field; empty: any."""
    file = resources.files("netwright.exchange.devicetypes") / "words.json"
    return frozenset(orjson.loads(file.read_bytes()).get(name, ()))
