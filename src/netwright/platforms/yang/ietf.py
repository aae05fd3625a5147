"""Facts in the IETF's models: ietf-system (RFC 7317), ietf-interfaces and ietf-ip (RFC 7223, 8343, 8344),
ietf-hardware (RFC 8348)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from datetime import datetime

from netwright.platforms.facts import (
    AddressFact,
    ComponentFact,
    Found,
    InterfaceFact,
    OperState,
    SensorFact,
    System,
    UserFact,
)
from netwright.platforms.yang.tree import Parts, Tree, below, identity, number, real, rows, truth, words

NAMESPACE = "urn:ietf:params:xml:ns:yang:"
TOPS = (
    ("ietf-system", ("system", "system-state")),
    ("ietf-interfaces", ("interfaces", "interfaces-state")),
    ("ietf-hardware", ("hardware",)),
)
"""By module, what a probe asks for."""
BRINGS: Mapping[str, frozenset[str]] = {
    "system": frozenset({"system", "users"}),
    "system-state": frozenset({"system"}),
    "interfaces": frozenset({"interfaces", "addresses"}),
    "interfaces-state": frozenset({"interfaces", "addresses"}),
    "hardware": frozenset({"system", "components", "sensors"}),
}
"""By top element, the facts that are read there."""

_CLASSES = {
    "chassis": "chassis", "backplane": "backplane", "container": "container", "power-supply": "power-supply",
    "fan": "fan", "sensor": "sensor", "module": "module", "port": "port", "stack": "stack", "cpu": "cpu",
    "storage-drive": "disk", "battery": "other", "energy-object": "other",
}  # fmt: skip
_SENSORS = {
    "celsius": "°C", "volts-dc": "V", "volts-ac": "V", "amperes": "A", "watts": "W", "hertz": "Hz",
    "rpm": "rpm", "cmm": "m³/min", "percent-rh": "%", "truth-value": "",
}  # fmt: skip
_SCALES = {
    "yocto": -24, "zepto": -21, "atto": -18, "femto": -15, "pico": -12, "nano": -9, "micro": -6, "milli": -3,
    "units": 0, "kilo": 3, "mega": 6, "giga": 9, "tera": 12, "peta": 15, "exa": 18, "zetta": 21, "yotta": 24,
}  # fmt: skip


def read(tree: Tree) -> Found:
    """All that the tree has of these models."""
    ports = _ports(tree)
    listed = list(rows(tree, "ietf:hardware", "component"))
    parts = Parts("ietf")
    return Found(
        system=_system(tree, listed),
        interfaces=parts.read("interfaces", (_interface(name, row) for name, row in ports.items())),
        addresses=parts.read("addresses", _addresses(ports)),
        components=parts.read("components", _components(listed)),
        sensors=parts.read("sensors", _sensors(listed)),
        users=parts.read("users", _users(tree)),
        unparsed=tuple(parts.unparsed),
    )


def _system(tree: Tree, listed: list[Tree]) -> System:
    whole, state = below(tree, "ietf:system"), below(tree, "ietf:system-state")
    platform, clock = below(state, "platform"), below(state, "clock")
    chassis = next((row for row in listed if identity(row, "class") == "chassis"), {})
    return System(
        hostname=words(whole, "hostname") or words(state, "hostname") or "",
        vendor=words(chassis, "mfg-name"),
        model=words(chassis, "model-name"),
        serial=words(chassis, "serial-num"),
        os=words(platform, "os-name"),
        os_version=words(platform, "os-release", "os-version"),
        uptime_s=_between(words(clock, "boot-datetime"), words(clock, "current-datetime")),
        sys_descr=" ".join(
            filter(
                None, (words(platform, name) for name in ("os-name", "os-release", "os-version", "machine"))
            )
        )
        or None,
        location=words(whole, "location"),
        contact=words(whole, "contact"),
    )


def _between(start: str | None, end: str | None) -> float | None:
    """Seconds by the device's own clock."""
    try:
        if start and end:
            return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except (ValueError, TypeError):
        return None
    return None


def _ports(tree: Tree) -> dict[str, Tree]:
    """Configuration and state of each interface together; the state's word counts."""
    found: dict[str, Tree] = {}
    for top in ("ietf:interfaces", "ietf:interfaces-state"):
        for row in rows(tree, top, "interface"):
            name = words(row, "name")
            if name:
                seen = found.setdefault(name, {})
                for key, value in row.items():
                    both = isinstance(value, dict) and isinstance(seen.get(key), dict)
                    seen[key] = {**seen[key], **value} if both else value
    return found


def _interface(name: str, row: Tree) -> InterfaceFact:
    count = below(row, "statistics")
    status, admin = words(row, "oper-status"), words(row, "admin-status")
    return InterfaceFact(
        name=name,
        admin_up=admin == "up" if admin else truth(row, "enabled") is not False,
        oper=OperState(status) if status in {"up", "down"} else OperState.UNKNOWN,
        speed_bps=number(row, "speed") or None,
        mtu=number(below(row, "ipv4"), "mtu") or number(below(row, "ipv6"), "mtu"),
        mac=(words(row, "phys-address") or "").lower() or None,
        description=words(row, "description"),
        if_index=number(row, "if-index"),
        in_octets=number(count, "in-octets"),
        out_octets=number(count, "out-octets"),
        in_errors=number(count, "in-errors"),
        out_errors=number(count, "out-errors"),
        in_discards=number(count, "in-discards"),
        out_discards=number(count, "out-discards"),
        in_unicast=number(count, "in-unicast-pkts"),
        out_unicast=number(count, "out-unicast-pkts"),
        in_multicast=number(count, "in-multicast-pkts"),
        out_multicast=number(count, "out-multicast-pkts"),
        in_broadcast=number(count, "in-broadcast-pkts"),
        out_broadcast=number(count, "out-broadcast-pkts"),
        kind=identity(row, "type"),
        admin=admin,
        status=status,
        source="ietf",
    )


def _addresses(ports: dict[str, Tree]) -> Iterator[AddressFact]:
    for name, row in ports.items():
        for version in ("ipv4", "ipv6"):
            for entry in rows(row, version, "address"):
                ip, length = words(entry, "ip"), words(entry, "prefix-length", "netmask")
                if ip:
                    bare = ip if length is None else f"{ip}/{length}"
                    yield AddressFact(name, ipaddress.ip_interface(bare), length is not None, source="ietf")


def _components(listed: list[Tree]) -> Iterator[ComponentFact]:
    for row in listed:
        name = words(row, "name")
        if name:
            state = words(below(row, "state"), "oper-state")
            yield ComponentFact(
                name=name,
                component_class=_CLASSES.get(identity(row, "class") or "", "other"),
                parent=words(row, "parent"),
                model=words(row, "model-name"),
                serial=words(row, "serial-num"),
                description=words(row, "description"),
                vendor=words(row, "mfg-name"),
                source="ietf",
                state=state,
                ok=None if state is None else state in {"enabled", "testing"},
                version=words(row, "hardware-rev"),
            )


def _sensors(listed: list[Tree]) -> Iterator[SensorFact]:
    for row in listed:
        data, name = below(row, "sensor-data"), words(row, "name")
        value, kind = real(data, "value"), words(data, "value-type")
        if value is None or not name or kind is None:
            continue
        digits = number(data, "value-precision") or 0
        scale = _SCALES.get(words(data, "value-scale") or "units", 0)
        yield SensorFact(
            name=name,
            sensor_class=kind,
            value=value * 10 ** (scale - digits),
            unit=_SENSORS.get(kind, words(data, "units-display") or ""),
            ok=(words(data, "oper-status") or "ok") == "ok",
            source="ietf",
            component=words(row, "parent"),
        )


def _users(tree: Tree) -> Iterator[UserFact]:
    for row in rows(tree, "ietf:system", "authentication", "user"):
        name = words(row, "name")
        if name:
            keys = tuple(key for item in rows(row, "authorized-key") if (key := words(item, "key-data")))
            yield UserFact(name, ssh_keys=keys, source="ietf")
