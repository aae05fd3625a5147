"""Regions, sites, racks and power of a NetBox.

Our region and site are named by NetBox's slug, so that they stay when a title changes. What NetBox does not
say and we must have (a site's kind) is a ``fill``: a guess for new objects that a later run never repeats.
"""

from __future__ import annotations

from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, Told, plain

NOWHERE = "unplaced"
"""Region of sites that have none."""


def places(drafting: Drafting) -> None:
    path = "dcim/regions"
    for region in drafting.read(path):
        parent = region["parent"]["slug"] if region.get("parent") else None
        fields = {"name": region["slug"], "title": region["name"], "parent": parent}
        drafting.put(path, "region", region, fields)
    for site in drafting.read("dcim/sites"):
        _site(drafting, site)
    for location in drafting.read("dcim/locations"):
        drafting.homeless.say("dcim/locations", "kept as a word of its racks and devices", location["name"])
        location.asked.update(location)
    for rack in drafting.read("dcim/racks"):
        fields = {
            "site": drafting.key("dcim/sites", rack["site"]),
            "name": rack["name"],
            "height_u": rack.get("u_height"),
            "serial": rack.get("serial") or "",
            "status": status(drafting, "dcim/racks", rack, words.STATUS),
        }
        drafting.put("dcim/racks", "rack", rack, fields, kept=kept(rack, "tenant", "location"))
    _power(drafting)


def _site(drafting: Drafting, site: Told) -> None:
    path = "dcim/sites"
    where = site["region"]["slug"] if site.get("region") else None
    if where is None:
        drafting.homeless.say(path, f"no region; put into {NOWHERE}", site["slug"])
        if not drafting.has("region", NOWHERE):
            drafting.put("dcim/regions", "region", {}, {"name": NOWHERE})
    there = site.get("latitude") is not None and site.get("longitude") is not None
    if not there:
        drafting.homeless.say(path, "no coordinates; put at 0, 0", site["slug"])
    fields = {
        "name": site["slug"],
        "title": site["name"],
        "region": where,
        "status": status(drafting, path, site, words.STATUS),
        "facility": site.get("facility") or "",
        "postal_address": (site.get("physical_address") or "").replace("\r\n", "\n"),
        "time_zone": site.get("time_zone"),
        "latitude": site["latitude"] if there else None,
        "longitude": site["longitude"] if there else None,
    }
    fills = {"kind": "core", "region": NOWHERE, "latitude": 0, "longitude": 0}
    drafting.put(path, "site", site, fields, fills, kept(site, "tenant", "group"))


def _power(drafting: Drafting) -> None:
    path = "dcim/power-panels"
    for panel in drafting.read(path):
        fields = {"site": drafting.key("dcim/sites", panel["site"]), "name": panel["name"]}
        drafting.put(path, "power_panel", panel, fields, kept=kept(panel, "location"))
    path = "dcim/power-feeds"
    for feed in drafting.read(path):
        fields = {
            "power_panel": drafting.key("dcim/power-panels", feed["power_panel"]),
            "name": feed["name"],
            "rack": drafting.key("dcim/racks", feed.get("rack")),
            "status": status(drafting, path, feed, words.STATUS),
            "supply": plain(feed.get("supply")),
            "phase": words.PHASE.get(plain(feed.get("phase")) or ""),
            "voltage_v": abs(feed["voltage"]) if feed.get("voltage") else None,
            "amperage_a": feed.get("amperage"),
            "share_percent": feed.get("max_utilization"),
        }
        feed.asked |= {"type", "available_power"}  # primary or redundant: the cables say it
        if draft := drafting.put(path, "power_feed", feed, fields, kept=kept(feed, "tenant")):
            drafting.ends["dcim.powerfeed", feed["id"]] = ("power_feed", draft.key)


def status(drafting: Drafting, path: str, answer: Told, known: dict[str, str]) -> str:
    return drafting.status(path, answer, plain(answer.get("status")), known)


def kept(answer: Told, *names: str) -> dict[str, str]:
    """What has no field here, by its name; empty where NetBox says nothing."""
    return {name: (answer.get(name) or {}).get("name", "") for name in names}
