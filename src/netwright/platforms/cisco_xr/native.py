"""IOS-XR's operational YANG models over NETCONF, by the names of their elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from netwright.platforms import markup, values
from netwright.platforms.facts import (
    AddressFact,
    BgpDetail,
    BgpFamily,
    BgpSessionFact,
    BgpState,
    ComponentFact,
    CpuFact,
    Found,
    InterfaceFact,
    Limits,
    Load,
    MacFact,
    NtpFact,
    RouteFact,
    SensorFact,
    System,
)
from netwright.platforms.markup import Element
from netwright.platforms.records import Rows
from netwright.platforms.text.system import kind

_STATES = ("unknown", "idle", "connect", "active", "opensent", "openconfirm", "established", "closing")
"""Of the model's enumeration, where the agent gives its number."""


def system(answer: str) -> Found:
    """``system-time``, ``interfaces`` and ``inventory`` in one question."""
    root, rows = markup.document(answer, "system-time", "inventory", "interfaces"), Rows()
    uptime = next(iter(root.below("uptime")), None)
    entities = list(root.below("entity"))
    components = rows.of("entity", entities, _entity)
    rack = next((one for one in components if one.component_class == "chassis"), None)
    release = next(
        (text for one in entities if (text := one.text("attributes/inv-basic-bag/software-revision"))), None
    )
    return Found(
        system=System(
            (uptime.text("host-name") or "") if uptime else "",
            vendor="Cisco",
            model=rack.model if rack else None,
            serial=rack.serial if rack else None,
            os="iosxr",
            os_version=release,
            uptime_s=values.number(uptime.text("uptime")) if uptime else None,
        ),
        interfaces=rows.of("interface", root.below("interface"), _interface),
        components=components,
        unparsed=rows.unparsed,
    )


def _entity(said: Element) -> ComponentFact | None:
    bag = next(iter(said.each("attributes/inv-basic-bag")), None)
    if bag is None:
        return None
    name = said.need("name")
    serial, model = bag.text("serial-number"), bag.text("model-name")
    if serial is None and model is None:
        return None
    description = bag.text("description") or ""
    return ComponentFact(
        name,
        "chassis" if name.startswith("Rack") and "-" not in name else kind(name, description),
        model=model,
        part_number=model,
        serial=serial,
        description=description or None,
        version=bag.text("hardware-revision"),
    )


def _interface(said: Element) -> InterfaceFact | None:
    name = said.text("interface-name")
    if name is None:
        return None
    admin, line = said.text("state") or "", said.text("line-state") or ""
    return InterfaceFact(
        name,
        admin_up="admin-down" not in admin,
        oper=values.oper(line.removeprefix("im-state-")),
        status=line.removeprefix("im-state-") or None,
        mtu=said.number("mtu"),
    )


def addresses(answer: str) -> Found:
    rows, root = Rows(), markup.document(answer, "ipv4-network", "ipv6-network")
    return Found(addresses=rows.of("address", _addresses(root), _address), unparsed=rows.unparsed)


def _addresses(root: Element) -> Iterator[tuple[str, str | None, str | None, bool, str | None]]:
    for vrf in root.below("vrf"):
        instance = vrf.text("vrf-name")
        for one in vrf.below("detail"):
            name = one.text("interface-name") or ""
            yield name, one.text("primary-address"), one.text("prefix-length"), False, instance
            for more in one.each("secondary-address"):
                yield name, more.text("address"), more.text("prefix-length"), True, instance
        for one in vrf.below("global-detail"):
            name = one.text("interface-name") or ""
            for more in one.each("address"):
                yield name, more.text("address"), more.text("prefix-length"), False, instance


def _address(row: tuple[str, str | None, str | None, bool, str | None]) -> AddressFact | None:
    name, text, length, secondary, instance = row
    if text in (None, "0.0.0.0", "::"):
        return None
    return AddressFact(
        name, values.interface_address(text, length), secondary=secondary, routing_instance=instance
    )


def ntp(answer: str) -> Found:
    rows = Rows()
    found = markup.document(answer, "ntp").below("peer-info-common")
    return Found(ntp=rows.of("peer", found, _ntp), unparsed=rows.unparsed)


def _ntp(said: Element) -> NtpFact:
    return NtpFact(
        said.need("address"),
        "peer" if "symetric" in (said.text("host-mode") or "") else "server",
        synchronized=said.text("is-sys-peer") == "true",
        reference=said.text("reference-id"),
        stratum=said.number("stratum"),
        poll_s=said.number("host-poll"),
        reachability=said.number("reachability"),
        delay_ms=values.number(said.text("delay")),
        offset_ms=values.number(said.text("offset")),
        jitter_ms=values.number(said.text("dispersion")),
    )


def macs(answer: str) -> Found:
    rows = Rows()
    found = markup.document(answer, "l2vpn-forwarding").below("l2fibmac-detail")
    return Found(macs=rows.of("entry", found, _mac), unparsed=rows.unparsed)


def _mac(said: Element) -> MacFact:
    link = values.mac(said.need("address"))
    if link is None:
        raise ValueError("no MAC address")
    return MacFact(
        link, said.text("segment/ac/interface-handle") or "", values.integer(said.text("name")) or 0,
        static=said.text("bmac-configured") == "true",
    )  # fmt: skip


def bgp(answer: str) -> Found:
    rows = Rows()
    root = markup.document(answer, "bgp")
    tables = chain(
        (("default", one) for table in root.below("default-vrf") for one in table.below("neighbor")),
        ((table.text("vrf-name"), one) for table in root.below("vrf") for one in table.below("neighbor")),
    )
    sessions = (row for row in tables if row[1].text("neighbor-address"))
    return Found(bgp_sessions=rows.of("peer", sessions, _session), unparsed=rows.unparsed)


def _session(row: tuple[str | None, Element]) -> BgpSessionFact:
    instance, said = row
    state = values.bgp_state((said.text("connection-state") or "").removeprefix("bgp-st-"))
    families = tuple(_family(one) for one in said.each("af-data") if one.text("af-name"))
    counted = [family.received for family in families if family.received is not None]
    local = said.text("local-as")
    return BgpSessionFact(
        values.ip(said.need("neighbor-address")),
        values.asn(said.need("remote-as")),
        state,
        uptime_s=values.number(said.text("connection-established-time"))
        if state is BgpState.ESTABLISHED
        else None,
        prefixes_received=sum(counted) if counted else None,
        description=said.text("description"),
        local_address=values.ip_or_none(
            said.text("connection-local-address/ipv4-address")
            or said.text("connection-local-address/ipv6-address")
        ),
        local_asn=values.asn(local) if local else None,
        enabled=said.text("is-administratively-shut-down") != "true",
        routing_instance=instance,
        remote_id=said.text("router-id"),
        families=families,
        detail=_detail(said),
    )


def _family(said: Element) -> BgpFamily:
    name = (said.text("af-name") or "").lower()
    words = {"ipv4": "ipv4-unicast", "ipv6": "ipv6-unicast"}
    return BgpFamily(
        words.get(name, name),
        received=said.number("prefixes-accepted"),
        accepted=said.number("prefixes-accepted"),
        sent=said.number("prefixes-advertised"),
        active=said.number("number-of-bestpaths"),
    )


def _detail(said: Element) -> BgpDetail:
    previous = said.number("previous-connection-state")
    policies = list(said.each("af-data"))
    return BgpDetail(
        local_port=said.number("connection-local-port"),
        remote_port=said.number("connection-remote-port"),
        hold_s=said.number("hold-time"),
        keepalive_s=said.number("keep-alive-time"),
        configured_hold_s=said.number("configured-hold-time"),
        configured_keepalive_s=said.number("configured-keepalive"),
        flaps=said.number("connection-down-count"),
        previous_state=_STATES[previous] if previous is not None and 0 <= previous < len(_STATES) else None,
        messages_in=said.number("messages-received"),
        messages_out=said.number("messages-sent"),
        updates_in=said.number("update-messages-in"),
        updates_out=said.number("update-messages-out"),
        queued_out=said.number("messages-queued-out"),
        import_policy=next((text for one in policies if (text := one.text("route-policy-in"))), None),
        export_policy=next((text for one in policies if (text := one.text("route-policy-out"))), None),
        multihop=said.text("is-external-neighbor-not-directly-connected") == "true",
        local_address_configured=said.text("is-local-address-configured") == "true",
    )


def routes(answer: str) -> Found:
    """``Cisco-IOS-XR-ip-rib-ipv4-oper``: the unicast tables."""
    rows, found = Rows(), list[RouteFact]()
    for vrf in markup.document(answer, "rib").below("vrf"):
        instance = vrf.text("vrf-name")
        each = ((None if instance == "default" else instance, one) for one in vrf.below("route"))
        found += [fact for facts in rows.of("route", each, _route) for fact in facts]
    return Found(routes=tuple(found), unparsed=rows.unparsed)


def _route(row: tuple[str | None, Element]) -> tuple[RouteFact, ...]:
    instance, said = row
    prefix = values.prefix(f"{said.need('prefix')}/{said.need('prefix-length-xr')}")
    paths: list[Element | None] = [*said.each("route-path/ipv4-rib-edm-path")]
    return tuple(
        RouteFact(
            prefix, (said.text("protocol-name") or "").lower(),
            next_hop=None if one is None or one.text("address") == "0.0.0.0" else one.text("address"),
            interface=one.text("interface-name") if one else None, preference=said.number("distance"),
            metric=said.number("metric"), age_s=values.number(said.text("route-age")),
            active=said.text("active") == "true", routing_instance=instance,
        )
        for one in paths or [None]
    )  # fmt: skip


def cpus(answer: str) -> Found:
    rows = Rows()
    nodes = markup.document(answer, "system-monitoring").below("cpu-utilization")
    found = rows.of("node", nodes, _cpu)
    return Found(
        load=Load(cpu=max((one.use for one in found), default=None), cpus=found), unparsed=rows.unparsed
    )


def _cpu(said: Element) -> CpuFact:
    return CpuFact(said.need("node-name"), int(said.need("total-cpu-five-minute")) / 100)


def memory(answer: str) -> Found:
    """Of the first route processor."""
    nodes = list(markup.document(answer, "memory-summary").below("node"))
    one = next((node for node in nodes if "/R" in (node.text("node-name") or "")), nodes[0])
    said = next(iter(one.each("summary")), None) or next(iter(one.each("detail")))
    total, free = int(said.need("ram-memory")), int(said.need("free-physical-memory"))
    return Found(load=Load(memory=(total - free) / total, memory_total=total, memory_used=total - free))


def environment(answer: str) -> Found:
    """``sysadmin-envmon-ui``: sensors by location, supplies and fan trays."""
    rows, root = Rows(), markup.document(answer, "environment")
    sensors = (
        (place.text("location") or "", one)
        for table in root.below("temperatures")
        for place in table.each("location")
        for one in place.each("sensor_attributes")
    )
    fans = [
        one
        for name in ("fan", "fans")
        for table in root.below(name)
        for one in table.below("fan_attributes")
        if one.text("location")
    ]
    supplies = [one for one in root.below("pem_attributes") if one.text("pem") and one.text("status")]
    return Found(
        sensors=(
            *rows.of("sensor", sensors, _temperature),
            *rows.of("supply", supplies, _output),
            *(speed for speeds in rows.of("fan", fans, _speeds) for speed in speeds),
        ),
        components=(*rows.of("fan", fans, _fan), *rows.of("supply", supplies, _supply)),
        unparsed=rows.unparsed,
    )


def _temperature(row: tuple[str, Element]) -> SensorFact:
    place, said = row
    return SensorFact(
        said.text("sensor") or said.need("sensor_id"), "celsius", float(said.need("value")), "°C",
        ok=said.text("alarm") is None,
        limits=Limits(
            values.number(said.text("critical_lo")), values.number(said.text("minor_lo")),
            values.number(said.text("minor_hi")), values.number(said.text("critical_hi")),
        ),
        component=place or None,
    )  # fmt: skip


def _fan(said: Element) -> ComponentFact:
    """A tray: it works when each of its fans turns."""
    speeds = (said.text("fans_speed") or "").split()
    name = said.need("location")
    turning = [values.integer(speed) for speed in speeds if speed != "-"]
    ok = all(turning) if turning else None
    return ComponentFact(name, "fan", model=said.text("fru_PID"), ok=ok)


def _speeds(said: Element) -> list[SensorFact]:
    name = said.need("location")
    return [
        SensorFact(f"FAN_{place}", "rpm", float(speed), "rpm", ok=float(speed) > 0, component=name)
        for place, speed in enumerate((said.text("fans_speed") or "").split())
        if speed != "-"
    ]


def _supply(said: Element) -> ComponentFact:
    state = said.text("status") or ""
    return ComponentFact(
        said.need("pem"), "power-supply", ok=state.upper() == "OK", state=state or None,
        capacity_w=_rated(said.text("supply_type")), model=said.text("supply_type"),
    )  # fmt: skip


def _rated(text: str | None) -> float | None:
    """Watts of ``3kW-AC`` and ``750W-DC``."""
    match = re.match(r"([\d.]+)\s*(k?)W", text or "", re.IGNORECASE)
    return None if match is None else float(match[1]) * (1000 if match[2] else 1)


def _output(said: Element) -> SensorFact | None:
    volts, amperes = values.number(said.text("output_voltage")), values.number(said.text("output_current"))
    watts = None if volts is None or amperes is None else volts * amperes
    name = said.need("pem")
    return None if watts is None else SensorFact(f"{name} output", "watts", watts, "W", component=name)
