"""Locations of a Nautobot as regions and sites, racks, and power.

Nautobot has one tree of locations whose types say what may stand there. Our site is the highest location on a
branch that may hold racks or devices; what is above it is a region, what is below it is kept as a word of the
racks and devices in it.
"""

from __future__ import annotations

from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, Told, plain, word_name

NOWHERE = "unplaced"
"""Region of sites that are below nothing."""
_HOLDS = {"dcim.device", "dcim.rack"}


class Places:
    """Which site each location is in. ``below``: the way from the site down to a location, by its id."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._all = {one["id"]: one for one in ground.read("dcim/locations")}
        self._sites: dict[str, str] = {}
        self._below: dict[str, str] = {}

    def site(self, reference: dict[str, str] | None) -> str | None:
        """Our site of a location; None for a region, and where Nautobot says nothing."""
        return None if reference is None else self._sites.get(reference["id"])

    def below(self, reference: dict[str, str] | None) -> str:
        return "" if reference is None else self._below.get(reference["id"], "")

    def region(self, reference: dict[str, str]) -> str | None:
        return self._ground.drafting.key("dcim/regions", reference)

    def put(self) -> None:
        for number, one in self._all.items():
            way = self._way(one)
            at = next((place for place, step in enumerate(way) if self._holds(step)), None)
            if at is None:
                self._region(way)
            else:
                self._site(way[: at + 1])
                site = self._ground.drafting.key("dcim/sites", way[at])
                if site is not None:
                    self._sites[number] = site
                    self._below[number] = " / ".join(step["name"] for step in way[at + 1 :])
                if len(way) > at + 1:
                    self._ground.drafting.homeless.say(
                        "dcim/locations", "below a site: kept as a word of its racks and devices", one["name"]
                    )
                    one.asked.update(one)

    def _way(self, one: Told) -> list[Told]:
        """From the top down to a location."""
        way, at = [one], one.get("parent")
        while at is not None and at["id"] in self._all and len(way) <= len(self._all):
            way.insert(0, self._all[at["id"]])
            at = way[0].get("parent")
        return way

    def _holds(self, one: Told) -> bool:
        kind = self._ground.object("dcim/location-types", one.get("location_type"))
        return bool(_HOLDS.intersection(kind.get("content_types") or ()))

    def _region(self, way: list[Told]) -> str:
        drafting, one = self._ground.drafting, way[-1]
        if (known := drafting.key("dcim/regions", one)) is not None:
            return known
        above = self._region(way[:-1]) if len(way) > 1 else None
        name = _unique(drafting, "region", one["name"], above)
        fields = {"name": name, "title": one["name"], "parent": above}
        drafting.put("dcim/regions", "region", one, fields)
        drafting.homeless.taken("dcim/locations")
        _quiet(one)
        return name

    def _site(self, way: list[Told]) -> None:
        drafting, one = self._ground.drafting, way[-1]
        if drafting.key("dcim/sites", one) is not None:
            return
        region = self._region(way[:-1]) if len(way) > 1 else None
        if region is None:
            drafting.homeless.say("dcim/locations", f"below nothing; put into {NOWHERE}", one["name"])
            if not drafting.has("region", NOWHERE):
                drafting.put("dcim/regions", "region", {}, {"name": NOWHERE})
        there = one.get("latitude") is not None and one.get("longitude") is not None
        if not there:
            drafting.homeless.say("dcim/locations", "no coordinates; put at 0, 0", one["name"])
        name = _unique(drafting, "site", one["name"], region)
        fields = {
            "name": name,
            "title": one["name"],
            "region": region,
            "status": self._ground.status("dcim/locations", one, words.STATUS),
            "facility": one.get("facility") or "",
            "postal_address": (one.get("physical_address") or "").replace("\r\n", "\n"),
            "time_zone": one.get("time_zone"),
            "latitude": one["latitude"] if there else None,
            "longitude": one["longitude"] if there else None,
        }
        fills = {"kind": "core", "region": NOWHERE, "latitude": 0, "longitude": 0}
        _quiet(one)
        drafting.put("dcim/sites", "site", one, fields, fills, self._ground.kept(one, "tenant"))
        drafting.homeless.taken("dcim/locations")
        _contact(drafting, name, one)


def _contact(drafting: Drafting, site: str, one: Told) -> None:
    """The contact that stands at a location itself."""
    name, phone, email = one.get("contact_name"), one.get("contact_phone"), one.get("contact_email")
    if not name:
        return
    if not drafting.has("contact", name):
        drafting.put("dcim/locations", "contact", {}, {"name": name, "phone": phone, "email": email})
    drafting.put("dcim/locations", "site_contact", {}, {"site": site, "contact": name})


def _quiet(one: Told) -> None:
    """The tree itself is told by regions and sites."""
    one.asked |= {"parent", "location_type", "tree_depth", "status"}


def _unique(drafting: Drafting, kind: str, name: str, above: str | None) -> str:
    """A name of its own: Nautobot's are unique below one parent only."""
    plain_name = word_name(name).replace("/", "-") or kind
    if not drafting.has(kind, plain_name):
        return plain_name
    return f"{above}-{plain_name}" if above else f"{plain_name}-2"


def racks(ground: Ground, places: Places) -> None:
    drafting, path = ground.drafting, "dcim/racks"
    for rack in ground.read(path):
        where = rack.get("location")
        fields = {
            "site": places.site(where),
            "name": rack["name"],
            "height_u": rack.get("u_height"),
            "serial": rack.get("serial") or "",
            "status": ground.status(path, rack, words.STATUS),
        }
        kept = ground.kept(rack, "tenant", "rack_group") | {"location": places.below(where)}
        drafting.put(path, "rack", rack, fields, kept=kept)


def power(ground: Ground, places: Places) -> None:
    drafting, path = ground.drafting, "dcim/power-panels"
    for panel in ground.read(path):
        fields = {"site": places.site(panel.get("location")), "name": panel["name"]}
        drafting.put(path, "power_panel", panel, fields)
    path = "dcim/power-feeds"
    for feed in ground.read(path):
        fields = {
            "power_panel": drafting.key("dcim/power-panels", feed["power_panel"]),
            "name": feed["name"],
            "rack": drafting.key("dcim/racks", feed.get("rack")),
            "status": ground.status(path, feed, words.STATUS),
            "supply": plain(feed.get("supply")),
            "phase": words.PHASE.get(plain(feed.get("phase")) or ""),
            "voltage_v": abs(feed["voltage"]) if feed.get("voltage") else None,
            "amperage_a": feed.get("amperage"),
            "share_percent": feed.get("max_utilization"),
        }
        feed.asked |= {"type", "available_power", "power_path"}
        if draft := drafting.put(path, "power_feed", feed, fields):
            drafting.ends["dcim.powerfeed", feed["id"]] = ("power_feed", draft.key)
