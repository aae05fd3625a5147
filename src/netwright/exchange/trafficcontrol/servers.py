"""Servers of Traffic Control as devices: caches with what makes them cache servers, their interfaces and
addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from netwright.exchange.remote.drafting import Drafting, Told, host_name
from netwright.exchange.trafficcontrol.labels import Profiles
from netwright.exchange.trafficcontrol.places import Places
from netwright.exchange.trafficcontrol.values import host_address, interface_address, name_of, objects, text

MODEL = "unknown server"
"""Traffic Control does not know what hardware servers are."""
_STATUS = {
    "ONLINE": "active",
    "REPORTED": "active",
    "OFFLINE": "maintenance",
    "ADMIN_DOWN": "maintenance",
    "PRE_PROD": "staged",
}
_SECRET = frozenset(("iloPassword", "iloUsername", "xmppPasswd"))
_QUIET = frozenset(
    (
        *("cdnId", "cachegroupId", "physLocationId", "statusId", "typeId", "profileId", "revalPending"),
        *("updPending", "configUpdateTime", "revalUpdateTime", "statusLastUpdated", "hashId", "fqdn"),
    )
)
_BITS = 1000
"""Traffic Control counts bandwidth in kbit/s."""


class Servers:
    """Servers on their way to drafts; of two that claim one address the second goes without."""

    def __init__(self, drafting: Drafting, places: Places, profiles: Profiles, servers: list[Told]) -> None:
        self._servers = servers
        self._drafting, self._places, self._profiles = drafting, places, profiles
        self._addresses: dict[str, str] = {}
        self._capable: dict[str, list[str]] = defaultdict(list)
        hosts = {text(one, "hostName") for one in servers}
        for one in drafting.read("serverservercapabilities"):
            tag, host = name_of(one, "serverCapability"), text(one, "serverHostName", "server")
            self._capable[host].append(tag)
            if host not in hosts:
                drafting.homeless.say("serverservercapabilities", "its server is not among these", host)
            elif drafting.has("tag", tag):
                drafting.homeless.taken("serverservercapabilities")
            else:
                drafting.homeless.say("serverservercapabilities", "there is no such capability", tag)

    def put(self) -> None:
        for server in self._servers:
            self._server(server)

    def _server(self, one: Told) -> None:
        drafting, path = self._drafting, "servers"
        one.asked |= _SECRET | _QUIET
        host = text(one, "hostName")
        name = host_name(host)
        site = self._places.site(one)
        if site is None or not name:
            why = "no host name" if not name else "its location and cache group are not among these"
            drafting.homeless.say(path, why, host)
            one.asked.update(one)
            return
        role = _role(text(one, "type"))
        word = text(one, "status")
        if word and word not in _STATUS:
            drafting.homeless.say(path, f"status {word}; taken as planned", name)
        tags = [
            tag for tag in (name_of(one, "cdnName", "cdn"), *self._capable[host]) if drafting.has("tag", tag)
        ]
        fields = {
            "name": name,
            "site": site,
            "rack": self._rack(site, text(one, "rack")),
            "status": _STATUS.get(word, "planned"),
            "tags": ",".join(dict.fromkeys(tags)) or None,
            "description": text(one, "notes"),
            "management_address": self._managed(one, name),
        }
        kept = {"type": text(one, "type"), "domain": text(one, "domainName")}
        kept["offline_reason"] = text(one, "offlineReason")
        fills = {"role": role, "model": self._model()}
        if drafting.put(path, "device", one, fields, fills, kept) is None:
            return
        self._ports(one, name)
        if role == "cache":
            self._appliance(one, name, self._places.cluster(one, site))
        names = one.get("profileNames") or one.get("profiles") or one.get("profile") or []
        self._profiles.give([str(each) for each in (names if isinstance(names, list) else [names])], name)

    def _model(self) -> str:
        if not self._drafting.has("model", MODEL):
            self._drafting.put("servers", "manufacturer", {}, {"name": "unknown"})
            self._drafting.put("servers", "model", {}, {"name": MODEL, "manufacturer": "unknown"})
        return MODEL

    def _rack(self, site: str, name: str) -> str | None:
        if not name:
            return None
        if not self._drafting.has("rack", f"{site}/{name}"):
            self._drafting.put("servers", "rack", {}, {"site": site, "name": name})
        return f"{site}/{name}"

    def _managed(self, one: Told, name: str) -> str | None:
        one.asked |= {"mgmtIpGateway", "mgmtIpNetmask"}
        address = host_address(text(one, "mgmtIpAddress"))
        if address is None:
            return None
        other = self._addresses.setdefault(f"management {address}", name)
        if other != name:
            self._drafting.homeless.say("servers", f"managed by {address}, as {other} is", name)
            return None
        return address

    def _ports(self, one: Told, name: str) -> None:
        for port in _interfaces(one):
            fields = {"device": name, "name": text(port, "name") or "eth0", "mtu": text(port, "mtu") or None}
            router = text(port, "routerHostName")
            if router:
                fields["description"] = f"to {router} {text(port, 'routerPortName')}".strip()
            if self._drafting.put("servers", "interface", {}, fields) is None:
                continue
            for each in objects(port, "ipAddresses"):
                self._address(name, f"{name}/{fields['name']}", text(each, "address"))
        ilo = text(one, "iloIpAddress")
        one.asked |= {"iloIpGateway", "iloIpNetmask"}
        if ilo:
            fields = {"device": name, "name": "ilo", "management": "true"}
            if self._drafting.put("servers", "interface", {}, fields):
                self._address(name, f"{name}/ilo", interface_address(ilo, text(one, "iloIpNetmask")) or ilo)

    def _address(self, server: str, interface: str, value: str) -> None:
        address = interface_address(value)
        if address is None:
            self._drafting.homeless.say("servers", "an address that is none", f"{server}: {value}")
            return
        other = self._addresses.setdefault(address.split("/")[0], interface)
        if other != interface:
            self._drafting.homeless.say("servers", "an address that another one has", f"{server}: {address}")
            return
        self._drafting.put("servers", "address", {}, {"address": address, "interface": interface})

    def _appliance(self, one: Told, name: str, cluster: str | None) -> None:
        ports = _interfaces(one)
        found = [
            (each.get("serviceAddress") is not True, ":" in text(each, "address"), address)
            for port in ports
            for each in objects(port, "ipAddresses")
            if (address := host_address(text(each, "address")))
        ]
        service = min(found)[2] if found else None
        if service is None:
            self._drafting.homeless.say("servers", "a cache without an address to serve from", name)
            return
        other = self._addresses.setdefault(f"service {service}", name)
        if other != name:
            self._drafting.homeless.say("servers", f"serves from {service}, as {other} does", name)
            return
        speed = sum(
            int(text(port, "maxBandwidth") or 0) for port in ports if text(port, "maxBandwidth").isdecimal()
        )
        fields = {
            "device": name,
            "cluster": cluster,
            "service_address": service,
            "service_port": text(one, "tcpPort", "port") or None,
            "capacity_bps": speed * _BITS if speed else None,
        }
        fills = {"storage_bytes": 0, "capacity_bps": 0}
        self._drafting.put("servers", "appliance", {}, fields, fills)


def _interfaces(one: Told) -> list[Mapping[str, Any]]:
    """Interfaces with addresses; before API 3 there was one, in fields of the server."""
    found = objects(one, "interfaces")
    if found:
        return found
    v4, v6 = text(one, "ipAddress", "ip"), text(one, "ip6Address", "ip6")
    one.asked |= {"ipGateway", "ip6Gateway", "ipIsService", "ip6IsService"}
    mask = text(one, "ipNetmask")
    addresses = [
        {"address": value, "serviceAddress": True} for value in (interface_address(v4, mask), v6) if value
    ]
    name, mtu = text(one, "interfaceName"), text(one, "interfaceMtu")
    return [{"name": name, "mtu": mtu, "ipAddresses": addresses}] if name or addresses else []


def _role(kind: str) -> str:
    word = kind.upper()
    if word.startswith(("EDGE", "MID", "CACHE")):
        return "cache"
    return "origin" if word.startswith("ORG") else "management"
