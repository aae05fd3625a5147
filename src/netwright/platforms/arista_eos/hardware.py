"""EOS: hardware with serials, readings, optics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netwright.platforms import values
from netwright.platforms.facts import (
    ComponentFact,
    Found,
    LaneFact,
    Limits,
    SensorFact,
    System,
    TransceiverFact,
)
from netwright.platforms.records import Rows, listed, mapping, tree

Piece = tuple[str, str, Any]


def inventory(answer: str) -> Found:
    rows, said = Rows(), tree(answer)
    chassis = mapping(said["systemInformation"])
    optics = [
        item
        for item in mapping(said.get("xcvrSlots")).items()
        if values.words(mapping(item[1]).get("serialNum"))
    ]
    return Found(
        system=System(
            vendor="Arista",
            model=values.words(chassis.get("name")),
            serial=values.words(chassis.get("serialNum")),
        ),
        components=rows.of("component", _pieces(said), _component),
        transceivers=rows.of("optic", optics, _optic),
        unparsed=rows.unparsed,
    )


def _pieces(said: dict[str, Any]) -> Iterator[Piece]:
    yield "Chassis", "chassis", said["systemInformation"]
    for name, one in mapping(said.get("cardSlots")).items():
        if values.words(one.get("modelName")) not in (None, "Not Inserted"):
            yield name, "supervisor" if name.startswith("Supervisor") else "linecard", one
    for name, one in mapping(said.get("powerSupplySlots")).items():
        yield f"PowerSupply{name}", "power-supply", one
    for name, one in mapping(said.get("fanTraySlots")).items():
        yield f"FanTray{name}", "fan", one
    for name, one in mapping(said.get("xcvrSlots")).items():
        yield f"Ethernet{name}" if name[:1].isdigit() else name, "transceiver", one
    for name, one in mapping(said.get("storageDevices")).items():
        yield name, "disk", one


def _component(piece: Piece) -> ComponentFact | None:
    name, kind, said = piece
    model = (
        values.words(said.get("modelName"))
        or values.words(said.get("name"))
        or values.words(said.get("model"))
    )
    serial = values.words(said.get("serialNum")) or values.words(said.get("serialNumber"))
    if model in (None, "Not Inserted") and serial is None:
        return None
    return ComponentFact(
        name,
        kind,
        parent=None if kind == "chassis" else "Chassis",
        model=model,
        serial=serial,
        description=values.words(said.get("description")),
        vendor=values.words(said.get("mfgName")) or ("Arista" if kind != "disk" else None),
        version=values.words(said.get("hardwareRev") or said.get("hardwareRevision")),
    )


def _optic(item: tuple[str, Any]) -> TransceiverFact:
    name, said = item
    port = f"Ethernet{name}" if name[:1].isdigit() else name
    return TransceiverFact(
        port,
        port,
        vendor=values.words(said.get("mfgName")),
        part_number=values.words(said.get("modelName")),
        serial=values.words(said.get("serialNum")),
    )


def temperatures(answer: str) -> Found:
    rows = Rows()
    return Found(sensors=rows.of("sensor", _thermometers(tree(answer)), _temperature), unparsed=rows.unparsed)


def _thermometers(said: dict[str, Any]) -> Iterator[Any]:
    yield from listed(said.get("tempSensors"))
    for slots in ("cardSlots", "powerSupplySlots"):
        for one in listed(said.get(slots)):
            yield from listed(mapping(one).get("tempSensors"))


def _temperature(said: dict[str, Any]) -> SensorFact:
    return SensorFact(
        str(said["name"]),
        "celsius",
        float(said["currentTemperature"]),
        "°C",
        ok=str(said.get("hwStatus", "ok")) == "ok" and not said.get("inAlertState"),
        limits=Limits(
            high_warning=values.number(said.get("overheatThreshold")),
            high_critical=values.number(said.get("criticalThreshold")),
        ),
        component=values.words(said.get("relPos") and said.get("description")),
    )


def cooling(answer: str) -> Found:
    rows = Rows()
    fans = list(_fans(tree(answer)))
    return Found(
        components=rows.of("fan", fans, _fan), sensors=rows.of("fan", fans, _speed), unparsed=rows.unparsed
    )


def _fans(said: dict[str, Any]) -> Iterator[Any]:
    for slots in ("fanTraySlots", "powerSupplySlots"):
        for tray in listed(said.get(slots)):
            yield from listed(mapping(tray).get("fans"))


def _fan(said: dict[str, Any]) -> ComponentFact:
    state = str(said["status"])
    return ComponentFact(str(said["label"]), "fan", ok=state == "ok", state=state)


def _speed(said: dict[str, Any]) -> SensorFact | None:
    share = values.number(said.get("actualSpeed"))
    name = str(said["label"])
    if share is None:
        return None
    return SensorFact(name, "percent", share, "%", ok=str(said.get("status")) == "ok", component=name)


def power(answer: str) -> Found:
    """``show system environment power``, or ``show environment power`` of old releases."""
    rows, said = Rows(), list(mapping(tree(answer)["powerSupplies"]).items())
    return Found(
        components=rows.of("supply", said, _supply),
        sensors=tuple(_flat(rows.of("supply", said, _supply_readings))),
        unparsed=rows.unparsed,
    )


def _flat(groups: Iterable[tuple[SensorFact, ...]]) -> Iterator[SensorFact]:
    for group in groups:
        yield from group


def _supply(item: tuple[str, Any]) -> ComponentFact:
    name, said = item
    state = str(said["state"])
    return ComponentFact(
        f"PowerSupply{name}",
        "power-supply",
        model=values.words(said.get("modelName")),
        ok=state == "ok",
        state=state,
        capacity_w=values.number(said.get("capacity")),
    )


def _supply_readings(item: tuple[str, Any]) -> tuple[SensorFact, ...]:
    name, said = item
    supply = f"PowerSupply{name}"
    good = str(said.get("state")) == "ok"
    found = []
    for key, kind, unit in (
        ("outputPower", "watts", "W"),
        ("inputCurrent", "amperes", "A"),
        ("outputCurrent", "amperes", "A"),
    ):
        value = values.number(said.get(key))
        if value is not None:
            found.append(SensorFact(f"{supply} {key}", kind, value, unit, ok=good, component=supply))
    return tuple(found)


def optics(answer: str) -> Found:
    """``show interfaces transceiver`` and ``... detail``: one lane a port in most releases; a port of several
    lanes names them ``Ethernet1/1`` to ``/4``, or lists ``channels``."""
    rows, said = Rows(), mapping(tree(answer)["interfaces"])
    return Found(transceivers=rows.of("optic", said.items(), _light), unparsed=rows.unparsed)


def _light(item: tuple[str, Any]) -> TransceiverFact | None:
    name, said = item
    if not said or not ({"rxPower", "txPower", "txBias", "vendorSn", "channels"} & set(said)):
        return None
    channels = list(mapping(said.get("channels")).values()) or [said]
    limits = mapping(said.get("details"))
    return TransceiverFact(
        name,
        name,
        serial=values.words(said.get("vendorSn")),
        kind=values.words(said.get("mediaType")),
        temperature_c=values.number(said.get("temperature")),
        voltage_v=values.number(said.get("voltage")),
        lanes=tuple(
            LaneFact(
                index,
                rx_dbm=values.number(one.get("rxPower")),
                tx_dbm=values.number(one.get("txPower")),
                bias_ma=values.number(one.get("txBias")),
            )
            for index, one in enumerate(channels)
        ),
        rx_limits=_limits(limits.get("rxPower")),
        tx_limits=_limits(limits.get("txPower")),
    )


def _limits(said: Any) -> Limits | None:
    if not isinstance(said, dict):
        return None
    return Limits(
        low_critical=values.number(said.get("lowAlarm")),
        low_warning=values.number(said.get("lowWarn")),
        high_warning=values.number(said.get("highWarn")),
        high_critical=values.number(said.get("highAlarm")),
    )
