"""AS numbers, VRFs, VLANs and prefixes of a NetBox."""

from __future__ import annotations

from netwright.exchange.netbox.places import kept, status
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, Told, plain, word_name


def numbers(drafting: Drafting) -> None:
    path = "ipam/asns"
    for asn in drafting.read(path):
        fields = {"number": asn["asn"], "name": asn.get("description") or ""}
        drafting.put(path, "asn", asn, fields, kept=kept(asn, "tenant", "rir"))
    _vrfs(drafting)
    _vlans(drafting)
    for prefix in drafting.read("ipam/prefixes"):
        _prefix(drafting, prefix)
    path = "ipam/aggregates"
    for one in drafting.read(path):
        if drafting.has("prefix", one["prefix"]):
            drafting.known_as(path, one, one["prefix"])
            one.asked.update(one)
        else:
            fills = {"role": "container"}
            drafting.put(path, "prefix", one, {"prefix": one["prefix"]}, fills, kept(one, "tenant", "rir"))


def _vrfs(drafting: Drafting) -> None:
    path = "ipam/vrfs"
    for vrf in drafting.read(path):
        name = word_name(vrf["name"])
        if name != vrf["name"]:
            drafting.homeless.say(path, f"the name {vrf['name']!r}; called {name}", vrf["name"])
        fields = {"name": name, "distinguisher": vrf.get("rd") or ""}
        vrf.asked |= {"enforce_unique"}  # always so here
        ways: dict[str, str] = {}
        for way in ("import", "export"):
            for target in vrf.get(f"{way}_targets") or ():
                ways[target["name"]] = "both" if target["name"] in ways else way
        if drafting.put(path, "vrf", vrf, fields, kept=kept(vrf, "tenant")) is not None:
            for target, way in ways.items():
                drafting.put(path, "vrf_target", {}, {"vrf": name, "target": target, "direction": way})


def _vlans(drafting: Drafting) -> None:
    path = "ipam/vlan-groups"
    for one in drafting.read(path):
        ranges = one.get("vid_ranges") or ()
        fields = {
            "name": one["slug"],
            "site": drafting.key("dcim/sites", one.get("scope")) if _at_site(one) else None,
            "lowest": min((low for low, _ in ranges), default=one.get("min_vid")),
            "highest": max((high for _, high in ranges), default=one.get("max_vid")),
        }
        one.asked |= {"name", "total_vlan_ids", "utilization", "scope_id"}
        drafting.put(path, "vlan_group", one, fields)
    path = "ipam/vlans"
    for vlan in drafting.read(path):
        group = drafting.key("ipam/vlan-groups", vlan.get("group"))
        site = drafting.key("dcim/sites", vlan.get("site"))
        if group is None:
            group = f"site-{site}" if site else "netbox"
            if not drafting.has("vlan_group", group):
                drafting.put("ipam/vlan-groups", "vlan_group", {}, {"name": group, "site": site})
        fields = {
            "vlan_group": group,
            "number": vlan["vid"],
            "name": vlan["name"],
            "status": status(drafting, path, vlan, words.NUMBER_STATUS),
        }
        drafting.put(path, "vlan", vlan, fields, kept=kept(vlan, "tenant", "role"))


def _prefix(drafting: Drafting, prefix: Told) -> None:
    path = "ipam/prefixes"
    scope = prefix.get("scope") if _at_site(prefix) else prefix.get("site")
    role = (prefix.get("role") or {}).get("slug", "")
    known = words.prefix_role(role)
    holds = plain(prefix.get("status")) == "container" or bool(prefix.get("children"))
    if role and known is None:
        drafting.homeless.say(path, f"role {role}; taken as container", prefix["prefix"])
    fields = {
        "prefix": prefix["prefix"],
        "vrf": drafting.key("ipam/vrfs", prefix.get("vrf")),
        "status": status(drafting, path, prefix, words.NUMBER_STATUS),
        "site": drafting.key("dcim/sites", scope),
        "vlan": drafting.key("ipam/vlans", prefix.get("vlan")),
    }
    prefix.asked |= {"scope_id", "is_pool", "mark_utilized"}
    role_fill = "container" if holds or known is None else known
    drafting.put(path, "prefix", prefix, fields, {"role": role_fill}, kept(prefix, "tenant", "role"))


def _at_site(one: Told) -> bool:
    return bool(one.get("scope_type") == "dcim.site")
