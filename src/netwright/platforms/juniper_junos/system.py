"""Junos: the device as a whole, hardware, environment, optics, load, accounts, time."""

from __future__ import annotations

from collections.abc import Iterator

from netwright.platforms import markup, values
from netwright.platforms.facts import (
    ComponentFact,
    CpuFact,
    Found,
    LaneFact,
    Limits,
    Load,
    NtpFact,
    SensorFact,
    System,
    TransceiverFact,
    UserFact,
)
from netwright.platforms.markup import Element
from netwright.platforms.records import Rows

_LEVELS = {"super-user": 15, "superuser": 15, "operator": 5, "read-only": 1, "unauthorized": 0}
_KINDS = (
    ("Xcvr", "transceiver"),
    ("PEM", "power-supply"), ("PSM", "power-supply"), ("Power Supply", "power-supply"),
    ("Fan", "fan"), ("Routing Engine", "supervisor"), ("FPC", "linecard"), ("PIC", "module"),
    ("MIC", "module"), ("CB", "module"), ("Midplane", "module"),
)  # fmt: skip
_GOOD = {"ok", "online", "present", "check"}


def software(answer: str) -> Found:
    said = next(iter(markup.document(answer, "software-information").below("software-information")))
    release = said.text("junos-version")
    if release is None:
        comments = (one.text("comment") or "" for one in said.each("package-information"))
        release = next((text.partition("[")[2].partition("]")[0] for text in comments if "[" in text), None)
    return Found(
        system=System(
            said.text("host-name") or "",
            vendor="Juniper",
            model=(said.text("product-model") or "").upper() or None,
            os="junos",
            os_version=release,
        )
    )


def system(answer: str) -> Found:
    """``show system information``: in newer releases, with the serial number."""
    said = next(iter(markup.document(answer, "system-information").below("system-information")))
    return Found(
        system=System(
            said.text("host-name") or "",
            vendor="Juniper",
            model=(said.text("hardware-model") or "").upper() or None,
            serial=said.text("serial-number"),
            os="junos",
            os_version=said.text("os-version"),
        )
    )


def uptime(answer: str) -> Found:
    root = markup.document(answer, "system-uptime-information")
    said = next(iter(root.below("system-uptime-information")))
    seconds = said.attribute("uptime-information/up-time", "seconds") or said.attribute(
        "system-booted-time/time-length", "seconds"
    )
    return Found(system=System(uptime_s=values.number(seconds)))


def inventory(answer: str) -> Found:
    chassis = next(iter(markup.document(answer, "chassis-inventory").below("chassis")), None)
    if chassis is None:
        raise ValueError("holds no chassis")
    rows = Rows()
    body = ComponentFact(
        "Chassis",
        "chassis",
        model=chassis.text("description"),
        serial=chassis.text("serial-number"),
        description=chassis.text("description"),
        vendor="Juniper",
    )
    found = (body, *rows.of("module", _modules(chassis, ("Chassis",)), _module))
    return Found(
        system=System(
            vendor="Juniper", model=chassis.text("description"), serial=chassis.text("serial-number")
        ),
        components=found,
        transceivers=tuple(_optic(one) for one in found if one.component_class == "transceiver"),
        unparsed=rows.unparsed,
    )


def _modules(parent: Element, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Element]]:
    for kind in (
        "chassis-module",
        "chassis-sub-module",
        "chassis-sub-sub-module",
        "chassis-sub-sub-sub-module",
    ):
        for one in parent.each(kind):
            name = one.text("name") or ""
            yield names, one
            yield from _modules(one, (*names, name))


def kind_of(name: str) -> str:
    """The class of a piece, by how Junos names it."""
    return next((kind for word, kind in _KINDS if name.startswith(word)), "module")


def _module(row: tuple[tuple[str, ...], Element]) -> ComponentFact:
    parents, said = row
    name = said.need("name")
    kind = kind_of(name)
    serial = said.text("serial-number")
    return ComponentFact(
        " ".join((*parents[1:], name)) if len(parents) > 1 else name,
        kind,
        parent=" ".join(parents[1:]) or "Chassis",
        model=said.text("model-number") or said.text("description"),
        part_number=said.text("part-number"),
        serial=None if serial == "BUILTIN" else serial,
        description=said.text("description"),
        version=said.text("version"),
    )


def _optic(one: ComponentFact) -> TransceiverFact:
    """Of ``FPC 0 PIC 1 Xcvr 2``: the port is ``-0/1/2`` with the medium's two letters before it, which the
    inventory does not tell; joined with the diagnostics by nothing, it stands by its own name."""
    return TransceiverFact(
        one.name, part_number=one.part_number, serial=one.serial, description=one.description
    )


def environment(answer: str) -> Found:
    rows = Rows()
    items = list(markup.document(answer, "environment-information").below("environment-item"))
    return Found(
        components=rows.of("item", _classed(items), _piece),
        sensors=rows.of("item", items, _temperature),
        unparsed=rows.unparsed,
    )


def _classed(items: list[Element]) -> Iterator[tuple[str, Element]]:
    """The class is told once, at the first of its items."""
    current = ""
    for one in items:
        current = one.text("class") or current
        yield current, one


def _piece(row: tuple[str, Element]) -> ComponentFact | None:
    kind, said = row
    name, state = said.need("name"), said.text("status")
    if kind == "Fans":
        return ComponentFact(name, "fan", ok=(state or "").lower() in _GOOD, state=state)
    if kind == "Power" or (name.startswith(("PEM", "Power Supply")) and said.text("temperature") is None):
        return ComponentFact(name, "power-supply", ok=(state or "").lower() in _GOOD, state=state)
    return None


def _temperature(said: Element) -> SensorFact | None:
    degrees = values.number(said.attribute("temperature", "celsius"))
    if degrees is None:
        return None
    return SensorFact(
        said.need("name"), "celsius", degrees, "°C", ok=(said.text("status") or "OK").lower() in _GOOD
    )


def power(answer: str) -> Found:
    rows = Rows()
    items = [
        one
        for one in markup.document(answer, "power-usage-information").below("power-usage-item")
        if one.text("name")
    ]
    return Found(
        components=rows.of("supply", items, _supply),
        sensors=rows.of("supply", items, _output),
        unparsed=rows.unparsed,
    )


def _supply(said: Element) -> ComponentFact:
    state = said.text("state")
    return ComponentFact(
        said.need("name"),
        "power-supply",
        ok=(state or "").lower() in _GOOD,
        state=state,
        capacity_w=values.number(said.text("pem-capacity-detail/capacity-max")),
    )


def _output(said: Element) -> SensorFact | None:
    watts = values.number(said.text("dc-output-detail/dc-power") or said.text("dc-output-detail2/dc-power"))
    name = said.need("name")
    return None if watts is None else SensorFact(f"{name} output", "watts", watts, "W", component=name)


def engines(answer: str) -> Found:
    rows = Rows()
    root = markup.document(answer, "route-engine-information", "route-engine")
    found = list(root.below("route-engine"))
    nodes = [one.text("re-name") for one in root.below("multi-routing-engine-item")]
    named = [(nodes[place] if place < len(nodes) else None, one) for place, one in enumerate(found)]
    cpus = rows.of("engine", named, _cpu)
    master = next((one for one in found if one.text("mastership-state") == "master"), found[0])
    total = values.integer(master.text("memory-dram-size") or master.text("memory-system-total"))
    share = values.number(master.text("memory-buffer-utilization") or master.text("memory-system-total-util"))
    octets = None if total is None else total * 1_048_576
    told = values.integer(master.text("memory-system-total-used"))
    used = None if octets is None or share is None else int(octets * share / 100)
    return Found(
        system=System(
            uptime_s=values.number(master.attribute("up-time", "seconds")),
            reboot_reason=master.text("last-reboot-reason"),
        ),
        load=Load(
            cpu=cpus[0].use if cpus else None,
            memory=None if share is None else share / 100,
            cpus=cpus,
            memory_total=octets,
            memory_used=used if told is None else told * 1_048_576,
        ),
        unparsed=rows.unparsed,
    )


def _cpu(row: tuple[str | None, Element]) -> CpuFact | None:
    node, said = row
    idle = said.number("cpu-idle")
    return None if idle is None else CpuFact(node or said.text("slot") or "0", 1 - idle / 100)


def optics(answer: str) -> Found:
    rows = Rows()
    ports = markup.document(answer, "interface-information").below("physical-interface")
    return Found(transceivers=rows.of("optic", ports, _light), unparsed=rows.unparsed)


def _light(port: Element) -> TransceiverFact | None:
    said = next(iter(port.each("optics-diagnostics")), None)
    if said is None or said.text("optic-diagnostics-not-available"):
        return None
    name = port.need("name")
    lanes = list(said.each("optics-diagnostics-lane-values")) or [said]
    return TransceiverFact(
        name,
        name,
        temperature_c=values.number(
            said.attribute("module-temperature", "celsius") or said.text("module-temperature")
        ),
        voltage_v=values.number(said.text("module-voltage")),
        lanes=tuple(_lane(place, one) for place, one in enumerate(lanes)),
        rx_limits=_limits(said, "laser-rx-power"),
        tx_limits=_limits(said, "laser-tx-power"),
    )


def _lane(place: int, said: Element) -> LaneFact:
    light = said.text("laser-rx-optical-power-dbm") or said.text("rx-signal-avg-optical-power-dbm")
    return LaneFact(
        place,
        values.number(light),
        values.number(said.text("laser-output-power-dbm")),
        values.number(said.text("laser-bias-current")),
    )


def _limits(said: Element, name: str) -> Limits | None:
    told = [
        values.number(said.text(f"{name}-{level}-threshold-dbm"))
        for level in ("low-alarm", "low-warn", "high-warn", "high-alarm")
    ]
    return None if all(one is None for one in told) else Limits(*told)


def users(answer: str) -> Found:
    """Accounts, and root's where its authentication is configured."""
    rows, root = Rows(), markup.document(answer, "configuration")
    roots = (UserFact("root", 15, "super-user", _keys(one)) for one in root.below("root-authentication"))
    return Found(users=(*rows.of("user", root.below("user"), _user), *roots), unparsed=rows.unparsed)


def _user(said: Element) -> UserFact:
    role = said.text("class")
    keys = tuple(key for one in said.each("authentication") for key in _keys(one))
    return UserFact(said.need("name"), _LEVELS.get(role or ""), role, keys)


def _keys(said: Element) -> tuple[str, ...]:
    return tuple(
        text
        for kind in ("ssh-rsa", "ssh-dsa", "ssh-ecdsa", "ssh-ed25519")
        for one in said.each(kind)
        if (text := one.text("name"))
    )


def ntp(answer: str) -> Found:
    found = [
        NtpFact(one.need("name"), kind)
        for kind in ("peer", "server")
        for said in markup.document(answer, "configuration").below("ntp")
        for one in said.each(kind)
        if one.text("name")
    ]
    return Found(ntp=tuple(found))
