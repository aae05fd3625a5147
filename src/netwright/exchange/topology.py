"""Backbones in node-link JSON, as TopoHub gives the Topology Zoo and SNDlib: sites and circuits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from netwright.exchange.jsonfile import JsonFiles, Put, word
from netwright.exchange.remote.report import Homeless

_LATITUDE, _LONGITUDE = 90, 180


def topology_files(paths: Sequence[Path]) -> JsonFiles:
    """Each file becomes a region and a provider of its name. Sites are named by the node's number in the
    file, for several nodes may stand in one city."""
    return JsonFiles(paths, _read)


def is_topology(document: Any) -> bool:
    return isinstance(document, dict) and {"nodes", "graph"} <= document.keys()


def _read(documents: Mapping[str, Any], put: Put, homeless: Homeless) -> None:
    for file, document in documents.items():
        if not is_topology(document):
            homeless.say(file, "is no topology: nodes and graph are missing")
            continue
        network = word(str(document["graph"].get("name") or Path(file).stem))
        put(file, "region", {"name": network})
        put(file, "provider", {"name": network})
        sites = {}
        on_earth = all(
            abs(node["pos"][0]) <= _LONGITUDE and abs(node["pos"][1]) <= _LATITUDE
            for node in document["nodes"]
        )
        if not on_earth:
            homeless.say(file, "positions are a drawing's, not on the earth; all put at 0, 0")
        for node in document["nodes"]:
            longitude, latitude = node["pos"] if on_earth else (0, 0)
            fields = {
                "name": f"{network}-{node['id']}",
                "title": node.get("name") or "",
                "region": network,
                "kind": "core",
                "latitude": latitude,
                "longitude": longitude,
            }
            sites[node["id"]] = put(file, "site", fields)
        seen: Counter[str] = Counter()
        for edge in document.get("edges") or document.get("links") or ():
            name = f"{edge['source']}--{edge['target']}"
            seen[name] += 1
            name = name if seen[name] == 1 else f"{name}-{seen[name]}"
            length = f"{edge['dist']:.0f} km" if edge.get("dist") else ""
            fields = {"provider": network, "name": name, "circuit_type": "wave", "description": length}
            circuit = put(file, "circuit", fields)
            for side, end in (("A", edge["source"]), ("Z", edge["target"])):
                put(file, "circuit_end", {"circuit": circuit, "side": side, "site": sites[end]})
        if document["graph"].get("demands"):
            homeless.say(file, "traffic demands")
