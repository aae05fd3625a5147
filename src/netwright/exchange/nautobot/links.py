"""Interfaces of a Nautobot, their addresses, and cables."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from netwright.exchange.nautobot.devices import Devices
from netwright.exchange.nautobot.ground import Ground
from netwright.exchange.nautobot.numbers import Tables
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Told, plain
from netwright.exchange.remote.ports import interface_fields


def interfaces(ground: Ground, devices: Devices) -> None:
    drafting, path = ground.drafting, "dcim/interfaces"
    answers = list(ground.read(path))
    for one in answers:
        fields = interface_fields(drafting, one, devices.of(one))
        one.asked |= {"status", "ip_addresses", "port_type"}
        if draft := drafting.put(path, "interface", one, fields):
            drafting.ends["dcim.interface", one["id"]] = ("interface", draft.key)
    for one in answers:
        lag, parent, tagged = one.get("lag"), one.get("parent_interface"), one.get("tagged_vlans") or ()
        key = drafting.key(path, one)
        if key is None:
            continue
        for field, other in (("lag", lag), ("parent", parent)):
            if target := drafting.key(path, other):
                drafting.refer("interface", key, field, target)
        for vlan in tagged:
            if number := drafting.key("ipam/vlans", vlan):
                drafting.put(path, "interface_vlan", {}, {"interface": key, "vlan": number})


def addresses(ground: Ground, devices: Devices, tables: Tables) -> None:
    """An address here is on one interface; Nautobot's may be on several."""
    drafting, path = ground.drafting, "ipam/ip-addresses"
    on: dict[str, list[Told]] = defaultdict(list)
    for one in ground.read("ipam/ip-address-to-interface"):
        on[one["ip_address"]["id"]].append(one)
        drafting.homeless.taken("ipam/ip-address-to-interface")
        one.asked.update(one)
    managed: dict[str, str] = {}
    for one in ground.read(path):
        text = one["address"]
        if device := devices.managed.get(one["id"]):
            _manage(ground, managed, device, text.split("/")[0])
        ends = [
            key
            for assignment in on[one["id"]]
            if (key := drafting.key("dcim/interfaces", assignment.get("interface")))
        ]
        one.asked |= {"host", "mask_length", "ip_version", "type", "nat_inside", "nat_outside_list"}
        one.asked |= {"interfaces", "vm_interfaces", "status"}
        if not ends:
            drafting.homeless.say(path, "on no interface of a device", text)
            one.asked.update(one)
            continue
        if len(ends) > 1:
            drafting.homeless.say(path, "on more than one interface; the first is taken", text)
        role = ground.named("extras/roles", one.get("role")).lower()
        fields = {
            "address": text,
            "interface": ends[0],
            "vrf": _table(ground, ends[0], tables.of(one.get("parent"))),
            "role": words.ADDRESS_ROLE.get(role),
            "dns_name": one.get("dns_name") or "",
        }
        drafting.put(path, "address", one, fields, kept=ground.kept(one, "tenant"))


def _table(ground: Ground, interface: str, found: list[str | None]) -> str | None:
    """That of the interface, if its prefix is in it too; else the prefix's first."""
    own = ground.drafting.drafts["interface", interface].text("vrf")
    return own if own in found else found[0]


def _manage(ground: Ground, managed: dict[str, str], device: str, address: str) -> None:
    """A device is managed by the address that Nautobot calls primary."""
    other = managed.setdefault(address, device)
    if other != device:
        ground.drafting.homeless.say("dcim/devices", f"managed by {address}, as {other} is", device)
    else:
        ground.drafting.refer("device", device, "management_address", address)


def cables(ground: Ground) -> None:
    drafting, path = ground.drafting, "dcim/cables"
    for cable in ground.read(path):
        label = cable.get("label") or f"nautobot-{str(cable['id'])[:8]}"
        pairs = _pairs(ground, cable)
        cable.asked |= {"termination_a", "termination_b", "total_lanes", "connected_lanes", "cable_type"}
        if not pairs:
            drafting.homeless.say(path, "its ends are not pairs of things that we have", label)
            cable.asked.update(cable)
            continue
        length, unit = cable.get("length"), plain(cable.get("length_unit"))
        for number, (a, b) in enumerate(pairs, start=1):
            fields = {
                "name": label if len(pairs) == 1 else f"{label}/{number}",
                f"a_{a[0]}": a[1],
                f"b_{b[0]}": b[1],
                "cable_type": words.cable_type(plain(cable.get("type")) or ""),
                "status": ground.status(path, cable, words.STATUS),
                "length_m": round(float(length) * words.METRES[unit], 3)
                if length and unit in words.METRES
                else None,
                "color": cable.get("color") or "",
            }
            drafting.put(path, "cable", cable, fields)


def _pairs(ground: Ground, cable: Told) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Both ends of a cable; since 3.2 a cable has connectors on each side (``a1``, ``b1``), and those of one
    number belong together. Empty when an end is nothing of ours, or one side has more than the other."""
    ends = drafting_ends = ground.drafting.ends
    several: dict[str, Any] = cable.get("terminations") or {}
    sides: list[list[tuple[str, str] | None]] = []
    for side in "ab":
        whole = drafting_ends.get(
            (cable.get(f"termination_{side}_type") or "", cable.get(f"termination_{side}_id"))
        )
        many = [
            ends.get((one["object_type"], one["id"]))
            for name, one in sorted(several.items(), key=lambda item: (len(item[0]), item[0]))
            if name.startswith(side) and one
        ]
        sides.append(many or [whole])
    if len(sides[0]) != len(sides[1]):
        return []
    pairs = [(a, b) for a, b in zip(*sides, strict=True) if a is not None and b is not None]
    return pairs if len(pairs) == len(sides[0]) else []
