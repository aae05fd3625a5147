"""Tags, custom fields and contacts of a Nautobot."""

from __future__ import annotations

from collections import defaultdict

from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.nautobot.places import Places
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import plain

CUSTOM_ON = {
    **{name: kind for name, kind in words.CUSTOM_ON.items() if name not in ("dcim.region", "dcim.site")},
    "dcim.location": "site",
}


def labels(ground: Ground, tags: dict[str, str]) -> None:
    """What everything else may carry; first. ``tags``: their words by id, filled in here."""
    path = "extras/tags"
    for tag in ground.read(path):
        draft = ground.drafting.put(
            path, "tag", tag, {"name": tag["name"].replace(",", " "), "color": tag.get("color") or ""}
        )
        tag.asked |= {"content_types"}
        if draft is not None:
            tags[tag["id"]] = draft.key
    choices: dict[str, list[str]] = defaultdict(list)
    for one in ground.read("extras/custom-field-choices"):
        choices[one["custom_field"]["id"]].append(one["value"])
        one.asked |= {"weight"}
        ground.drafting.homeless.taken("extras/custom-field-choices")
    path = "extras/custom-fields"
    for one in ground.read(path):
        kind = words.CUSTOM_TYPE.get(plain(one["type"]) or "")
        for on in one.get("content_types") or ():
            if kind is None or on not in CUSTOM_ON:
                ground.drafting.homeless.say(path, f"of type {plain(one['type'])} on {on}", one["key"])
                continue
            fields = {
                "value_type": kind,
                "help": one.get("label") or one.get("description") or "",
                "choices": ",".join(choices[one["id"]]) or None,
                "pattern": one.get("validation_regex") or "",
                "minimum": one.get("validation_minimum"),
                "maximum": one.get("validation_maximum"),
            }
            one.asked |= {"filter_logic", "weight"}
            ground.drafting.declare(path, CUSTOM_ON[on], one, one["key"], fields)


def contacts(ground: Ground) -> None:
    for path in ("extras/contacts", "extras/teams"):
        for one in ground.read(path):
            fields = {name: one.get(name) or "" for name in ("name", "phone", "email")}
            one.asked |= {"teams", "contacts"}
            ground.drafting.put(path, "contact", one, fields)


def associations(ground: Ground, places: Places) -> None:
    """Whom to call about what; of sites and providers."""
    drafting, path = ground.drafting, "extras/contact-associations"
    for one in ground.read(path):
        on, what = one["associated_object_type"], {"id": one["associated_object_id"]}
        owner: dict[str, str | None]
        if on == "dcim.location":
            kind, owner = "site_contact", {"site": places.site(what)}
        elif on == "circuits.provider":
            kind, owner = "provider_contact", {"provider": drafting.key("circuits/providers", what)}
        else:
            drafting.homeless.say(path, f"of {on}; only sites and providers have contacts")
            one.asked.update(one)
            continue
        who = drafting.key("extras/contacts", one.get("contact"))
        fields = {
            **owner,
            "contact": who or drafting.key("extras/teams", one.get("team")),
            "purpose": ground.named("extras/roles", one.get("role")),
        }
        one.asked |= {"associated_object", "status"}
        drafting.put(path, kind, one, fields)
