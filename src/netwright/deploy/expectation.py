"""Which BGP sessions a device is wanted to have, as far as the checks after a change need to know."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from netwright.base import address
from netwright.inventory import BgpSession, ClientPrefix, Device
from netwright.inventory.place import Status


@dataclass(frozen=True, slots=True)
class WantedSession:
    """One end of a session. ``peer``: our device at the other end, None when it is a partner's;
    ``carries``: the partner has client prefixes, so some must be received."""

    remote_address: address.Address
    peer: str | None = None
    carries: bool = False


@dataclass(frozen=True, slots=True)
class Expectation:
    """The sessions wanted of one device. ``peers`` are taken down with a rollout's row, so that what is
    checked is what was approved, whatever is merged meanwhile."""

    sessions: tuple[WantedSession, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "sessions": [
                {"address": str(wanted.remote_address), "peer": wanted.peer, "carries": wanted.carries}
                for wanted in self.sessions
            ]
        }


def read_expectation(document: dict[str, Any]) -> Expectation:
    """The reverse of ``Expectation.document``."""
    return Expectation(
        tuple(
            WantedSession(ipaddress.ip_address(item["address"]), item["peer"], item["carries"])
            for item in document["sessions"]
        )
    )


def expectations(session: Session, devices: Collection[str]) -> dict[str, Expectation]:
    """What the inventory wants of ``devices``: enabled sessions, each with who is at the other end."""
    ours, theirs = aliased(BgpSession), aliased(BgpSession)
    device, peer = aliased(Device), aliased(Device)
    peer_is_ours = (theirs.local_address == ours.remote_address) & (
        theirs.remote_address == ours.local_address
    )
    query = (
        select(device.name, ours.remote_address, ours.isp_id, peer.name)
        .join(device, device.id == ours.device_id)
        .outerjoin(theirs, peer_is_ours)
        .outerjoin(peer, (peer.id == theirs.device_id) & (peer.status == Status.ACTIVE))
        .where(ours.enabled.is_(True), device.name.in_(devices))
        .order_by(device.name, ours.remote_address)
    )
    with_clients = set(session.scalars(select(ClientPrefix.isp_id).distinct()))
    found: dict[str, list[WantedSession]] = {name: [] for name in devices}
    for name, remote, isp, peer_name in session.execute(query):
        found[name].append(WantedSession(remote, peer_name, isp in with_clients))
    return {name: Expectation(tuple(sessions)) for name, sessions in found.items()}
