"""Routers that nobody wants yet, and their discovery."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import replace

from netwright.collect.discovery.known import Register, sighting_of
from netwright.collect.discovery.naming import settle_name
from netwright.collect.intake import take_facts
from netwright.platforms.facts import (
    AddressFact,
    BgpSessionFact,
    BgpState,
    ComponentFact,
    DeviceFacts,
    InterfaceFact,
    NeighborFact,
    OperState,
    System,
)
from netwright.store.database import Database


def router(
    number: int,
    links: Sequence[tuple[str, str, str, str]] = (),
    *,
    asn_of: dict[str, int] | None = None,
    loopback: str = "10.77.0",
) -> DeviceFacts:
    """``links``: our port, our address, far device, far port. ``asn_of``: AS by the far end's address."""
    name = f"new-r{number}"
    addresses = [ipaddress.ip_interface(address) for _, address, _, _ in links]
    return DeviceFacts(
        device=name,
        platform="cisco_xr",
        observed_at=1_000_000.0,
        system=System(name, "Cisco", "NCS-9001", f"FOC000{number}X", "iosxr", "7.9.2"),
        interfaces=(
            InterfaceFact("Loopback0", True, OperState.UP, mtu=1500),
            *(
                InterfaceFact(port, True, OperState.UP, 10**11, 9000, f"00:1b:54:00:0{number}:0{at}")
                for at, (port, _, _, _) in enumerate(links)
            ),
        ),
        addresses=(
            AddressFact("Loopback0", ipaddress.ip_interface(f"{loopback}.{number}/32")),
            *(AddressFact(port, ip) for (port, _, _, _), ip in zip(links, addresses, strict=True)),
        ),
        components=(
            ComponentFact("Rack 0", "chassis", None, "NCS-9001", "NCS-9001", f"FOC000{number}X"),
            ComponentFact("0/RP0", "supervisor", "Rack 0", "NCS-RP", "NCS-RP", f"RP000{number}"),
            ComponentFact("empty slot", "linecard", "Rack 0"),
        ),
        neighbors=tuple(NeighborFact(port, far, far_port) for port, _, far, far_port in links if far),
        bgp_sessions=tuple(
            BgpSessionFact(ipaddress.ip_address(remote), asn, BgpState.ESTABLISHED)
            for remote, asn in (asn_of or {}).items()
        ),
    )


def discovered(
    database: Database, facts: Iterable[DeviceFacts], *, began: float = 1000.0, network: str = "10.250.77."
) -> None:
    with database.write() as session:
        for number, one in enumerate(facts, 1):
            seen = sighting_of(one, f"{network}{number}", "range")
            name = settle_name(session, Register(session, began).take(seen, began), seen, began)
            take_facts(session, [replace(one, device=name)])
