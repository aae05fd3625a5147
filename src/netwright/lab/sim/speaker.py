"""What a router's configuration says about BGP, read once into a form that routes can be worked out from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from netwright.lab.sim.configuration import Section


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """One entry of a prefix list: networks inside ``network`` with a length from ``low`` to ``high``."""

    permit: bool
    network: ipaddress.IPv4Network
    low: int
    high: int

    def matches(self, prefix: ipaddress.IPv4Network) -> bool:
        return self.low <= prefix.prefixlen <= self.high and prefix.subnet_of(self.network)


@dataclass(frozen=True, slots=True)
class MapEntry:
    """One entry of a route map. ``lists`` are the prefix lists it matches on; ``understood`` is False when it
    matches on something that the simulation does not work out: such an entry never matches."""

    permit: bool
    lists: tuple[str, ...]
    understood: bool
    local_preference: int | None
    prepend: tuple[int, ...]
    next_entry: bool


@dataclass(slots=True)
class Neighbor:
    """A BGP neighbour in IPv4 unicast."""

    address: str
    remote_as: str = ""
    password: str = ""
    description: str = ""
    shutdown: bool = False
    active: bool = True
    next_hop_self: bool = False
    reflector_client: bool = False
    maps: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    def is_peer_of(self, local_as: int, remote_as: int) -> bool:
        if self.remote_as == "external":
            return remote_as != local_as
        return self.remote_as == ("internal" if remote_as == local_as else "") or self.remote_as == str(
            remote_as
        )


@dataclass(slots=True)
class Speaker:
    """A BGP speaker."""

    asn: int
    router_id: str
    requires_policy: bool = True
    neighbors: dict[str, Neighbor] = field(default_factory=dict)
    originated: tuple[ipaddress.IPv4Network, ...] = ()
    aggregates: tuple[tuple[ipaddress.IPv4Network, bool], ...] = ()
    source: str = ""
    """The configuration's text: prefix lists are read from it when one is asked for, for they can be long."""
    _prefix_lists: dict[str, tuple[PrefixRule, ...] | None] = field(default_factory=dict)
    route_maps: dict[str, tuple[MapEntry, ...]] = field(default_factory=dict)

    def passes(self, neighbor: Neighbor, direction: str, prefix: ipaddress.IPv4Network) -> MapEntry | bool:
        """Whether policy lets a prefix through, and with which changes. An eBGP neighbour without any policy
        passes nothing unless the router says otherwise (RFC 8212)."""
        if (name := neighbor.lists.get(direction)) is not None and not self._in_list(name, prefix):
            return False
        if (name := neighbor.maps.get(direction)) is not None:
            return self._by_map(name, prefix)
        return True

    def has_policy(self, neighbor: Neighbor, direction: str) -> bool:
        return direction in neighbor.lists or direction in neighbor.maps

    def _in_list(self, name: str, prefix: ipaddress.IPv4Network) -> bool:
        """FRR: a list that doesn't exist permits, one without a match denies."""
        if name not in self._prefix_lists:
            self._prefix_lists[name] = _prefix_list(self.source, name)
        rules = self._prefix_lists[name]
        if rules is None:
            return True
        return next((rule.permit for rule in rules if rule.matches(prefix)), False)

    def _by_map(self, name: str, prefix: ipaddress.IPv4Network) -> MapEntry | bool:
        """FRR: a route map that doesn't exist denies."""
        preference: int | None = None
        prepend: tuple[int, ...] = ()
        for entry in self.route_maps.get(name, ()):
            if not entry.understood or not all(self._in_list(name, prefix) for name in entry.lists):
                continue
            if not entry.permit:
                return False
            preference = preference if entry.local_preference is None else entry.local_preference
            prepend = (*entry.prepend, *prepend)
            if not entry.next_entry:
                return MapEntry(True, (), True, preference, prepend, False)
        return False


def speaker_of(top: Section, connected: set[str], own: list[str]) -> Speaker | None:
    """The speaker that a configuration describes.

    ``connected``: prefixes of the router's own interfaces; ``network`` announces what is connected or static,
    as FRR's import check wants it. ``own``: addresses that may be its router id, the first choice last."""
    bgp = next((section for section in top.sections.values() if section.kind == "bgp"), None)
    if bgp is None or " vrf " in bgp.header:
        return None
    told = bgp.lines.get("bgp router-id", top.lines.get("ip router-id", ""))
    speaker = Speaker(int(bgp.header.split()[2]), told.rpartition(" ")[2] or (own[-1] if own else ""))
    speaker.requires_policy = "no bgp ebgp-requires-policy" not in bgp.lines
    default_on = "no bgp default ipv4-unicast" not in bgp.lines
    groups: dict[str, list[str]] = {}
    members: dict[str, str] = {}
    family = bgp.sections.get("address-family ipv4 unicast", Section("family"))
    for line in (*bgp.lines.values(), *family.lines.values()):
        _collect(line, groups, members)
    for peer, words in groups.items():
        if _is_address(peer):
            inherited = groups.get(members.get(peer, ""), [])
            speaker.neighbors[peer] = _neighbor(peer, [*inherited, *words], default_on)
    known = connected | _static(top)
    checked = "no bgp network import-check" not in bgp.lines
    speaker.originated = tuple(_originated(family, known, connected, _static(top), checked))
    speaker.aggregates = tuple(_aggregates(family))
    speaker.route_maps = _route_maps(top)
    return speaker


def _collect(line: str, groups: dict[str, list[str]], members: dict[str, str]) -> None:
    plain = line.removeprefix("no ")
    if not plain.startswith("neighbor "):
        return
    _, peer, rest = plain.split(" ", 2)
    groups.setdefault(peer, []).append(rest if plain is line else f"no {rest}")
    if rest.startswith("peer-group "):
        members[peer] = rest.split()[1]


def _neighbor(address: str, lines: list[str], default_on: bool) -> Neighbor:
    neighbor = Neighbor(address, active=default_on)
    for line in lines:
        match line.split():
            case ["remote-as", asn]:
                neighbor.remote_as = asn
            case ["password", password]:
                neighbor.password = password
            case ["description", *_]:
                neighbor.description = line.removeprefix("description ")
            case ["shutdown"]:
                neighbor.shutdown = True
            case ["activate"]:
                neighbor.active = True
            case ["no", "activate"]:
                neighbor.active = False
            case ["next-hop-self", *_]:
                neighbor.next_hop_self = True
            case ["route-reflector-client"]:
                neighbor.reflector_client = True
            case ["route-map", name, direction]:
                neighbor.maps[direction] = name
            case ["prefix-list", name, direction]:
                neighbor.lists[direction] = name
    return neighbor


def _originated(
    family: Section, known: set[str], connected: set[str], static: set[str], checked: bool
) -> list[ipaddress.IPv4Network]:
    found: dict[str, None] = {}
    for line in family.lines.values():
        match line.split():
            case ["network", prefix, *_] if not checked or prefix in known:
                found[prefix] = None
            case ["redistribute", "connected", *_]:
                found.update(dict.fromkeys(sorted(connected)))
            case ["redistribute", "static", *_]:
                found.update(dict.fromkeys(sorted(static)))
    return [ipaddress.IPv4Network(prefix) for prefix in found if ":" not in prefix]


def _aggregates(family: Section) -> list[tuple[ipaddress.IPv4Network, bool]]:
    return [
        (ipaddress.IPv4Network(line.split()[1]), "summary-only" in line)
        for line in family.lines.values()
        if line.startswith("aggregate-address ")
    ]


def _static(top: Section) -> set[str]:
    return {line.split()[2] for line in top.lines.values() if line.startswith("ip route ")}


def _prefix_list(text: str, name: str) -> tuple[PrefixRule, ...] | None:
    """The entries of one list in order; None when there is no such list."""
    entries: list[tuple[int, PrefixRule]] = []
    for line in text.splitlines():
        if not line.startswith(f"ip prefix-list {name} seq "):
            continue
        words = line.split()
        options = dict(zip(words[7::2], (int(word) for word in words[8::2]), strict=False))
        network = ipaddress.IPv4Network("0.0.0.0/0" if words[6] == "any" else words[6])
        low = options.get("ge", 0 if words[6] == "any" else network.prefixlen)
        high = options.get("le", 32 if words[6] == "any" or "ge" in options else network.prefixlen)
        entries.append((int(words[4]), PrefixRule(words[5] == "permit", network, low, high)))
    entries.sort(key=lambda entry: entry[0])
    return tuple(rule for _, rule in entries) or None


def _route_maps(top: Section) -> dict[str, tuple[MapEntry, ...]]:
    entries: dict[str, list[tuple[int, MapEntry]]] = {}
    for section in top.sections.values():
        if section.kind == "route-map":
            _, name, action, number = section.header.split()
            entries.setdefault(name, []).append((int(number), _entry(action == "permit", section)))
    return {
        name: tuple(entry for _, entry in sorted(found, key=lambda pair: pair[0]))
        for name, found in entries.items()
    }


def _entry(permit: bool, section: Section) -> MapEntry:
    lists: list[str] = []
    understood = True
    preference: int | None = None
    prepend: tuple[int, ...] = ()
    for line in section.lines.values():
        match line.split():
            case ["match", "ip", "address", "prefix-list", name]:
                lists.append(name)
            case ["match" | "call", *_]:
                understood = False
            case ["set", "local-preference", number]:
                preference = int(number)
            case ["set", "as-path", "prepend", *numbers]:
                prepend = tuple(int(number) for number in numbers if number.isdigit())
    return MapEntry(permit, tuple(lists), understood, preference, prepend, "on-match next" in section.lines)


def _is_address(peer: str) -> bool:
    try:
        ipaddress.ip_address(peer)
    except ValueError:
        return False
    return True
