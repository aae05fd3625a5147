"""The hard part of every site: seats in racks, power from two feeds, console and management cables.

The YAML beside it says which devices there are. A device keeps the seat that it was first given, so adding
one moves no other: a seat is remembered as ``rack:unit:slot:number``. The slot is the outlet that the device
hangs on at both power units of its rack, the number its port on console server and management switch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

_INFRASTRUCTURE = ("management", "console-server", "power", "patch-panel")
_KEPT_OUTLETS = 2
"""The last ones of each power unit are for console server and management switch."""
_FROM_BELOW = ("cache", "origin")
"""Roles that are seated from the lowest unit up; the others from the top down."""


def expand(p: Mapping[str, Any], ground: Any) -> Iterator[dict[str, Any]]:
    """Seat and wire the devices that the YAML made."""
    devices = [
        one for one in ground.made if one.kind == "device" and one.values["role"] not in _INFRASTRUCTURE
    ]
    seats = Seats(p, ground)
    placed = {one.path: seats.place(one) for one in devices}
    racks = range(1, 1 + max((seat.rack for seat in placed.values()), default=1))
    for rack in racks:
        yield from _rack(p, ground, rack)
    per_switch = len(ground.kit(p["management_model"])["interfaces"])
    per_server = len(ground.kit(p["console_model"])["console_server"])
    highest = max((seat.number for seat in placed.values()), default=1)
    yield from _shared(p, ground, "mgmt", p["management_model"], "management", highest, per_switch)
    yield from _shared(p, ground, "console", p["console_model"], "console-server", highest, per_server)
    for one in devices:
        seat = placed[one.path]
        yield {"path": one.path, "set": {"rack": f"@rack{seat.rack}", "position_u": seat.unit}}
        kit = ground.kit(one.values["model"])
        yield from _powered(ground, p, one.path, kit, seat)
        yield from _managed(p, ground, one.path, kit, seat.number, per_switch, per_server)


class Seat:
    """A place in a rack."""

    __slots__ = ("number", "rack", "slot", "unit")

    def __init__(self, rack: int, unit: float, slot: int, number: int) -> None:
        self.rack, self.unit, self.slot, self.number = rack, unit, slot, number


class Seats:
    """Free and taken places of all racks of the site."""

    def __init__(self, p: Mapping[str, Any], ground: Any) -> None:
        self._ground = ground
        self._height = p["rack_height_u"]
        self._budget_w = p["rack_power_w"]
        self._outlets = len(ground.kit(p["pdu_model"])["power_outlet"]) - _KEPT_OUTLETS
        self._units: dict[int, set[int]] = defaultdict(set)
        self._slots: dict[int, set[int]] = defaultdict(set)
        self._drawn: dict[int, float] = defaultdict(float)
        self._numbers: set[int] = set()
        heights = [ground.kit(p[name])["height"] for name in ("management_model", "console_model")]
        self._reserved = -(-int(2 * sum(heights)) // 2)
        self._known: dict[str, Seat] = {}
        for one in ground.made:
            if one.kind == "device" and one.values["role"] not in _INFRASTRUCTURE:
                self._remember(one)

    def place(self, device: Any) -> Seat:
        """The seat it had, or the first that is free."""
        seat = self._known.get(device.path)
        if seat is None:
            kit = self._ground.kit(device.values["model"])
            seat = self._free(kit, device.values["role"] in _FROM_BELOW)
            self._take(seat, kit)
            said = f"{seat.rack}:{seat.unit:g}:{seat.slot}:{seat.number}"
            self._ground.remember(f"seat/{device.path}", said)
        return seat

    def _remember(self, device: Any) -> None:
        said = self._ground.remembered(f"seat/{device.path}")
        if said is not None:
            rack, unit, slot, number = said.split(":")
            seat = Seat(int(rack), float(unit), int(slot), int(number))
            self._known[device.path] = seat
            self._take(seat, self._ground.kit(device.values["model"]))

    def _take(self, seat: Seat, kit: Mapping[str, Any]) -> None:
        height = max(1, -(-int(2 * kit["height"]) // 2))
        self._units[seat.rack].update(range(int(seat.unit), int(seat.unit) + height))
        self._slots[seat.rack].update(range(seat.slot, seat.slot + _slots(kit)))
        self._drawn[seat.rack] += kit["draw_w"]
        self._numbers.add(seat.number)

    def _free(self, kit: Mapping[str, Any], from_below: bool) -> Seat:
        height = max(1, -(-int(2 * kit["height"]) // 2))
        number = next(one for one in range(1, len(self._numbers) + 2) if one not in self._numbers)
        if self._height - self._reserved < height:
            raise ValueError(f"a rack of {self._height} units has no place for {height}")
        for rack in range(1, 1000):
            top = self._height - (self._reserved if rack == 1 else 0) - height + 1
            units = range(1, top + 1) if from_below else range(top, 0, -1)
            unit = next((u for u in units if not self._units[rack] & set(range(u, u + height))), None)
            slots = range(1, self._outlets - _slots(kit) + 2)
            slot = next((s for s in slots if not self._slots[rack] & set(range(s, s + _slots(kit)))), None)
            fits = not self._slots[rack] or self._drawn[rack] + kit["draw_w"] <= self._budget_w
            if unit is not None and slot is not None and fits:
                return Seat(rack, unit, slot, number)
        raise ValueError("more than 999 racks")


def _slots(kit: Mapping[str, Any]) -> int:
    """Outlets it needs at each of the two power units."""
    return -(-len(kit["power"]) // 2)


def _rack(p: Mapping[str, Any], ground: Any, rack: int) -> Iterator[dict[str, Any]]:
    """A rack with a feed and a power unit from each of the two panels."""
    yield {
        "kind": "rack",
        "path": f"rack{rack}",
        "set": {"site": "@site", "name": f"r{rack}", "height_u": p["rack_height_u"]},
    }
    inlet = ground.kit(p["pdu_model"])["power"][0]
    for leg in "ab":
        feed, pdu = f"feed{rack}{leg}", f"pdu{rack}{leg}"
        name = f"{p['name']}-pdu{rack}{leg}"
        yield {
            "kind": "power_feed",
            "path": feed,
            "set": {
                "power_panel": f"@panel-{leg}",
                "name": f"r{rack}-{leg}",
                "rack": f"@rack{rack}",
                "voltage_v": p["feed_voltage_v"],
                "amperage_a": p["feed_amperage_a"],
            },
        }
        yield {
            "kind": "device",
            "path": pdu,
            "set": {
                "name": name,
                "site": "@site",
                "rack": f"@rack{rack}",
                "model": p["pdu_model"],
                "role": "power",
            },
        }
        yield _cable(
            f"{feed}--{pdu}",
            f"{name} inlet",
            "power",
            a_power_feed=f"@{feed}",
            b_port=f"@{pdu}/power/{inlet}",
        )


def _shared(
    p: Mapping[str, Any], ground: Any, word: str, model: str, role: str, highest: int, per: int
) -> Iterator[dict[str, Any]]:
    """Management switches or console servers, as many as the highest number needs; the first at the top of
    the first rack, the further ones without a seat."""
    above = ground.kit(p["management_model"])["height"] if word == "console" else 0
    for number in range(1, 1 + -(-highest // per)):
        height = ground.kit(model)["height"]
        seat = (
            {"rack": "@rack1", "position_u": p["rack_height_u"] - above - height + 1} if number == 1 else {}
        )
        name = f"{p['name']}-{word}{number}"
        yield {
            "kind": "device",
            "path": f"{word}{number}",
            "set": {"name": name, "site": "@site", "model": model, "role": role, **seat},
        }
        inlets = ground.kit(model)["power"]
        outlets = ground.kit(p["pdu_model"])["power_outlet"]
        for at, inlet in enumerate(inlets[:2] if number == 1 else ()):
            pdu = f"pdu1{'ab'[at]}"
            outlet = outlets[-1 if word == "mgmt" else -2]
            yield _cable(
                f"power/{word}{number}/{at + 1}",
                f"{name} {inlet}",
                "power",
                a_port=f"@{pdu}/power-outlet/{outlet}",
                b_port=f"@{word}{number}/power/{inlet}",
            )


def _powered(
    ground: Any, p: Mapping[str, Any], path: str, kit: Mapping[str, Any], seat: Seat
) -> Iterator[dict[str, Any]]:
    """Power supplies in turn at one feed and the other."""
    outlets = ground.kit(p["pdu_model"])["power_outlet"]
    for at, inlet in enumerate(kit["power"]):
        pdu = f"pdu{seat.rack}{'ab'[at % 2]}"
        yield _cable(
            f"power/{path}/{at + 1}",
            f"{p['name']}-{path} {inlet}",
            "power",
            a_port=f"@{pdu}/power-outlet/{outlets[seat.slot - 1 + at // 2]}",
            b_port=f"@{path}/power/{inlet}",
        )


def _managed(
    p: Mapping[str, Any],
    ground: Any,
    path: str,
    kit: Mapping[str, Any],
    number: int,
    switch: int,
    server: int,
) -> Iterator[dict[str, Any]]:
    """Console and management port, each to the port of the device's number."""
    if kit["console"]:
        which, port = divmod(number - 1, server)
        line = ground.kit(p["console_model"])["console_server"][port]
        yield _cable(
            f"console/{path}",
            f"{p['name']}-{path} console",
            "copper",
            a_port=f"@console{which + 1}/console-server/{line}",
            b_port=f"@{path}/console/{kit['console'][0]}",
        )
    if kit["management"]:
        which, port = divmod(number - 1, switch)
        there = ground.kit(p["management_model"])["interfaces"][port]
        yield _cable(
            f"mgmt/{path}",
            f"{p['name']}-{path} management",
            "copper",
            a_interface=f"@mgmt{which + 1}/{there}",
            b_interface=f"@{path}/{kit['management'][0]}",
        )


def _cable(path: str, name: str, cable_type: str, **ends: str) -> dict[str, Any]:
    return {"kind": "cable", "path": path, "set": {"name": name, "cable_type": cable_type, **ends}}
