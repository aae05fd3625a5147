"""Providers and circuits of a Nautobot."""

from __future__ import annotations

from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.nautobot.places import Places
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import word_name
from netwright.inventory.partner import CircuitType

_TYPES = {str(one) for one in CircuitType}


def circuits(ground: Ground, places: Places) -> None:
    drafting, path = ground.drafting, "circuits/providers"
    for one in ground.read(path):
        number = one.get("asn")
        if number and not drafting.has("asn", str(number)):
            drafting.put(path, "asn", {}, {"number": number, "name": one["name"]})
        fields = {
            "name": word_name(one["name"]).replace("/", "-"),
            "title": one["name"],
            "asn": number,
            "account": one.get("account") or "",
            "portal": one.get("portal_url") or "",
        }
        drafting.put(path, "provider", one, fields)
    path = "circuits/circuits"
    for one in ground.read(path):
        kind = word_name(ground.named("circuits/circuit-types", one.get("circuit_type"))).lower()
        if kind not in _TYPES:
            drafting.homeless.say(path, f"type {kind}; taken as ethernet", one["cid"])
        fields = {
            "name": one["cid"],
            "provider": drafting.key("circuits/providers", one["provider"]),
            "circuit_type": kind if kind in _TYPES else None,
            "status": ground.status(path, one, words.CIRCUIT_STATUS),
            "commit_bps": one["commit_rate"] * 1000 if one.get("commit_rate") else None,
            "installed": one.get("install_date") or "",
        }
        one.asked |= {"circuit_termination_a", "circuit_termination_z"}
        fills = {} if kind in _TYPES else {"circuit_type": "ethernet"}
        drafting.put(path, "circuit", one, fields, fills, ground.kept(one, "tenant"))
    path = "circuits/circuit-terminations"
    for one in ground.read(path):
        fields = {
            "circuit": drafting.key("circuits/circuits", one["circuit"]),
            "side": one["term_side"],
            "site": places.site(one.get("location")),
            "cross_connect": one.get("xconnect_id") or "",
            "panel": one.get("pp_info") or "",
        }
        if draft := drafting.put(path, "circuit_end", one, fields):
            drafting.ends["circuits.circuittermination", one["id"]] = ("circuit_end", draft.key)
