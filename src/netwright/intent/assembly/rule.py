"""Interfaces with what the rules of context data give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netwright.intent.assembly.interface import Ports
from netwright.intent.neutral import InterfaceView, SessionView
from netwright.intent.section import Facing, InterfaceRule
from netwright.inventory.device import DeviceRole

_SERVERS = frozenset((DeviceRole.CACHE, DeviceRole.ORIGIN))
_GIVEN = (
    "access_list_in",
    "access_list_out",
    "access_list6_in",
    "access_list6_out",
    "qos_in",
    "qos_out",
    "sampling",
    "lldp",
)
_OF_BUNDLES = {"lacp": "lacp", "lacp_rate": "rate", "min_links": "min_links"}


def ruled(
    ports: Ports, sessions: Sequence[SessionView], rules: Sequence[InterfaceRule]
) -> tuple[InterfaceView, ...]:
    """The interfaces of a device, each with what the rules that match it say, the last word last."""
    if not rules:
        return tuple(ports.views)
    facing = _facing(ports, sessions)
    ordered = sorted(rules, key=lambda rule: (rule.order, rule.name))
    return tuple(
        _with(view, [rule for rule in ordered if _matches(rule, view, ports, facing)]) for view in ports.views
    )


def _facing(ports: Ports, sessions: Sequence[SessionView]) -> dict[str, Facing]:
    found = {interface: Facing.SERVER for interface, far in ports.far.items() if far.role in _SERVERS}
    found.update((one.local_interface, Facing(one.role.value)) for one in sessions if one.local_interface)
    return found


def _matches(rule: InterfaceRule, view: InterfaceView, ports: Ports, facing: Mapping[str, Facing]) -> bool:
    return (
        (not rule.facing or facing.get(view.name, Facing.NONE) in rule.facing)
        and (not rule.kinds or view.kind in rule.kinds)
        and (not rule.vrfs or view.vrf in rule.vrfs)
        and (not rule.tags or not set(rule.tags).isdisjoint(ports.tags.get(view.name, ())))
        and rule.names(view.name)
    )


def _with(view: InterfaceView, rules: Sequence[InterfaceRule]) -> InterfaceView:
    given: dict[str, Any] = {}
    bundle: dict[str, Any] = {}
    for rule in rules:
        for name in _GIVEN:
            if getattr(rule, name) is not None:
                given[name] = getattr(rule, name)
        for name, field in _OF_BUNDLES.items():
            if getattr(rule, name) is not None:
                bundle[field] = getattr(rule, name)
    if bundle and view.bundle is not None:
        given["bundle"] = view.bundle._replace(**bundle)
    return view._replace(**given) if given else view
