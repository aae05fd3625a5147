"""Tags, custom fields and contacts of a NetBox."""

from __future__ import annotations

from typing import Any

from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, plain

_LOOKS = {"name", "weight", "data_type", "filter_logic", "nulls_first", "search_weight", "status"}
_LOOKS |= {"ui_editable", "ui_visible"}
"""How a tag or field is shown and searched there."""


def labels(drafting: Drafting) -> None:
    """What everything else may carry; first."""
    path = "extras/tags"
    for tag in drafting.read(path):
        drafting.put(path, "tag", tag, {"name": tag["slug"], "color": tag.get("color") or ""})
        tag.asked |= _LOOKS
    sets: dict[Any, list[str]] = {}
    path = "extras/custom-field-choice-sets"
    for one in drafting.read(path):
        sets[one["id"]] = [pair[0] for pair in one.get("extra_choices") or ()]
        one.asked |= _LOOKS
        drafting.homeless.taken(path)
    path = "extras/custom-fields"
    for one in drafting.read(path):
        one.asked |= _LOOKS
        kind = words.CUSTOM_TYPE.get(plain(one["type"]) or "")
        for on in one.get("object_types") or one.get("content_types") or ():
            if kind is None or on not in words.CUSTOM_ON:
                drafting.homeless.say(path, f"of type {plain(one['type'])} on {on}", one["name"])
                continue
            choices = sets.get((one.get("choice_set") or {}).get("id"), [])
            fields = {
                "value_type": kind,
                "help": one.get("label") or one.get("description") or "",
                "choices": ",".join(choices) or None,
                "pattern": one.get("validation_regex") or "",
                "minimum": one.get("validation_minimum"),
                "maximum": one.get("validation_maximum"),
            }
            drafting.declare(path, words.CUSTOM_ON[on], one, one["name"], fields)


def contacts(drafting: Drafting) -> None:
    path = "tenancy/contacts"
    for one in drafting.read(path):
        fields = {name: one.get(name) or "" for name in ("name", "phone", "email", "link")}
        drafting.put(path, "contact", one, {**fields, "role": one.get("title") or ""})


def assignments(drafting: Drafting) -> None:
    """Whom to call about what; of sites and providers."""
    path = "tenancy/contact-assignments"
    for one in drafting.read(path):
        on = one.get("object_type") or one.get("content_type") or ""
        if on not in words.CONTACT_ON:
            drafting.homeless.say(path, f"of {on}; only sites and providers have contacts")
            continue
        kind, field, owners = words.CONTACT_ON[on]
        fields: dict[str, Any] = {
            field: drafting.key(owners, {"id": one["object_id"]}),
            "contact": drafting.key("tenancy/contacts", one["contact"]),
            "purpose": (one.get("role") or {}).get("name", ""),
        }
        one.asked |= {"object", "priority"}
        drafting.put(path, kind, one, fields)
