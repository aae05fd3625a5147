"""BGP sessions: from an address of the device, to the right ASN, declared alike at both ends of ours."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import LargeBinary, func, select, type_coerce

from netwright.base import address
from netwright.intent.rules.rule import Touched, records_in, rows_in, rows_inside
from netwright.inventory import Asn, BgpSession, Device, Interface, InterfaceAddress, Isp, Prefix
from netwright.inventory.addressing import PrefixRole
from netwright.inventory.place import Status
from netwright.inventory.routing import SessionRole
from netwright.store.problem import Problem, Severity

_ALIKE = ("role", "bfd", "password_secret", "enabled")
"""What both ends of a session between our devices must say alike."""
_LIVE = (Status.ACTIVE, Status.MAINTENANCE)

_SPEAKING = ("asn_id", "loopback", "status")
"""What sessions want of their device."""


@dataclass(slots=True)
class _Neighbourhood:
    """The sessions that a change can break, and what they are judged by."""

    sessions: list[BgpSession] = field(default_factory=list)
    by_ends: dict[tuple[Any, Any, Any], BgpSession] = field(default_factory=dict)
    owners: dict[tuple[int | None, address.Address], tuple[int, address.Interface | None]] = field(
        default_factory=dict
    )
    """Device that has an address, by VRF and address, with the interface's form of it (None: loopback)."""
    asn_of: dict[int, int | None] = field(default_factory=dict)
    """Device -> id of its ASN."""
    status_of: dict[int, Status] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    """Id of an ASN -> number."""


def broken_sessions(touched: Touched) -> Iterator[Problem]:
    """Every way in which a BGP session can be declared wrongly, for the sessions near the change. Of one that
    is off, or whose device is still planned or gone, these are warnings."""
    around = _around(touched)
    for session in around.sessions:
        live = session.enabled and around.status_of.get(session.device_id) in _LIVE
        severity = Severity.ERROR if live else Severity.WARNING
        for message, name in _wrongs(touched, around, session):
            yield touched.problem("bgp_session", session.id, message, name, severity)


def isp_mismatch(touched: Touched) -> Iterator[Problem]:
    """A session of role isp names the ISP, and speaks to its ASN; the others name none."""
    rows = list(records_in(touched.session, BgpSession, BgpSession.id, touched.ids("bgp_session")))
    rows += records_in(touched.session, BgpSession, BgpSession.isp_id, touched.ids("isp"))
    asns = dict(rows_in(touched.session, select(Isp.id, Isp.asn_id), Isp.id, {row.isp_id for row in rows}))
    wanted = {asn for row in rows for asn in (row.remote_asn_id, asns.get(row.isp_id))}
    numbers = dict(rows_in(touched.session, select(Asn.id, Asn.number), Asn.id, wanted))
    for session in {row.id: row for row in rows}.values():
        if (session.role is SessionRole.ISP) != (session.isp_id is not None):
            message = "role isp wants the isp" if session.isp_id is None else "an isp wants role isp"
            yield touched.problem("bgp_session", session.id, message, "isp")
        elif session.isp_id is not None and asns[session.isp_id] != session.remote_asn_id:
            remote, own = numbers[session.remote_asn_id], numbers[asns[session.isp_id]]
            name = touched.key("isp", session.isp_id)
            message = f"remote_asn is {remote}, but ISP {name} has AS{own}"
            yield touched.problem("bgp_session", session.id, message, "remote_asn")


def _wrongs(touched: Touched, around: _Neighbourhood, session: BgpSession) -> Iterator[tuple[str, str]]:
    if around.asn_of.get(session.device_id) is None:
        yield f"device {touched.key('device', session.device_id)} has no asn", "device"
    local = around.owners.get((session.vrf_id, session.local_address))
    if local is None or local[0] != session.device_id:
        yield f"local_address {session.local_address} is not on the device", "local_address"
    elif local[1] is not None and session.remote_address not in local[1].network:
        message = f"remote_address {session.remote_address} is not in the local one's {local[1].network}"
        yield message, "remote_address"
    peer = around.owners.get((session.vrf_id, session.remote_address))
    if peer is None and session.role is not SessionRole.ISP:
        message = f"role {session.role} wants a device of ours at {session.remote_address}, there is none"
        yield message, "remote_address"
    if peer is not None:
        yield from _peer_wrongs(touched, around, session, peer[0])


def _peer_wrongs(
    touched: Touched, around: _Neighbourhood, session: BgpSession, peer: int
) -> Iterator[tuple[str, str]]:
    """What is wrong with a session to a device of ours."""
    name = touched.key("device", peer)
    if peer == session.device_id:
        yield "the device would speak to itself", "remote_address"
        return
    asn = around.asn_of.get(peer)
    if asn is not None and asn != session.remote_asn_id:
        numbers = around.numbers
        yield (
            f"remote_asn is {numbers[session.remote_asn_id]}, but {name} has AS{numbers[asn]}",
            "remote_asn",
        )
    back = around.by_ends.get((session.vrf_id, session.remote_address, session.local_address))
    if back is None:
        yield f"{name} does not declare its end", "remote_address"
        return
    for field_name in _ALIKE:
        ours, theirs = getattr(session, field_name), getattr(back, field_name)
        if ours != theirs and session.id < back.id:
            yield f"{field_name} is {_word(ours)} here, {_word(theirs)} at {name}", field_name


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or "empty"


def _around(touched: Touched) -> _Neighbourhood:
    session = touched.session
    ids = _affected(touched)
    sessions = list(records_in(session, BgpSession, BgpSession.id, ids))
    around = _Neighbourhood(sessions)
    ends = {one.remote_address for one in sessions}
    for one in (*sessions, *records_in(session, BgpSession, BgpSession.local_address, ends)):
        around.by_ends[one.vrf_id, one.local_address, one.remote_address] = one
    ends |= {one.local_address for one in sessions}
    _owners(touched, around, ends)
    devices = {one.device_id for one in sessions} | {device for device, _ in around.owners.values()}
    for device, asn, status in rows_in(
        session, select(Device.id, Device.asn_id, Device.status), Device.id, devices
    ):
        around.asn_of[device], around.status_of[device] = asn, status
    asns = {one.remote_asn_id for one in sessions} | set(around.asn_of.values())
    around.numbers = dict(rows_in(session, select(Asn.id, Asn.number), Asn.id, asns))
    return around


def _affected(touched: Touched) -> set[int]:
    """Touched sessions; those of touched devices; those from or to an address that came or went."""
    session = touched.session
    texts = touched.before("address", "address") | touched.before("device", "loopback")
    pair = ("local_address", "remote_address")
    for column in pair:
        texts |= touched.before("bgp_session", column)
        texts |= {text for _, text in touched.written("bgp_session", column)}
    texts |= {text for _, text in touched.written("device", "loopback")} - {None}
    ends = {address.host_of(address.key_of_text(text)) for text in texts}
    held = select(type_coerce(InterfaceAddress.address, LargeBinary))
    for key, kind in ((InterfaceAddress.id, "address"), (InterfaceAddress.interface_id, "interface")):
        ends |= {address.host_of(row[0]) for row in rows_in(session, held, key, touched.ids(kind))}
    found = set(touched.ids("bgp_session"))
    lookups: list[tuple[Any, set[Any]]] = [
        (BgpSession.device_id, touched.changed("device", *_SPEAKING)),
        *((type_coerce(getattr(BgpSession, column), LargeBinary), ends) for column in pair),
    ]
    for at, values in lookups:
        found |= {row[0] for row in rows_in(session, select(BgpSession.id), at, values)}
    peers = _peers_of_devices(touched)
    return found | peers


def _peers_of_devices(touched: Touched) -> set[int]:
    """Sessions at the far ends of touched devices' sessions: the device's ASN may have changed."""
    session = touched.session
    query = select(BgpSession.local_address)
    speakers = touched.changed("device", *_SPEAKING)
    own = {row[0] for row in rows_in(session, query, BgpSession.device_id, speakers)}
    return {row[0] for row in rows_in(session, select(BgpSession.id), BgpSession.remote_address, own)}


def _owners(touched: Touched, around: _Neighbourhood, ends: set[address.Address]) -> None:
    session = touched.session
    loopbacks = select(Device.loopback, Device.id)
    for value, device in rows_in(session, loopbacks, Device.loopback, ends):
        around.owners[None, value] = (device, None)
    table = func.coalesce(InterfaceAddress.vrf_id, Interface.vrf_id)
    columns = select(InterfaceAddress.address, table, Interface.device_id).join(
        Interface, Interface.id == InterfaceAddress.interface_id
    )
    alone = [ipaddress.ip_network(one) for one in ends]
    for value, vrf, device in rows_inside(session, columns, InterfaceAddress.address, alone):
        around.owners[vrf, value.ip] = (device, value)


def prefixes_without_site(touched: Touched) -> Iterator[Problem]:
    """A service prefix starts at a site; without one nobody would announce it."""
    query = select(Prefix.id).where(Prefix.role == PrefixRole.SERVICE, Prefix.site_id.is_(None))
    for (prefix,) in rows_in(touched.session, query, Prefix.id, touched.ids("prefix")):
        yield touched.problem("prefix", prefix, "a prefix of role service wants a site", "site")
