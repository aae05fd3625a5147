"""EOS: interfaces with counters, addresses, bundles, VLANs, LLDP neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwright.platforms import values
from netwright.platforms.facts import (
    AddressFact,
    Found,
    InterfaceFact,
    LagFact,
    LagMember,
    NeighborFact,
    OperState,
    VlanFact,
)
from netwright.platforms.records import Rows, listed, mapping, tree

_KINDS = {"portChannel": "ieee8023adLag", "loopback": "softwareLoopback", "ethernet": "ethernetCsmacd",
          "subinterface": "l2vlan", "vlan": "l3ipvlan"}  # fmt: skip


def interfaces(answer: str) -> Found:
    rows, said = Rows(), mapping(tree(answer)["interfaces"])
    found = rows.of("interface", said.items(), _interface)
    return Found(interfaces=found, addresses=rows.of("address", _brief(said), _address),
                 lags=rows.of("bundle", said.items(), _bundle), unparsed=rows.unparsed)  # fmt: skip


def _interface(item: tuple[str, Any]) -> InterfaceFact:
    name, said = item
    count = mapping(said.get("interfaceCounters"))
    status = str(said.get("interfaceStatus") or "")
    up = str(said.get("lineProtocolStatus") or status)
    return InterfaceFact(
        name=name,
        admin_up=status not in {"disabled", "adminDown", "disable"},
        admin="down" if status in {"disabled", "adminDown", "disable"} else "up",
        oper=values.oper(up),
        status=up or None,
        speed_bps=values.integer(said.get("bandwidth")),
        mtu=values.integer(said.get("mtu")),
        mac=values.mac(said.get("burnedInAddress") or said.get("physicalAddress")),
        description=str(said.get("description", "")),
        kind=_KINDS.get(str(said.get("hardware"))),
        duplex=values.words(str(said.get("duplex") or "").removeprefix("duplex").lower()),
        changed_at=values.number(said.get("lastStatusChangeTimestamp")),
        bundle=_bundle_of(said),
        in_octets=values.integer(count.get("inOctets")),
        out_octets=values.integer(count.get("outOctets")),
        in_packets=values.integer(count.get("inTotalPkts")),
        in_errors=values.integer(count.get("totalInErrors")),
        out_errors=values.integer(count.get("totalOutErrors")),
        **_packets(count),
    )


def _bundle_of(said: dict[str, Any]) -> str | None:
    """``Member of Port-Channel1``."""
    return values.words(str(said.get("interfaceMembership") or "").rpartition(" ")[2])


def _packets(count: dict[str, Any]) -> dict[str, Any]:
    return {
        "in_discards": values.integer(count.get("inDiscards")),
        "out_discards": values.integer(count.get("outDiscards")),
        "in_unicast": values.integer(count.get("inUcastPkts")),
        "in_multicast": values.integer(count.get("inMulticastPkts")),
        "in_broadcast": values.integer(count.get("inBroadcastPkts")),
        "out_unicast": values.integer(count.get("outUcastPkts")),
        "out_multicast": values.integer(count.get("outMulticastPkts")),
        "out_broadcast": values.integer(count.get("outBroadcastPkts")),
    }


def counters(answer: str) -> Found:
    """``show interfaces counters``: the cheap answer of a round."""
    rows, said = Rows(), mapping(tree(answer)["interfaces"])
    return Found(interfaces=rows.of("counters", said.items(), _counted), unparsed=rows.unparsed)


def _counted(item: tuple[str, Any]) -> InterfaceFact:
    name, count = item
    return InterfaceFact(
        name, admin_up=True, oper=OperState.UNKNOWN, in_octets=values.integer(count.get("inOctets")),
        out_octets=values.integer(count.get("outOctets")), **_packets(mapping(count)),
    )  # fmt: skip


def _bundle(item: tuple[str, Any]) -> LagFact | None:
    name, said = item
    if "memberInterfaces" not in said:
        return None
    members = tuple(LagMember(port) for port in mapping(said["memberInterfaces"]))
    return LagFact(name, members, oper=values.oper(said.get("lineProtocolStatus")))


def port_channels(answer: str) -> Found:
    """``show port-channel dense`` and ``show port-channel``."""
    rows, said = Rows(), mapping(tree(answer)["portChannels"])
    return Found(lags=rows.of("bundle", said.items(), _port_channel), unparsed=rows.unparsed)


def _port_channel(item: tuple[str, Any]) -> LagFact:
    name, said = item
    active, idle = mapping(said.get("activePorts")), mapping(said.get("inactivePorts"))
    ports = mapping(said.get("ports"))
    members = [LagMember(port, active=True) for port in active]
    members += [LagMember(port, active=False) for port in idle]
    members += [
        LagMember(port, active=state.get("lacpState", {}).get("inBundle")) for port, state in ports.items()
    ]
    protocols = {
        str(one.get("protocol", "")).lower()
        for one in (*active.values(), *ports.values())
        if isinstance(one, dict)
    }
    return LagFact(name, tuple(members), lacp="lacp" in protocols if protocols - {""} else None)


def addresses(answer: str) -> Found:
    """``show ip interface``."""
    rows = Rows()
    return Found(
        addresses=rows.of("address", _four(mapping(tree(answer)["interfaces"])), _address),
        unparsed=rows.unparsed,
    )


def _brief(said: dict[str, Any]) -> Iterator[tuple[str, Any, Any, bool, Any]]:
    """Addresses that ``show interfaces`` tells: of numbered ports only."""
    for name, one in said.items():
        for entry in listed(one.get("interfaceAddress") if isinstance(one, dict) else None):
            if isinstance(entry, dict) and not entry.get("unnumberedIntf"):
                yield from _entries(name, entry, None)


def _four(said: dict[str, Any]) -> Iterator[tuple[str, Any, Any, bool, Any]]:
    for name, one in said.items():
        yield from _entries(name, mapping(one.get("interfaceAddress")), one.get("vrf"))


def _entries(name: str, entry: dict[str, Any], vrf: Any) -> Iterator[tuple[str, Any, Any, bool, Any]]:
    for kind, secondary in (("primaryIp", False), ("virtualIp", False)):
        one = mapping(entry.get(kind))
        if one.get("address") not in (None, "", "0.0.0.0"):
            yield name, one["address"], one.get("maskLen"), secondary, vrf
    for kind in ("secondaryIpsOrderedList", "virtualSecondaryIpsOrderedList"):
        for one in listed(entry.get(kind)):
            yield name, one.get("address"), one.get("maskLen"), True, vrf


def _address(row: tuple[str, Any, Any, bool, Any]) -> AddressFact:
    name, text, length, secondary, vrf = row
    return AddressFact(
        name, values.interface_address(text, length), secondary=secondary, routing_instance=values.words(vrf)
    )


def addresses6(answer: str) -> Found:
    """``show ipv6 interface``."""
    rows, said = Rows(), mapping(tree(answer)["interfaces"])
    return Found(addresses=rows.of("address", _six(said), _address), unparsed=rows.unparsed)


def _six(said: dict[str, Any]) -> Iterator[tuple[str, Any, Any, bool, Any]]:
    for name, one in said.items():
        for entry in (one.get("linkLocal"), *listed(one.get("addresses"))):
            if entry:
                length = str(entry.get("subnet", "")).partition("/")[2] or 128
                yield name, entry["address"], length, False, one.get("vrf")


def neighbors(answer: str) -> Found:
    rows, said = Rows(), mapping(tree(answer)["lldpNeighbors"])
    each = (
        (name, one) for name, port in said.items() for one in listed(mapping(port).get("lldpNeighborInfo"))
    )
    return Found(neighbors=rows.of("neighbour", each, _neighbor), unparsed=rows.unparsed)


def _neighbor(row: tuple[str, Any]) -> NeighborFact | None:
    name, said = row
    port = mapping(said.get("neighborInterfaceInfo"))
    able = mapping(said.get("systemCapabilities"))
    chassis = str(said.get("chassisId") or "")
    remote = str(port.get("interfaceId_v2") or port.get("interfaceId") or "").strip('"')
    management = next((one.get("address") for one in listed(said.get("managementAddresses")) if one), None)
    device = values.words(said.get("systemName"))
    number = values.mac(chassis) or chassis
    if not device and not number:
        return None
    return NeighborFact(
        interface=name,
        remote_device=device or number,
        remote_interface=remote,
        remote_chassis=number or None,
        remote_description=values.words(said.get("systemDescription")),
        remote_address=values.words(management),
        remote_port_description=values.words(port.get("interfaceDescription")),
        capabilities=values.capabilities(able),
        enabled=values.capabilities(key for key, on in able.items() if on),
    )


def vlans(answer: str) -> Found:
    rows, said = Rows(), mapping(tree(answer)["vlans"])
    return Found(vlans=rows.of("vlan", said.items(), _vlan), unparsed=rows.unparsed)


def _vlan(item: tuple[str, Any]) -> VlanFact:
    number, said = item
    return VlanFact(
        int(number), values.words(said.get("name")), tuple(mapping(said.get("interfaces"))),
        active=said.get("status") == "active",
    )  # fmt: skip


def instances(answer: str) -> Found:
    """``show vrf``: the routing instance of each interface, "default" left out."""
    rows, said = Rows(), mapping(tree(answer)["vrfs"])
    each = ((vrf, name) for vrf, one in said.items() for name in listed(mapping(one).get("interfaces")))
    return Found(
        interfaces=rows.of(
            "instance",
            each,
            lambda row: InterfaceFact(
                str(row[1]), admin_up=True, oper=OperState.UNKNOWN, routing_instance=row[0]
            ),
        ),
        unparsed=rows.unparsed,
    )
