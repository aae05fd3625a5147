"""CDNs, capabilities and AS numbers of Traffic Control; profiles as data for templates."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import orjson

from netwright.exchange.remote.drafting import Drafting
from netwright.exchange.trafficcontrol.values import name_of, objects, text


def labels(drafting: Drafting) -> None:
    """Words that servers carry as tags."""
    for cdn in drafting.read("cdns"):
        name = name_of(cdn, "name")
        domain = text(cdn, "domainName")
        said = f"CDN, domain {domain}" if domain else "CDN"
        drafting.put("cdns", "tag", cdn, {"name": name, "description": said})
    for one in drafting.read("servercapabilities"):
        said = text(one, "description") or "Capability of servers"
        drafting.put("servercapabilities", "tag", one, {"name": name_of(one, "name"), "description": said})
    for one in drafting.read("asns"):
        fields = {"number": text(one, "asn"), "name": text(one, "cachegroup", "cachegroupName")}
        drafting.put("asns", "asn", one, fields)


class Profiles:
    """Parameters by profile. Secure ones are never taken."""

    def __init__(self, drafting: Drafting) -> None:
        self._drafting = drafting
        self._all: dict[str, dict[str, Any]] = {}
        self._used: set[str] = set()
        by_number: dict[str, Any] = {}
        belonging: defaultdict[str, list[Any]] = defaultdict(list)
        for one in drafting.read("parameters"):
            by_number[text(one, "id")] = one
            named = one.get("profiles")
            for profile in named if isinstance(named, list) else ():
                belonging[str(profile)].append(one)
            self._take("parameters", one)
        for link in drafting.read("profileparameters"):
            drafting.homeless.taken("profileparameters")
            parameter = by_number.get(text(link, "parameter", "parameterId"))
            if parameter is not None:
                belonging[text(link, "profile", "profileName")].append(parameter)
        for profile in drafting.read("profiles"):
            name = text(profile, "name")
            own = [*objects(profile, "params"), *belonging[name]]
            self._all[name] = self._data(own)
            said = text(profile, "description")
            fields = {"name": f"profile {name}", "enabled": "false", "data": _json(self._all[name])}
            profile.asked |= {"cdnName", "cdn", "type", "routingDisabled", "cdnID"}
            if name:
                drafting.put("profiles", "config_context", profile, {**fields, "description": said})

    def give(self, names: list[str], device: str) -> None:
        """Data of a server's profiles at the server; the first goes before the others."""
        for place, name in enumerate(names):
            data = self._all.get(name)
            if data:
                fields = {"name": f"{name} at {device}", "device": device, "data": _json(data)}
                weight = 1000 + len(names) - place
                self._drafting.put("profiles", "config_context", {}, {**fields, "weight": weight})

    def _take(self, path: str, one: Any) -> None:
        one.asked.update(one)
        self._drafting.homeless.taken(path)

    def _data(self, parameters: list[Any]) -> dict[str, Any]:
        """Values by file and name; several of one name as a list."""
        found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for one in parameters:
            if one.get("secure"):
                self._drafting.homeless.say("profiles", "secure parameters are secrets", text(one, "name"))
                continue
            values = found[text(one, "configFile") or "-"][text(one, "name") or "-"]
            if one.get("value") not in values:
                values.append(one.get("value"))
        return {
            file: {name: values[0] if len(values) == 1 else values for name, values in sorted(named.items())}
            for file, named in sorted(found.items())
        }


def _json(data: Any) -> str:
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
