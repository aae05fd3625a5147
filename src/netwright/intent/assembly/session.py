"""BGP sessions of devices, each with what holds for it in the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from netwright.base import address
from netwright.base.address import address_of
from netwright.intent.assembly.policy import StoredPolicies
from netwright.intent.assembly.reading import as_key, plain_rows, rows
from netwright.intent.neutral import BgpGroupView, SessionView
from netwright.intent.policy import NetworkPolicy
from netwright.inventory import Asn, BgpGroup, BgpSession, Device, Exchange, Isp
from netwright.inventory.routing import SessionRole

_KEEPALIVES = 3
"""A hold time is three keepalives (RFC 4271, 10)."""


class Shared(NamedTuple):
    """What sessions often have in common, as the database's driver gives it: each is looked at once."""

    remote_asn_id: int
    role: str
    isp_id: int | None
    exchange_id: int | None
    bgp_group_id: int | None
    vrf_id: int | None
    import_policy_id: int | None
    export_policy_id: int | None
    max_prefixes: int | None
    bfd: bool
    enabled: bool


class _Said(NamedTuple):
    """What a device's sessions with the same :class:`Shared` say."""

    asn: int
    role: SessionRole
    internal: bool
    bfd: bool
    enabled: bool
    policy_in: str
    policy_out: str
    vrf: str
    group: BgpGroupView | None
    max_prefixes: int | None
    peer: str


_Row = tuple[bytes, bytes, str, str, int | None, int]
"""The neighbour's address, our own, description, the password's secret, id of the neighbour's device, place
among what sessions share."""


class Sessions:
    """Read for any number of devices; ``vrf_ids`` are the routing tables that they are in."""

    def __init__(self, session: Session, devices: Collection[int], network: NetworkPolicy) -> None:
        self._network = network
        self._of: dict[int, list[_Row]] = defaultdict(list)
        self._shared: list[Shared] = []
        self._used: dict[int, set[int]] = defaultdict(set)
        """Places in ``_shared`` that a device uses."""
        peers = self._read(session, devices)
        every = self._shared
        self._asns = _names(session, Asn, Asn.number, {one.remote_asn_id for one in every})
        self._isps = _names(session, Isp, Isp.name, {one.isp_id for one in every})
        self._exchanges = _names(session, Exchange, Exchange.name, {one.exchange_id for one in every})
        self._peers = _names(session, Device, Device.name, peers)
        ids: set[Any] = {one.bgp_group_id for one in every} - {None}
        self._groups = {row.id: row for row in rows(session, _GROUPS, BgpGroup.id, sorted(ids))}
        chosen = [
            policy
            for one in (*self._groups.values(), *every)
            for policy in (one.import_policy_id, one.export_policy_id)
            if policy is not None
        ]
        self.policies = StoredPolicies(session, set(chosen))

    def _read(self, session: Session, devices: Collection[int]) -> set[int | None]:
        """All rows; gives the ids of the neighbours."""
        places: dict[tuple[Any, ...], int] = {}
        peers: set[int | None] = set()
        for row in plain_rows(session, _SESSIONS, BgpSession.device_id, devices):
            device, remote, local, description, password, peer = row[:6]
            place = places.setdefault(row[6:], len(places))
            self._of[device].append((remote, local, description, password, peer, place))
            self._used[device].add(place)
            peers.add(peer)
        self._shared.extend(map(Shared._make, places))
        return peers

    def _said_by(self, device: int) -> list[tuple[int, Shared]]:
        return [(one, self._shared[one]) for one in sorted(self._used.get(device, ()))]

    def vrf_ids(self, device: int) -> set[int]:
        return {one.vrf_id for _, one in self._said_by(device) if one.vrf_id is not None}

    def policy_ids(self, device: int) -> set[int]:
        """Stored policies that the device's sessions use."""
        return {
            policy
            for _, one in self._said_by(device)
            for source in (one, self._groups.get(one.bgp_group_id or 0))
            if source is not None
            for policy in (source.import_policy_id, source.export_policy_id)
            if policy is not None
        }

    def views(self, device: Any, at: dict[bytes, str], vrfs: dict[int, str]) -> list[SessionView]:
        """The sessions of a device: those of a group together, family by family, in order of its name, then
        the others; in order of the neighbour's address. ``at``: its interface by the key of an address."""
        found = sorted(self._of.get(device.id, ()), key=itemgetter(0))
        if self._groups:
            found.sort(key=self._place)
        groups = self._group_views(device, found)
        said = {place: self._said(device, one, groups, vrfs) for place, one in self._said_by(device.id)}
        loopback = None if device.loopback is None else address.key(device.loopback)
        views: list[SessionView] = []
        for remote, local, description, password, neighbor, place in found:
            asn, role, internal, bfd, enabled, policy_in, policy_out, vrf, group, most, peer = said[place]
            if neighbor is not None:
                peer = self._peers[neighbor]
            local_address = address_of(local)
            far = local == loopback
            view = _new(
                SessionView,
                (
                    address_of(remote),
                    asn,
                    local_address,
                    role,
                    internal,
                    description or peer,
                    password,
                    bfd,
                    enabled,
                    local_address if far else None,
                    policy_in,
                    policy_out,
                    remote[0],
                    at.get(local[:17], ""),
                    vrf,
                    group,
                    most,
                    None,
                    None,
                    2 if far and not internal else None,
                    peer,
                ),
            )
            views.append(view if group is None else self._grouped(view, self._shared[place], group))
        return views

    def _place(self, row: _Row) -> tuple[bool, str]:
        group = self._shared[row[5]].bgp_group_id
        return group is None, "" if group is None else self._groups[group].name

    def _said(self, device: Any, one: Shared, groups: dict[int, BgpGroupView], vrfs: dict[int, str]) -> _Said:
        asn = self._asns[one.remote_asn_id]
        isp = self._isps.get(one.isp_id)
        internal = asn == device.asn
        policy_in, policy_out = self._network.names(isp, internal=internal)
        return _Said(
            asn=asn,
            role=SessionRole(one.role),
            internal=internal,
            bfd=bool(one.bfd),
            enabled=bool(one.enabled),
            policy_in=policy_in if one.import_policy_id is None else self.policies.name(one.import_policy_id),
            policy_out=policy_out
            if one.export_policy_id is None
            else self.policies.name(one.export_policy_id),
            vrf="" if one.vrf_id is None else vrfs.get(one.vrf_id, ""),
            group=groups.get(one.bgp_group_id or 0),
            max_prefixes=one.max_prefixes,
            peer=isp or self._exchanges.get(one.exchange_id) or "",
        )

    def _grouped(self, view: SessionView, one: Shared, group: BgpGroupView) -> SessionView:
        """What the session leaves open is as in its group."""
        return view._replace(
            policy_in=view.policy_in if one.import_policy_id else group.policy_in or view.policy_in,
            policy_out=view.policy_out if one.export_policy_id else group.policy_out or view.policy_out,
            password_secret=view.password_secret or group.password_secret,
            bfd=view.bfd or group.bfd,
            description=view.description or group.description,
            max_prefixes=group.max_prefixes if view.max_prefixes is None else view.max_prefixes,
            hold_time_s=group.hold_time_s,
            keepalive_s=group.keepalive_s,
            multihop=group.multihop or view.multihop,
        )

    def _group_views(self, device: Any, found: list[_Row]) -> dict[int, BgpGroupView]:
        if not self._groups:
            return {}
        members: dict[int, list[_Row]] = defaultdict(list)
        for row in found:
            if (group := self._shared[row[5]].bgp_group_id) is not None:
                members[group].append(row)
        return {
            one: self._group_view(device, self._groups[one], sessions) for one, sessions in members.items()
        }

    def _group_view(self, device: Any, row: Any, members: list[_Row]) -> BgpGroupView:
        hold = row.hold_time_s
        return BgpGroupView(
            name=row.name,
            role=row.role,
            internal=all(self._asns[self._shared[one[5]].remote_asn_id] == device.asn for one in members),
            families=tuple(sorted({one[0][0] for one in members})),
            policy_in=self.policies.name(row.import_policy_id),
            policy_out=self.policies.name(row.export_policy_id),
            max_prefixes=row.max_prefixes,
            hold_time_s=hold,
            keepalive_s=None if hold is None else max(1, hold // _KEEPALIVES),
            multihop=row.multihop,
            password_secret=row.password_secret,
            bfd=row.bfd,
            description=row.description,
        )


def _names(session: Session, kind: Any, name: Any, ids: Collection[int | None]) -> dict[int | None, Any]:
    wanted = sorted(one for one in ids if one is not None)
    return {row[0]: row[1] for row in rows(session, select(kind.id, name), kind.id, wanted)}


_new = tuple.__new__
"""A named tuple made of its values in order, a third of the cost of calling its class."""
_THEIRS = aliased(BgpSession)
_SESSIONS = select(
    BgpSession.device_id,
    as_key(BgpSession.remote_address),
    as_key(BgpSession.local_address),
    BgpSession.description,
    BgpSession.password_secret,
    _THEIRS.device_id.label("peer_id"),
    *(getattr(BgpSession, name) for name in Shared._fields),
).outerjoin(
    _THEIRS,
    (_THEIRS.local_address == BgpSession.remote_address)
    & (_THEIRS.remote_address == BgpSession.local_address),
)
_GROUPS = select(
    BgpGroup.id,
    BgpGroup.name,
    BgpGroup.role,
    BgpGroup.import_policy_id,
    BgpGroup.export_policy_id,
    BgpGroup.max_prefixes,
    BgpGroup.hold_time_s,
    BgpGroup.multihop,
    BgpGroup.password_secret,
    BgpGroup.bfd,
    BgpGroup.description,
)
