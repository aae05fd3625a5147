"""VRFs, VLANs and prefixes of a Nautobot.

A namespace is a world of addresses of its own. The one called Global is ours; what is in another one, and in
no VRF, goes into a routing table that is called as the namespace.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.nautobot.places import Places
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Told, plain, word_name

GLOBAL = "Global"


@dataclass(slots=True)
class Tables:
    """Routing tables: those that a prefix is in, by its id; None is the global one."""

    of_prefix: dict[str, list[str | None]] = field(default_factory=dict)

    def of(self, prefix: dict[str, str] | None) -> list[str | None]:
        return [None] if prefix is None else self.of_prefix.get(prefix["id"], [None])


def vrfs(ground: Ground) -> None:
    drafting, path = ground.drafting, "ipam/vrfs"
    answers = list(ground.read(path))
    often = Counter(word_name(one["name"]) for one in answers)
    for vrf in answers:
        name = word_name(vrf["name"])
        space = ground.named("ipam/namespaces", vrf.get("namespace"))
        if often[name] > 1 and space != GLOBAL:
            name = f"{word_name(space)}-{name}"
        if name != vrf["name"]:
            drafting.homeless.say(path, f"the name {vrf['name']!r}; called {name}", vrf["name"])
        fields = {"name": name, "distinguisher": vrf.get("rd") or ""}
        ways: dict[str, str] = {}
        for way in ("import", "export"):
            for reference in vrf.get(f"{way}_targets") or ():
                target = ground.named("ipam/route-targets", reference)
                ways[target] = "both" if target in ways else way
        vrf.asked |= {"prefixes", "devices", "status"}
        if drafting.put(path, "vrf", vrf, fields, kept=ground.kept(vrf, "tenant")) is not None:
            for target, way in ways.items():
                drafting.put(path, "vrf_target", {}, {"vrf": name, "target": target, "direction": way})


def vlans(ground: Ground, places: Places) -> None:
    drafting, path = ground.drafting, "ipam/vlan-groups"
    for one in ground.read(path):
        numbers = [int(part) for part in str(one.get("range") or "").replace("-", ",").split(",") if part]
        fields = {
            "name": word_name(one["name"]).replace("/", "-"),
            "site": places.site(one.get("location")),
            "lowest": min(numbers, default=None),
            "highest": max(numbers, default=None),
        }
        drafting.put(path, "vlan_group", one, fields)
    path = "ipam/vlans"
    for vlan in ground.read(path):
        group = drafting.key("ipam/vlan-groups", vlan.get("vlan_group"))
        sites = sorted({site for one in _locations(vlan) if (site := places.site(one))})
        if group is None:
            group = f"site-{sites[0]}" if len(sites) == 1 else "nautobot"
            if not drafting.has("vlan_group", group):
                site = sites[0] if len(sites) == 1 else None
                drafting.put("ipam/vlan-groups", "vlan_group", {}, {"name": group, "site": site})
        fields = {
            "vlan_group": group,
            "number": vlan["vid"],
            "name": vlan["name"],
            "status": ground.status(path, vlan, words.NUMBER_STATUS),
        }
        drafting.put(path, "vlan", vlan, fields, kept=ground.kept(vlan, "tenant", "role"))


def prefixes(ground: Ground, places: Places) -> Tables:
    drafting, path = ground.drafting, "ipam/prefixes"
    tables = Tables()
    inside: dict[str, list[str]] = defaultdict(list)
    for one in ground.read("ipam/vrf-prefix-assignments"):
        if name := drafting.key("ipam/vrfs", one["vrf"]):
            inside[one["prefix"]["id"]].append(name)
            drafting.homeless.taken("ipam/vrf-prefix-assignments")
    for prefix in ground.read(path):
        space = ground.named("ipam/namespaces", prefix.get("namespace"))
        found: list[str | None] = [*inside[prefix["id"]]] or [_world(ground, space)]
        tables.of_prefix[prefix["id"]] = found
        for table in found:
            _prefix(ground, places, prefix, table)
    return tables


def _world(ground: Ground, space: str) -> str | None:
    """The routing table of a namespace."""
    if space in ("", GLOBAL):
        return None
    name = word_name(space)
    if not ground.drafting.has("vrf", name):
        fields = {"name": name, "description": f"Namespace {space}"}
        ground.drafting.put("ipam/namespaces", "vrf", {}, fields)
    return name


def _prefix(ground: Ground, places: Places, prefix: Told, table: str | None) -> None:
    path = "ipam/prefixes"
    role = ground.named("extras/roles", prefix.get("role"))
    known = words.prefix_role(role)
    if role and known is None:
        ground.drafting.homeless.say(path, f"role {role}; taken as container", prefix["prefix"])
    sites = {site for one in _locations(prefix) if (site := places.site(one))}
    if len(sites) > 1:
        ground.drafting.homeless.say(path, "in more than one site", prefix["prefix"])
    fields = {
        "prefix": prefix["prefix"],
        "vrf": table,
        "status": ground.status(path, prefix, words.NUMBER_STATUS),
        "site": next(iter(sites)) if len(sites) == 1 else None,
        "vlan": ground.drafting.key("ipam/vlans", prefix.get("vlan")),
    }
    holds = plain(prefix.get("type")) == "container"
    prefix.asked |= {"network", "broadcast", "prefix_length", "ip_version", "parent", "vrfs", "tenant", "rir"}
    fills = {"role": "container" if holds or known is None else known}
    ground.drafting.put(path, "prefix", prefix, fields, fills, ground.kept(prefix, "tenant", "role", "rir"))


def _locations(one: Told) -> list[dict[str, str]]:
    """Where a VLAN or prefix is used: since 2.2 several places, before one."""
    one.asked |= {"location", "locations"}
    return one.get("locations") or ([one["location"]] if one.get("location") else [])
