"""BGP sessions of devices, each with what holds for it in the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from netwright.base import address
from netwright.intent.assembly.policy import StoredPolicies
from netwright.intent.assembly.reading import as_key, plain_rows, rows
from netwright.intent.neutral import BgpGroupView, SessionView
from netwright.intent.policy import NetworkPolicy
from netwright.inventory import Asn, BgpGroup, BgpSession, Device, Exchange, Isp
from netwright.inventory.routing import SessionRole

_KEEPALIVES = 3
"""A hold time is three keepalives (RFC 4271, 10)."""


class SessionRow(NamedTuple):
    """A session as the database's driver gives it; read by position, for names cost more than all else."""

    device_id: int
    local: bytes
    remote: bytes
    remote_asn: int
    role: str
    isp: str | None
    exchange: str | None
    bgp_group_id: int | None
    vrf_id: int | None
    import_policy_id: int | None
    export_policy_id: int | None
    max_prefixes: int | None
    description: str
    password_secret: str
    bfd: bool
    enabled: bool
    peer: str | None


class Sessions:
    """Read for any number of devices; ``vrf_ids`` are the routing tables that they are in."""

    def __init__(self, session: Session, devices: Collection[int], network: NetworkPolicy) -> None:
        self._network = network
        self._of: dict[int, list[SessionRow]] = defaultdict(list)
        for row in map(SessionRow._make, plain_rows(session, _SESSIONS, BgpSession.device_id, devices)):
            self._of[row.device_id].append(row)
        ids: set[Any] = {row.bgp_group_id for found in self._of.values() for row in found} - {None}
        self._groups = {row.id: row for row in rows(session, _GROUPS, BgpGroup.id, sorted(ids))}
        chosen = [
            policy
            for row in (*self._groups.values(), *(one for found in self._of.values() for one in found))
            for policy in (row.import_policy_id, row.export_policy_id)
            if policy is not None
        ]
        self.policies = StoredPolicies(session, set(chosen))

    def vrf_ids(self, device: int) -> set[int]:
        return {row.vrf_id for row in self._of[device] if row.vrf_id is not None}

    def policy_ids(self, device: int) -> set[int]:
        """Stored policies that the device's sessions use."""
        return {
            policy
            for row in self._of[device]
            for source in (row, self._groups.get(row.bgp_group_id or 0))
            if source is not None
            for policy in (source.import_policy_id, source.export_policy_id)
            if policy is not None
        }

    def views(self, device: Any, at: dict[bytes, str], vrfs: dict[int, str]) -> list[SessionView]:
        """The sessions of a device: those of a group together, family by family, in order of its name, then
        the others; in order of the neighbour's address. ``at``: its interface by the key of an address."""
        found = sorted(self._of[device.id], key=itemgetter(_REMOTE))
        if self._groups:
            found.sort(key=self._place)
        groups = self._group_views(device, found)
        loopback = None if device.loopback is None else address.key(device.loopback)
        return [
            self._view(device, row, loopback, groups.get(row.bgp_group_id or 0), at, vrfs) for row in found
        ]

    def _place(self, row: SessionRow) -> tuple[bool, str]:
        group = row.bgp_group_id
        return group is None, "" if group is None else self._groups[group].name

    def _view(
        self,
        device: Any,
        row: SessionRow,
        loopback: bytes | None,
        group: BgpGroupView | None,
        at: dict[bytes, str],
        vrfs: dict[int, str],
    ) -> SessionView:
        _, local, remote, remote_asn, role, isp, exchange, _, vrf = row[:9]
        import_policy, export_policy, max_prefixes, description, password, bfd, enabled, peer = row[9:]
        internal = remote_asn == device.asn
        policy_in, policy_out = self._network.names(isp, internal=internal)
        local_address = address.address_of(local)
        from_loopback = local == loopback
        peer = peer or isp or exchange or ""
        view = SessionView(
            address.address_of(remote),
            remote_asn,
            local_address,
            _ROLES[role],
            internal,
            description or peer,
            password,
            bool(bfd),
            bool(enabled),
            local_address if from_loopback else None,
            policy_in if import_policy is None else self.policies.name(import_policy),
            policy_out if export_policy is None else self.policies.name(export_policy),
            remote[0],
            at.get(local[:17], ""),
            "" if vrf is None else vrfs.get(vrf, ""),
            group,
            max_prefixes,
            None,
            None,
            2 if from_loopback and not internal else None,
            peer,
        )
        return view if group is None else self._grouped(view, row, group)

    def _grouped(self, view: SessionView, row: SessionRow, group: BgpGroupView) -> SessionView:
        """What the session leaves open is as in its group."""
        return view._replace(
            policy_in=view.policy_in if row.import_policy_id else group.policy_in or view.policy_in,
            policy_out=view.policy_out if row.export_policy_id else group.policy_out or view.policy_out,
            password_secret=view.password_secret or group.password_secret,
            bfd=view.bfd or group.bfd,
            description=view.description or group.description,
            max_prefixes=group.max_prefixes if view.max_prefixes is None else view.max_prefixes,
            hold_time_s=group.hold_time_s,
            keepalive_s=group.keepalive_s,
            multihop=group.multihop or view.multihop,
        )

    def _group_views(self, device: Any, found: list[SessionRow]) -> dict[int, BgpGroupView]:
        members: dict[int, list[SessionRow]] = defaultdict(list)
        for row in found:
            if row.bgp_group_id is not None:
                members[row.bgp_group_id].append(row)
        return {
            one: self._group_view(device, self._groups[one], sessions) for one, sessions in members.items()
        }

    def _group_view(self, device: Any, row: Any, members: list[SessionRow]) -> BgpGroupView:
        hold = row.hold_time_s
        return BgpGroupView(
            name=row.name,
            role=row.role,
            internal=all(one.remote_asn == device.asn for one in members),
            families=tuple(sorted({one.remote[0] for one in members})),
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


_REMOTE = SessionRow._fields.index("remote")
_ROLES = {one.value: one for one in SessionRole}
_THEIRS, _PEER = aliased(BgpSession), aliased(Device)
_SESSIONS = (
    select(
        BgpSession.device_id,
        as_key(BgpSession.local_address).label("local"),
        as_key(BgpSession.remote_address).label("remote"),
        Asn.number.label("remote_asn"),
        BgpSession.role,
        Isp.name.label("isp"),
        Exchange.name.label("exchange"),
        BgpSession.bgp_group_id,
        BgpSession.vrf_id,
        BgpSession.import_policy_id,
        BgpSession.export_policy_id,
        BgpSession.max_prefixes,
        BgpSession.description,
        BgpSession.password_secret,
        BgpSession.bfd,
        BgpSession.enabled,
        _PEER.name.label("peer"),
    )
    .join(Asn, Asn.id == BgpSession.remote_asn_id)
    .outerjoin(Isp, Isp.id == BgpSession.isp_id)
    .outerjoin(Exchange, Exchange.id == BgpSession.exchange_id)
    .outerjoin(
        _THEIRS,
        (_THEIRS.local_address == BgpSession.remote_address)
        & (_THEIRS.remote_address == BgpSession.local_address),
    )
    .outerjoin(_PEER, _PEER.id == _THEIRS.device_id)
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
