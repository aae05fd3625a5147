"""Divisions and regions of Traffic Control as regions, physical locations as sites, cache groups as clusters.

Traffic Control knows where cache groups are, but not where buildings are; and servers stand in both. So a
site takes its coordinates from the cache groups of its servers; a cache group none of whose servers stands in
a known location becomes a site of its own name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from netwright.exchange.remote.drafting import Drafting, Told
from netwright.exchange.trafficcontrol.values import degrees, name_of, text

NOWHERE = "unplaced"
"""Region of sites that have none."""
_GROUP = ("cachegroup", "cacheGroup", "cachegroupName")
_PLACE = ("physLocation", "physicalLocation", "physLocationName")


class Places:
    """Where servers stand."""

    def __init__(self, drafting: Drafting, servers: list[Told]) -> None:
        self._drafting = drafting
        self._sites: dict[str, str] = {}
        self._clusters: dict[str, str] = {}
        self._at: dict[str, Counter[str]] = defaultdict(Counter)
        """Sites of a cache group's servers, by its name."""
        self._groups: dict[str, Counter[str]] = defaultdict(Counter)
        """Cache groups of a location's servers, by its name."""
        for server in servers:
            group, place = text(server, *_GROUP), text(server, *_PLACE)
            if group and place:
                self._groups[place][group] += 1

    def site(self, server: Mapping[str, Any]) -> str | None:
        """Of a server: its location, else that of its cache group."""
        return self._sites.get(text(server, *_PLACE)) or self._sites.get(f"group {text(server, *_GROUP)}")

    def cluster(self, server: Mapping[str, Any], site: str | None) -> str | None:
        name = self._clusters.get(text(server, *_GROUP))
        if name is None:
            return None
        at = self._drafting.drafts["cluster", name].text("site")
        if at != site:
            why = "has servers in more than one location; the cluster is where most are"
            self._drafting.homeless.say("cachegroups", why, name)
        return name

    def regions(self) -> None:
        drafting = self._drafting
        divisions: dict[str, str] = {}
        for one in drafting.read("divisions"):
            name = name_of(one, "name")
            if drafting.put("divisions", "region", one, {"name": name, "title": text(one, "name")}):
                divisions[text(one, "name")] = name
        self._regions: dict[str, str] = {}
        for one in drafting.read("regions"):
            name, above = name_of(one, "name"), divisions.get(text(one, "divisionName", "division"))
            name = f"{name}-region" if drafting.has("region", name) else name
            fields = {"name": name, "title": text(one, "name"), "parent": above}
            if above is None:
                drafting.homeless.say("regions", "its division is not among these", text(one, "name"))
            if drafting.put("regions", "region", one, fields):
                self._regions[text(one, "name")] = name

    def sites(self) -> None:
        groups = {text(one, "name"): one for one in self._drafting.read("cachegroups")}
        for one in self._drafting.read("physlocations"):
            near = [
                groups[name] for name, _ in self._groups[text(one, "name")].most_common() if name in groups
            ]
            self._site(one, near)
        for name, one in groups.items():
            self._group(name, one)

    def _site(self, one: Told, near: list[Told]) -> None:
        drafting, path = self._drafting, "physlocations"
        name = name_of(one, "shortName", "name")
        region = self._region(path, text(one, "region", "regionName"), name)
        at = next((where for group in near if (where := _where(group))), None)
        if at is None:
            drafting.homeless.say(path, "no coordinates; put at 0, 0", name)
        street = [
            text(one, "address"),
            " ".join(filter(None, (text(one, "zip"), text(one, "city")))),
            text(one, "state"),
        ]
        fields = {
            "name": name,
            "title": text(one, "name"),
            "region": region,
            "city": text(one, "city"),
            "postal_address": "\n".join(filter(None, street)),
            "latitude": at[0] if at else None,
            "longitude": at[1] if at else None,
            "description": text(one, "comments"),
        }
        fills = {"kind": "core", "latitude": 0, "longitude": 0}
        if drafting.put(path, "site", one, fields, fills):
            self._sites[text(one, "name")] = name
            self._contact(one, name)
            for group in self._groups[text(one, "name")]:
                self._at[group][name] += self._groups[text(one, "name")][group]

    def _region(self, path: str, name: str, site: str) -> str:
        found = self._regions.get(name)
        if found is None:
            self._drafting.homeless.say(path, f"no region; put into {NOWHERE}", site)
            found = NOWHERE
            if not self._drafting.has("region", NOWHERE):
                self._drafting.put("regions", "region", {}, {"name": NOWHERE})
        return found

    def _contact(self, one: Told, site: str) -> None:
        who, mail = text(one, "poc"), text(one, "email")
        name = who or mail
        if not name:
            return
        if not self._drafting.has("contact", name):
            fields = {"name": name, "email": mail, "phone": text(one, "phone")}
            self._drafting.put("physlocations", "contact", {}, fields)
        self._drafting.put("physlocations", "site_contact", {}, {"site": site, "contact": name})

    def _group(self, name: str, one: Told) -> None:
        drafting, path = self._drafting, "cachegroups"
        key = name_of(one, "shortName", "name")
        where = self._at[name].most_common(1)
        site = where[0][0] if where else self._own_site(name, key, one)
        kept = {
            "type": text(one, "typeName", "type"),
            "parents": _words(one, "parentCachegroupName", "secondaryParentCachegroupName"),
            "fallbacks": ", ".join(str(each) for each in _list(one.get("fallbacks")) or _backups(one)),
            "localization": ", ".join(str(each) for each in _list(one.get("localizationMethods"))),
        }
        one.asked |= {"fallbackToClosest", "latitude", "longitude"}
        fields = {"name": key, "site": site, "description": name if name != key else ""}
        if drafting.put(path, "cluster", one, fields, kept=kept):
            self._clusters[name] = key

    def _own_site(self, name: str, key: str, one: Told) -> str | None:
        at = _where(one)
        if at is None:
            self._drafting.homeless.say("cachegroups", "no coordinates; put at 0, 0", name)
        if not key:
            return None
        site = f"{key}-site" if self._drafting.has("site", key) else key
        fields = {
            "name": site,
            "title": name,
            "region": self._region("cachegroups", "", key),
            "latitude": at[0] if at else None,
            "longitude": at[1] if at else None,
        }
        fills = {"kind": "core", "latitude": 0, "longitude": 0}
        self._drafting.put("cachegroups", "site", {}, fields, fills)
        self._sites[f"group {name}"] = site
        return site


def _where(group: Mapping[str, Any]) -> tuple[float, float] | None:
    latitude, longitude = degrees(group, "latitude", 90), degrees(group, "longitude", 180)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _words(one: Mapping[str, Any], *names: str) -> str:
    return ", ".join(filter(None, (text(one, name) for name in names)))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _backups(one: Mapping[str, Any]) -> list[Any]:
    """Fallbacks as a CRConfig tells them."""
    backups = one.get("backupLocations")
    return _list(backups.get("list")) if isinstance(backups, Mapping) else []
