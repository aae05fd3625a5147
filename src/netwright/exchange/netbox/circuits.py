"""Providers and circuits of a NetBox."""

from __future__ import annotations

from typing import Any

from netwright.exchange.netbox.places import kept, status
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting
from netwright.inventory.partner import CircuitType

_TYPES = {str(one) for one in CircuitType}


def circuits(drafting: Drafting) -> None:
    path = "circuits/providers"
    for one in drafting.read(path):
        asns: list[Any] = one.get("asns") or []
        fields = {
            "name": one["slug"],
            "title": one["name"],
            "asn": drafting.key("ipam/asns", asns[0]) if len(asns) == 1 else None,
        }
        if len(asns) > 1:
            drafting.homeless.say(path, "more than one ASN", one["slug"])
        one.asked |= {"accounts"}
        drafting.put(path, "provider", one, fields)
    path = "circuits/circuits"
    for one in drafting.read(path):
        kind = (one.get("type") or {}).get("slug", "")
        if kind not in _TYPES:
            drafting.homeless.say(path, f"type {kind}; taken as ethernet", one["cid"])
        fields = {
            "name": one["cid"],
            "provider": drafting.key("circuits/providers", one["provider"]),
            "circuit_type": kind if kind in _TYPES else None,
            "status": status(drafting, path, one, words.CIRCUIT_STATUS),
            "commit_bps": one["commit_rate"] * 1000 if one.get("commit_rate") else None,
            "installed": one.get("install_date") or "",
            "contract_end": one.get("termination_date") or "",
        }
        one.asked |= {"termination_a", "termination_z"}
        fills = {} if kind in _TYPES else {"circuit_type": "ethernet"}
        drafting.put(path, "circuit", one, fields, fills, kept(one, "tenant", "provider_account"))
    path = "circuits/circuit-terminations"
    for one in drafting.read(path):
        place = one.get("termination") if one.get("termination_type") == "dcim.site" else one.get("site")
        fields = {
            "circuit": drafting.key("circuits/circuits", one["circuit"]),
            "side": one["term_side"],
            "site": drafting.key("dcim/sites", place),
            "cross_connect": one.get("xconnect_id") or "",
            "panel": one.get("pp_info") or "",
        }
        one.asked |= {"termination_id"}
        if draft := drafting.put(path, "circuit_end", one, fields):
            drafting.ends["circuits.circuittermination", one["id"]] = ("circuit_end", draft.key)
