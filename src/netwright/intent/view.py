"""Builds device views from the tables: for many devices at once, by a number of statements that does not
grow with them."""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from netwright.base import address
from netwright.base.errors import InputError
from netwright.intent.context import contexts
from netwright.intent.neutral import BgpView, DeviceView, InterfaceView, SessionView, StaticRoute
from netwright.intent.policy import NetworkPolicy
from netwright.intent.section import EMPTY, Sections, sections
from netwright.inventory import Asn, BgpSession, Cable, Device, Interface, InterfaceAddress, Isp, Site
from netwright.inventory.place import Status
from netwright.store.history import chunks

_CHUNK = 500
_DIGITS = re.compile(r"(\d+)")


def build_views(session: Session, devices: Collection[str] | None = None) -> dict[str, DeviceView]:
    """The views of ``devices``, of all active ones when None; by name. Unknown names are left out."""
    return _Assembly(session, devices).views()


class _Assembly:
    """One building of views."""

    def __init__(self, session: Session, devices: Collection[str] | None) -> None:
        self._session = session
        self._policy = NetworkPolicy(session)
        self._contexts: dict[int, dict[str, Any]] = {}
        columns = (
            Device.id,
            Device.name,
            Device.platform,
            Device.role,
            Device.site_id,
            Site.name.label("site"),
            Device.management_address,
            Device.loopback,
            Asn.number.label("asn"),
        )
        query = select(*columns).join(Site, Site.id == Device.site_id).outerjoin(Asn, Asn.id == Device.asn_id)
        if devices is None:
            self._devices = list(session.execute(query.where(Device.status == Status.ACTIVE)))
        else:
            self._devices = list(self._rows(query, Device.name, set(devices)))

    def views(self) -> dict[str, DeviceView]:
        ids = [row.id for row in self._devices]
        interfaces = self._interfaces(ids)
        sessions = self._sessions(ids)
        self._contexts = contexts(self._session, ids)
        return {
            row.name: self._view(row, interfaces[row.id], sessions[row.id])
            for row in sorted(self._devices, key=lambda row: row.name)
        }

    def _view(self, row: Any, interfaces: list[InterfaceView], sessions: list[Any]) -> DeviceView:
        context = self._contexts.get(row.id, {})
        said, fault = _sections(row.name, context)
        blackholes = self._policy.originated(row.id, row.site_id)
        bgp = self._bgp(row, blackholes, sessions) if row.asn is not None else None
        used = bgp.everywhere if bgp is not None else ()
        lists, policies = self._policy.used(
            {name for one in used for name in (one.policy_in, one.policy_out)}
        )
        return DeviceView(
            name=row.name,
            platform=row.platform,
            role=row.role,
            site=row.site,
            management_address=row.management_address,
            loopback=row.loopback,
            interfaces=tuple(sorted(interfaces, key=lambda one: natural(one.name))),
            static_routes=(*(StaticRoute(one, discard=True) for one in blackholes), *said.static_routes),
            bgp=bgp,
            prefix_lists=lists,
            policies=policies,
            bfd=said.bfd,
            lldp=said.lldp,
            system=replace(said.system, hostname=said.system.hostname or row.name),
            management=said.management,
            ntp=said.ntp,
            snmp=said.snmp,
            logging=said.logging,
            aaa=said.aaa,
            access_lists=said.access_lists,
            qos=said.qos,
            sampling=said.sampling,
            context=context,
            fault=fault,
        )

    def _bgp(self, row: Any, blackholes: tuple[address.Prefix, ...], sessions: list[Any]) -> BgpView:
        views = sorted((self._session_view(row, one) for one in sessions), key=_by_address)
        own = [ipaddress.ip_network(row.loopback)] if row.loopback is not None else []
        return BgpView(
            asn=row.asn,
            router_id=row.loopback if isinstance(row.loopback, ipaddress.IPv4Address) else None,
            networks=tuple(sorted((*own, *blackholes), key=address.key)),
            sessions=tuple(views),
        )

    def _session_view(self, device: Any, row: Any) -> SessionView:
        internal = row.remote_asn == device.asn
        policy_in, policy_out = self._policy.names(row.isp, internal=internal)
        return SessionView(
            remote_address=row.remote_address,
            remote_asn=row.remote_asn,
            local_address=row.local_address,
            role=row.role,
            internal=internal,
            description=row.description or row.peer or row.isp or "",
            password_secret=row.password_secret,
            bfd=row.bfd,
            enabled=row.enabled,
            update_source=row.local_address if row.local_address == device.loopback else None,
            policy_in=policy_in,
            policy_out=policy_out,
            family=row.remote_address.version,
            multihop=2 if row.local_address == device.loopback and not internal else None,
            peer=row.peer or row.isp or "",
        )

    def _sessions(self, devices: list[int]) -> dict[int, list[Any]]:
        """Sessions by device, each with the name of the peer when it is ours."""
        theirs, peer = aliased(BgpSession), aliased(Device)
        columns = (
            BgpSession.device_id,
            BgpSession.local_address,
            BgpSession.remote_address,
            Asn.number.label("remote_asn"),
            BgpSession.role,
            Isp.name.label("isp"),
            BgpSession.description,
            BgpSession.password_secret,
            BgpSession.bfd,
            BgpSession.enabled,
            peer.name.label("peer"),
        )
        back = (theirs.local_address == BgpSession.remote_address) & (
            theirs.remote_address == BgpSession.local_address
        )
        query = (
            select(*columns)
            .join(Asn, Asn.id == BgpSession.remote_asn_id)
            .outerjoin(Isp, Isp.id == BgpSession.isp_id)
            .outerjoin(theirs, back)
            .outerjoin(peer, peer.id == theirs.device_id)
        )
        found: dict[int, list[Any]] = defaultdict(list)
        for row in self._rows(query, BgpSession.device_id, devices):
            found[row.device_id].append(row)
        return found

    def _interfaces(self, devices: list[int]) -> dict[int, list[InterfaceView]]:
        columns = (
            Interface.id,
            Interface.device_id,
            Interface.name,
            Interface.description,
            Interface.enabled,
            Interface.management,
            Interface.mtu,
            Interface.speed_bps,
        )
        rows = list(self._rows(select(*columns), Interface.device_id, devices))
        addresses: dict[int, list[address.Interface]] = defaultdict(list)
        query = select(InterfaceAddress.interface_id, InterfaceAddress.address).join(
            Interface, Interface.id == InterfaceAddress.interface_id
        )
        for interface, value in self._rows(query, Interface.device_id, devices):
            addresses[interface].append(value)
        neighbors = self._neighbors(devices)
        found: dict[int, list[InterfaceView]] = defaultdict(list)
        for row in rows:
            neighbor = neighbors.get(row.id)
            found[row.device_id].append(
                InterfaceView(
                    name=row.name,
                    description=row.description or (f"to {' '.join(neighbor)}" if neighbor else ""),
                    enabled=row.enabled,
                    management=row.management,
                    mtu=row.mtu,
                    speed_bps=row.speed_bps,
                    addresses=tuple(sorted(addresses[row.id], key=address.key)),
                    neighbor=neighbor,
                )
            )
        return found

    def _neighbors(self, devices: list[int]) -> dict[int, tuple[str, str]]:
        """Far end of the cable of each interface, as device and interface."""
        near, far = aliased(Interface), aliased(Interface)
        found: dict[int, tuple[str, str]] = {}
        ends = ((Cable.a_interface_id, Cable.b_interface_id), (Cable.b_interface_id, Cable.a_interface_id))
        for here, there in ends:
            query = (
                select(near.id, Device.name, far.name)
                .join(Cable, here == near.id)
                .join(far, far.id == there)
                .join(Device, Device.id == far.device_id)
            )
            rows = self._rows(query, near.device_id, devices)
            found.update((interface, (device, name)) for interface, device, name in rows)
        return found

    def _rows(self, query: Select[*tuple[Any, ...]], column: Any, values: Collection[Any]) -> Iterator[Any]:
        for part in chunks(values, _CHUNK):
            yield from self._session.execute(query.where(column.in_(part)))


def _sections(device: str, context: Mapping[str, Any]) -> tuple[Sections, InputError | None]:
    try:
        return sections(device, context), None
    except InputError as error:
        return EMPTY, error


@lru_cache(maxsize=10_000)
def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key in which ``swp2`` comes before ``swp10``."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(name) if part)


def _by_address(view: SessionView) -> bytes:
    return address.key(view.remote_address)


__all__ = ["DeviceView", "build_views", "natural"]
