"""Routing between us and others: autonomous systems, ISPs, their client prefixes, BGP sessions."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.store.record import Record, field, ref


class SessionRole(enum.StrEnum):
    """What a BGP session is for; decides the policies rendered."""

    BACKBONE = "backbone"
    FABRIC = "fabric"
    ISP = "isp"


class Asn(Record):
    """An autonomous system number, ours or a partner's."""

    __tablename__ = "asn"
    __key__ = ("number",)

    number: Mapped[int] = field("Number, 1 to 4294967295", unique=True)
    name: Mapped[str] = field("Who or what it stands for", default="")


class Isp(Record):
    """A partner network with clients."""

    __tablename__ = "isp"

    name: Mapped[str] = field("Unique name", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    asn_id: Mapped[int] = ref("asn", "Its autonomous system")


class ClientPrefix(Record):
    """A prefix of an ISP's clients: where they are and how many."""

    __tablename__ = "client_prefix"
    __key__ = ("prefix",)

    prefix: Mapped[address.Prefix] = field("Prefix in CIDR form", unique=True)
    isp_id: Mapped[int] = ref("isp", "ISP that announces it", owner=True)
    region_id: Mapped[int] = ref("region", "Region of its clients, for demand")
    city: Mapped[str] = field("Where most of its clients are", default="")
    latitude: Mapped[float] = field("Latitude, WGS 84", unit="°")
    longitude: Mapped[float] = field("Longitude, WGS 84", unit="°")
    clients: Mapped[int] = field("How many clients; weighs demand", default=1)


class BgpSession(Record):
    """One device's end of a BGP session. A session between two of our devices is declared at both."""

    __tablename__ = "bgp_session"
    __table_args__ = (UniqueConstraint("device_id", "remote_address"),)
    __key__ = ("device", "remote_address")

    device_id: Mapped[int] = ref("device", "Device that speaks", owner=True)
    local_address: Mapped[address.Address] = field("Its address in the session", index=True)
    remote_address: Mapped[address.Address] = field("The neighbour's address", index=True)
    remote_asn_id: Mapped[int] = ref("asn", "The neighbour's autonomous system")
    role: Mapped[SessionRole] = field("Backbone, fabric of a POP, or ISP")
    isp_id: Mapped[int | None] = ref("isp", "ISP behind the session, for role isp")
    description: Mapped[str] = field("Description, rendered to the device", default="")
    password_secret: Mapped[str] = field("Name of the secret for TCP MD5; empty: none", default="")
    bfd: Mapped[bool] = field("Watched by BFD", default=False)
    enabled: Mapped[bool] = field("Meant to be established", default=True)
