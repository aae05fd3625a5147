"""Routing between us and others: what is told and believed, and the BGP sessions it is told over."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.store.record import Labelled, Record, field, ref


class SessionRole(enum.StrEnum):
    """What a BGP session is for; decides the policies rendered."""

    BACKBONE = "backbone"
    FABRIC = "fabric"
    ISP = "isp"


class CommunityType(enum.StrEnum):
    """Standard (RFC 1997), extended (RFC 4360), large (RFC 8092)."""

    STANDARD = "standard"
    EXTENDED = "extended"
    LARGE = "large"


class Family(enum.StrEnum):
    """Address family."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


class PolicyAction(enum.StrEnum):
    """What becomes of a route: accepted, rejected, or left to the next term."""

    ACCEPT = "accept"
    REJECT = "reject"
    NEXT = "next"


class Community(Labelled):
    """A BGP community with a meaning."""

    __tablename__ = "community"

    name: Mapped[str] = field("Unique name", unique=True)
    value: Mapped[str] = field("Value, as 65001:100 or 65001:1:2", unique=True)
    community_type: Mapped[CommunityType] = field("Type", default=CommunityType.STANDARD)
    description: Mapped[str] = field("What it says about a route", default="")


class PrefixList(Labelled):
    """A list of prefixes that policies match."""

    __tablename__ = "prefix_list"

    name: Mapped[str] = field("Unique name, as on devices", unique=True)
    family: Mapped[Family] = field("Address family", default=Family.IPV4)
    description: Mapped[str] = field("Remark", default="")


class PrefixListEntry(Record):
    """One line of a prefix list."""

    __tablename__ = "prefix_list_entry"
    __table_args__ = (UniqueConstraint("prefix_list_id", "sequence"),)
    __key__ = ("prefix_list", "sequence")

    prefix_list_id: Mapped[int] = ref("prefix_list", "List", owner=True)
    sequence: Mapped[int] = field("Place in the list")
    permit: Mapped[bool] = field("Permits; else denies", default=True)
    prefix: Mapped[address.Prefix] = field("Prefix in CIDR form")
    longer_than: Mapped[int | None] = field("Least prefix length (ge)")
    shorter_than: Mapped[int | None] = field("Greatest prefix length (le)")


class RoutingPolicy(Labelled):
    """What is done with routes, term by term."""

    __tablename__ = "routing_policy"

    name: Mapped[str] = field("Unique name, as on devices", unique=True)
    otherwise: Mapped[PolicyAction] = field(
        "What becomes of a route that no term took", default=PolicyAction.REJECT
    )
    description: Mapped[str] = field("Remark", default="")


class RoutingPolicyTerm(Record):
    """A step of a routing policy: what it matches, all of it, and what it does then."""

    __tablename__ = "routing_policy_term"
    __table_args__ = (UniqueConstraint("routing_policy_id", "sequence"),)
    __key__ = ("routing_policy", "sequence")

    routing_policy_id: Mapped[int] = ref("routing_policy", "Policy", owner=True)
    sequence: Mapped[int] = field("Place in the policy")
    match_prefix_list_id: Mapped[int | None] = ref("prefix_list", "Prefix list that must hold the prefix")
    match_community_id: Mapped[int | None] = ref("community", "Community that the route must carry")
    match_as_path: Mapped[str] = field("Regular expression that the AS path must match", default="")
    action: Mapped[PolicyAction] = field("What becomes of the route", default=PolicyAction.ACCEPT)
    set_local_preference: Mapped[int | None] = field("Local preference to set")
    set_med: Mapped[int | None] = field("MED to set")
    prepend: Mapped[int | None] = field("How often to prepend our AS number")
    add_community_id: Mapped[int | None] = ref("community", "Community to add")
    description: Mapped[str] = field("Remark", default="")


class BgpGroup(Labelled):
    """What BGP sessions of a sort have in common (a peer group)."""

    __tablename__ = "bgp_group"

    name: Mapped[str] = field("Unique name, as on devices", unique=True)
    role: Mapped[SessionRole] = field("Backbone, fabric of a POP, or ISP")
    import_policy_id: Mapped[int | None] = ref("routing_policy", "What is believed")
    export_policy_id: Mapped[int | None] = ref("routing_policy", "What is told")
    max_prefixes: Mapped[int | None] = field("Most prefixes to take; more: the session goes down")
    hold_time_s: Mapped[int | None] = field("Hold time", unit="s")
    multihop: Mapped[int | None] = field("Hops between the neighbours, when not one")
    password_secret: Mapped[str] = field("Name of the secret for TCP MD5; empty: none", default="")
    bfd: Mapped[bool] = field("Watched by BFD", default=False)
    description: Mapped[str] = field("Remark", default="")


class BgpSession(Labelled):
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
    exchange_id: Mapped[int | None] = ref("exchange", "Exchange it is held over")
    bgp_group_id: Mapped[int | None] = ref("bgp_group", "What it has in common with others")
    vrf_id: Mapped[int | None] = ref("vrf", "Routing table; none: the global one")
    import_policy_id: Mapped[int | None] = ref("routing_policy", "What is believed, over the group's")
    export_policy_id: Mapped[int | None] = ref("routing_policy", "What is told, over the group's")
    max_prefixes: Mapped[int | None] = field("Most prefixes to take, over the group's")
    description: Mapped[str] = field("Description, rendered to the device", default="")
    password_secret: Mapped[str] = field("Name of the secret for TCP MD5; empty: none", default="")
    bfd: Mapped[bool] = field("Watched by BFD", default=False)
    enabled: Mapped[bool] = field("Meant to be established", default=True)
