"""Pools that numbers are given out from, and what designs have made.

A design is a file (package ``design``); here stands what it became: its instances, which object of theirs is
which part of the design, and the numbers they were given.
"""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.store.record import Labelled, Record, field, ref


class PoolType(enum.StrEnum):
    """What a pool gives out."""

    PREFIX = "prefix"
    ADDRESS = "address"
    ASN = "asn"
    VLAN = "vlan"
    NAME = "name"


class Pool(Labelled):
    """Where prefixes, addresses, numbers or names are given out from, each to one asker."""

    __tablename__ = "pool"

    name: Mapped[str] = field("Unique name", unique=True)
    pool_type: Mapped[PoolType] = field("What it gives out")
    purpose: Mapped[str] = field("Word by which designs ask for it, as `link` or `loopback`", index=True)
    source: Mapped[address.Prefix | None] = field("Prefix that it gives out from, of prefixes and addresses")
    length: Mapped[int | None] = field("Prefix length it gives out when none is asked for")
    lowest: Mapped[int | None] = field("Lowest number, of ASNs, VLANs and names")
    highest: Mapped[int | None] = field("Highest number, of ASNs, VLANs and names")
    pattern: Mapped[str] = field("Of names: how they look, as `pop{n:03}`", default="")
    vlan_group_id: Mapped[int | None] = ref("vlan_group", "Group whose VLANs it gives out")
    region_id: Mapped[int | None] = ref("region", "Only for this region and those below")
    site_id: Mapped[int | None] = ref("site", "Only for this site")
    description: Mapped[str] = field("Remark", default="")


class DesignInstance(Labelled):
    """One use of a design: `exchange-pop` as `lon`."""

    __tablename__ = "design_instance"
    __table_args__ = (UniqueConstraint("design", "name"),)
    __key__ = ("design", "name")

    design: Mapped[str] = field("Name of the design")
    name: Mapped[str] = field("Name among the instances of the design")
    version: Mapped[int] = field("Version of the design that made it")
    parameters: Mapped[dict[str, Any] | None] = field("What was asked for, by parameter")
    generation: Mapped[int] = field("How often the design has written to it", default=1)
    choices: Mapped[dict[str, Any] | None] = field("Ports that the design chose, by their place in it")
    description: Mapped[str] = field("Remark", default="")


class DesignPart(Record):
    """Which object is which part of an instance. Parts that follow from a device's model have none."""

    __tablename__ = "design_part"
    __table_args__ = (UniqueConstraint("design_instance_id", "path"),)
    __key__ = ("design_instance", "path")

    design_instance_id: Mapped[int] = ref("design_instance", "Instance", owner=True, index=False)
    path: Mapped[str] = field("Place in the design, as `edge1/loopback`")
    made_kind: Mapped[str] = field("Kind of the object")
    made_id: Mapped[int] = field("Id of the object", index=True)
    kept: Mapped[dict[str, Any] | None] = field("What the design wants where a person's value was kept")
    before: Mapped[dict[str, Any] | None] = field("What an object that it only edits had before")


class Allocation(Record):
    """A value that a pool has given out, and to whom."""

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("pool_id", "identifier"),
        UniqueConstraint("pool_id", "value"),
    )
    __key__ = ("pool", "identifier")

    pool_id: Mapped[int] = ref("pool", "Pool it is from", index=False)
    identifier: Mapped[str] = field("Who asked, as `exchange-pop/lon/edge1/loopback`")
    value: Mapped[str] = field("What was given")
    prefix: Mapped[address.Prefix | None] = field(
        "The same as a prefix, of prefixes and addresses", index=True
    )
    design_instance_id: Mapped[int | None] = ref("design_instance", "Instance it goes with", owner=True)


__all__ = ["Allocation", "DesignInstance", "DesignPart", "Pool", "PoolType"]
