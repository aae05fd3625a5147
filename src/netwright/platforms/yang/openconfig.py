"""Facts in OpenConfig's models: platform, interfaces, system, lldp, network-instance (BGP)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from netwright.platforms.facts import (
    AddressFact,
    BgpSessionFact,
    BgpState,
    ComponentFact,
    Found,
    InterfaceFact,
    Load,
    NeighborFact,
    OperState,
    SensorFact,
    System,
    TransceiverFact,
)
from netwright.platforms.yang.tree import Parts, Tree, below, identity, number, real, rows, truth, words

BRINGS: Mapping[str, frozenset[str]] = {
    "system": frozenset({"system", "load"}),
    "components": frozenset({"system", "components", "sensors", "transceivers", "load"}),
    "interfaces": frozenset({"interfaces", "addresses"}),
    "lldp": frozenset({"neighbors"}),
    "network-instances": frozenset({"bgp_sessions"}),
}
"""By top element, the facts that are read there."""


def paths(subjects: Collection[str] = ()) -> list[str]:
    """What is asked for: all, or what brings these facts."""
    return [f"/{top}" for top, facts in BRINGS.items() if not subjects or not facts.isdisjoint(subjects)]


_CLASSES = {
    "CHASSIS": "chassis", "BACKPLANE": "backplane", "LINECARD": "linecard", "CONTROLLER_CARD": "supervisor",
    "FABRIC": "module", "FRU": "module", "POWER_SUPPLY": "power-supply", "FAN": "fan", "FAN_TRAY": "fan",
    "FAN_TRAY_CONTROLLER": "fan", "TRANSCEIVER": "transceiver", "PORT": "port", "SENSOR": "sensor",
    "CPU": "cpu", "STORAGE": "disk",
}  # fmt: skip
_SOFTWARE = {"OPERATING_SYSTEM", "OPERATING_SYSTEM_UPDATE", "BIOS", "SOFTWARE_MODULE", "BOOT_LOADER"}
_SPEED = re.compile(r"SPEED_(\d+)(MB|GB)")


def read(tree: Tree, *, now: float) -> Found:
    """All that the tree has of these models. ``now`` dates boot times."""
    listed = [_told(row) for row in rows(tree, "openconfig:components", "component")]
    parts = Parts("openconfig")
    return Found(
        system=_system(tree, listed, now),
        interfaces=parts.read("interfaces", _interfaces(tree)),
        addresses=parts.read("addresses", _addresses(tree)),
        components=parts.read("components", _components(listed)),
        sensors=parts.read("sensors", _sensors(listed)),
        neighbors=parts.read("lldp", _neighbors(tree)),
        bgp_sessions=parts.read("bgp", _sessions(tree, now)),
        transceivers=parts.read("transceivers", _transceivers(tree, listed)),
        load=_load(tree),
        unparsed=tuple(parts.unparsed),
    )


def _told(row: Tree) -> Tree:
    """A component's state with its name and what hangs below it."""
    return {**below(row, "state"), "name": words(row, "name") or words(below(row, "state"), "name"), "_": row}


def _system(tree: Tree, listed: list[Tree], now: float) -> System:
    whole = below(tree, "openconfig:system")
    state = {**below(whole, "config"), **below(whole, "state")}
    chassis = next((item for item in listed if identity(item, "type") == "CHASSIS"), {})
    runs = next((item for item in listed if identity(item, "type") == "OPERATING_SYSTEM"), {})
    booted = _moment(state, "boot-time") or _moment(state, "up-time")
    return System(
        hostname=words(state, "hostname") or "",
        vendor=words(chassis, "mfg-name"),
        model=words(chassis, "model-name", "part-no", "description"),
        serial=words(chassis, "serial-no"),
        os=words(runs, "name") if runs else None,
        os_version=words(state, "software-version") or words(runs, "software-version"),
        uptime_s=None if booted is None or booted > now else now - booted,
    )


def _moment(state: Tree, name: str) -> float | None:
    """Seconds since the epoch. OpenConfig counts nanoseconds; older systems seconds, or write a date."""
    found = real(state, name)
    if found is not None:
        return found / 1e9 if found > 1e15 else float(found)
    text = words(state, name)
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except ValueError:
        return None


def _interfaces(tree: Tree) -> Iterator[InterfaceFact]:
    for row in rows(tree, "openconfig:interfaces", "interface"):
        state = {**below(row, "config"), **below(row, "state")}
        name = words(row, "name") or words(state, "name")
        if not name:
            continue
        wire = {**below(row, "ethernet", "config"), **below(row, "ethernet", "state")}
        count = below(row, "state", "counters")
        status = (words(state, "oper-status") or "").lower()
        admin = (words(state, "admin-status") or "").lower()
        enabled = truth(state, "enabled")
        yield InterfaceFact(
            name=name,
            admin_up=admin == "up" if admin else enabled is not False,
            oper=OperState(status) if status in {"up", "down"} else OperState.UNKNOWN,
            speed_bps=_speed(wire),
            mtu=number(state, "mtu"),
            mac=_mac(words(wire, "mac-address", "hw-mac-address")),
            description=words(state, "description"),
            if_index=number(state, "ifindex"),
            in_octets=number(count, "in-octets"),
            out_octets=number(count, "out-octets"),
            in_packets=number(count, "in-pkts"),
            out_packets=number(count, "out-pkts"),
            in_errors=number(count, "in-errors"),
            out_errors=number(count, "out-errors"),
            in_discards=number(count, "in-discards"),
            out_discards=number(count, "out-discards"),
            kind=identity(state, "type"),
            admin=admin or None,
            status=status or None,
            bundle=words(below(row, "ethernet", "state"), "aggregate-id"),
        )


def _speed(wire: Tree) -> int | None:
    for name in ("port-speed", "negotiated-port-speed"):
        found = _SPEED.search(words(wire, name) or "")
        if found:
            return int(found[1]) * (10**9 if found[2] == "GB" else 10**6)
    return None


def _addresses(tree: Tree) -> Iterator[AddressFact]:
    for row in rows(tree, "openconfig:interfaces", "interface"):
        name = words(row, "name") or ""
        places = [(name, below(row, "routed-vlan"))]
        for unit in rows(row, "subinterfaces", "subinterface"):
            index = number({**unit, **below(unit, "state")}, "index")
            places.append((f"{name}.{index}" if index else name, unit))
        for where, place in places:
            for version in ("ipv4", "ipv6"):
                for entry in rows(place, version, "addresses", "address"):
                    state = {**entry, **below(entry, "config"), **below(entry, "state")}
                    ip, length = words(state, "ip"), number(state, "prefix-length")
                    if ip:
                        bare = ip if length is None else f"{ip}/{length}"
                        yield AddressFact(where, ipaddress.ip_interface(bare), length is not None)


def _components(listed: list[Tree]) -> Iterator[ComponentFact]:
    for item in listed:
        kind = identity(item, "type") or ""
        name = item["name"]
        if not name or kind in _SOFTWARE:
            continue
        state = (words(item, "oper-status") or "").rpartition(":")[2].lower() or None
        yield ComponentFact(
            name=name,
            component_class=_CLASSES.get(kind, "other"),
            parent=words(item, "parent"),
            model=words(item, "model-name", "part-no"),
            part_number=words(item, "part-no"),
            serial=words(item, "serial-no"),
            description=words(item, "description"),
            vendor=words(item, "mfg-name"),
            source="openconfig",
            state=state,
            ok=None if state is None else state == "active",
            capacity_w=real(below(item["_"], "power-supply", "state"), "capacity"),
            version=words(item, "hardware-version", "firmware-version"),
        )


def _sensors(listed: list[Tree]) -> Iterator[SensorFact]:
    for item in listed:
        name, row = item["name"] or "", item["_"]
        heat = below(item, "temperature")
        value = real(heat, "instant")
        if value is not None:
            ok = truth(heat, "alarm-status") is not True
            yield SensorFact(name, "celsius", value, "°C", ok=ok, source="openconfig", component=name)
        turns = real(below(row, "fan", "state"), "speed")
        if turns is not None:
            yield SensorFact(name, "rpm", turns, "rpm", source="openconfig", component=name)
        supply = below(row, "power-supply", "state")
        for leaf, kind, unit in _SUPPLY:
            value = real(supply, leaf)
            if value is not None:
                yield SensorFact(f"{name} {leaf}", kind, value, unit, source="openconfig", component=name)
        optic = below(row, "transceiver", "state")
        for leaf, kind, unit in _OPTIC:
            value = real(below(optic, leaf), "instant")
            if value is not None:
                yield SensorFact(f"{name} {leaf}", kind, value, unit, source="openconfig", component=name)


_SUPPLY = (
    ("input-voltage", "volts-ac", "V"),
    ("output-voltage", "volts-dc", "V"),
    ("input-current", "amperes", "A"),
    ("output-current", "amperes", "A"),
    ("output-power", "watts", "W"),
)
_OPTIC = (("input-power", "dbm", "dBm"), ("output-power", "dbm", "dBm"))


def _neighbors(tree: Tree) -> Iterator[NeighborFact]:
    for port in rows(tree, "openconfig:lldp", "interfaces", "interface"):
        for row in rows(port, "neighbors", "neighbor"):
            state = below(row, "state")
            yield NeighborFact(
                interface=words(port, "name") or words(below(port, "state"), "name") or "",
                remote_device=words(state, "system-name") or "",
                remote_interface=words(state, "port-id") or "",
                remote_chassis=words(state, "chassis-id"),
                remote_description=words(state, "system-description"),
                remote_address=words(state, "management-address"),
                remote_port_description=words(state, "port-description"),
                source="openconfig",
            )


def _sessions(tree: Tree, now: float) -> Iterator[BgpSessionFact]:
    for instance in rows(tree, "openconfig:network-instances", "network-instance"):
        name = words(instance, "name") or words(below(instance, "state"), "name")
        for protocol in rows(instance, "protocols", "protocol"):
            local = number(below(protocol, "bgp", "global", "state"), "as")
            for row in rows(protocol, "bgp", "neighbors", "neighbor"):
                yield from _session(row, name, local, now)


def _session(row: Tree, instance: str | None, local: int | None, now: float) -> Iterator[BgpSessionFact]:
    state = {**below(row, "config"), **below(row, "state")}
    remote, asn = words(row, "neighbor-address") or words(state, "neighbor-address"), number(state, "peer-as")
    if not remote or asn is None:
        return
    word = (words(state, "session-state") or "").lower()
    families = [below(item, "state", "prefixes") for item in rows(row, "afi-safis", "afi-safi")]
    since = _moment(state, "last-established")
    up = word == "established" and since is not None and since <= now
    yield BgpSessionFact(
        remote_address=ipaddress.ip_address(remote.partition("%")[0]),
        remote_asn=asn,
        state=BgpState(word) if word in set(BgpState) else BgpState.UNKNOWN,
        uptime_s=now - since if up and since is not None else None,
        prefixes_received=_total(families, "received"),
        prefixes_sent=_total(families, "sent"),
        description=words(state, "description"),
        local_asn=number(state, "local-as") or local,
        enabled=truth(state, "enabled"),
        routing_instance=instance,
        source="openconfig",
        group=words(state, "peer-group"),
    )


def _total(families: list[Tree], name: str) -> int | None:
    found = [value for family in families if (value := number(family, name)) is not None]
    return sum(found) if found else None


def _transceivers(tree: Tree, listed: list[Tree]) -> Iterator[TransceiverFact]:
    ports: dict[str, str] = {}
    for row in rows(tree, "openconfig:interfaces", "interface"):
        state = below(row, "state")
        held = words(state, "transceiver") or words(below(row, "transceiver", "state"), "transceiver")
        if held and (name := words(row, "name")):
            ports.setdefault(held, name)
    for item in listed:
        optic = below(item["_"], "transceiver", "state")
        if identity(item, "type") != "TRANSCEIVER" and not optic:
            continue
        told = {**item, **optic}
        if truth(optic, "enabled") is False or (words(optic, "present") or "").endswith("NOT_PRESENT"):
            continue
        yield TransceiverFact(
            name=item["name"] or "",
            interface=ports.get(item["name"] or ""),
            vendor=words(told, "vendor", "mfg-name"),
            part_number=words(told, "vendor-part", "part-no"),
            serial=words(told, "serial-no"),
            description=words(told, "description") or identity(told, "form-factor"),
        )


def _load(tree: Tree) -> Load:
    used = [
        value
        for row in rows(tree, "openconfig:system", "cpus", "cpu")
        if (value := real(below(row, "state", "total"), "instant")) is not None
    ]
    memory = below(tree, "openconfig:system", "memory", "state")
    total, busy = number(memory, "physical"), number(memory, "used", "reserved")
    return Load(
        cpu=sum(used) / len(used) / 100 if used else None,
        memory=busy / total if busy is not None and total else None,
        memory_total=total,
        memory_used=busy,
    )


def _mac(text: str | None) -> str | None:
    return text.lower() if text else None
