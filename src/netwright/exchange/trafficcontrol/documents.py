"""Traffic Control's objects in files, list by list, however they are put into them.

A file is an answer of the API (`servers.json` with ``response``), one object or a list, of a folder or file
that is named as they are (`cachegroups/010-edge.json`, as CDN-in-a-Box is loaded from), several lists by name
in one file (as Traffic Ops' own tests have them), or a CRConfig. A list's name may be written in any way:
`phys_locations`, `physLocations`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from netwright.exchange.jsonfile import read_json
from netwright.exchange.remote.report import Homeless

Lists: TypeAlias = dict[str, list[dict[str, Any]]]
"""Objects by the list they are of."""

LISTS = {
    "cdns": "",
    "divisions": "",
    "regions": "",
    "physlocations": "",
    "cachegroups": "",
    "servers": "",
    "profiles": "",
    "parameters": "",
    "profileparameters": "",
    "servercapabilities": "",
    "serverservercapabilities": "",
    "asns": "",
    "coordinates": "a place without anything in it",
    "types": "words only; servers and cache groups say theirs",
    "statuses": "words only; servers say theirs",
    "tenants": "there are no tenants here",
    "users": "accounts are not taken over, and passwords never read",
    "roles": "accounts are not taken over",
    "deliveryservices": "what is served is told by the catalogue of content, not by wanted objects",
    "deliveryserviceservers": "any cache here serves whatever is placed on it",
    "deliveryserviceserverassignments": "any cache here serves whatever is placed on it",
    "deliveryservicesregexes": "clients' names for content are not wanted objects",
    "deliveryservicesrequiredcapabilities": "any cache here serves whatever is placed on it",
    "topologies": "caches fill from their site's parent; parents of cache groups are kept as words",
    "federations": "steering by the resolver's address is not taken over",
    "federationresolvers": "steering by the resolver's address is not taken over",
    "steeringtargets": "there is no kind for steering between delivery services",
    "origins": "there is no kind for origins by name",
    "staticdnsentries": "there is no kind for names in the DNS",
    "jobs": "they are over when they are done",
    "servicecategories": "there is no kind for them",
    "serverchecks": "they are observations, not wishes",
    "statssummaries": "they are observations, not wishes",
    "coveragezones": "clients' prefixes here want the ISP that announces them",
    "deepcoveragezones": "clients' prefixes here want the ISP that announces them",
}
"""Lists that are known; a reason why nothing of it is taken."""
_PLAIN = re.compile(r"[^a-z]")


def plain_name(name: str) -> str:
    """`phys_locations`, `physLocations` and `PhysLocations` are one list."""
    return _PLAIN.sub("", name.lower())


def read_lists(paths: Sequence[Path], homeless: Homeless) -> Lists:
    """All objects of some files. What is no object of a known list is told. Raises InputError for a file that
    can't be read."""
    lists: Lists = defaultdict(list)
    for path in paths:
        for name, one in _objects(path, read_json(path)):
            if name not in LISTS:
                homeless.read(str(path))
                homeless.say(str(path), f"{name} is no list of Traffic Control that is known")
            elif not isinstance(one, dict):
                homeless.read(name)
                homeless.say(name, f"wants an object, not {type(one).__name__}", str(path))
            else:
                lists[name].append(one)
    return lists


def _objects(path: Path, document: Any) -> list[tuple[str, Any]]:
    """Each object of a file, with its list."""
    own = next((name for name in (path.stem, path.parent.name) if plain_name(name) in LISTS), path.stem)
    if isinstance(document, dict) and "response" in document:
        document = document["response"]
    if isinstance(document, dict) and "contentServers" in document:
        return _snapshot(document)
    if isinstance(document, list):
        return [(plain_name(own), one) for one in document]
    if not isinstance(document, dict):
        return [(plain_name(own), document)]
    named = {name: value for name, value in document.items() if plain_name(name) in LISTS}
    if plain_name(own) in LISTS or not named:
        return [(plain_name(own), document)]
    found = []
    for name, value in document.items():
        several = _named(value) if isinstance(value, Mapping) else value
        found += [(plain_name(name), one) for one in (several if isinstance(several, list) else [several])]
    return found


def _named(objects: Mapping[str, Any]) -> list[Any]:
    """Objects by name, as objects that say their name."""
    return [{"name": name, **one} if isinstance(one, Mapping) else one for name, one in objects.items()]


_ROLES = {"contentServers": "EDGE", "contentRouters": "CCR", "monitors": "RASCAL"}


def _snapshot(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A CRConfig: what routers know of the network."""
    found: list[tuple[str, Any]] = []
    places: dict[str, Any] = {}
    for name in ("edgeLocations", "trafficRouterLocations"):
        for place, one in _items(document, name):
            places.setdefault(place, {**one, "name": place})
    found += [("cachegroups", one) for one in places.values()]
    cdn = (
        (document.get("stats") or {}).get("CDN_name") if isinstance(document.get("stats"), Mapping) else None
    )
    if isinstance(cdn, str):
        domain = (document.get("config") or {}).get("domain_name", "")
        found.append(("cdns", {"name": cdn, "domainName": domain}))
    for name, role in _ROLES.items():
        for host, one in _items(document, name):
            group = one.get("cacheGroup") or one.get("locationId") or one.get("location")
            found.append(
                ("servers", {"type": role, **one, "hostName": host, "cachegroup": group, "cdnName": cdn})
            )
    found += [("deliveryservices", {"xmlId": name}) for name, _ in _items(document, "deliveryServices")]
    found += [("topologies", {"name": name}) for name, _ in _items(document, "topologies")]
    return found


def _items(document: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
    objects = document.get(name)
    if not isinstance(objects, Mapping):
        return []
    return [(key, one) for key, one in objects.items() if isinstance(one, Mapping)]
