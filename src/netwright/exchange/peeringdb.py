"""PeeringDB's answers, kept as files: networks as ISPs with contacts, exchanges with their LAN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from netwright.exchange.jsonfile import JsonFiles, Put, word
from netwright.exchange.remote.report import Homeless

_TAKEN = ("net", "ix", "ixlan", "ixpfx", "poc")


def peeringdb_files(paths: Sequence[Path]) -> JsonFiles:
    """Files named by what they hold, as ``net.json``, each an answer of the API."""
    return JsonFiles(paths, _read)


def is_answer(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("data"), list)


def _read(documents: Mapping[str, Any], put: Put, homeless: Homeless) -> None:
    lists: dict[str, list[dict[str, Any]]] = {}
    files: dict[str, str] = {}
    for file, document in documents.items():
        kind = Path(file).stem
        if not is_answer(document):
            homeless.say(file, "is no answer of PeeringDB: data is missing")
        elif kind not in _TAKEN:
            homeless.say(file, f"there is no kind for {kind}", count=len(document["data"]))
        else:
            lists[kind], files[kind] = document["data"], file
    isps = _networks(lists.get("net", []), files.get("net", ""), put)
    for one in lists.get("poc", []):
        isp = isps.get(one["net_id"])
        if isp is None:
            homeless.say(files["poc"], "its network is not among these", str(one["id"]))
            continue
        name = one.get("name") or f"{one['role']} of {isp}"
        fields = {"name": name, "role": one["role"], "phone": one.get("phone"), "email": one.get("email")}
        contact = put(files["poc"], "contact", {**fields, "link": one.get("url")})
        put(files["poc"], "isp_contact", {"isp": isp, "contact": contact, "purpose": one["role"]})
    _exchanges(lists, files.get("ix", ""), put)


def _networks(networks: Sequence[dict[str, Any]], file: str, put: Put) -> dict[int, str]:
    """ISPs; their key by PeeringDB's number."""
    found: dict[int, str] = {}
    used: set[str] = set()
    for one in sorted(networks, key=lambda net: int(net["id"])):
        name = word(one["name"]) or f"AS{one['asn']}"
        name = f"{name}-AS{one['asn']}" if name in used else name
        used.add(name)
        put(file, "asn", {"number": one["asn"], "name": one["name"]})
        fields = {
            "name": name,
            "title": one.get("name_long") or one["name"],
            "asn": one["asn"],
            "peeringdb_id": one["id"],
            "as_set": one.get("irr_as_set"),
            "max_prefixes_v4": one.get("info_prefixes4"),
            "max_prefixes_v6": one.get("info_prefixes6"),
        }
        found[one["id"]] = put(file, "isp", fields)
    return found


def _exchanges(lists: Mapping[str, Sequence[dict[str, Any]]], file: str, put: Put) -> None:
    lans = {one["ix_id"]: one for one in lists.get("ixlan", ())}
    prefixes = {(one["ixlan_id"], one["protocol"]): one["prefix"] for one in lists.get("ixpfx", ())}
    used: set[str] = set()
    for one in sorted(lists.get("ix", ()), key=lambda ix: int(ix["id"])):
        lan = lans.get(one["id"], {})
        name = word(one["name"]) or f"ix-{one['id']}"
        name = f"{name}-{one['id']}" if name in used else name
        used.add(name)
        fields = {
            "name": name,
            "title": one.get("name_long") or one["name"],
            "city": one.get("city"),
            "country": one.get("country"),
            "peeringdb_id": one["id"],
            "mtu": lan.get("mtu"),
            "lan_v4": prefixes.get((lan.get("id"), "IPv4")),
            "lan_v6": prefixes.get((lan.get("id"), "IPv6")),
        }
        put(file, "exchange", fields)
