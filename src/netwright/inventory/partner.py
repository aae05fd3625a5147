"""The others: autonomous systems, ISPs and their clients, exchanges, providers and their circuits."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.store.record import Labelled, Record, field, ref


class CircuitType(enum.StrEnum):
    """What a provider carries for us."""

    WAVE = "wave"
    DARK_FIBRE = "dark-fibre"
    ETHERNET = "ethernet"
    TRANSIT = "transit"
    EXCHANGE_PORT = "exchange-port"
    CROSS_CONNECT = "cross-connect"
    OUT_OF_BAND = "out-of-band"


class CircuitStatus(enum.StrEnum):
    """Life of a circuit."""

    PLANNED = "planned"
    ORDERED = "ordered"
    ACTIVE = "active"
    TERMINATING = "terminating"
    TERMINATED = "terminated"


class CircuitSide(enum.StrEnum):
    """A circuit's two ends."""

    A = "A"
    Z = "Z"


class Asn(Labelled):
    """An autonomous system number, ours or a partner's."""

    __tablename__ = "asn"
    __key__ = ("number",)

    number: Mapped[int] = field("Number, 1 to 4294967295", unique=True)
    name: Mapped[str] = field("Who or what it stands for", default="")


class Isp(Labelled):
    """A partner network with clients."""

    __tablename__ = "isp"

    name: Mapped[str] = field("Unique name", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    asn_id: Mapped[int] = ref("asn", "Its autonomous system")
    peeringdb_id: Mapped[int | None] = field("Number of its network at PeeringDB")
    as_set: Mapped[str] = field("AS-SET of what it announces, as `RIPE::AS-EXAMPLE`", default="")
    max_prefixes_v4: Mapped[int | None] = field("Most IPv4 prefixes to take from it")
    max_prefixes_v6: Mapped[int | None] = field("Most IPv6 prefixes to take from it")
    description: Mapped[str] = field("Remark", default="")


class IspContact(Record):
    """Whom to call at an ISP."""

    __tablename__ = "isp_contact"
    __table_args__ = (UniqueConstraint("isp_id", "contact_id"),)
    __key__ = ("isp", "contact")

    isp_id: Mapped[int] = ref("isp", "ISP", owner=True)
    contact_id: Mapped[int] = ref("contact", "Contact")
    purpose: Mapped[str] = field("What for, as `peering`", default="")


class Exchange(Labelled):
    """An internet exchange: its LAN, and where it is told about at PeeringDB."""

    __tablename__ = "exchange"

    name: Mapped[str] = field("Unique name", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    city: Mapped[str] = field("City", default="")
    country: Mapped[str] = field("ISO 3166-1 alpha-2 code", default="")
    peeringdb_id: Mapped[int | None] = field("Number at PeeringDB")
    lan_v4: Mapped[address.Prefix | None] = field("IPv4 prefix of the peering LAN")
    lan_v6: Mapped[address.Prefix | None] = field("IPv6 prefix of the peering LAN")
    mtu: Mapped[int | None] = field("MTU of the peering LAN", unit="byte")
    description: Mapped[str] = field("Remark", default="")


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


class Provider(Labelled):
    """A company that sells us circuits."""

    __tablename__ = "provider"

    name: Mapped[str] = field("Unique name", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    asn_id: Mapped[int | None] = ref("asn", "Its autonomous system")
    account: Mapped[str] = field("Our customer number", default="")
    portal: Mapped[str] = field("Web page for tickets", default="")
    description: Mapped[str] = field("Remark", default="")


class ProviderContact(Record):
    """Whom to call at a provider."""

    __tablename__ = "provider_contact"
    __table_args__ = (UniqueConstraint("provider_id", "contact_id"),)
    __key__ = ("provider", "contact")

    provider_id: Mapped[int] = ref("provider", "Provider", owner=True)
    contact_id: Mapped[int] = ref("contact", "Contact")
    purpose: Mapped[str] = field("What for, as `fault desk`", default="")


class Circuit(Labelled):
    """A line that a provider carries between two ends."""

    __tablename__ = "circuit"
    __table_args__ = (UniqueConstraint("provider_id", "name"),)
    __key__ = ("provider", "name")

    provider_id: Mapped[int] = ref("provider", "Provider", owner=True)
    name: Mapped[str] = field("The provider's number of it")
    circuit_type: Mapped[CircuitType] = field("What it carries")
    status: Mapped[CircuitStatus] = field("Where it is in its life", default=CircuitStatus.ACTIVE)
    capacity_bps: Mapped[int | None] = field("What it can carry", unit="bit/s")
    commit_bps: Mapped[int | None] = field("What is paid for in any case", unit="bit/s")
    installed: Mapped[str] = field("First day, as 2026-12-31", default="")
    contract_end: Mapped[str] = field("Last day of the contract, as 2026-12-31", default="")
    route: Mapped[str] = field("Ducts and buildings on its way; two of one route fail together", default="")
    description: Mapped[str] = field("Remark", default="")


class CircuitEnd(Record):
    """One end of a circuit: where it comes out, and at which panel."""

    __tablename__ = "circuit_end"
    __table_args__ = (UniqueConstraint("circuit_id", "side"),)
    __key__ = ("circuit", "side")

    circuit_id: Mapped[int] = ref("circuit", "Circuit", owner=True)
    side: Mapped[CircuitSide] = field("Which end")
    site_id: Mapped[int | None] = ref("site", "Site it comes out in; none: at a partner's")
    cross_connect: Mapped[str] = field("The building's number of the cross-connect", default="")
    panel: Mapped[str] = field("The building's panel and port", default="")
    description: Mapped[str] = field("Remark", default="")
