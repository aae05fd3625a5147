"""Interfaces of a NetBox, their addresses, and cables."""

from __future__ import annotations

from netwright.exchange.netbox.places import kept, status
from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, Told, plain
from netwright.exchange.remote.ports import interface_fields


def interfaces(drafting: Drafting) -> None:
    path = "dcim/interfaces"
    answers = list(drafting.read(path))
    for one in answers:
        mode = plain(one.get("mode")) or ""
        fields = interface_fields(drafting, one, drafting.key("dcim/devices", one["device"]))
        if mode and mode not in words.VLAN_MODE:
            drafting.homeless.say(path, f"mode {mode}", one["name"])
        if draft := drafting.put(path, "interface", one, fields):
            drafting.ends["dcim.interface", one["id"]] = ("interface", draft.key)
    for one in answers:
        _joined(drafting, path, one)


def _joined(drafting: Drafting, path: str, one: Told) -> None:
    """Bundles, parents and VLANs with a tag: other interfaces must be there first."""
    lag, parent, tagged = one.get("lag"), one.get("parent"), one.get("tagged_vlans") or ()
    key = drafting.key(path, one)
    if key is None:
        return
    for field, other in (("lag", lag), ("parent", parent)):
        if target := drafting.key(path, other):
            drafting.refer("interface", key, field, target)
    for vlan in tagged:
        if number := drafting.key("ipam/vlans", vlan):
            drafting.put(path, "interface_vlan", {}, {"interface": key, "vlan": number})


def addresses(drafting: Drafting) -> None:
    path = "ipam/ip-addresses"
    for one in drafting.read(path):
        on = one.get("assigned_object_type") or ""
        end = drafting.ends.get((on, one.get("assigned_object_id") or 0))
        one.asked |= {"assigned_object"}
        if end is None or end[0] != "interface":
            where = on or "nothing"
            drafting.homeless.say(path, f"on {where}, not on an interface of a device", one["address"])
            one.asked.update(one)
            continue
        state = plain(one.get("status")) or "active"
        if state not in words.ADDRESS_STATUS:
            drafting.homeless.say(path, f"status {state}", one["address"])
        fields = {
            "address": one["address"],
            "interface": end[1],
            "vrf": drafting.key("ipam/vrfs", one.get("vrf")),
            "role": words.ADDRESS_ROLE.get(plain(one.get("role")) or ""),
            "dns_name": one.get("dns_name") or "",
        }
        one.asked |= {"nat_outside"}
        drafting.put(path, "address", one, fields, kept=kept(one, "tenant"))


def cables(drafting: Drafting) -> None:
    path = "dcim/cables"
    for cable in drafting.read(path):
        sides = [
            [
                drafting.ends.get((end["object_type"], end["object_id"]))
                for end in cable.get(f"{side}_terminations") or ()
            ]
            for side in "ab"
        ]
        label = cable.get("label") or f"netbox-{cable['id']}"
        pairs = list(zip(*sides, strict=False))
        if not pairs or len(sides[0]) != len(sides[1]) or any(None in pair for pair in pairs):
            drafting.homeless.say(path, "its ends are not pairs of things that we have", label)
            cable.asked.update(cable)
            continue
        kind = plain(cable.get("type")) or ""
        length, unit = cable.get("length"), plain(cable.get("length_unit"))
        cable.asked |= {"profile"}
        for number, (a, b) in enumerate(pairs, start=1):
            if a is None or b is None:
                continue
            fields = {
                "name": label if len(pairs) == 1 else f"{label}/{number}",
                f"a_{a[0]}": a[1],
                f"b_{b[0]}": b[1],
                "cable_type": words.cable_type(kind),
                "status": status(drafting, path, cable, words.STATUS),
                "length_m": round(float(length) * words.METRES[unit], 3)
                if length and unit in words.METRES
                else None,
                "color": cable.get("color") or "",
            }
            drafting.put(path, "cable", cable, fields, kept=kept(cable, "tenant"))
