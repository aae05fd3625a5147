"""What is asked over SNMP in a discovery and in a round of collection, one table after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

from netwright.device.endpoint import Way
from netwright.device.session import Session
from netwright.platforms.answers import Answers
from netwright.platforms.facts import InterfaceFact, Load, SensorFact
from netwright.platforms.snmp.entity import Hardware, read_hardware
from netwright.platforms.snmp.host import Host, read_host
from netwright.platforms.snmp.ifmib import read_interfaces
from netwright.platforms.snmp.sensors import read_sensors

SOURCE = "snmp"
_NOTHING = Host(None, None, None, Load())
_BARE = Hardware()


@dataclass(frozen=True, slots=True)
class SnmpAnswer:
    """What an agent said; the parts it failed at are empty and recorded in the Answers."""

    host: Host = _NOTHING
    interfaces: tuple[InterfaceFact, ...] = ()
    hardware: Hardware = _BARE
    sensors: tuple[SensorFact, ...] = ()


async def read_agent(session: Session, answers: Answers, *, hardware: bool) -> SnmpAnswer:
    """``hardware``: the whole discovery; else counters, readings and load only. A silent agent is asked
    once; nobody asks one where the credentials are not for SNMP."""
    if not session.endpoint.credentials.allow(Way.SNMP):
        return SnmpAnswer()
    host = await answers.ask(SOURCE, read_host(session))
    if host is None:
        return SnmpAnswer()
    ports = read_interfaces(session, counters_only=not hardware)
    interfaces = await answers.ask(SOURCE, ports, part="interfaces")
    parts = await answers.ask(SOURCE, read_hardware(session), part="hardware") if hardware else None
    sensors = await answers.ask(SOURCE, read_sensors(session), part="sensors")
    if not hardware:  # a round of collection keeps the sources of the last discovery
        return SnmpAnswer(host, interfaces or (), Hardware(), sensors or ())
    found = parts or Hardware()
    return SnmpAnswer(
        host,
        tuple(replace(one, source=SOURCE) for one in interfaces or ()),
        replace(found, components=tuple(replace(one, source=SOURCE) for one in found.components)),
        tuple(replace(one, source=SOURCE) for one in sensors or ()),
    )
