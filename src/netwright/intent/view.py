"""Builds device views from the tables: for many devices at once, by a number of statements that does not
grow with them."""

from __future__ import annotations

import gc
import ipaddress
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.base.errors import InputError
from netwright.intent.assembly.content import ContentNodes
from netwright.intent.assembly.interface import Interfaces, Ports, Vrfs, natural
from netwright.intent.assembly.policy import UsedPolicies
from netwright.intent.assembly.reading import rows
from netwright.intent.assembly.rule import ruled
from netwright.intent.assembly.session import Sessions
from netwright.intent.context import Layers, contexts, region_names
from netwright.intent.neutral import BgpView, BgpVrfView, DeviceView, SessionView, StaticRoute, VrfView
from netwright.intent.policy import NetworkPolicy
from netwright.intent.section import EMPTY, Sections, sections
from netwright.inventory import Asn, Device, Model, Site
from netwright.inventory.place import Status


def build_views(
    session: Session, devices: Collection[str] | None = None, *, layers: Layers | None = None
) -> dict[str, DeviceView]:
    """The views of ``devices``, of all active ones when None; by name. Unknown names are left out.
    ``layers``: context data that stands beside the database."""
    query = _DEVICES
    with _without_collections():
        if devices is None:
            found = list(session.execute(query.where(Device.status == Status.ACTIVE)))
        else:
            found = list(rows(session, query, Device.name, sorted(set(devices))))
        return _Assembly(session, found, layers).views()


class _Assembly:
    """One building of views."""

    def __init__(self, session: Session, devices: Sequence[Any], layers: Layers | None) -> None:
        ids = [row.id for row in devices]
        self._devices = sorted(devices, key=lambda row: row.name)
        self._network = NetworkPolicy(session)
        self._contexts = contexts(session, ids, layers)
        self._regions = region_names(session)
        self._ports = Interfaces(session, ids).by_device()
        self._sessions = Sessions(session, ids, self._network)
        vrfs = {one for ports in self._ports.values() for one in ports.vrf_ids}
        self._vrfs = Vrfs(session, vrfs.union(*(self._sessions.vrf_ids(one) for one in ids)))
        self._content = ContentNodes(session, ids)
        self._content.look_ahead(self._ports)

    def views(self) -> dict[str, DeviceView]:
        return {row.name: self._view(row) for row in self._devices}

    def _view(self, row: Any) -> DeviceView:
        context = self._contexts.get(row.id, {})
        said, fault = _sections(row.name, context)
        ports = self._ports.get(row.id) or Ports()
        sessions = self._sessions.views(row, ports.at, self._vrfs.names)
        own = self._network.originated(row.id, row.site_id)
        decided, stored = self._policies(row, sessions)
        vrfs = self._vrfs.views(ports.vrf_ids | self._sessions.vrf_ids(row.id), ports.views)
        return DeviceView(
            name=row.name,
            platform=row.platform,
            role=row.role,
            site=row.site,
            management_address=row.management_address,
            loopback=row.loopback,
            interfaces=ruled(ports, sessions, said.interfaces),
            vlans=ports.vlans,
            vrfs=vrfs,
            static_routes=_routes(
                *(StaticRoute(one, discard=True) for one in own),
                *self._content.routes(row, ports),
                *said.static_routes,
            ),
            bgp=_bgp(row, own, sessions, vrfs, said) if row.asn is not None else None,
            prefix_lists=(*decided.prefix_lists, *stored.prefix_lists),
            communities=stored.communities,
            as_path_lists=stored.as_path_lists,
            policies=(*decided.policies, *stored.policies),
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
            content=self._content.view(row.id),
            regions=self._regions[row.region_id],
            model=row.model,
            context=context,
            fault=fault or _clash(row.name, decided, stored),
        )

    def _policies(self, row: Any, sessions: Sequence[SessionView]) -> tuple[UsedPolicies, UsedPolicies]:
        """The policies that are decided by the house, and those that people wrote."""
        ids = self._sessions.policy_ids(row.id) if row.asn is not None else set()
        stored = self._sessions.policies.used(ids)
        names = {name for one in sessions for name in (one.policy_in, one.policy_out)} if row.asn else set()
        lists, policies = self._network.used(names - {one.name for one in stored.policies})
        return UsedPolicies(policies, lists), stored


def _bgp(
    row: Any,
    own: tuple[address.Prefix, ...],
    sessions: Sequence[SessionView],
    vrfs: Sequence[VrfView],
    said: Sections,
) -> BgpView:
    loopback = [] if row.loopback is None else [ipaddress.ip_network(row.loopback)]
    tables: dict[str, list[SessionView]] = {"": []}
    if not vrfs:
        tables[""] = list(sessions)
    else:
        for one in sessions:
            tables.setdefault(one.vrf, []).append(one)
    return BgpView(
        asn=row.asn,
        router_id=row.loopback if isinstance(row.loopback, ipaddress.IPv4Address) else None,
        networks=tuple(sorted((*loopback, *own), key=address.key)),
        sessions=tuple(tables[""]),
        groups=_groups(tables[""]),
        vrfs=tuple(
            BgpVrfView(vrf.name, tuple(tables[vrf.name]), _groups(tables[vrf.name]), definition=vrf)
            for vrf in vrfs
            if vrf.name in tables
        ),
        max_paths=said.bgp.max_paths,
        keepalive_s=said.bgp.keepalive_s,
        hold_time_s=said.bgp.hold_time_s,
    )


def _routes(*routes: StaticRoute) -> tuple[StaticRoute, ...]:
    """In order of table and prefix, as devices show them."""
    return tuple(sorted(routes, key=lambda one: (one.vrf, address.key(one.prefix), str(one.next_hop))))


def _groups(sessions: Sequence[SessionView]) -> tuple[Any, ...]:
    groups = {one.group.name: one.group for one in sessions if one.group is not None}
    return tuple(groups[name] for name in sorted(groups))


def _sections(device: str, context: Mapping[str, Any]) -> tuple[Sections, InputError | None]:
    try:
        return sections(device, context), None
    except InputError as error:
        return EMPTY, error


def _clash(device: str, decided: UsedPolicies, stored: UsedPolicies) -> InputError | None:
    """Two things of one name, or number, that a device can't have both."""
    both = {(one.name, one.family) for one in decided.prefix_lists}
    for one in stored.prefix_lists:
        if (one.name, one.family) in both:
            what = f"prefix list {one.name!r} has the name of one that is made for the decided policies"
            return InputError(what, subject=device, remedy="Give it another name.")
    numbers: dict[int, str] = {}
    for path in stored.as_path_lists:
        other = numbers.setdefault(path.number, path.expression)
        if other != path.expression:
            what = f"AS path expressions {other!r} and {path.expression!r} meet at number {path.number}"
            return InputError(what, subject=device, remedy="Write one of them in another way.")
    return None


@contextmanager
def _without_collections() -> Iterator[None]:
    """Python looks for garbage each time so many objects were made, and all of these are kept: four fifths
    of the time would go into looking."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # with the next line: all to the oldest generation, without a look at each
        gc.unfreeze()
        if was:
            gc.enable()


_DEVICES = (
    select(
        Device.id,
        Device.name,
        Device.platform,
        Device.role,
        Device.site_id,
        Site.name.label("site"),
        Site.region_id,
        Model.name.label("model"),
        Device.management_address,
        Device.loopback,
        Asn.number.label("asn"),
    )
    .join(Site, Site.id == Device.site_id)
    .join(Model, Model.id == Device.model_id)
    .outerjoin(Asn, Asn.id == Device.asn_id)
)

__all__ = ["DeviceView", "build_views", "natural"]
