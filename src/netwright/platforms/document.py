"""The one document that a probe prints, whatever the protocol: facts as plain JSON values."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from netwright.platforms.facts import (
    AddressFact,
    BgpSessionFact,
    ComponentFact,
    DeviceFacts,
    InterfaceFact,
    Limits,
    NeighborFact,
    SensorFact,
    System,
    TransceiverFact,
)

SENSOR_WORDS = {
    "celsius": "temperature", "volts-dc": "voltage", "volts-ac": "voltage", "amperes": "current",
    "watts": "power", "rpm": "fanspeed", "hertz": "frequency", "percent-rh": "humidity", "cmm": "airflow",
    "truth-value": "state", "minutes": "runtime",
}  # fmt: skip
"""What is measured, by the class that says in what unit."""

_AS_THEY_ARE = ("lags", "vlans", "arp", "macs", "routes", "route_summary", "bfd", "ntp", "users")
"""Facts that are told with the names of their records' fields."""

Document = dict[str, Any]


def document(facts: DeviceFacts) -> Document:
    """Keys are always there; ``null`` is what the device did not say, ``unknown`` a vendor that the data do
    not know. ``problems`` tells what could not be read."""
    return {
        "address": facts.device,
        "observed_at": datetime.fromtimestamp(facts.observed_at, UTC).isoformat(),
        "sources": list(facts.sources),
        "system": _system(facts.system),
        "interfaces": [_interface(fact) for fact in facts.interfaces],
        "addresses": [
            {
                "address": str(fact.address.ip),
                "prefix_length": _length(fact),
                "prefix_known": fact.prefix_known,
                "interface": fact.interface or None,
            }
            for fact in facts.addresses
        ],
        "components": [_component(fact) for fact in facts.components],
        "sensors": [_sensor(fact) for fact in facts.sensors],
        "neighbors": [_neighbor(fact) for fact in facts.neighbors],
        "bgp_sessions": [_session(fact) for fact in facts.bgp_sessions],
        "transceivers": [_transceiver(fact) for fact in facts.transceivers],
        "load": _plain(facts.load),
        **{name: [_plain(fact) for fact in getattr(facts, name)] for name in _AS_THEY_ARE},
        "answered": {
            question: datetime.fromtimestamp(at, UTC).isoformat() for question, at in facts.answered
        },
        "problems": [{"where": where, "what": what} for where, what in facts.unparsed],
    }


def _length(fact: AddressFact) -> int | None:
    """Of an IPv4 address that came without a mask: its class's, as everybody shows it (RFC 950, "natural
    mask"). ``prefix_known`` says that no device said so."""
    if fact.prefix_known:
        return fact.address.network.prefixlen
    if fact.address.version == 6:
        return None
    first = int(fact.address.ip) >> 24
    return 8 if first < 128 else 16 if first < 192 else 24 if first < 224 else None


def _plain(value: Any) -> Any:
    """A record as plain values, whole."""
    if is_dataclass(value):
        return {spec.name: _plain(getattr(value, spec.name)) for spec in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _system(system: System) -> Document:
    return {
        "hostname": system.hostname or None,
        "vendor": system.vendor or "unknown",
        "model": system.model,
        "os": system.os,
        "os_version": system.os_version,
        "serial": system.serial,
        "sys_descr": system.sys_descr,
        "sys_object_id": system.sys_object_id,
        "uptime_s": system.uptime_s,
        "fqdn": system.fqdn,
        "image": system.image,
        "reboot_reason": system.reboot_reason,
        "location": system.location,
        "contact": system.contact,
    }


def _interface(fact: InterfaceFact) -> Document:
    return {
        "name": fact.name,
        "alias": fact.description,
        "type": fact.kind,
        "admin": fact.admin,
        "oper": fact.status,
        "speed_bps": fact.speed_bps,
        "mtu": fact.mtu,
        "mac": fact.mac,
        "description": fact.label,
        "index": fact.if_index,
        "bundle": fact.bundle,
        "routing_instance": fact.routing_instance,
    }


def _component(fact: ComponentFact) -> Document:
    return {
        "name": fact.name,
        "class": fact.component_class,
        "parent": fact.parent,
        "model": fact.model,
        "part_number": fact.part_number,
        "serial": fact.serial,
        "description": fact.description,
        "vendor": fact.vendor,
        "ok": fact.ok,
        "index": fact.index,
        "parent_index": fact.parent_index,
        "source": fact.source,
    }


def _sensor(fact: SensorFact) -> Document:
    return {
        "name": fact.name,
        "class": SENSOR_WORDS.get(fact.sensor_class, fact.sensor_class),
        "value": fact.value,
        "unit": fact.unit,
        "limits": _limits(fact.limits),
        "ok": fact.ok,
        "state": fact.state,
        "component": fact.component,
        "source": fact.source,
    }


def _limits(limits: Limits | None) -> Document | None:
    if limits is None:
        return None
    return {
        "low_critical": limits.low_critical,
        "low_warning": limits.low_warning,
        "high_warning": limits.high_warning,
        "high_critical": limits.high_critical,
    }


def _neighbor(fact: NeighborFact) -> Document:
    return {
        "interface": fact.interface,
        "remote_device": fact.remote_device,
        "remote_interface": fact.remote_interface,
        "remote_chassis": fact.remote_chassis,
        "remote_description": fact.remote_description,
        "remote_address": fact.remote_address,
        "protocol": fact.protocol,
        "remote_port_description": fact.remote_port_description,
    }


def _session(fact: BgpSessionFact) -> Document:
    return {
        "remote_address": str(fact.remote_address),
        "remote_asn": fact.remote_asn,
        "state": fact.state.value,
        "enabled": fact.enabled,
        "uptime_s": fact.uptime_s,
        "local_address": None if fact.local_address is None else str(fact.local_address),
        "local_asn": fact.local_asn,
        "routing_instance": fact.routing_instance,
        "description": fact.description,
        "prefixes_received": fact.prefixes_received,
        "prefixes_sent": fact.prefixes_sent,
        "families": _plain(fact.families),
        "source": fact.source,
    }


def _transceiver(fact: TransceiverFact) -> Document:
    return {
        "name": fact.name,
        "interface": fact.interface,
        "vendor": fact.vendor,
        "part_number": fact.part_number,
        "serial": fact.serial,
        "description": fact.description,
        "kind": fact.kind,
        "temperature_c": fact.temperature_c,
        "voltage_v": fact.voltage_v,
        "lanes": _plain(fact.lanes),
    }
