"""BGP sessions as drafts: each end names the other, so what one leaves open the other says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.address import Address
from netwright.collect.adoption.device import Wish
from netwright.collect.adoption.picture import Picture, Told
from netwright.collect.adoption.put import Drafting
from netwright.inventory import Asn, Device, Isp, Site
from netwright.inventory.routing import SessionRole
from netwright.store.among import among


class SessionDrafts:
    """Drafts the sessions of devices. A session's own address is the one in the neighbour's subnet, or the
    one by which the neighbour names us. Our AS is the one that our neighbours name."""

    def __init__(self, session: Session, picture: Picture, drafting: Drafting, wish: Wish) -> None:
        self._picture = picture
        self._put = drafting.put
        self._also = drafting.also
        self._remark = drafting.remark
        rows = session.execute(
            select(Isp.name, Asn.number).join(Asn, Isp.asn_id == Asn.id).order_by(Isp.name)
        )
        self._isps: Mapping[int, str] = {number: name for name, number in rows}
        near = among(session, Device.name, picture.near)
        places = session.execute(
            select(Device.name, Site.name).join(Site, Device.site_id == Site.id).where(near)
        )
        self._sites = {device: place for device, place in places}  # noqa: C416 (rows are no pairs to mypy)
        numbers = session.execute(
            select(Device.name, Asn.number).join(Asn, Device.asn_id == Asn.id).where(near)
        )
        self._asns = {device: number for device, number in numbers}  # noqa: C416
        self._wish = wish

    def draft(self, told: Told) -> None:
        own = self._own_asn(told) or self._asns.get(told.name)
        if own is None and told.sessions:
            message = f"its AS is not known: {len(told.sessions)} BGP sessions are left out; say which"
            self._remark(told.device, "device", told.name, message)
            return
        if own is not None:
            number = self._put(told.device, "asn", {"number": own})
            self._also("device", told.name, "asn", number)
        for one in told.sessions:
            local = self._local(told, one.remote_address)
            what = f"{told.name} {one.remote_address}"
            if local is None:
                self._remark(
                    told.device, "bgp_session", what, "our address in this session is not known: left out"
                )
                continue
            far = self._picture.owners.get(one.remote_address)
            if far is not None and not self._picture.is_ours(far):
                message = f"its neighbour {far} is not in the inventory: left out; adopt both"
                self._remark(told.device, "bgp_session", what, message)
                continue
            role, isp = self._role(told, own, one.remote_asn, one.remote_address)
            if role is SessionRole.ISP and not isp:
                message = f"there is no ISP with AS{one.remote_asn}: left out; add it and adopt again"
                self._remark(told.device, "bgp_session", what, message)
                continue
            self._put(
                told.device,
                "bgp_session",
                {
                    "device": told.name,
                    "local_address": local,
                    "remote_address": one.remote_address,
                    "remote_asn": self._put(told.device, "asn", {"number": one.remote_asn}),
                    "role": role,
                    "isp": isp,
                },
            )

    def _local(self, told: Told, remote: Address) -> Address | None:
        for one in told.addresses:
            if one.prefix_known and one.address.version == remote.version and remote in one.address.network:
                return one.address.ip
        mine = {one.address.ip for one in told.addresses}
        named = {ip for _, ip in self._namings(told, remote) if ip in mine}
        return next(iter(named)) if len(named) == 1 else None

    def _own_asn(self, told: Told) -> int | None:
        """By what our neighbours call us."""
        mine = {one.address.ip for one in told.addresses}
        numbers = {
            asn for one in told.sessions for asn, ip in self._namings(told, one.remote_address) if ip in mine
        }
        if len(numbers) == 1:
            return numbers.pop()
        return int(self._wish.asn) if self._wish.asn.isdecimal() and told.name not in self._asns else None

    def _namings(self, told: Told, remote: Address) -> Iterator[tuple[int, Address]]:
        """What whoever has ``remote`` says of its sessions: AS and address of the other end."""
        far = self._picture.owners.get(remote)
        seen = self._picture.seen.get(far) if far and far != told.device else None
        for session in seen.sessions.values() if seen else ():
            yield session.remote_asn, session.remote_address

    def _role(self, told: Told, own: int | None, asn: int, remote: Address) -> tuple[SessionRole, str]:
        far = self._picture.owners.get(remote)
        if far is None and asn != own:
            return SessionRole.ISP, self._isps.get(asn, "")
        names = [self._picture.names.get(one, one) for one in (told.device, far or told.device)]
        sites = {self._sites.get(name, self._wish.site) for name in names}
        same = asn == own or len(sites) > 1
        return (SessionRole.BACKBONE if same else SessionRole.FABRIC), ""
